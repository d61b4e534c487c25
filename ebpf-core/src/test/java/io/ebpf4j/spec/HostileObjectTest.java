package io.ebpf4j.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.fail;

import io.ebpf4j.kernel.InvalidObjectException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Objects that are damaged or made to do harm end in {@link InvalidObjectException}, or are read, and soon. */
class HostileObjectTest {
    private static final List<String> OBJECTS = List.of(
            "spec-maps-el",
            "spec-maps-eb",
            "spec-code-el",
            "spec-code-eb",
            "spec-externs-el",
            "spec-externs-eb",
            "spec-struct-ops-el",
            "spec-arena-el",
            "spec-legacy-eb",
            "spec-sections-el");

    private static final long SECOND = 1_000_000_000L;

    @Test
    void mutatedObjectsEndInADeclaredException() {
        long seed = Long.getLong("ebpf4j.seed", 20260101L);
        Random random = new Random(seed);
        int read = 0;
        int refused = 0;
        for (int round = 0; round < 8_000; round++) {
            String name = OBJECTS.get(round % OBJECTS.size());
            byte[] bytes = mutate(Fixture.bytes(name), random);
            long start = System.nanoTime();
            try {
                ObjectSpec.parse(bytes, name);
                read++;
            } catch (InvalidObjectException e) {
                assertThat(e).hasMessageStartingWith(name);
                refused++;
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError | AssertionError e) {
                fail("round " + round + " of seed " + seed + ", " + name, e);
            }
            assertThat(System.nanoTime() - start)
                    .as("round %d of seed %d", round, seed)
                    .isLessThan(SECOND);
        }
        // Both ends must occur, or the mutations miss what they are for.
        assertThat(read).isGreaterThan(500);
        assertThat(refused).isGreaterThan(500);
    }

    private static byte[] mutate(byte[] bytes, Random random) {
        byte[] result = bytes;
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(result.length - Integer.BYTES);
            switch (random.nextInt(5)) {
                case 0 -> result[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
                case 1 -> result[at] = (byte) random.nextInt();
                case 2 -> {
                    int[] interesting = {0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, random.nextInt(64)};
                    int value = interesting[random.nextInt(interesting.length)];
                    for (int j = 0; j < Integer.BYTES; j++) {
                        result[at + j] = (byte) (value >> Byte.SIZE * j);
                    }
                }
                case 3 -> {
                    int from = random.nextInt(result.length);
                    int length = Math.min(random.nextInt(64), result.length - Math.max(at, from));
                    System.arraycopy(result, from, result, at, length);
                }
                default -> {
                    if (random.nextInt(8) == 0) {
                        result = Arrays.copyOf(result, Math.max(16, at));
                    }
                }
            }
        }
        return result;
    }

    @Test
    void everyTruncationIsRefusedOrRead() {
        byte[] whole = Fixture.bytes("spec-maps-el");
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatExceptionOfType(InvalidObjectException.class)
                    .as("%d bytes", length)
                    .isThrownBy(() -> ObjectSpec.parse(part, "cut"));
        }
    }

    @Test
    void otherMachinesAreRefused() {
        byte[] bytes = Fixture.bytes("spec-maps-el");
        bytes[18] = 62; // e_machine: EM_X86_64
        assertThatExceptionOfType(InvalidObjectException.class)
                .isThrownBy(() -> ObjectSpec.parse(bytes, "x86.o"))
                .withMessageContaining("x86.o")
                .withMessageContaining("machine is number 62");
    }
}
