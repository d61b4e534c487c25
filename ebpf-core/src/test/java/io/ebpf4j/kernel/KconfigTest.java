package io.ebpf4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KconfigTest {
    private static final String TEXT = """
            #
            # Linux/x86 6.18.0 Kernel Configuration
            #
            CONFIG_CC_VERSION_TEXT="gcc (Debian 12) = 12.2.0"
            CONFIG_HZ=250
            CONFIG_BPF_SYSCALL=y
            CONFIG_NETKIT=m
            # CONFIG_KPROBES is not set
            CONFIG_PHYSICAL_START=0x1000000
            """;

    @Test
    void keepsValuesAsTheyAreWritten() {
        Kconfig config = Kconfig.parse(TEXT, "here");
        assertThat(config.value("CONFIG_HZ")).hasValue("250");
        assertThat(config.value("CONFIG_PHYSICAL_START")).hasValue("0x1000000");
        assertThat(config.value("CONFIG_CC_VERSION_TEXT")).hasValue("\"gcc (Debian 12) = 12.2.0\"");
        assertThat(config.value("CONFIG_KPROBES")).isEmpty();
        assertThat(config.isEnabled("CONFIG_BPF_SYSCALL")).isTrue();
        assertThat(config.isEnabled("CONFIG_NETKIT")).isTrue();
        assertThat(config.isEnabled("CONFIG_HZ")).isFalse();
        assertThat(config.values()).hasSize(5);
    }

    @Test
    void readsAPlainAndACompressedFile(@TempDir Path folder) throws IOException {
        Path plain = Files.writeString(folder.resolve("config-6.18"), TEXT);
        Path compressed = folder.resolve("config.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(compressed))) {
            out.write(TEXT.getBytes(StandardCharsets.UTF_8));
        }
        assertThat(Kconfig.open(compressed).values())
                .isEqualTo(Kconfig.open(plain).values());
        assertThat(Kconfig.open(compressed).origin()).isEqualTo(compressed.toString());
    }
}
