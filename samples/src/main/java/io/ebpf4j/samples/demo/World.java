package io.ebpf4j.samples.demo;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.kernel.Privileges;
import io.ebpf4j.samples.demo.service.AccessLog;
import io.ebpf4j.samples.demo.service.AccessRecord;
import io.ebpf4j.samples.demo.service.HttpService;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The demo's hosts, each a network namespace on a link of its own to a router, with their services running. Nothing of it is in
 * the machine's own network namespace. All of it goes when closed, which a thread may do while another still builds.
 *
 * <p>Only one may be open in a process at a time. Needs root, iproute2 and a cgroup2 file system.
 */
public final class World implements AutoCloseable {
    /** The router's address on every link: hosts need no network in common. */
    private static final String GATEWAY = "169.254.1.1";

    private static final String DEVICE = "eth0";
    private static final long GRACE_MILLIS = 200;
    private static final Path NAME_SERVICE_SWITCH = Path.of("/etc/nsswitch.conf");

    private final RunName run;
    private final Remains remains;
    private final ControlGroup group;
    private final NetworkNamespace router;
    private final Map<Host, ServiceProcess> services = new EnumMap<>(Host.class);
    private @Nullable LossyLink twilioLink;
    private boolean closed;

    private World(RunName run) {
        this.run = run;
        this.remains = new Remains(run);
        this.group = ControlGroup.root().child(run.toString());
        this.router = new NetworkNamespace(run.of("router"));
    }

    /**
     * A world in which nothing is yet.
     *
     * @return the world, to be closed by the caller
     * @throws IOException this process cannot be read of in /proc
     */
    public static World create() throws IOException {
        return new World(RunName.ofThisProcess());
    }

    /**
     * Builds the hosts and starts their services.
     *
     * @throws IOException something could not be made; what was made goes when the world is closed
     */
    public void build() throws IOException {
        checkPrivileges();
        makeFolder();
        makeGroups();
        makeNetwork();
        writeIdentities();
        for (Host host : Host.values()) {
            start(host);
        }
        loseNothingYet();
        for (Host host : Host.values()) {
            service(host).awaitReady();
        }
        for (Host host : Host.values()) {
            if (host != Host.CORE_API_V2) {
                name(host);
            }
        }
    }

    private static void checkPrivileges() throws IOException {
        Privileges ours = Privileges.current();
        List<Capability> missing = Stream.of(Capability.SYS_ADMIN, Capability.NET_ADMIN)
                .filter(capability -> !ours.has(capability))
                .toList();
        if (!missing.isEmpty()) {
            throw new IOException("the demo makes network namespaces and control groups: run it as root (missing: "
                    + missing.stream().map(each -> "CAP_" + each).collect(Collectors.joining(", ")) + ")");
        }
    }

    private synchronized void makeFolder() throws IOException {
        check();
        Files.createDirectory(Remains.folder(run));
        for (Host host : Host.values()) {
            Files.createDirectory(folder(host));
        }
    }

    private synchronized void makeGroups() throws IOException {
        check();
        group.create();
        for (Host host : Host.values()) {
            group(host).create();
        }
    }

    private synchronized void makeNetwork() throws IOException {
        check();
        makeResolverFiles();
        StringBuilder machine = new StringBuilder("netns add " + router.name() + "\n");
        StringBuilder routes = new StringBuilder("link set dev lo up\n");
        for (Host host : Host.values()) {
            machine.append("netns add %s\n".formatted(namespace(host).name()));
            // made where they belong, so that none is in the machine's own namespace even for a moment
            machine.append("link add name %s netns %s type veth peer name %s netns %s\n"
                    .formatted(DEVICE, namespace(host).name(), host.label(), router.name()));
            routes.append("addr add %s/32 dev %s\n".formatted(GATEWAY, host.label()))
                    .append("link set dev %s gso_max_segs 1 up\n".formatted(host.label()))
                    .append("route add %s/32 dev %s\n".formatted(host.address(), host.label()));
        }
        Program.feed(machine.toString(), "ip", "-batch", "-");
        for (Host host : Host.values()) {
            namespace(host).ip(hostNetwork(host));
        }
        router.ip(routes.toString());
        router.call(() -> Files.writeString(Path.of("/proc/sys/net/ipv4/ip_forward"), "1"));
    }

    /**
     * One segment is one packet, as on a wire: else one that is dropped would be several. And each is acknowledged at once: else, on so
     * short a path, the sender's probes for lost tails would come before acknowledgements that wait for company.
     */
    private static String hostNetwork(Host host) {
        return String.join(
                "\n",
                "link set dev lo up",
                "addr add " + host.address() + "/32 dev " + DEVICE,
                "link set dev " + DEVICE + " gso_max_segs 1 up",
                "route add " + GATEWAY + " dev " + DEVICE + " scope link",
                "route add default via " + GATEWAY + " dev " + DEVICE + " quickack 1",
                "");
    }

    /** What {@code ip netns exec} puts in the place of the machine's own files. */
    private void makeResolverFiles() throws IOException {
        try {
            Files.createDirectory(Remains.RESOLVER_FOLDER);
            Files.createFile(Remains.madeResolverFolder(run));
        } catch (FileAlreadyExistsException othersUseIt) {
            // it stays
        }
        for (Host host : Host.values()) {
            Path folder = Files.createDirectory(
                    Remains.RESOLVER_FOLDER.resolve(namespace(host).name()));
            Files.writeString(
                    folder.resolve("resolv.conf"),
                    "nameserver %s\n".formatted(Host.DNS.address())
                            + (host.tenant().isEmpty()
                                    ? ""
                                    : "search %s\n".formatted(Host.searchDomain(host.tenant()))));
            if (Files.exists(NAME_SERVICE_SWITCH)) {
                // the machine's may lead to a resolver that is reached by another way than the network
                Files.writeString(folder.resolve("nsswitch.conf"), "hosts: files dns\n");
            }
        }
    }

