package io.ebpf4j.object;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfBuilder;
import io.ebpf4j.btf.BtfType;
import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.kernel.Kconfig;
import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.spec.ObjectSpec;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Plans of damaged objects end in a declared exception or in a plan, in bounded time. */
class DamagedObjectTest {
    private static final int ROUNDS = 1_000;

    @Test
    void aDamagedObjectIsPlannedOrRefused() throws IOException {
        long seed = Long.getLong("ebpf4j.test.seed", 20261122L);
        Random random = new Random(seed);
        BtfBuilder types = new BtfBuilder();
        int integer = types.add(new BtfType.Int(0, "int", 4, 32, 0, BtfType.Int.Encoding.SIGNED));
        types.add(new BtfType.Composite(
                0, "task_struct", BtfType.Shape.STRUCT, 64, List.of(new BtfType.Member("pid", integer, 0, 0))));
        Btf btf = types.build("some types");
        TargetKernel target = TargetKernel.described(btf, new KernelVersion(6, 18, 0))
                .withKconfig(Kconfig.parse("CONFIG_HZ=250\nCONFIG_BPF_SYSCALL=y\n", "a test"));
        int planned = 0;
        for (String name : List.of("load", "kernel", "nowhere", "refused")) {
            byte[] original;
            try (InputStream in = DamagedObjectTest.class.getResourceAsStream(name + ".bpf.o")) {
                original = in.readAllBytes();
            }
            for (int round = 0; round < ROUNDS; round++) {
                byte[] damaged = original.clone();
                for (int i = 0; i <= random.nextInt(4); i++) {
                    damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
                }
                planned += plan(damaged, target, name + ", seed " + seed + ", round " + round);
            }
        }
        assertThat(planned).as("some damage does no harm").isPositive();
    }

    private static int plan(byte[] bytes, TargetKernel target, String what) {
        long begun = System.nanoTime();
        try {
            LoadPlan plan = LoadPlan.of(ObjectSpec.parse(bytes, what), LoadOptions.DEFAULTS, target);
            assertThat(plan.toString()).contains(what);
            return 1;
        } catch (BpfException e) {
            assertThat(e).as(what).hasMessageMatching("(?s).+");
            return 0;
        } finally {
            assertThat((System.nanoTime() - begun) / 1_000_000).as(what).isLessThan(10_000);
        }
    }
}
