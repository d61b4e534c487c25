package io.ebpf4j.asm;

/** An atomic read-modify-write of 4 or 8 bytes of memory. */
public enum AtomicOperation {
    /** Adds the source register to memory. */
    ADD(Opcodes.ATOMIC_ADD),
    /** Bitwise or of the source register into memory (Linux 5.12). */
    OR(Opcodes.ATOMIC_OR),
    /** Bitwise and of the source register into memory (Linux 5.12). */
    AND(Opcodes.ATOMIC_AND),
    /** Bitwise exclusive or of the source register into memory (Linux 5.12). */
    XOR(Opcodes.ATOMIC_XOR),
    /** As {@link #ADD}; the source register receives the old value (Linux 5.12). */
    FETCH_ADD(Opcodes.ATOMIC_ADD | Opcodes.ATOMIC_FETCH),
    /** As {@link #OR}; the source register receives the old value (Linux 5.12). */
    FETCH_OR(Opcodes.ATOMIC_OR | Opcodes.ATOMIC_FETCH),
    /** As {@link #AND}; the source register receives the old value (Linux 5.12). */
    FETCH_AND(Opcodes.ATOMIC_AND | Opcodes.ATOMIC_FETCH),
    /** As {@link #XOR}; the source register receives the old value (Linux 5.12). */
    FETCH_XOR(Opcodes.ATOMIC_XOR | Opcodes.ATOMIC_FETCH),
    /** Exchanges the source register with memory (Linux 5.12). */
    EXCHANGE(Opcodes.ATOMIC_XCHG),
    /** Stores the source register when memory equals R0; R0 receives the old value (Linux 5.12). */
    COMPARE_EXCHANGE(Opcodes.ATOMIC_CMPXCHG);

    private final int code;

    AtomicOperation(int code) {
        this.code = code;
    }

    /** {@return the operation's number, carried in the immediate} */
    public int code() {
        return code;
    }
}