    private synchronized void start(Host host) throws IOException {
        check();
        services.put(host, ServiceProcess.start(host, namespace(host), group(host), folder(host)));
    }

    private synchronized void loseNothingYet() throws IOException {
        check();
        twilioLink = LossyLink.attach(namespace(Host.TWILIO), DEVICE);
    }

    private void check() throws IOException {
        if (closed) {
            throw new IOException("the demo was ended while it was being built");
        }
    }

    /** From now on the name of a service leads to this host. */
    void name(Host host) throws IOException {
        service(Host.DNS).order("name " + host.domainName() + " " + host.address());
    }

    /**
     * Replaces core-api's first version by the second, as a rolling upgrade does: its name leads to the new one; the old
     * one is ended when nobody goes by its address any more.
     *
     * @throws IOException a program ended before its time
     */
    public void upgradeCoreApi() throws IOException {
        name(Host.CORE_API_V2);
        try {
            Thread.sleep(Duration.ofSeconds(HttpService.NAME_SECONDS).plusMillis(GRACE_MILLIS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted in the upgrade");
        }
        service(Host.CORE_API_V1).close();
    }

    /**
     * The program of a host.
     *
     * @throws IOException the world is closed
     */
    synchronized ServiceProcess service(Host host) throws IOException {
        ServiceProcess service = services.get(host);
        if (service == null) {
            throw new IOException(host.label() + " does not run");
        }
        return service;
    }

    /** The link over which packets reach {@link Host#TWILIO}. */
    synchronized LossyLink twilioLink() throws IOException {
        LossyLink link = twilioLink;
        if (link == null) {
            throw new IOException("there is no link to " + Host.TWILIO.label());
        }
        return link;
    }

    /**
     * {@return what a host's service answered so far, by its own log}
     *
     * @param host the host
     * @throws IOException the log cannot be read
     */
    public List<AccessRecord> served(Host host) throws IOException {
        return AccessLog.read(folder(host).resolve("served.log"));
    }

    /**
     * {@return what a host's service asked of others so far, by its own log}
     *
     * @param host the host
     * @throws IOException the log cannot be read
     */
    public List<AccessRecord> asked(Host host) throws IOException {
        return AccessLog.read(folder(host).resolve("asked.log"));
    }

    /**
     * {@return a file that says which service runs where, by control group and by address, for who has no cluster to ask: in the
     * form of {@link io.ebpf4j.observability.identity.StaticIdentities}}
     */
    public Path identities() {
        return Remains.folder(run).resolve("identities.properties");
    }

    private synchronized void writeIdentities() throws IOException {
        check();
        StringBuilder text = new StringBuilder("cluster = demo\n");
        for (Host host : Host.values()) {
            if (!host.tenant().isEmpty()) {
                Map<String, String> parts = new LinkedHashMap<>();
                parts.put("namespace", host.tenant());
                parts.put("kind", "Deployment");
                parts.put("workload", host.service());
                parts.put("service", host.service());
                parts.put("pod", host.label());
                parts.put("label.app", host.service());
                parts.put("address", host.address());
                parts.put("cgroup", "/" + run + "/" + host.label());
                parts.forEach(
                        (part, value) -> text.append("workload.%s.%s = %s\n".formatted(host.label(), part, value)));
            }
        }
        Files.writeString(identities(), text);
    }

    NetworkNamespace namespace(Host host) {
        return new NetworkNamespace(run.of(host.label()));
    }

    ControlGroup group(Host host) {
        return group.child(host.label());
    }

    private Path folder(Host host) {
        return Remains.folder(run).resolve(host.label());
    }

    /** {@return the folder of this run, which goes when the world is closed} */
    public Path folder() {
        return Remains.folder(run);
    }

    /** What of this world is on the machine. */
    Remains remains() {
        return remains;
    }

    /**
     * {@return segments that the kernel sent again in a host's network namespace since it was made, as {@code nstat} has them
     * in TcpRetransSegs}
     *
     * @param host the host
     * @throws IOException the kernel does not tell
     */
    public long retransmits(Host host) throws IOException {
        List<String> lines = namespace(host).call(() -> Files.readAllLines(Path.of("/proc/thread-self/net/snmp")));
        List<String> tcp =
                lines.stream().filter(line -> line.startsWith("Tcp: ")).toList();
        List<String> names = List.of(tcp.getFirst().split(" ", -1));
        return Long.parseLong(tcp.getLast().split(" ", -1)[names.indexOf("RetransSegs")]);
    }

    /** Removes it all, however far it was built. Closing again does nothing. */
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        Optional.ofNullable(twilioLink).ifPresent(LossyLink::close);
        remains.remove();
    }

    /**
     * Removes what runs of the demo left that were killed.
     *
     * @return what was removed
     * @throws IOException something is left
     */
    public static List<Path> removeLeftovers() throws IOException {
        List<Path> removed = new ArrayList<>();
        for (RunName dead : Remains.ofTheDead()) {
            Remains left = new Remains(dead);
            removed.addAll(left.list());
            left.remove();
        }
        return removed;
    }
}
