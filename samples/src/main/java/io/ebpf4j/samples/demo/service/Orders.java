package io.ebpf4j.samples.demo.service;

import java.io.BufferedReader;
import java.io.IOException;

/** Lines that are obeyed one after the other, each answered by a line on standard output. */
final class Orders {
    /** Does what an order says, its words apart, and returns what is to be said of it. */
    interface Obeyer {
        String obey(String[] order) throws IOException, InterruptedException;
    }

    private Orders() {}

    static void obey(BufferedReader orders, Obeyer obeyer) throws IOException {
        say("ready");
        String line = orders.readLine();
        while (line != null) {
            try {
                say("done " + obeyer.obey(line.split(" ", -1)));
            } catch (IOException | RuntimeException e) {
                say("failed " + line + ": " + e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                say("failed " + line + ": interrupted");
            }
            line = orders.readLine();
        }
    }

    private static void say(String line) {
        System.out.println(line.strip());
        System.out.flush();
    }
}
