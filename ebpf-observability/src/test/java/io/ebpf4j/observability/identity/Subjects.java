package io.ebpf4j.observability.identity;

import io.ebpf4j.observability.event.AddressRange;
import io.ebpf4j.observability.event.Endpoint;
import io.ebpf4j.observability.event.ProcessRef;
import java.util.ArrayList;
import java.util.List;

/** Ends to ask about, and what sources answer. */
public final class Subjects {
    public static final ProcessRef CURL = new ProcessRef(4711, 0, 123_450_000_000L, "curl");

    private Subjects() {}

    public static Endpoint endpoint(String address, int port) {
        AddressRange range = AddressRange.parse(address);
        return new Endpoint(range.high(), range.low(), port);
    }

    public static Subject far(String address, int port) {
        return far(address, port, 1);
    }

    public static Subject far(String address, int port, long timestamp) {
        return new Subject(Subject.Side.FAR, endpoint(address, port), ProcessRef.UNKNOWN, 0, 1, CURL, 77, timestamp);
    }

    public static Subject near(ProcessRef process, long cgroup) {
        return new Subject(Subject.Side.NEAR, endpoint("10.9.9.9", 40000), process, cgroup, 1, process, 77, 1);
    }

    public static List<Finding> ask(IdentitySource source, Subject subject) {
        List<Finding> findings = new ArrayList<>();
        source.find(subject, findings::add);
        return findings;
    }

    public static List<String> names(IdentitySource source, Subject subject) {
        return ask(source, subject).stream()
                .map(finding -> finding.identity().displayName())
                .toList();
    }
}
