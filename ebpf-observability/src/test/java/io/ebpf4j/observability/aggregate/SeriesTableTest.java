package io.ebpf4j.observability.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class SeriesTableTest {
    private static final int COLUMNS = 24;
    private static final int TOTAL = COLUMNS - 1;
    private static final int WIDE = 200; // more than three pages

    private static void update(SeriesTable table, long key, long amount) {
        table.open(table.row(key, key >> 3, ~key, 7));
        table.add(0, amount);
        table.add(TOTAL, amount);
        table.close();
    }

    @Test
    void keepsWhatAMapKeeps() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        SeriesTable table = new SeriesTable(5_000, COLUMNS, -1, -1, -1, -1);
        Map<Long, Long> model = new HashMap<>();
        for (int i = 0; i < 200_000; i++) {
            long key = random.nextInt(4_000);
            update(table, key, i);
            model.merge(key, (long) i, Long::sum);
        }
        Map<Long, Long> found = new HashMap<>();
        long[] row = table.buffer();
        for (int i = 1; i < table.rows(); i++) {
            table.read(i, row);
            found.put(SeriesTable.key(row, 0), SeriesTable.value(row, TOTAL));
        }
        assertThat(found).as("seed %d", seed).isEqualTo(model);
        assertThat(table.isUsed(SeriesTable.OVERFLOW)).isFalse();
    }

    /** Every update adds the same to each column, so a row in which they differ is of two moments. */
    @RepeatedTest(3)
    void rowsAreConsistentWhileTheyAreWritten() throws InterruptedException {
        readWhileWritten(new SeriesTable(64, COLUMNS, -1, -1, -1, -1), COLUMNS);
    }

    @RepeatedTest(3)
    void rowsWithPagesAreConsistentWhileTheyAreWritten() throws InterruptedException {
        readWhileWritten(new SeriesTable(64, 5, WIDE, -1, -1, -1, -1), WIDE);
    }

    private static void readWhileWritten(SeriesTable table, int columns) throws InterruptedException {
        AtomicReference<String> problem = new AtomicReference<>("");
        Thread writer = Thread.ofPlatform().start(() -> {
            for (int i = 1; !Thread.currentThread().isInterrupted(); i++) {
                table.open(table.row(i & 7, 0, 0, 0)); // few rows, which have no quiet moment
                for (int column = 0; column < columns; column++) {
                    table.add(column, 1);
                }
                table.close();
            }
        });
        Thread[] readers = new Thread[2];
        for (int r = 0; r < readers.length; r++) {
            readers[r] = Thread.ofPlatform().start(() -> {
                long[] row = table.buffer();
                long[] before = new long[65];
                for (int round = 0; round < 2_000; round++) {
                    for (int i = 0; i < table.rows(); i++) {
                        table.read(i, row);
                        long first = SeriesTable.value(row, 0);
                        for (int column = 1; column < columns; column++) {
                            if (SeriesTable.value(row, column) != first) {
                                problem.set("row " + i + " has " + first + " and " + SeriesTable.value(row, column));
                            }
                        }
                        if (first < before[i]) {
                            problem.set("row " + i + " went back from " + before[i] + " to " + first);
                        }
                        before[i] = first;
                    }
                }
            });
        }
        for (Thread reader : readers) {
            reader.join();
        }
        writer.interrupt();
        writer.join();
        assertThat(problem.get()).isEmpty();
    }

    /** Columns of which each row writes others, into a buffer that another row was read to. */
    @Test
    void pagesKeepWhatAMapKeeps() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        SeriesTable table = new SeriesTable(500, 3, WIDE, -1, -1, -1, -1);
        Map<Integer, Long> model = new HashMap<>(); // by row and column
        for (int i = 1; i < 20_000; i++) {
            int row = table.row(random.nextInt(400), 0, 0, 0);
            int column = random.nextInt(WIDE) / (1 + row % 4);
            table.open(row);
            if (i % 8 == 0) {
                table.set(column, i);
                model.put(row * WIDE + column, (long) i);
            } else {
                table.add(column, i);
                model.merge(row * WIDE + column, (long) i, Long::sum);
            }
            assertThat(table.get(column)).isEqualTo(model.get(row * WIDE + column));
            assertThat(table.get(i % WIDE)).isEqualTo(model.getOrDefault(row * WIDE + i % WIDE, 0L));
            table.close();
        }
        long[] buffer = table.buffer();
        for (int row = 0; row < table.rows(); row++) {
            table.read(row, buffer);
            for (int column = 0; column < WIDE; column++) {
                assertThat(SeriesTable.value(buffer, column))
                        .as("seed %d, row %d, column %d", seed, row, column)
                        .isEqualTo(model.getOrDefault(row * WIDE + column, 0L));
            }
        }
    }

    @Test
    void aMillionKeysLeaveMemoryAndSeriesFlat() {
        SeriesTable table = new SeriesTable(1_000, COLUMNS, -1, -1, -1, -1);
        for (int key = 0; key < 2_000; key++) {
            update(table, key, 1);
        }
        long before = used();
        for (int key = 2_000; key < 1_000_000; key++) {
            update(table, key, 1);
        }
        long after = used();
        assertThat(after - before).isLessThan(256 << 10); // of a million keys by 32 bytes: 32 MB
        Snapshot.FamilyStatus status = table.status("test");
        assertThat(status.series()).isEqualTo(1_000);
        assertThat(status.foldedUpdates()).isEqualTo(999_000);
        assertThat(status.foldedKeys()).isBetween(900_000L, 1_100_000L); // four standard errors
        long[] row = table.buffer();
        table.read(SeriesTable.OVERFLOW, row);
        assertThat(SeriesTable.value(row, TOTAL)).isEqualTo(999_000);
    }

    private static long used() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(
                    least,
                    Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        return least;
    }

    @Test
    void anUpdateAllocatesNothing() {
        SeriesTable table = new SeriesTable(5_000, COLUMNS, -1, -1, -1, -1);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int key = 0; key < 10_000; key++) { // those above the bound too
            update(table, key, 1);
        }
        long least = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 5; attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int key = 0; key < 100_000; key++) {
                update(table, key % 10_000, 1);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).isZero();
    }

    @Test
    void memoryGrowsWithSeriesAndNotWithTheBound() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        SeriesTable table = new SeriesTable(1_000_000, COLUMNS, -1, -1, -1, -1);
        update(table, 1, 1);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(table.rows()).isEqualTo(2);
        assertThat(allocated).isLessThan(256 << 10); // a million rows are 232 MB
    }
}
