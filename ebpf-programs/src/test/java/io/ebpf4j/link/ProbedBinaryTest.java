package io.ebpf4j.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ProbedBinaryTest {

    @Test
    void librariesAndProgramsAreLookedForWhereLibbpfLooks() {
        Map<String, String> environment = Map.of("LD_LIBRARY_PATH", "/opt/lib::/x", "PATH", "/opt/bin");
        assertThat(ProbedBinary.folders("libc.so.6", environment, "amd64"))
                .containsExactly("/opt/lib", "/x", "/usr/lib64", "/usr/lib", "/lib/x86_64-linux-gnu");
        assertThat(ProbedBinary.folders("libz.so", Map.of(), "aarch64"))
                .containsExactly("/usr/lib64", "/usr/lib", "/lib/aarch64-linux-gnu");
        assertThat(ProbedBinary.folders("bash", environment, "amd64"))
                .containsExactly("/opt/bin", "/usr/bin", "/usr/sbin");
    }

    @Test
    void patternsAreOfTextNotOfExpressions() {
        assertThat(ProbedBinary.globPattern("a.b*?").matcher("a.bXY").matches()).isTrue();
        assertThat(ProbedBinary.globPattern("a.b*?").matcher("aXbXY").matches()).isFalse();
        assertThat(ProbedBinary.globPattern("a.b*?").matcher("a.b").matches()).isFalse();
    }
}
