package io.ebpf4j.observability.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.event.ProcessRef;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressIdentitiesTest {
    private final Set<Address> own = new HashSet<>(Set.of(Address.of(Subjects.endpoint("192.0.2.1", 0))));

    private AddressIdentities source(AddressIdentities.Outside outside) {
        return new AddressIdentities(outside, () -> Set.copyOf(own), Map.of("KUBERNETES_SERVICE_HOST", "10.96.0.1"));
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, localhost, localhost",
        "127.9.9.9, localhost, localhost",
        "::1, localhost, localhost",
        "192.0.2.1, host, host",
        "10.96.0.1, kube-apiserver, kube-apiserver",
        "169.254.169.254, link-local, link-local",
        "fe80::1, link-local, link-local",
        "224.0.0.251, multicast, multicast",
        "ff02::fb, multicast, multicast",
        "198.51.100.1, world, world-ipv4",
        "2001:db8::1, world, world-ipv6",
        "febf::1, link-local, link-local",
        "fec0::1, world, world-ipv6",
    })
    void theAddressSaysWhatItIs(String address, String name, String byVersion) {
        assertThat(Subjects.names(source(AddressIdentities.Outside.WORLD), Subjects.far(address, 80)))
                .containsExactly(name);
        assertThat(Subjects.names(source(AddressIdentities.Outside.WORLD_BY_VERSION), Subjects.far(address, 80)))
                .containsExactly(byVersion);
    }

    @Test
    void theNearEndIsTheHost() {
        assertThat(Subjects.names(source(AddressIdentities.Outside.WORLD), Subjects.near(ProcessRef.UNKNOWN, 0)))
                .containsExactly("host");
    }

    @Test
    void newAddressesAreFoundByTheNextRefresh() {
        AddressIdentities source = source(AddressIdentities.Outside.WORLD);
        Subject subject = Subjects.far("192.0.2.2", 80);
        long revision = source.revision(subject);
        assertThat(Subjects.names(source, subject)).containsExactly("world");
        own.add(Address.of(Subjects.endpoint("192.0.2.2", 0)));
        source.refresh(1);
        assertThat(Subjects.names(source, subject)).containsExactly("host");
        assertThat(source.revision(subject)).isNotEqualTo(revision);
        source.refresh(2);
        assertThat(source.revision(subject)).isEqualTo(revision + 1);
    }

    @Test
    void thisHostsAddressesAreItsInterfaces() throws SocketException {
        AddressIdentities source = new AddressIdentities(AddressIdentities.Outside.WORLD);
        for (NetworkInterface networkInterface :
                NetworkInterface.networkInterfaces().toList()) {
            for (InetAddress address : networkInterface.inetAddresses().toList()) {
                Address own = Address.of(address);
                assertThat(Subjects.names(source, Subjects.far(own.toString(), 80)))
                        .containsExactly(address.isLoopbackAddress() ? "localhost" : "host");
            }
        }
    }
}
