package io.ebpf4j.samples;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.observability.event.Accepted;
import io.ebpf4j.observability.event.Closed;
import io.ebpf4j.observability.event.CongestionChanged;
import io.ebpf4j.observability.event.ConnectFailed;
import io.ebpf4j.observability.event.ConnectStarted;
import io.ebpf4j.observability.event.Connected;
import io.ebpf4j.observability.event.Connection;
import io.ebpf4j.observability.event.ConnectionEvent;
import io.ebpf4j.observability.event.ConnectionReset;
import io.ebpf4j.observability.event.Endpoint;
import io.ebpf4j.observability.event.ListenerSample;
import io.ebpf4j.observability.event.ProcessRef;
import io.ebpf4j.observability.event.Retransmitted;
import io.ebpf4j.observability.event.SocketSample;
import io.ebpf4j.observability.event.Traffic;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** A connection event as a JSON object. Durations are in seconds, a part that is not known is null. */
final class EventJson {
    private EventJson() {}

    static JsonLine of(ConnectionEvent event, Instant time) {
        Connection connection = event.connection();
        JsonLine line = new JsonLine()
                .put("time", time.toString())
                .put("monotonic_ns", event.timestamp())
                .put("event", EventRow.name(event))
                .put("cpu", event.cpu())
                .put("cookie", Long.toUnsignedString(connection.cookie()))
                .put("direction", lower(connection.direction()));
        process(line, connection.process());
        line.put("local", endpoint(connection.local()))
                .put("remote", endpoint(connection.remote()))
                .put("netns", connection.networkNamespace())
                .put("cgroup", connection.cgroup());
        return switch (event) {
            case ConnectStarted _ -> line;
            case Connected connected ->
                seconds(line, "latency_s", connected.latency())
                        .put("rtt_s", seconds(connected.roundTrip()))
                        .put("syn_retransmits", connected.synRetransmits());
            case ConnectFailed failed -> {
                line.put("reason", lower(failed.reason()));
                error(line, failed.error());
                yield seconds(line, "duration_s", failed.duration())
                        .put("syn_retransmits", failed.synRetransmits())
                        .put("unsent_retransmits", failed.unsentRetransmits());
            }
            case Accepted accepted -> seconds(line, "queued_s", accepted.queued());
            case Closed closed -> {
                line.put("reason", lower(closed.reason()));
                error(line, closed.error());
                seconds(line, "duration_s", closed.duration()).put("state", lower(closed.before()));
                yield traffic(line, closed.traffic());
            }
            case Retransmitted resent -> {
                line.put("segment", lower(resent.segment())).put("segments", Integer.toUnsignedLong(resent.segments()));
                error(line, resent.error());
                yield line.put("congestion", lower(resent.congestion())).put("state", lower(resent.state()));
            }
            case ConnectionReset reset -> {
                line.put("side", lower(reset.side()));
                if (reset.reason().isEmpty()) {
                    line.putNull("reason");
                } else {
                    line.put("reason", reset.reason());
                }
                yield line.put("state", lower(reset.state()));
            }
            case CongestionChanged changed ->
                line.put("before", lower(changed.before()))
                        .put("after", lower(changed.after()))
                        .put("window", changed.window())
                        .put("threshold", changed.threshold());
            case SocketSample sample -> {
                line.put("state", lower(sample.state()));
                seconds(line, "age_s", sample.age())
                        .put("congestion_window", sample.congestionWindow())
                        .put("peer_window", sample.peerWindow())
                        .put("unacknowledged", sample.unacknowledged())
                        .put("unread", sample.unread());
                yield traffic(line, sample.traffic());
            }
            case ListenerSample sample ->
                line.put("backlog", sample.backlog())
                        .put("backlog_max", sample.maximum())
                        .put("drops", sample.drops());
        };
    }

    private static void process(JsonLine line, ProcessRef process) {
        if (!process.isKnown()) {
            line.putNull("process");
            return;
        }
        JsonLine details = new JsonLine()
                .put("pid", process.pid())
                .put("uid", Integer.toUnsignedLong(process.uid()))
                .put("comm", process.comm())
                .put("started_ns", process.started());
        process.executable().ifPresentOrElse(path -> details.put("exe", path.toString()), () -> details.putNull("exe"));
        line.put("process", details);
    }

    private static JsonLine endpoint(Endpoint endpoint) {
        return new JsonLine().put("address", endpoint.host()).put("port", endpoint.port());
    }

    private static JsonLine traffic(JsonLine line, Traffic traffic) {
        return line.put("bytes_sent", traffic.bytesSent())
                .put("bytes_received", traffic.bytesReceived())
                .put("bytes_retransmitted", traffic.bytesRetransmitted())
                .put("segments_sent", Integer.toUnsignedLong(traffic.segmentsSent()))
                .put("segments_received", Integer.toUnsignedLong(traffic.segmentsReceived()))
                .put("retransmits", Integer.toUnsignedLong(traffic.retransmits()))
                .put("syn_retransmits", traffic.synRetransmits())
                .put("unsent_retransmits", traffic.unsentRetransmits())
                .put("lost", Integer.toUnsignedLong(traffic.lost()))
                .put("rtt_s", seconds(traffic.roundTrip()))
                .put("rtt_min_s", seconds(traffic.roundTripMinimum()))
                .put("rtt_samples", traffic.roundTrips().samples())
                .put("rtt_mean_s", seconds(traffic.roundTrips().mean()))
                .put("rtt_max_s", seconds(traffic.roundTrips().most()))
                .put("zero_window_s", seconds(traffic.zeroWindow()))
                .put("zero_windows", traffic.zeroWindows());
    }

    private static void error(JsonLine line, int error) {
        if (error == 0) {
            line.putNull("error");
        } else {
            line.put("error", new Errno(error).name());
        }
    }

    /** Zero is "not known": no duration is zero nanoseconds. */
    private static JsonLine seconds(JsonLine line, String name, Duration duration) {
        return duration.isZero() ? line.putNull(name) : line.put(name, seconds(duration));
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
