package io.ebpf4j.observability.proof;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;

/** A server that answers each request on a virtual thread, with a status and a length that follow from the path. */
final class VirtualThreadsServer {
    private VirtualThreadsServer() {}

    /** The status that {@code /item/N} is answered with. */
    static int status(int number) {
        return switch (number % 5) {
            case 0 -> 200;
            case 1 -> 201;
            case 2 -> 404;
            case 3 -> 409;
            default -> 503;
        };
    }

    /** Bytes of the body that {@code /item/N} is answered with; four digits, so that heads of a status are of one length. */
    static int length(int number) {
        return 1000 + number % 8999;
    }

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            int number = Integer.parseInt(path.substring(path.lastIndexOf('/') + 1));
            exchange.getResponseHeaders().set("X-Path", path);
            byte[] body = new byte[length(number)];
            exchange.sendResponseHeaders(status(number), body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /** Serves until it is ended; says its port first. */
    public static void main(String[] arguments) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        server.createContext("/item/", VirtualThreadsServer::answer);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        System.out.println(server.getAddress().getPort());
        System.out.flush();
    }
}
