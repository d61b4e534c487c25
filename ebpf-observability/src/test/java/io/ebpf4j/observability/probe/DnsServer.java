package io.ebpf4j.observability.probe;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A dnsmasq on 127.0.0.1:53 and [::1]:53 of a test network, which is that network's resolver too. It knows {@code host.test} with two
 * addresses, {@code alias.test} that leads there by {@code middle.test}, and {@code big.test} with a text that fits no
 * datagram of 512 bytes; nothing else exists.
 */
public final class DnsServer implements AutoCloseable {
    static final int TTL = 300;

    private final Process process;
    private final Path configuration;

    public DnsServer(TestNetwork network) {
        configuration = Path.of("/etc/netns", network.name());
        try {
            Files.createDirectories(configuration);
            Files.writeString(
                    configuration.resolve("resolv.conf"), "nameserver 127.0.0.1\noptions timeout:2 attempts:1\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> command = new ArrayList<>(List.of(
                "dnsmasq",
                "--keep-in-foreground",
                "--log-facility=-",
                "--conf-file=/dev/null",
                "--user=root",
                "--pid-file",
                "--no-resolv",
                "--no-hosts",
                "--listen-address=127.0.0.1,::1",
                "--bind-interfaces",
                "--local=/test/",
                "--local-ttl=" + TTL,
                "--host-record=host.test,192.0.2.1,2001:db8::1",
                "--cname=middle.test,host.test",
                "--cname=alias.test,middle.test"));
        for (int i = 0; i < 4; i++) {
            command.add("--txt-record=big.test," + Integer.toString(i).repeat(200));
        }
        process = network.start(command.toArray(String[]::new));
        awaitStart();
    }

    private void awaitStart() {
        try {
            BufferedReader log = new BufferedReader(
                    new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)); // closed with the process
            String line = log.readLine();
            StringBuilder said = new StringBuilder();
            while (line != null && !line.contains("started")) {
                said.append(line).append('\n');
                line = log.readLine();
            }
            if (line == null) {
                throw new IllegalStateException("dnsmasq did not start: " + said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            Files.deleteIfExists(configuration.resolve("resolv.conf"));
            Files.deleteIfExists(configuration);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
