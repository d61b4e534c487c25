package io.ebpf4j.link;

import io.ebpf4j.kernel.sys.BpfAttr;
import io.ebpf4j.kernel.sys.BpfCommand;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.LockSupport;

/** An array map of one value, made by bare bpf(2): how often a program ran, and a number that it left. */
final class Counter implements AutoCloseable {
    static final int COUNT = 0;
    static final int LEFT = 8;

    private static final int ARRAY = 2;
    private static final int SOCKMAP = 15;

    private final Fd fd;

    private Counter(Fd fd) {
        this.fd = fd;
    }

    static Counter create() {
        return new Counter(create(ARRAY, 16));
    }

    static Fd sockmap() {
        return create(SOCKMAP, 4);
    }

    private static Fd create(int type, int valueSize) {
        Kernel kernel = Kernel.system();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(BpfAttr.SIZE, 8);
            attr.set(ValueLayout.JAVA_INT, BpfAttr.MapCreate.MAP_TYPE, type);
            attr.set(ValueLayout.JAVA_INT, BpfAttr.MapCreate.KEY_SIZE, 4);
            attr.set(ValueLayout.JAVA_INT, BpfAttr.MapCreate.VALUE_SIZE, valueSize);
            attr.set(ValueLayout.JAVA_INT, BpfAttr.MapCreate.MAX_ENTRIES, 1);
            int result = kernel.bpf(BpfCommand.MAP_CREATE, attr, BpfAttr.MapCreate.SIZE);
            return Fd.own(kernel, Failure.check("bpf(BPF_MAP_CREATE)", result, "test map"), "test map");
        }
    }

    static void put(Fd map, int value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(BpfAttr.SIZE, 8);
            attr.set(ValueLayout.JAVA_INT, BpfAttr.MapElement.MAP_FD, map.number());
            attr.set(
                    ValueLayout.JAVA_LONG,
                    BpfAttr.MapElement.KEY,
                    arena.allocate(4, 4).address());
            attr.set(
                    ValueLayout.JAVA_LONG,
                    BpfAttr.MapElement.VALUE,
                    arena.allocateFrom(ValueLayout.JAVA_INT, value).address());
            int result = map.kernel().bpf(BpfCommand.MAP_UPDATE_ELEM, attr, BpfAttr.MapElement.SIZE);
            Failure.check("bpf(BPF_MAP_UPDATE_ELEM)", result, "socket into sockmap");
        }
    }

    int fd() {
        return fd.number();
    }

    long count() {
        return read(COUNT);
    }

    /** Waits for as many, for packets arrive when their neighbour is resolved; gives the count then, or after five seconds. */
    long countOnce(long least) {
        long end = System.nanoTime() + 5_000_000_000L;
        while (count() < least && System.nanoTime() < end) {
            LockSupport.parkNanos(5_000_000);
        }
        return count();
    }

    long left() {
        return read(LEFT);
    }

    private long read(int offset) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(BpfAttr.SIZE, 8);
            MemorySegment value = arena.allocate(16, 8);
            attr.set(ValueLayout.JAVA_INT, BpfAttr.MapElement.MAP_FD, fd.number());
            attr.set(
                    ValueLayout.JAVA_LONG,
                    BpfAttr.MapElement.KEY,
                    arena.allocate(4, 4).address());
            attr.set(ValueLayout.JAVA_LONG, BpfAttr.MapElement.VALUE, value.address());
            int result = fd.kernel().bpf(BpfCommand.MAP_LOOKUP_ELEM, attr, BpfAttr.MapElement.SIZE);
            Failure.check("bpf(BPF_MAP_LOOKUP_ELEM)", result, "test map");
            return value.get(ValueLayout.JAVA_LONG, offset);
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
