package io.ebpf4j.observability.probe;

import io.ebpf4j.asm.Assembler;
import io.ebpf4j.asm.Register;
import io.ebpf4j.link.Direction;
import io.ebpf4j.link.NetworkInterface;
import io.ebpf4j.link.TcFilter;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.program.LogPolicy;
import io.ebpf4j.program.ProgramDefinition;
import io.ebpf4j.program.ProgramLoader;
import io.ebpf4j.spec.ProgramType;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Two network namespaces with an Ethernet segment between them, {@link #NEAR} and {@link #FAR}, that can lose packets. */
public final class TestPath implements AutoCloseable {
    public static final String NEAR = "192.0.2.1";
    public static final String FAR = "192.0.2.2";
    private static final int TC_ACT_SHOT = 2; // include/uapi/linux/pkt_cls.h

    public final TestNetwork near = new TestNetwork();
    public final TestNetwork far;

    public TestPath() {
        try {
            far = new TestNetwork();
        } catch (RuntimeException e) {
            near.close();
            throw e;
        }
        try {
            far.inside("ip", "link", "del", "left");
            near.inside(
                    "ip",
                    "link",
                    "set",
                    "right",
                    "netns",
                    far.file().getFileName().toString());
            far.inside("ip", "addr", "add", FAR + "/24", "dev", "right");
            far.inside("ip", "link", "set", "right", "up");
            // ARP is lost as everything else, and without an answer nothing is sent at all
            neighbour(near, "left", FAR, mac(far, "right"));
            neighbour(far, "right", NEAR, mac(near, "left"));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private static String mac(TestNetwork network, String device) {
        Matcher link = Pattern.compile("link/ether (\\S+)").matcher(network.inside("ip", "-o", "link", "show", device));
        if (!link.find()) {
            throw new AssertionError("no such device: " + device);
        }
        return link.group(1);
    }

    private static void neighbour(TestNetwork network, String device, String address, String mac) {
        network.inside("ip", "neigh", "replace", address, "lladdr", mac, "nud", "permanent", "dev", device);
    }

    /** From now until closed all that comes to an end is lost on the way: its sender notices nothing. */
    public AutoCloseable lossTowards(TestNetwork end) {
        String device = end == near ? "left" : "right";
        BpfProgram dropping = ProgramLoader.system()
                .load(
                        ProgramDefinition.of(
                                "lossy",
                                ProgramType.SCHED_CLS,
                                new Assembler()
                                        .mov(Register.R0, TC_ACT_SHOT)
                                        .exit()
                                        .assemble(),
                                "GPL"),
                        LogPolicy.AFTER_FAILURE);
        TcFilter filter = end.call(
                () -> TcFilter.attach(dropping, new TcFilter.Options(NetworkInterface.of(device), Direction.INGRESS)));
        return () -> {
            filter.close();
            dropping.close();
        };
    }

    /** A counter of the kernel's own statistics of a namespace. */
    public static int statistic(TestNetwork network, String name) {
        Matcher nstat = Pattern.compile(name + " +(\\d+)").matcher(network.inside("nstat", "-asz", name));
        if (!nstat.find()) {
            throw new AssertionError("nstat does not know " + name);
        }
        return Integer.parseInt(nstat.group(1));
    }

    @Override
    public void close() {
        far.close();
        near.close();
    }
}
