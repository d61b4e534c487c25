package io.ebpf4j.observability.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointTest {

    // the right column is what inet_ntop(3) prints, which follows RFC 5952
    @ParameterizedTest
    @CsvSource({
        "0,0,::",
        "0,1,::1",
        "0x20010db800000000,1,2001:db8::1",
        "0x20010db800000001,0x0001000100010001,2001:db8:0:1:1:1:1:1",
        "0x2001000000000001,0x0000000000000001,2001:0:0:1::1",
        "0x20010db800000000,0x0001000000000000,2001:db8:0:0:1::",
        "0xfe80000000000000,0x00000000000000a0,fe80::a0",
        "0x0001000200030004,0x0005000600070008,1:2:3:4:5:6:7:8"
    })
    void printsIpv6AsTheSystemDoes(String high, String low, String text) {
        Endpoint endpoint =
                new Endpoint(Long.parseUnsignedLong(hex(high), 16), Long.parseUnsignedLong(hex(low), 16), 443);
        assertThat(endpoint.host()).isEqualTo(text);
        assertThat(endpoint).hasToString("[" + text + "]:443");
    }

    private static String hex(String number) {
        return number.startsWith("0x") ? number.substring(2) : number;
    }

    @Test
    void printsAMappedAddressAsIpv4() {
        assertThat(new Endpoint(0, 0x0000_ffff_c000_02ffL, 80)).hasToString("192.0.2.255:80");
    }

    @Test
    void givesTheSameAddressAsTheJdk() throws UnknownHostException {
        for (String text : new String[] {"192.0.2.1", "2001:db8::42", "::1", "0.0.0.0"}) {
            InetAddress address = InetAddress.getByName(text);
            ByteBuffer bytes = ByteBuffer.allocate(16);
            if (address.getAddress().length == 4) {
                bytes.putLong(0).putInt(0xffff).put(address.getAddress()).flip();
            } else {
                bytes.put(address.getAddress()).flip();
            }
            assertThat(new Endpoint(bytes.getLong(), bytes.getLong(), 0).address())
                    .isEqualTo(address);
        }
    }

    @Test
    void knowsTheAnyAddressOfBothFamilies() {
        assertThat(new Endpoint(0, 0, 0).isUnspecified()).isTrue();
        assertThat(new Endpoint(0, 0x0000_ffff_0000_0000L, 0).isUnspecified()).isTrue();
        assertThat(new Endpoint(0, 1, 0).isUnspecified()).isFalse();
    }
}
