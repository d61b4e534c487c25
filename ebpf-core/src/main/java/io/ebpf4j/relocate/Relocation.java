package io.ebpf4j.relocate;

/** A relocated program: its code and how it came about. Immutable; safe from any thread. */
public final class Relocation {
    private final long[] slots;
    private final int poisoned;
    private final RelocationReport report;

    Relocation(long[] slots, int poisoned, RelocationReport report) {
        this.slots = slots;
        this.poisoned = poisoned;
        this.report = report;
    }

    /** {@return a copy of the patched program, in the form of {@link io.ebpf4j.asm.Slot}} */
    public long[] slots() {
        return slots.clone();
    }

    /** {@return how many slots are poisoned; a poisoned 64-bit immediate load counts two} */
    public int poisoned() {
        return poisoned;
    }

    /** {@return every relocation explained} */
    public RelocationReport report() {
        return report;
    }
}
