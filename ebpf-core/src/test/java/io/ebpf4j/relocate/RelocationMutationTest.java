package io.ebpf4j.relocate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.ebpf4j.btf.CoreRelocationKind;
import io.ebpf4j.elf.ElfFile;
import io.ebpf4j.elf.ElfSection;
import io.ebpf4j.kernel.BpfException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Damaged objects and targets end in a declared exception or in a result, each within a second. */
class RelocationMutationTest {
    private static final long SEED = Long.getLong("ebpf4j.seed", 20261122L);
    private static final int ROUNDS = Integer.getInteger("ebpf4j.mutations", 1500);
    private static final long A_SECOND = 1_000_000_000L;

    @Test
    void damagedBytesEndInADeclaredException() {
        byte[] local = CoreObject.bytes("core-local.el.o");
        byte[] target = CoreObject.bytes("core-target.el.o");
        Random random = new Random(SEED);
        int refused = 0;
        int relocated = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] damagedLocal = round % 2 == 0 ? damaged(local, random) : local;
            byte[] damagedTarget = round % 2 == 1 ? damaged(target, random) : target;
            long start = System.nanoTime();
            try {
                relocateAll(CoreObject.parse(damagedLocal, "local.o"), CoreObject.parse(damagedTarget, "target.o"));
                relocated++;
            } catch (BpfException e) {
                refused++;
            } catch (RuntimeException | Error e) {
                fail("round " + round + " of seed " + SEED, e);
            }
            assertThat(System.nanoTime() - start)
                    .as("round %d of seed %d", round, SEED)
                    .isLessThan(A_SECOND);
        }
        // Both must happen, else the damage is too small or too large to say anything.
        assertThat(refused).isPositive();
        assertThat(relocated).isPositive();
    }

    @Test
    void randomQuestionsEndInADeclaredException() {
        CoreObject local = CoreObject.open("core-local.eb.o");
        TargetBtf target = TargetBtf.of(CoreObject.open("core-target.eb.o").btf());
        Random random = new Random(SEED);
        CoreRelocationKind[] kinds = CoreRelocationKind.values();
        int refused = 0;
        for (int round = 0; round < ROUNDS * 4; round++) {
            List<RelocationSite> sites = new ArrayList<>();
            for (int i = random.nextInt(1, 4); i > 0; i--) {
                StringBuilder access = new StringBuilder(random.nextInt(4) == 0 ? "7" : "0");
                for (int steps = random.nextInt(5); steps > 0; steps--) {
                    access.append(':').append(random.nextInt(8) == 0 ? random.nextInt(1 << 30) : random.nextInt(12));
                }
                sites.add(new RelocationSite(
                        random.nextInt(4),
                        random.nextInt(local.btf().lastId() + 2),
                        access.toString(),
                        kinds[random.nextInt(kinds.length)]));
            }
            long[] slots = {random.nextLong(), random.nextLong(), random.nextLong(), 0x95};
            try {
                new CoreRelocator(target)
                        .relocate(local.btf(), sites, slots, "local.o", "program")
                        .report()
                        .entries();
            } catch (BpfException e) {
                refused++;
            } catch (RuntimeException | Error e) {
                fail("round " + round + " of seed " + SEED + ": " + sites, e);
            }
        }
        assertThat(refused).isBetween(1, ROUNDS * 4 - 1);
    }

    private static void relocateAll(CoreObject local, CoreObject target) {
        CoreRelocator relocator = new CoreRelocator(TargetBtf.of(target.btf()));
        BpfException last = null;
        for (String name : local.functions().keySet()) {
            CoreObject.Function function = local.function(name);
            try {
                relocator
                        .relocate(local.btf(), function.sites(), function.slots(), local.name(), name)
                        .report()
                        .entries();
            } catch (BpfException e) {
                last = e;
            }
        }
        if (last != null) {
            throw last;
        }
    }

    /** Damages code and type information only: what is around them is the ELF reader's to survive. */
    private static byte[] damaged(byte[] bytes, Random random) {
        ElfFile file = ElfFile.parse(bytes, "intact.o");
        List<ElfSection> sections = Stream.of(".BTF", ".BTF.ext", "socket")
                .flatMap(name -> file.section(name).stream())
                .toList();
        byte[] copy = bytes.clone();
        for (int i = random.nextInt(1, 12); i > 0; i--) {
            ElfSection section = sections.get(random.nextInt(sections.size()));
            int at = (int) (section.offset() + random.nextLong(section.size()));
            copy[at] = switch (random.nextInt(4)) {
                case 0 -> (byte) (copy[at] ^ 1 << random.nextInt(8));
                case 1 -> (byte) 0xff;
                case 2 -> 0;
                default -> (byte) random.nextInt(256);
            };
        }
        return copy;
    }
}
