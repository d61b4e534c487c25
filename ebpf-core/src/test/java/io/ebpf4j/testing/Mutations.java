package io.ebpf4j.testing;

import io.ebpf4j.kernel.InvalidObjectException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Broken input for parsers: takes honest files and truncates them, flips bits, writes numbers that are often forgotten,
 * copies pieces over others. Everything follows from a seed, which is printed and can be set with
 * {@code -Debpf4j.seed=N}, and from the number of the round.
 */
public final class Mutations {
    /** What one input may take. */
    private static final Duration LIMIT = Duration.ofSeconds(1);

    private static final long[] INTERESTING = {
        0,
        1,
        2,
        3,
        4,
        7,
        8,
        12,
        16,
        0x7f,
        0x80,
        0xff,
        0x100,
        0x7fff,
        0x8000,
        0xffff,
        0x10000,
        0xff_ffff,
        0x7fff_fff8L,
        0x7fff_ffffL,
        0x8000_0000L,
        0xffff_fff8L,
        0xffff_ffffL,
        0x1_0000_0000L,
        Long.MAX_VALUE - 7,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        -8,
        -1
    };

    /** What is done with a broken file. */
    @FunctionalInterface
    public interface Target {
        /**
         * Reads all there is to read.
         *
         * @param input a broken file
         * @throws InvalidObjectException if it is found to be broken
         */
        void read(byte[] input);
    }

    private final long seed;

    /**
     * Makes mutations.
     *
     * @param seed all that follows is determined by it
     */
    public Mutations(long seed) {
        this.seed = seed;
    }

    /** {@return mutations of the seed in the system property {@code ebpf4j.seed}, of a new one where it is not set} */
    public static Mutations fromProperty() {
        String set = System.getProperty("ebpf4j.seed");
        long seed = set == null ? System.nanoTime() : Long.parseLong(set);
        System.out.println("mutations with -Debpf4j.seed=" + seed);
        return new Mutations(seed);
    }

    /**
     * {@return a broken copy of a file}
     *
     * @param original the file
     * @param round number of the copy
     */
    public byte[] mutate(byte[] original, int round) {
        SplittableRandom random = new SplittableRandom(seed * 1_000_003 + round);
        byte[] mutated = original.clone();
        int changes = 1 << random.nextInt(5);
        for (int i = 0; i < changes && mutated.length > 0; i++) {
            mutated = change(mutated, original, random);
        }
        return mutated;
    }

    private static byte[] change(byte[] input, byte[] original, SplittableRandom random) {
        return switch (random.nextInt(36)) {
            case 0 -> Arrays.copyOf(input, random.nextInt(input.length));
            case 1 -> withoutPiece(input, random);
            case 2, 3, 4, 5, 6, 7 -> withPiece(input, original, random);
            case 8, 9, 10, 11, 12 -> withByte(input, (byte) random.nextInt(256), random);
            case 13, 14, 15, 16, 17, 18, 19, 20 -> withFlippedBit(input, random);
            default -> withNumber(input, INTERESTING[random.nextInt(INTERESTING.length)], random);
        };
    }

    private static byte[] withoutPiece(byte[] input, SplittableRandom random) {
        int at = random.nextInt(input.length);
        int removed = Math.min(input.length - at, 4 * (1 + random.nextInt(8)));
        byte[] shorter = new byte[input.length - removed];
        System.arraycopy(input, 0, shorter, 0, at);
        System.arraycopy(input, at + removed, shorter, at, shorter.length - at);
        return shorter;
    }

    private static byte[] withPiece(byte[] input, byte[] original, SplittableRandom random) {
        int length = 1 + random.nextInt(Math.min(64, Math.min(input.length, original.length)));
        int from = random.nextInt(original.length - length + 1);
        System.arraycopy(original, from, input, random.nextInt(input.length - length + 1), length);
        return input;
    }

    private static byte[] withByte(byte[] input, byte value, SplittableRandom random) {
        input[random.nextInt(input.length)] = value;
        return input;
    }

    private static byte[] withFlippedBit(byte[] input, SplittableRandom random) {
        input[random.nextInt(input.length)] ^= (byte) (1 << random.nextInt(8));
        return input;
    }

    private static byte[] withNumber(byte[] input, long value, SplittableRandom random) {
        int width = 1 << random.nextInt(4);
        // Headers are small and decide most: every other number is written near the start.
        int area = random.nextBoolean() ? Math.min(input.length, 128) : input.length;
        if (area < width) {
            return input;
        }
        int at = random.nextInt((area - width) / width + 1) * width;
        boolean big = random.nextBoolean();
        for (int i = 0; i < width; i++) {
            input[at + i] = (byte) (value >>> 8 * (big ? width - 1 - i : i));
        }
        return input;
    }

    /**
     * Reads many broken copies. Each must be read, or be found broken, within a second.
     *
     * @param originals honest files, taken in turns
     * @param rounds number of copies in all
     * @param target what reads them
     * @throws AssertionError if one takes too long or ends in anything but {@link InvalidObjectException}
     */
    public void run(List<byte[]> originals, int rounds, Target target) {
        // The thread's own time: a busy machine is no fault of the reader's, and a reader that hangs works all the
        // time.
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        int refused = 0;
        long slowest = 0;
        for (int round = 0; round < rounds; round++) {
            byte[] input = mutate(originals.get(round % originals.size()), round);
            long start = threads.getCurrentThreadCpuTime();
            try {
                target.read(input);
            } catch (InvalidObjectException e) {
                refused++;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("round " + round + " of -Debpf4j.seed=" + seed, e);
            }
            long taken = threads.getCurrentThreadCpuTime() - start;
            slowest = Math.max(slowest, taken);
            if (taken > LIMIT.toNanos()) {
                throw new AssertionError(String.format(
                        Locale.ROOT, "round %d of -Debpf4j.seed=%d took %d ms", round, seed, taken / 1_000_000));
            }
        }
        System.out.printf(
                Locale.ROOT, "%d mutated inputs: %d refused, slowest %.1f ms%n", rounds, refused, slowest / 1e6);
        if (refused == 0 || refused == rounds) {
            throw new AssertionError(refused + " of " + rounds + " refused: these mutations test nothing");
        }
    }
}
