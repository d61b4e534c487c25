package io.ebpf4j.samples.demo;

import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.link.Direction;
import io.ebpf4j.link.Link;
import io.ebpf4j.link.NetworkInterface;
import io.ebpf4j.link.TcFilter;
import io.ebpf4j.link.TcxLink;
import io.ebpf4j.object.BpfObject;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.ObjectSpec;
import java.io.IOException;
import java.io.InputStream;

/** Drops a share of the TCP segments with data that come in on an interface, by a traffic-control program of our own. */
final class LossyLink implements AutoCloseable {
    private static final String OBJECT = "loss.bpf.o";

    private final BpfObject object;
    private final Link link;

    private LossyLink(BpfObject object, Link link) {
        this.object = object;
        this.link = link;
    }

    /** Attaches it; nothing is lost yet. */
    static LossyLink attach(NetworkNamespace namespace, String device) throws IOException {
        BpfObject object = BpfObject.open(spec()).load();
        try {
            return new LossyLink(
                    object, namespace.call(() -> attach(object.program("lose"), NetworkInterface.of(device))));
        } catch (IOException | RuntimeException e) {
            object.close();
            throw e;
        }
    }

    private static Link attach(BpfProgram program, NetworkInterface device) {
        try {
            return TcxLink.attach(program, new TcxLink.Options(device, Direction.INGRESS));
        } catch (NotSupportedException older) {
            return TcFilter.attach(program, new TcFilter.Options(device, Direction.INGRESS));
        }
    }

    private static ObjectSpec spec() throws IOException {
        try (InputStream stream = LossyLink.class.getResourceAsStream(OBJECT)) {
            if (stream == null) {
                throw new IllegalStateException(OBJECT + " is missing in the jar of io.ebpf4j.samples");
            }
            return ObjectSpec.parse(stream.readAllBytes(), OBJECT);
        }
    }

    /** From now on so many of a thousand segments are lost, evenly spaced. */
    void lose(int perMille) {
        object.global("lost_per_mille").setRelease(perMille);
    }

    /** Segments with data that came so far. */
    long segments() {
        return object.global("segments").getAcquire();
    }

    /** Those of them that were dropped. */
    long dropped() {
        return object.global("dropped").getAcquire();
    }

    @Override
    public void close() {
        link.close();
        object.close();
    }
}
