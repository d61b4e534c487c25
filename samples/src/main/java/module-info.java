/** The ebpf4j command line. */
module io.ebpf4j.samples {
    requires info.picocli;
    requires java.net.http;
    requires jdk.httpserver;
    requires io.ebpf4j.observability;
    requires static org.jspecify;

    opens io.ebpf4j.samples to
            info.picocli;
}
