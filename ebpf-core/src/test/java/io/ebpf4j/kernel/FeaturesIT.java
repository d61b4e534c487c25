package io.ebpf4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.testing.RequiresKernel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the probes find, against what bpftool finds on the same kernel. */
@RequiresKernel(feature = "feature probes")
class FeaturesIT {
    private static final Pattern TYPE = Pattern.compile("eBPF (map|program)_type (\\w+) is (NOT )?available.*");
    private static final Pattern HELPERS = Pattern.compile("eBPF helpers supported for program type (\\w+):.*");

    /** Program types that bpftool can only half probe: it judges the one attach type it tries. */
    private static final String TRACING = "tracing";

    private static String bpftool = "";
    private final Features features = Features.running();

    @BeforeAll
    static void askBpftool() throws IOException, InterruptedException {
        Path tool = Path.of("/usr/sbin/bpftool");
        assumeTrue(Files.isExecutable(tool), "bpftool is not installed");
        Process process = new ProcessBuilder(tool.toString(), "feature", "probe", "full").start();
        bpftool = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void mapAndProgramTypesAreThoseThatBpftoolFinds() {
        Map<String, Boolean> theirs = new TreeMap<>();
        Map<String, Boolean> ours = new TreeMap<>();
        bpftool.lines().map(TYPE::matcher).filter(Matcher::matches).forEach(match -> {
            boolean map = match.group(1).equals("map");
            String name = match.group(2);
            if (name.equals(TRACING)) {
                return;
            }
            FeatureTable.Row row = (map ? FeatureTable.MAP_TYPES : FeatureTable.PROGRAM_TYPES)
                    .values().stream()
                            .filter(each -> each.name().equals(name))
                            .findAny()
                            .orElseThrow(() -> new AssertionError("no row for " + name));
            FeatureSupport support = map ? features.mapType(row.number()) : features.programType(row.number());
            theirs.put(support.feature(), match.group(3) == null);
            ours.put(support.feature(), support.isSupported());
        });
        assertThat(theirs).hasSizeGreaterThan(50);
        assertThat(ours).isEqualTo(theirs);
    }

    /**
     * bpftool before 7.4 does not know the words in which newer verifiers refuse a helper and then lists them all: what
     * the probes find is a part of that, and all of it where bpftool can tell.
     */
    @Test
    void helpersOfEachProgramTypeAreAmongThoseThatBpftoolFinds() {
        Map<String, TreeSet<String>> theirs = new TreeMap<>();
        TreeSet<String> current = new TreeSet<>();
        for (String line : bpftool.lines().toList()) {
            Matcher header = HELPERS.matcher(line);
            if (header.matches()) {
                current = theirs.computeIfAbsent(header.group(1), name -> new TreeSet<>());
            } else if (line.startsWith("\t- bpf_")) {
                current.add(line.substring("\t- bpf_".length()).strip());
            }
        }
        TreeSet<String> listedAnywhere = new TreeSet<>();
        theirs.values().forEach(listedAnywhere::addAll);
        boolean canTell = !theirs.getOrDefault("xdp", new TreeSet<>()).contains("skb_load_bytes");
        for (String type : new String[] {"socket_filter", "xdp", "sched_cls", "cgroup_skb", "sock_ops"}) {
            TreeSet<String> ours = new TreeSet<>();
            FeatureTable.HELPERS.values().forEach(helper -> {
                if (features.helper(number(type), helper.number()).isSupported()) {
                    ours.add(helper.name());
                }
            });
            assertThat(ours).as(type).hasSizeGreaterThan(20);
            TreeSet<String> onlyOurs = new TreeSet<>(ours);
            onlyOurs.removeAll(theirs.get(type));
            onlyOurs.retainAll(listedAnywhere); // a bpftool older than the kernel does not ask for the newest
            assertThat(onlyOurs).as("only ours in " + type).isEmpty();
            if (canTell) {
                assertThat(ours).as(type).isEqualTo(theirs.get(type));
            }
        }
    }

    /** From net/core/filter.c and kernel/trace/bpf_trace.c, the functions that give a type its helpers. */
    @ParameterizedTest
    @CsvSource({
        "xdp, redirect_map, true",
        "xdp, xdp_adjust_head, true",
        "xdp, skb_load_bytes, false",
        "xdp, sys_bpf, false",
        "socket_filter, skb_load_bytes, true",
        "socket_filter, skb_store_bytes, false",
        "socket_filter, map_lookup_elem, true",
        "sched_cls, skb_store_bytes, true",
        "sched_cls, xdp_adjust_head, false",
        "cgroup_skb, sk_fullsock, true",
        "cgroup_skb, redirect, false",
        "sock_ops, sock_ops_cb_flags_set, true",
        "sock_ops, skb_change_tail, false",
        "kprobe, probe_read_user, true",
        "kprobe, skb_load_bytes, false",
        "tracepoint, get_current_comm, true",
        "tracepoint, xdp_adjust_tail, false",
        "cgroup_sock_addr, bind, true",
        "sk_lookup, sk_assign, true",
        "sk_lookup, skb_load_bytes, false"
    })
    void aHelperBelongsToTheTypesTheKernelGivesItTo(String type, String helper, boolean allowed) {
        int id = FeatureTable.HELPERS.values().stream()
                .filter(row -> row.name().equals(helper))
                .findAny()
                .orElseThrow()
                .number();
        FeatureSupport support = features.helper(number(type), id);
        assertThat(support.isSupported()).as(support.toString()).isEqualTo(allowed);
        if (support instanceof FeatureSupport.Unsupported missing) {
            assertThat(missing.cause()).isEqualTo(FeatureSupport.Cause.PROGRAM_TYPE);
        }
    }

    private static int number(String programType) {
        return FeatureTable.PROGRAM_TYPES.values().stream()
                .filter(row -> row.name().equals(programType))
                .findAny()
                .orElseThrow()
                .number();
    }

    @Test
    void aReasonNamesTheVersionOrTheOption() {
        FeatureTable.PROGRAM_TYPES.keySet().stream()
                .map(features::programType)
                .filter(FeatureSupport.Unsupported.class::isInstance)
                .map(FeatureSupport.Unsupported.class::cast)
                .forEach(missing -> {
                    assertThat(missing.since()).as(missing.feature()).isPresent();
                    assertThat(missing.detail()).as(missing.feature()).isNotBlank();
                });
        assertThat(features.mapType(999))
                .isInstanceOfSatisfying(
                        FeatureSupport.Unsupported.class,
                        missing -> assertThat(missing.cause()).isEqualTo(FeatureSupport.Cause.TOO_OLD));
    }

    @Test
    void nothingStaysOpen() throws IOException {
        Features fresh =
                new Features(Kernel.system(), KernelVersion.running(), Kconfig.running(), Privileges.current());
        long before = openObjects();
        FeatureTable.MAP_TYPES.keySet().forEach(fresh::mapType);
        FeatureTable.PROGRAM_TYPES.keySet().forEach(fresh::programType);
        for (KernelFeature feature : KernelFeature.values()) {
            fresh.feature(feature);
        }
        assertThat(openObjects()).isEqualTo(before);
    }

    private static long openObjects() throws IOException {
        try (var all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(each -> {
                        try {
                            return Files.readSymbolicLink(each).toString().contains("bpf");
                        } catch (IOException e) {
                            return false; // closed meanwhile
                        }
                    })
                    .count();
        }
    }
}
