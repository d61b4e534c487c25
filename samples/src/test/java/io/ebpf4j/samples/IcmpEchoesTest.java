package io.ebpf4j.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.aggregate.Snapshot;
import io.ebpf4j.observability.identity.ReservedIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IcmpEchoesTest {
    private static final Snapshot NOTHING = new Snapshot(
            0, 1, 0, List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(),
            List.of(), List.of());

    @TempDir
    private Path folder;

    private void counters(int inEchos, int inReplies, int outEchos, int outReplies) throws IOException {
        // proc_net_snmp(5): a line of names, a line of values; other protocols have theirs
        Files.writeString(
                folder.resolve("snmp"),
                "Ip: Forwarding DefaultTTL\nIp: 1 64\nIcmp: InMsgs InEchos InEchoReps OutEchos OutEchoReps\n"
                        + "Icmp: 99 %d %d %d %d\nTcp: RtoMin\nTcp: 200\n"
                                .formatted(inEchos, inReplies, outEchos, outReplies));
    }

    private static long count(Snapshot snapshot, String family, String type, ReservedIdentity source) {
        return snapshot.icmp().stream()
                .filter(icmp -> icmp.family().equals(family)
                        && icmp.type().equals(type)
                        && icmp.flow().source() == source)
                .mapToLong(Snapshot.Icmp::count)
                .sum();
    }

    @Test
    void pingsSinceTheFirstReadingHaveTheirEnds() throws IOException {
        counters(1, 2, 3, 4);
        Files.writeString(folder.resolve("snmp6"), "Ip6InReceives  5\nIcmp6InEchos   \t7\nIcmp6OutEchoReplies 1\n");
        IcmpEchoes echoes = new IcmpEchoes(folder);
        counters(11, 22, 33, 44);
        Files.writeString(folder.resolve("snmp6"), "Icmp6InEchos 9\nIcmp6OutEchoReplies 3\nIcmp6OutEchos 5\n");
        Snapshot snapshot = echoes.addTo(NOTHING);
        assertThat(count(snapshot, "IPv4", "EchoRequest", ReservedIdentity.HOST))
                .isEqualTo(30);
        assertThat(count(snapshot, "IPv4", "EchoRequest", ReservedIdentity.WORLD))
                .isEqualTo(10);
        assertThat(count(snapshot, "IPv4", "EchoReply", ReservedIdentity.WORLD)).isEqualTo(20);
        assertThat(count(snapshot, "IPv4", "EchoReply", ReservedIdentity.HOST)).isEqualTo(40);
        assertThat(count(snapshot, "IPv6", "EchoRequest", ReservedIdentity.WORLD))
                .isEqualTo(2);
        assertThat(count(snapshot, "IPv6", "EchoRequest", ReservedIdentity.HOST))
                .isEqualTo(5);
        assertThat(count(snapshot, "IPv6", "EchoReply", ReservedIdentity.HOST)).isEqualTo(2);
    }

    @Test
    void aKernelWithoutIpv6HasNoSuchFile() throws IOException {
        counters(0, 0, 0, 0);
        IcmpEchoes echoes = new IcmpEchoes(folder);
        counters(1, 0, 0, 1);
        assertThat(count(echoes.addTo(NOTHING), "IPv4", "EchoRequest", ReservedIdentity.WORLD))
                .isEqualTo(1);
    }
}
