package io.ebpf4j.samples.demo;

import io.ebpf4j.observability.aggregate.Exemplar;
import io.ebpf4j.observability.aggregate.Snapshot;
import io.ebpf4j.observability.event.Direction;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * TCP of one pair as its client saw it: a row of what a dashboard shows.
 *
 * @param pair who is connected to whom
 * @param opened connections made
 * @param segments segments that the client sent
 * @param retransmits segments that it sent again, handshakes included
 * @param roundTrip the median of smoothed round trips, seconds; NaN where none was measured
 * @param exemplar a trace whose request met a retransmission
 */
public record TcpRow(
        Pair pair, long opened, long segments, long retransmits, double roundTrip, Optional<Exemplar> exemplar) {
    /** The rows of a window, by pair. */
    static List<TcpRow> of(Snapshot window) {
        return window.tcp().stream()
                .filter(tcp -> tcp.flow().reporter() == Direction.CLIENT)
                .map(tcp -> new TcpRow(
                        Pair.of(tcp.flow()),
                        tcp.opened(),
                        tcp.segmentsSent(),
                        retransmits(tcp),
                        tcp.roundTrips().quantile(0.5),
                        tcp.retransmitExemplar().stream().findFirst()))
                .filter(row -> row.opened + row.segments + row.retransmits > 0)
                .sorted(Comparator.comparing(TcpRow::pair))
                .toList();
    }

    /** What the kernel counts in TcpRetransSegs. */
    static long retransmits(Snapshot.Tcp tcp) {
        return tcp.retransmits() + tcp.synRetransmits() + tcp.synAckRetransmits();
    }
}
