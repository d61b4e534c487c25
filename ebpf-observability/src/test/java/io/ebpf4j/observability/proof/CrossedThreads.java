package io.ebpf4j.observability.proof;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Requests whose bytes are written by one thread and whose responses are read by another, at both ends, over two
 * connections at once and answered in the other order: whoever pairs by thread pairs them wrongly.
 */
final class CrossedThreads {
    private CrossedThreads() {}

    private static <T> T on(ExecutorService thread, Callable<T> action)
            throws InterruptedException, ExecutionException {
        return thread.submit(action).get();
    }

    private static String read(Socket socket) throws IOException {
        byte[] buffer = new byte[4096];
        InputStream in = socket.getInputStream();
        int length = in.read(buffer);
        return new String(buffer, 0, length, StandardCharsets.US_ASCII);
    }

    private static int write(Socket socket, String text) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
        return text.length();
    }

    private static String request(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: crossed\r\n\r\n";
    }

    private static String response(String request) {
        int status = request.contains("/first/") ? 201 : 202;
        return "HTTP/1.1 " + status + " Said\r\nContent-Length: 0\r\n\r\n";
    }

    /** Argument: how many rounds of two requests. */
    public static void main(String[] arguments) throws IOException, InterruptedException, ExecutionException {
        int rounds = Integer.parseInt(arguments[0]);
        try (ExecutorService writes = Executors.newSingleThreadExecutor();
                ExecutorService reads = Executors.newSingleThreadExecutor();
                ExecutorService asks = Executors.newSingleThreadExecutor();
                ExecutorService answers = Executors.newSingleThreadExecutor();
                ServerSocket server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
                Socket first = new Socket(server.getInetAddress(), server.getLocalPort());
                Socket firstServed = server.accept();
                Socket second = new Socket(server.getInetAddress(), server.getLocalPort());
                Socket secondServed = server.accept()) {
            for (int i = 0; i < rounds; i++) {
                int number = i;
                on(writes, () -> write(first, request("/first/" + number)));
                on(writes, () -> write(second, request("/second/" + number)));
                String firstAsked = on(asks, () -> read(firstServed));
                String secondAsked = on(asks, () -> read(secondServed));
                on(answers, () -> write(secondServed, response(secondAsked)));
                on(answers, () -> write(firstServed, response(firstAsked)));
                on(reads, () -> read(second));
                on(reads, () -> read(first));
            }
        }
    }
}
