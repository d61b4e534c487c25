package io.ebpf4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ErrnoTest {
    private static final Pattern DEFINE = Pattern.compile("#define\\s+(E\\w+)\\s+(\\d+)\\b.*");

    @Test
    void everyNumberOfTheKernelsHeadersHasItsNameAndNoOtherNumberDoes() throws IOException {
        Map<Integer, String> header = new HashMap<>();
        for (String file : new String[] {"errno-base.h", "errno.h"}) {
            Path path = Path.of("/usr/include/asm-generic", file);
            assumeTrue(Files.exists(path), "the kernel's headers are not installed: " + path);
            for (String line : Files.readAllLines(path)) {
                Matcher matcher = DEFINE.matcher(line);
                if (matcher.matches()) {
                    header.put(Integer.parseInt(matcher.group(2)), matcher.group(1));
                }
            }
        }
        header.put(524, "ENOTSUPP"); // include/linux/errno.h, not installed

        Map<Integer, String> ours = new HashMap<>();
        Errno.all().forEach(errno -> ours.put(errno.code(), errno.name()));
        assertThat(ours).isEqualTo(header);
    }

    @Test
    void aNumberWithoutANameIsPrintedAsANumber() {
        Errno unknown = new Errno(4711);
        assertThat(unknown.name()).isEqualTo("errno 4711");
        assertThat(unknown.message()).isEqualTo("Unknown error 4711");
        assertThat(unknown).hasToString("errno 4711");
    }

    @Test
    void aFailedResultIsTheNegativeNumber() {
        assertThat(Errno.ofResult(-1)).isEqualTo(Errno.EPERM).hasToString("EPERM (Operation not permitted)");
        assertThatThrownBy(() -> Errno.ofResult(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
