package io.ebpf4j.samples.demo.service;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The resolver of the demo's hosts, on UDP: it has one IPv4 address for each of its names, no other records, and no other
 * names. Its standard input is orders as those of {@link HttpService}: {@code name NAME ADDRESS} gives a name an address.
 */
public final class NameServer {
    private static final int PORT = 53;

    private NameServer() {}

    /**
     * Answers until its input ends.
     *
     * @param arguments the address to answer at
     * @throws IOException the port cannot be opened
     */
    public static void main(String[] arguments) throws IOException {
        Map<String, InetAddress> zone = new ConcurrentHashMap<>();
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(arguments[0], PORT));
                BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            Thread.ofPlatform().name("resolver").start(() -> answer(socket, zone));
            Orders.obey(orders, order -> {
                if (!order[0].equals("name")) {
                    throw new IllegalArgumentException("no such order: " + order[0]);
                }
                zone.put(order[1].toLowerCase(Locale.ROOT), InetAddress.getByName(order[2]));
                return "";
            });
        }
    }

    private static void answer(DatagramSocket socket, Map<String, InetAddress> zone) {
        DatagramPacket packet = new DatagramPacket(new byte[DnsAnswer.MAX_BYTES], DnsAnswer.MAX_BYTES);
        while (!socket.isClosed()) {
            try {
                packet.setLength(DnsAnswer.MAX_BYTES);
                socket.receive(packet);
                byte[] answer = DnsAnswer.to(packet.getData(), packet.getLength(), zone);
                if (answer.length > 0) {
                    socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            } catch (SocketException closed) {
                if (!socket.isClosed()) {
                    System.err.println("name server: " + closed);
                }
            } catch (IOException e) {
                System.err.println("name server: " + e);
            }
        }
    }
}
