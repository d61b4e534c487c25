package io.ebpf4j.kernel.sys;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.testing.RequiresKernel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The layouts that are declared, against the running kernel's own types. */
@RequiresKernel(
        since = "5.4",
        capability = {},
        config = "CONFIG_DEBUG_INFO_BTF",
        feature = "BTF of the kernel")
class BpfAttrIT {
    /** A member as the kernel has it. */
    private record Place(long offset, long size) {}

    private final Btf kernel = Btf.vmlinux();

    @Test
    void everyMemberOfTheUnionIsWhereTheKernelHasIt() {
        Map<String, Set<Place>> theirs = new TreeMap<>();
        collect(kernel.find("bpf_attr", BtfKind.UNION).orElseThrow(), 0, "", theirs);
        KernelVersion running = KernelVersion.running();

        List<String> differences = new ArrayList<>();
        for (BpfAttr.Member member : BpfAttr.members()) {
            Set<Place> places = theirs.getOrDefault(member.path(), Set.of());
            if (!running.isAtLeast(member.since()) && places.isEmpty()) {
                continue;
            }
            if (!places.contains(new Place(member.offset(), member.size()))) {
                differences.add(member.path() + " is declared at " + member.offset() + ", " + member.size()
                        + " bytes; the kernel has " + places);
            }
        }
        Map<String, Set<Place>> ours = BpfAttr.members().stream()
                .collect(Collectors.groupingBy(
                        BpfAttr.Member::path,
                        Collectors.mapping(member -> new Place(member.offset(), member.size()), Collectors.toSet())));
        if (!running.isAtLeast(6, 19)) {
            // a newer kernel may have members this release does not declare
            theirs.forEach((path, places) -> {
                if (!ours.getOrDefault(path, Set.of()).containsAll(places)) {
                    differences.add(path + " of the kernel at " + places + " is not declared");
                }
            });
        }
        assertThat(theirs).hasSizeGreaterThan(50);
        assertThat(differences).isEmpty();
    }

    @Test
    void theWholeIsAsLongAsTheKernelsOrLonger() {
        long size = kernel.sizeOf(kernel.find("bpf_attr", BtfKind.UNION).orElseThrow());
        if (KernelVersion.running().isAtLeast(6, 18)) {
            assertThat(BpfAttr.SIZE).isLessThanOrEqualTo(size);
        }
        if (!KernelVersion.running().isAtLeast(6, 19)) {
            assertThat(BpfAttr.SIZE).isGreaterThanOrEqualTo(size);
        }
    }

    @Test
    void everyCommandHasTheKernelsNumberAndALayout() {
        // the enum that holds BPF_MAP_CREATE, whatever it is called
        int commands = kernel.find("bpf_cmd", BtfKind.ENUM).orElseThrow();
        Map<String, Long> theirs = new TreeMap<>();
        for (int i = 0; i < kernel.vlen(commands); i++) {
            theirs.put(kernel.enumName(commands, i), kernel.enumValue(commands, i));
        }
        for (BpfCommand command : BpfCommand.values()) {
            if (KernelVersion.running().isAtLeast(command.since())) {
                assertThat(theirs).containsEntry(command.kernelName(), (long) command.number());
            }
            assertThat(BpfAttr.members(command)).as(command.kernelName()).isNotEmpty();
        }
        if (!KernelVersion.running().isAtLeast(6, 19)) {
            assertThat(theirs.keySet().stream().filter(name -> !name.startsWith("__") && !name.equals("BPF_PROG_RUN")))
                    .allSatisfy(name -> assertThat(BpfCommand.values())
                            .extracting(BpfCommand::kernelName)
                            .contains(name));
        }
    }

    @Test
    void everyMemberOfThePerfEventAttrIsWhereTheKernelHasIt() {
        Map<String, Set<Place>> theirs = new TreeMap<>();
        collect(kernel.find("perf_event_attr", BtfKind.STRUCT).orElseThrow(), 0, "", theirs);
        List<String> differences = new ArrayList<>();
        for (PerfEventAttr.Member member : PerfEventAttr.members()) {
            Set<Place> places = theirs.getOrDefault(member.name(), Set.of());
            if (!places.contains(new Place(member.offset(), member.size()))) {
                differences.add(member.name() + " is declared at " + member.offset() + ", " + member.size()
                        + " bytes; the kernel has " + places);
            }
        }
        assertThat(differences).isEmpty();
    }

    @Test
    void theFlagsOfThePerfEventAttrAreTheKernelsBits() {
        int attr = kernel.find("perf_event_attr", BtfKind.STRUCT).orElseThrow();
        Map<String, Long> bits = new TreeMap<>();
        for (int i = 0; i < kernel.vlen(attr); i++) {
            bits.put(kernel.memberName(attr, i), kernel.memberBitOffset(attr, i) - PerfEventAttr.FLAGS * 8);
        }
        assertThat(bits)
                .containsEntry("disabled", (long) PerfEventAttr.DISABLED)
                .containsEntry("inherit", (long) PerfEventAttr.INHERIT)
                .containsEntry("exclude_user", (long) PerfEventAttr.EXCLUDE_USER)
                .containsEntry("exclude_kernel", (long) PerfEventAttr.EXCLUDE_KERNEL)
                .containsEntry("freq", (long) PerfEventAttr.FREQ)
                .containsEntry("watermark", (long) PerfEventAttr.WATERMARK);
    }

    /** Unnamed structs and unions add nothing to the path. Several structs may hold one path. */
    private void collect(int type, long base, String prefix, Map<String, Set<Place>> into) {
        for (int i = 0; i < kernel.vlen(type); i++) {
            if (kernel.memberBitfieldSize(type, i) != 0) {
                continue;
            }
            String name = kernel.memberName(type, i);
            long offset = base + kernel.memberBitOffset(type, i) / 8;
            int member = kernel.resolve(kernel.memberType(type, i));
            if (kernel.kind(member) == BtfKind.STRUCT || kernel.kind(member) == BtfKind.UNION) {
                collect(member, offset, name.isEmpty() ? prefix : prefix + name + ".", into);
            } else {
                into.computeIfAbsent(prefix + name, path -> new HashSet<>())
                        .add(new Place(offset, kernel.sizeOf(member)));
            }
        }
    }
}
