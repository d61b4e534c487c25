package io.ebpf4j.ring;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.SystemCallException;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.kernel.sys.Mapping;
import io.ebpf4j.kernel.sys.PerfEvent;
import io.ebpf4j.kernel.sys.PerfEventAttr;
import io.ebpf4j.map.BpfMap;
import io.ebpf4j.map.UpdateMode;
import io.ebpf4j.spec.MapType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The consumer of a perf event array, {@code BPF_MAP_TYPE_PERF_EVENT_ARRAY}: one buffer for each CPU, which programs fill
 * by {@code bpf_perf_event_output}, since Linux 4.4. From 5.8 on {@link RingBuffer} is the better choice.
 *
 * <p>Samples are handed out where they lie, nothing is allocated for one; those that go over the end of their buffer are
 * copied once. Samples of one CPU are in order, those of different CPUs are not.
 *
 * <p><b>Threads.</b> One thread drains at a time; a second one gets an {@link IllegalStateException}. {@link #counts} and
 * {@link #close} may be called from any thread; close waits for a drain to end.
 *
 * <p><b>CPUs.</b> Those that are online when it is opened and have an element in the map. What programs send on another one
 * is refused to them with an error, and is not counted here.
 */
public final class PerfBuffer extends PollSource {
    private final BpfMap map;
    private final PerfOptions options;
    private final Arena arena;
    private final List<PerfEvent> events;
    private final PerfRing[] rings;
    private final ConsumerGate gate;
    // Written by the draining thread alone.
    private final AtomicLong delivered = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private int turn;

    private PerfBuffer(BpfMap map, PerfOptions options, Arena arena, List<PerfEvent> events, List<PerfRing> rings) {
        this.map = map;
        this.options = options;
        this.arena = arena;
        this.events = List.copyOf(events);
        this.rings = rings.toArray(PerfRing[]::new);
        this.gate = new ConsumerGate("perf buffer " + map.name(), this::release);
    }

    /**
     * Opens an event on each CPU, maps its buffer, and puts it into the map. From then on programs can send.
     *
     * @param map the map; another reader's events in it are replaced
     * @param options size, wake-up and mode
     * @return the consumer, to be closed; it keeps a descriptor of the map of its own
     * @throws IllegalArgumentException if the map is no perf event array, or the watermark is no less than the buffer
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses: without CAP_IPC_LOCK the pages count against {@code
     *     kernel.perf_event_mlock_kb} and the limit of locked memory
     */
    @SuppressWarnings("MustBeClosedChecker") // the buffer owns the arena, the events and the map, and closes them
    public static PerfBuffer open(BpfMap map, PerfOptions options) {
        if (!map.type().equals(MapType.PERF_EVENT_ARRAY)) {
            throw new IllegalArgumentException(
                    "map " + map.name() + " is of type " + map.type() + ", not perf_event_array");
        }
        Kernel kernel = map.kernel();
        long size = options.pages() * kernel.pageSize();
        if (options.wakeup() instanceof PerfOptions.Wakeup.Watermark(int watermark) && watermark >= size) {
            throw new IllegalArgumentException("a watermark of " + watermark + " bytes in a buffer of " + size);
        }
        BpfMap own = BpfMap.duplicate(kernel, map.fd());
        Arena arena = Arena.ofShared();
        List<PerfEvent> events = new ArrayList<>();
        List<PerfRing> rings = new ArrayList<>();
        try {
            for (int cpu : kernel.onlineCpus()) {
                if (cpu < Integer.toUnsignedLong(map.maxEntries())) {
                    openCpu(own, options, cpu, arena, events, rings);
                }
            }
            return new PerfBuffer(own, options, arena, events, rings);
        } catch (RuntimeException e) {
            arena.close();
            events.forEach(PerfEvent::close);
            own.close();
            throw e;
        }
    }

    private static void openCpu(
            BpfMap map, PerfOptions options, int cpu, Arena arena, List<PerfEvent> events, List<PerfRing> rings) {
        Kernel kernel = map.kernel();
        PerfEvent event;
        try {
            event = PerfEvent.open(
                    kernel,
                    attr -> describe(attr, options),
                    PerfEvent.EVERY_PROCESS,
                    cpu,
                    "perf buffer " + map.name() + " of CPU " + cpu);
        } catch (SystemCallException gone) {
            if (gone.errno().equals(Errno.ENODEV)) {
                return; // it went offline since the list was read
            }
            throw gone;
        }
        events.add(event);
        long page = kernel.pageSize();
        long size = options.pages() * page;
        // Mapped without the right to write, the kernel does not look at our position: that makes it overwritable.
        Mapping.Access access = switch (options.mode()) {
            case KEEP_OLDEST -> Mapping.Access.READ_WRITE;
            case KEEP_NEWEST -> Mapping.Access.READ;
        };
        MemorySegment memory = Mapping.into(arena, event.fd(), 0, page + size, access);
        rings.add(new PerfRing(
                map.name(),
                cpu,
                memory.asSlice(0, page),
                memory.asSlice(page, size).asReadOnly(),
                arena));
        try (Arena call = Arena.ofConfined()) {
            MemorySegment key = call.allocateFrom(ValueLayout.JAVA_INT, cpu);
            map.update(key, call.allocateFrom(ValueLayout.JAVA_INT, event.fd().number()), UpdateMode.ANY);
        }
        event.enable();
    }

    private static void describe(MemorySegment attr, PerfOptions options) {
        attr.set(ValueLayout.JAVA_INT, PerfEventAttr.TYPE, PerfEventAttr.PERF_TYPE_SOFTWARE);
        attr.set(ValueLayout.JAVA_LONG, PerfEventAttr.CONFIG, PerfEventAttr.PERF_COUNT_SW_BPF_OUTPUT);
        attr.set(ValueLayout.JAVA_LONG, PerfEventAttr.SAMPLE_PERIOD, 1);
        attr.set(ValueLayout.JAVA_LONG, PerfEventAttr.SAMPLE_TYPE, PerfEventAttr.PERF_SAMPLE_RAW);
        long flags = 0;
        switch (options.wakeup()) {
            case PerfOptions.Wakeup.Samples(int samples) ->
                attr.set(ValueLayout.JAVA_INT, PerfEventAttr.WAKEUP_EVENTS, samples);
            case PerfOptions.Wakeup.Watermark(int watermark) -> {
                attr.set(ValueLayout.JAVA_INT, PerfEventAttr.WAKEUP_WATERMARK, watermark);
                flags |= PerfEventAttr.flag(PerfEventAttr.WATERMARK);
            }
        }
        if (options.mode() == PerfOptions.Mode.KEEP_NEWEST) {
            flags |= PerfEventAttr.flag(PerfEventAttr.WRITE_BACKWARD);
        }
        attr.set(ValueLayout.JAVA_LONG, PerfEventAttr.FLAGS, flags);
    }

    /** {@return the name of the map} */
    public String name() {
        return map.name();
    }

    /** {@return number of CPUs that it is read from} */
    public int cpus() {
        return rings.length;
    }

    /**
     * Hands every sample that is there to a handler, CPU by CPU.
     *
     * @param handler takes the samples
     * @return samples delivered
     * @throws io.ebpf4j.kernel.InvalidObjectException if a buffer's positions or lengths make no sense
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses to stop the writing of an overwritable buffer
     * @throws IllegalStateException if the buffer is closed, or another thread drains it
     */
    public long drain(PerfHandler handler) {
        return drain(handler, Long.MAX_VALUE);
    }

    /**
     * Hands samples that are there to a handler, CPU by CPU, until there are none, the budget is used up, or the handler
     * says stop. The next drain begins with the CPU after the one that this drain ended at.
     *
     * <p>A sample counts as consumed once the handler was called with it, also where it throws; what it throws is thrown
     * on from here. A stop in an overwritable buffer gives the rest of that CPU's snapshot up.
     *
     * @param handler takes the samples
     * @param budget samples to deliver at most
     * @return samples delivered
     * @throws io.ebpf4j.kernel.InvalidObjectException if a buffer's positions or lengths make no sense
     * @throws io.ebpf4j.kernel.BpfException if the kernel refuses to stop the writing of an overwritable buffer
     * @throws IllegalStateException if the buffer is closed, or another thread drains it
     */
    public long drain(PerfHandler handler, long budget) {
        gate.enter();
        try {
            PerfDrainLoop own = HandlerLoops.ofSamples(handler.getClass());
            long count = 0;
            for (int i = 0; i < rings.length && count < budget; i++) {
                int index = turn;
                turn = index + 1 == rings.length ? 0 : index + 1;
                PerfRing ring = rings[index];
                boolean more;
                try {
                    more = options.mode() == PerfOptions.Mode.KEEP_OLDEST
                            ? ring.drain(own, handler, budget - count, gate)
                            : snapshot(index, handler, budget - count);
                } finally {
                    count += ring.count();
                    delivered.setOpaque(delivered.getPlain() + ring.count());
                    lost.setOpaque(lost.getPlain() + ring.lost());
                    bytes.setOpaque(bytes.getPlain() + ring.bytes());
                }
                if (!more) {
                    break;
                }
            }
            return count;
        } finally {
            gate.leave();
        }
    }

    private boolean snapshot(int index, PerfHandler handler, long budget) {
        PerfEvent event = events.get(index);
        event.pause();
        try {
            return rings[index].snapshot(handler, budget);
        } finally {
            event.resume();
        }
    }

    /** {@return what went through since it was opened, as of the last finished drain of each CPU} */
    public PerfCounts counts() {
        return new PerfCounts(delivered.getOpaque(), lost.getOpaque(), bytes.getOpaque());
    }

    @Override
    List<Fd> descriptors() {
        return events.stream().map(PerfEvent::fd).toList();
    }

    /** Its rings are many, one a CPU, and their order among each other is not known anyway. */
    @Override
    void mark() {}

    @Override
    void unmark() {}

    /**
     * A sample wakes whatever our position is, so that nothing has to be looked at twice: what is here now came after the
     * drain. With a watermark what is below it stays until the time of a poll is up.
     */
    @Override
    boolean isIdle() {
        if (options.mode() == PerfOptions.Mode.KEEP_NEWEST
                || options.wakeup() instanceof PerfOptions.Wakeup.Watermark) {
            return true;
        }
        gate.enter();
        try {
            for (PerfRing ring : rings) {
                if (!ring.isEmpty()) {
                    return false;
                }
            }
            return true;
        } finally {
            gate.leave();
        }
    }

    /**
     * Takes the events out of the map and ends the mappings, once. A drain that is running is ended first, after at most a
     * batch of samples; called from a handler, the buffer is closed when the drain ends.
     */
    @Override
    public void close() {
        gate.close();
    }

    private void release() {
        // The map holds on to an event that is closed; only without its element do programs get an error.
        try (Arena call = Arena.ofConfined()) {
            MemorySegment key = call.allocate(ValueLayout.JAVA_INT);
            for (PerfRing ring : rings) {
                key.set(ValueLayout.JAVA_INT, 0, ring.cpu());
                map.delete(key);
            }
        }
        arena.close();
        events.forEach(PerfEvent::close);
        map.close();
    }

    @Override
    public String toString() {
        return "perf buffer " + map.name() + " (" + rings.length + " CPUs, " + options.pages() + " pages each)";
    }
}
