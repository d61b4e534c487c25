package io.ebpf4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.Kallsyms.Symbol;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KallsymsTest {
    private static final String TABLE = """
            0000000000000000 A fixed_percpu_data
            ffffffff81000000 T _stext
            ffffffff81000000 T _text
            ffffffff81234560 t cleanup
            ffffffff81299990 t cleanup
            ffffffffc0123450 t tcp_probe\t[tcp_probe_module]
            ffffffffc0200000 t cleanup\t[another]
            ffffffffc0300000 t bpf_prog_6deef7357e7b4530\t[bpf]
            """;

    @TempDir
    Path folder;

    @Test
    void findsAddressesByName() throws IOException {
        Kallsyms symbols = table(TABLE);
        assertThat(symbols.address("_text")).hasValue(0xffffffff81000000L);
        assertThat(symbols.address("tcp_probe")).hasValue(0xffffffffc0123450L);
        assertThat(symbols.address("absent")).isEmpty();
        assertThat(symbols.size()).isEqualTo(8);
    }

    @Test
    void namesTheModuleAndKeepsTheOrderOfThoseWithOneName() throws IOException {
        assertThat(table(TABLE).symbols("cleanup"))
                .containsExactly(
                        new Symbol("cleanup", 0xffffffff81234560L, 't', ""),
                        new Symbol("cleanup", 0xffffffff81299990L, 't', ""),
                        new Symbol("cleanup", 0xffffffffc0200000L, 't', "another"));
    }

    @Test
    void aHiddenAddressIsNone() throws IOException {
        Kallsyms hidden = table("0000000000000000 T tcp_sendmsg\n");
        assertThat(hidden.address("tcp_sendmsg")).isEmpty();
        assertThat(hidden.symbols("tcp_sendmsg")).containsExactly(new Symbol("tcp_sendmsg", 0, 'T', ""));
    }

    @Test
    void theLastLineMayLackItsEnd() throws IOException {
        assertThat(table("ffffffff81000000 T _text").address("_text")).hasValue(0xffffffff81000000L);
        assertThat(table("").address("_text")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"not a symbol", "ffffffff81000000", "fffffffffffffffff T long", "ffffffff81000000 TT x", "\0\0"})
    void aLineOfSomethingElseIsAnError(String line) throws IOException {
        Kallsyms symbols = table(line);
        assertThatThrownBy(() -> symbols.address("x"))
                .isInstanceOf(InvalidObjectException.class)
                .hasMessageContaining("not a line of a symbol table");
    }

    @Test
    void readsNothingBeforeItIsAsked() {
        Kallsyms missing = Kallsyms.open(folder.resolve("missing"));
        assertThatThrownBy(() -> missing.address("x")).isInstanceOf(UncheckedIOException.class);
    }

    private Kallsyms table(String text) throws IOException {
        return Kallsyms.open(Files.writeString(folder.resolve("kallsyms"), text));
    }
}
