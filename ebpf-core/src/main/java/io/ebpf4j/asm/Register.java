package io.ebpf4j.asm;

/** A BPF register. The ordinal is its number in an instruction. */
public enum Register {
    /** Return value of a call, exit value of the program. */
    R0,
    /** First argument of a call; the context at a program's entry. Lost in a call. */
    R1,
    /** Second argument of a call. Lost in a call. */
    R2,
    /** Third argument of a call. Lost in a call. */
    R3,
    /** Fourth argument of a call. Lost in a call. */
    R4,
    /** Fifth argument of a call. Lost in a call. */
    R5,
    /** Kept over calls. */
    R6,
    /** Kept over calls. */
    R7,
    /** Kept over calls. */
    R8,
    /** Kept over calls. */
    R9,
    /** Frame pointer, read only; the stack lies below it, 512 bytes. */
    R10;

    /** {@return the number in an instruction, 0 to 10} */
    public int number() {
        return ordinal();
    }
}
