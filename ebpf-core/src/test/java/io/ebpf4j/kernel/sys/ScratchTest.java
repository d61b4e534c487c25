package io.ebpf4j.kernel.sys;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class ScratchTest {
    @Test
    void theAttrIsZeroEachTime() {
        try (Scratch scratch = Scratch.current()) {
            scratch.attr().fill((byte) 7);
        }
        try (Scratch scratch = Scratch.current()) {
            assertThat(scratch.attr().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
        }
        try (Scratch scratch = Scratch.current()) {
            scratch.attr().fill((byte) 7);
            MemorySegment attr = scratch.attr(BpfAttr.MapElement.SIZE);
            assertThat(attr.asSlice(0, BpfAttr.MapElement.SIZE).toArray(ValueLayout.JAVA_BYTE))
                    .containsOnly(0);
        }
    }

    @Test
    void oneWithinAnotherIsAnother() {
        try (Scratch outer = Scratch.current()) {
            outer.data().set(ValueLayout.JAVA_LONG, 0, 11);
            try (Scratch inner = Scratch.current()) {
                assertThat(inner).isNotSameAs(outer);
                inner.data().set(ValueLayout.JAVA_LONG, 0, 22);
            }
            assertThat(outer.data().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(11);
        }
    }

    @Test
    void anotherThreadHasItsOwn() throws InterruptedException {
        try (Scratch mine = Scratch.current()) {
            long[] address = new long[1];
            Thread.ofPlatform()
                    .start(() -> {
                        try (Scratch theirs = Scratch.current()) {
                            address[0] = theirs.data().address();
                        }
                    })
                    .join();
            assertThat(address[0]).isNotZero().isNotEqualTo(mine.data().address());
        }
    }

    @Test
    void neverClosingOneIsFoundOut() throws InterruptedException {
        Throwable[] thrown = new Throwable[1];
        Thread.ofPlatform()
                .start(() -> {
                    try {
                        takeWithoutEnd();
                    } catch (IllegalStateException e) {
                        thrown[0] = e;
                    }
                })
                .join();
        assertThat(thrown[0]).isInstanceOf(IllegalStateException.class).hasMessageContaining("in use");
    }

    @SuppressWarnings("try") // that is the point
    private static void takeWithoutEnd() {
        while (true) {
            Scratch unused = Scratch.current();
            unused.data().set(ValueLayout.JAVA_LONG, 0, 1);
        }
    }

    @Test
    void takingAndGivingBackAllocatesNothing() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        run(20_000);
        long before = threads.getCurrentThreadAllocatedBytes();
        run(20_000);
        long perRun = (threads.getCurrentThreadAllocatedBytes() - before) / 20_000;
        assertThat(perRun).isZero();
    }

    private static void run(int times) {
        for (int i = 0; i < times; i++) {
            try (Scratch scratch = Scratch.current()) {
                scratch.attr(BpfAttr.MapElement.SIZE).set(ValueLayout.JAVA_INT, 0, i);
            }
        }
    }
}
