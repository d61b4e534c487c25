package io.ebpf4j.btf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.testing.RequiresKernel;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All types of the running kernel, against bpftool's reading and clang's layout. */
@RequiresKernel(
        since = "5.4",
        feature = "BTF of the kernel",
        capability = {})
class VmlinuxIT {
    private static final Path VMLINUX = Path.of("/sys/kernel/btf/vmlinux");

    private static void assumeTool(String name) throws IOException, InterruptedException {
        boolean found =
                new ProcessBuilder("sh", "-c", "command -v " + name).start().waitFor() == 0;
        assumeTrue(found, name + " is not installed: there is nothing to compare with");
    }

    @Test
    void everyTypeIsAsBpftoolReadsIt() throws IOException, InterruptedException {
        assumeTool("bpftool");
        Process bpftool = new ProcessBuilder("bpftool", "btf", "dump", "file", VMLINUX.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        Btf btf = Btf.vmlinux();
        Iterator<String> ours = BpftoolText.of(btf, 1).iterator();
        long lines = 0;
        try (BufferedReader theirs = bpftool.inputReader(StandardCharsets.UTF_8)) {
            for (String line = theirs.readLine(); line != null; line = theirs.readLine()) {
                assertThat(ours.hasNext()).as(line).isTrue();
                String our = ours.next();
                if (!our.equals(line)) {
                    assertThat(our).as("line %d", lines).isEqualTo(line);
                }
                lines++;
            }
        }
        assertThat(ours.hasNext()).isFalse();
        assertThat(bpftool.waitFor()).isZero();
        assertThat(lines).isGreaterThan(btf.lastId());
    }

    @Test
    void theWholeHeaderCompilesAndEveryMemberIsWhereTheKernelHasIt(@TempDir Path folder)
            throws IOException, InterruptedException {
        assumeTool("clang-19");
        Btf btf = Btf.vmlinux();
        StringBuilder source = new StringBuilder(new BtfDump(btf).header());
        int asserted = 0;
        for (int id = 1; id <= btf.lastId(); id++) {
            if (btf.kind(id).isComposite() && !btf.isAnonymous(id) && isOnlyTag(btf, id)) {
                asserted += assertLayout(btf, id, source);
            }
        }
        Path file = folder.resolve("vmlinux.c");
        Files.writeString(file, source);
        Path log = folder.resolve("log");
        Process clang = new ProcessBuilder(
                        "clang-19", "--target=bpf", "-Wall", "-Werror", "-fsyntax-only", file.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(clang.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(Files.readString(log)).isEmpty();
        assertThat(clang.exitValue()).isZero();
        assertThat(asserted).isGreaterThan(10_000);
    }

    private static boolean isOnlyTag(Btf btf, int id) {
        int tags = 0;
        for (int other : btf.findAll(btf.name(id))) {
            if (btf.kind(other).isComposite() || btf.kind(other).isEnumeration()) {
                tags++;
            }
        }
        return tags == 1;
    }

    private static int assertLayout(Btf btf, int id, StringBuilder source) {
        String type = btf.cName(id);
        source.append("_Static_assert(sizeof(" + type + ") == " + btf.rawSize(id) + ", \"size of " + type + "\");\n");
        int asserted = 1;
        for (int i = 0; i < btf.vlen(id); i++) {
            String member = btf.memberName(id, i);
            if (!member.isEmpty() && btf.memberBitfieldSize(id, i) == 0) {
                source.append("_Static_assert(__builtin_offsetof(" + type + ", " + member + ") == "
                        + btf.memberBitOffset(id, i) / 8 + ", \"" + type + "." + member + "\");\n");
                asserted++;
            }
        }
        return asserted;
    }

    @Test
    void theDumpOfOneTypeCompilesByItself(@TempDir Path folder) throws IOException, InterruptedException {
        assumeTool("clang-19");
        Btf btf = Btf.vmlinux();
        int id = btf.find("tcp_sock", BtfKind.STRUCT).orElseThrow();
        Path file = folder.resolve("tcp_sock.c");
        StringBuilder source = new StringBuilder(new BtfDump(btf).types(id));
        assertLayout(btf, id, source);
        Files.writeString(file, source);
        Process clang = new ProcessBuilder("clang-19", "--target=bpf", "-Wall", "-fsyntax-only", file.toString())
                .redirectErrorStream(true)
                .start();
        assertThat(new String(clang.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEmpty();
        assertThat(clang.waitFor()).isZero();
    }

    @Test
    void aModuleThatIsNotLoadedIsSaidSo() {
        Btf btf = Btf.vmlinux();
        assertThatThrownBy(() -> Btf.openModule("no_such_module", btf))
                .isInstanceOf(InvalidTargetException.class)
                .hasMessageContaining("no_such_module");
        assertThatThrownBy(() -> Btf.openModule("../vmlinux", btf)).isInstanceOf(IllegalArgumentException.class);
    }
}
