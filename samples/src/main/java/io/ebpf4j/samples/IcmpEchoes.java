package io.ebpf4j.samples;

import io.ebpf4j.observability.aggregate.FlowKey;
import io.ebpf4j.observability.aggregate.Snapshot;
import io.ebpf4j.observability.event.Direction;
import io.ebpf4j.observability.identity.ReservedIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Pings, from the kernel's own counters (/proc/net/snmp and snmp6) of the network namespace that this process is in: no
 * program watches them, and the dashboards compare requests with replies. Counted since the first reading.
 */
final class IcmpEchoes {
    private final Path folder;
    private final Map<String, Long> first;

    IcmpEchoes() {
        this(Path.of("/proc/thread-self/net"));
    }

    IcmpEchoes(Path folder) {
        this.folder = folder;
        this.first = read();
    }

    Snapshot addTo(Snapshot snapshot) {
        Map<String, Long> now = read();
        FlowKey out = key(ReservedIdentity.HOST, ReservedIdentity.WORLD, Direction.CLIENT);
        FlowKey in = key(ReservedIdentity.WORLD, ReservedIdentity.HOST, Direction.SERVER);
        List<Snapshot.Icmp> icmp = new ArrayList<>(snapshot.icmp());
        icmp.add(new Snapshot.Icmp(out, "IPv4", "EchoRequest", since(now, "Icmp.OutEchos")));
        icmp.add(new Snapshot.Icmp(in, "IPv4", "EchoRequest", since(now, "Icmp.InEchos")));
        icmp.add(new Snapshot.Icmp(turned(out), "IPv4", "EchoReply", since(now, "Icmp.InEchoReps")));
        icmp.add(new Snapshot.Icmp(turned(in), "IPv4", "EchoReply", since(now, "Icmp.OutEchoReps")));
        icmp.add(new Snapshot.Icmp(out, "IPv6", "EchoRequest", since(now, "Icmp6OutEchos")));
        icmp.add(new Snapshot.Icmp(in, "IPv6", "EchoRequest", since(now, "Icmp6InEchos")));
        icmp.add(new Snapshot.Icmp(turned(out), "IPv6", "EchoReply", since(now, "Icmp6InEchoReplies")));
        icmp.add(new Snapshot.Icmp(turned(in), "IPv6", "EchoReply", since(now, "Icmp6OutEchoReplies")));
        return new Snapshot(
                snapshot.from(),
                snapshot.timestamp(),
                snapshot.lost(),
                snapshot.http(),
                snapshot.httpLatencies(),
                snapshot.tcp(),
                snapshot.dns(),
                snapshot.dnsLatencies(),
                snapshot.drops(),
                snapshot.flows(),
                snapshot.tcpFlags(),
                snapshot.ports(),
                icmp,
                snapshot.families());
    }

    private static FlowKey key(ReservedIdentity source, ReservedIdentity destination, Direction reporter) {
        return new FlowKey(source, destination, "", "", reporter);
    }

    private static FlowKey turned(FlowKey flow) {
        return new FlowKey(/* source= */ flow.destination(), /* destination= */ flow.source(), "", "", flow.reporter());
    }

    private long since(Map<String, Long> now, String counter) {
        return now.getOrDefault(counter, 0L) - first.getOrDefault(counter, 0L);
    }

    private Map<String, Long> read() {
        Map<String, Long> counters = new HashMap<>();
        try {
            List<String> lines = Files.readAllLines(folder.resolve("snmp")).stream()
                    .filter(line -> line.startsWith("Icmp: "))
                    .toList();
            if (lines.size() == 2) {
                String[] names = lines.get(0).split(" ", -1);
                String[] values = lines.get(1).split(" ", -1);
                for (int i = 1; i < Math.min(names.length, values.length); i++) {
                    counters.put("Icmp." + names[i], Long.parseLong(values[i]));
                }
            }
            for (String line : Files.readAllLines(folder.resolve("snmp6"))) {
                String[] counter = line.strip().split("\\s+", -1);
                if (counter.length == 2 && counter[0].startsWith("Icmp6")) {
                    counters.put(counter[0], Long.parseLong(counter[1]));
                }
            }
        } catch (NoSuchFileException withoutIpv6) {
            // a kernel without it has no such file, and no such pings
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return counters;
    }
}
