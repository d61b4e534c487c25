package io.ebpf4j.observability.probe;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.map.BpfMap;
import io.ebpf4j.object.Skipped;
import io.ebpf4j.observability.event.EnumNames;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.RecordReader;
import io.ebpf4j.program.BpfProgram;
import java.util.List;
import java.util.Map;

/**
 * The programs of one layer, loaded and attached, with the ring that they write to and the reader that makes events of
 * it. {@link ConnectivityEvents} drains the rings of several such probes on one thread, which alone calls {@link
 * #reader()}'s methods and {@link #tend}; everything else is for any thread.
 */
public interface LayerProbe extends AutoCloseable {
    /** {@return which layer this is} */
    Layer layer();

    /** {@return the object's own types, by which its records are read} */
    Btf btf();

    /** {@return the ring} */
    BpfMap events();

    /** {@return how many records of each type were to be written, and found the ring full: {@code struct tally} a CPU} */
    BpfMap tallies();

    /** {@return what makes events of the records} */
    RecordReader reader();

    /** {@return the names of the kernel's own enums that the reader uses} */
    default List<EnumNames> names() {
        return List.of();
    }

    /** {@return the programs by their names} */
    default Map<String, BpfProgram> programs() {
        return Map.of();
    }

    /** {@return runs of programs that the kernel left out because an interrupt hit a CPU where one was running} */
    long missedRuns();

    /** {@return what this kernel is too old for, and is done without} */
    List<Skipped> skipped();

    /**
     * Does what is due by time and concerns the kernel: looks for new processes, sweeps the sockets. Called about four
     * times a second.
     *
     * @param now the time, CLOCK_MONOTONIC nanoseconds
     */
    default void tend(long now) {}

    /** Detaches the programs, so that nothing more is written; what was written and counted can still be read. */
    void detach();

    /** Detaches and unloads the programs. Closing again does nothing. */
    @Override
    void close();
}
