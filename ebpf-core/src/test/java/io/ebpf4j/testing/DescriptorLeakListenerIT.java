package io.ebpf4j.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.kernel.sys.EventFd;
import io.ebpf4j.kernel.sys.Kernel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

@RequiresKernel(
        capability = {},
        feature = "eventfd")
class DescriptorLeakListenerIT {
    @Test
    void aKernelObjectThatIsOpenIsSeen() {
        Map<Integer, String> before = DescriptorLeakListener.kernelObjects();
        int number;
        try (EventFd open = EventFd.open(Kernel.system())) {
            number = open.fd().number();
            assertThat(DescriptorLeakListener.leaked(before, DescriptorLeakListener.kernelObjects()))
                    .containsOnlyKeys(number);
        }
        assertThat(DescriptorLeakListener.leaked(before, DescriptorLeakListener.kernelObjects()))
                .isEmpty();
    }

    @Test
    void aRunThatLeaksFailsAndListsWhatItLeaks() throws Exception {
        Run leaking = run("leak");
        assertThat(leaking.status).isEqualTo(DescriptorLeakListener.LEAKED);
        assertThat(leaking.output).contains("LEAKED DESCRIPTORS").contains("anon_inode:[eventfd]");

        Run clean = run("clean");
        assertThat(clean.output).doesNotContain("LEAKED");
        assertThat(clean.status).isZero();
    }

    private record Run(int status, String output) {}

    private static Run run(String mode) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-Debpf4j.leak=" + mode,
                        Main.class.getName()))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output);
    }

    /** A run of JUnit as surefire does it: a launcher session, with listeners found by the service loader. */
    static final class Main {
        private Main() {}

        public static void main(String[] arguments) {
            try (LauncherSession session = LauncherFactory.openSession()) {
                session.getLauncher()
                        .execute(LauncherDiscoveryRequestBuilder.request()
                                .selectors(DiscoverySelectors.selectClass(Leaky.class))
                                .build());
            }
        }
    }

    /** Not found by the build: its name ends neither in Test nor in IT. */
    static class Leaky {
        @Test
        void leaves() {
            EventFd open = EventFd.open(Kernel.system());
            if (!"leak".equals(System.getProperty("ebpf4j.leak"))) {
                open.close();
            }
        }
    }
}
