package io.ebpf4j.observability.probe;

import io.ebpf4j.program.ProgramInfo;
import java.util.List;

/**
 * What a layer costs, and how near it is to losing records, at one moment.
 *
 * @param programs what the kernel tells of its programs; {@link ProgramInfo#runTime()} and {@link ProgramInfo#runCount()} grow
 *     only while somebody has {@link io.ebpf4j.program.ProgramStatistics} enabled. Where several layers watch sends and receives,
 *     only the first one's programs are run for them, and call the others': what these take is counted with the first
 * @param ringBytes the ring's capacity
 * @param ringUsed bytes in the ring that the reader has not read yet
 */
public record LayerLoad(List<ProgramInfo> programs, long ringBytes, long ringUsed) {
    /** Copies the list. */
    public LayerLoad {
        programs = List.copyOf(programs);
    }
}
