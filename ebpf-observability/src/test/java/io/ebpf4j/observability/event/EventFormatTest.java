package io.ebpf4j.observability.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.kernel.IncompatibleException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class EventFormatTest {

    @Test
    void numbersComeFromTheObject() {
        // enum event_type of event.h
        EventFormat format = EventFormat.bind(BundledBtf.load());
        assertThat(format.number(EventType.CONNECT_STARTED)).isEqualTo(16);
        assertThat(format.number(EventType.CLOSED)).isEqualTo(20);
    }

    @Test
    void aMissingMemberIsAnErrorThatShowsBothSides() {
        assertThatThrownBy(() -> EventFormat.bind(renamed("bytes_acked", "bytes_axked")))
                .isInstanceOf(IncompatibleException.class)
                .hasMessageContaining("struct closed in renamed")
                .hasMessageContaining("bytes_acked: an integer of 8 bytes")
                .hasMessageContaining("bytes_axked");
    }

    @Test
    void aMissingStructIsAnErrorThatNamesIt() {
        assertThatThrownBy(() -> EventFormat.bind(renamed("connect_failed", "connect_fxiled")))
                .isInstanceOf(IncompatibleException.class)
                .hasMessageContaining("struct connect_failed");
    }

    @Test
    void aMissingKindIsAnErrorThatShowsTheKindsThere() {
        assertThatThrownBy(() -> EventFormat.bind(renamed("EVENT_CLOSED", "EVENT_CLOXED")))
                .isInstanceOf(IncompatibleException.class)
                .hasMessageContaining("EVENT_CLOSED")
                .hasMessageContaining("EVENT_CLOXED");
    }

    @Test
    void aMemberOfAnotherWidthIsAnErrorThatShowsBothSides() {
        // the header's length has two bytes and its cookie eight: with their names exchanged neither fits
        byte[] bytes = BundledBtf.bytes();
        rename(bytes, "length", "LENGTH");
        rename(bytes, "cookie", "length");
        rename(bytes, "LENGTH", "cookie");
        assertThatThrownBy(() -> EventFormat.bind(Btf.parse(bytes, "exchanged")))
                .isInstanceOf(IncompatibleException.class)
                .hasMessageContaining("length: an integer of 2 bytes")
                .hasMessageContaining("of 8 bytes");
    }

    private static Btf renamed(String from, String to) {
        byte[] bytes = BundledBtf.bytes();
        rename(bytes, from, to);
        return Btf.parse(bytes, "renamed");
    }

    private static void rename(byte[] bytes, String from, String to) {
        byte[] name = ("\0" + from + "\0").getBytes(StandardCharsets.US_ASCII);
        byte[] replacement = ("\0" + to + "\0").getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i + name.length <= bytes.length; i++) {
            if (Arrays.equals(bytes, i, i + name.length, name, 0, name.length)) {
                System.arraycopy(replacement, 0, bytes, i, name.length);
                return;
            }
        }
        throw new IllegalArgumentException("no string " + from);
    }
}
