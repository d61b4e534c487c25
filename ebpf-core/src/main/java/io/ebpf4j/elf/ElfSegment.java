package io.ebpf4j.elf;

/**
 * One program header.
 *
 * @param type {@code p_type}
 * @param flags {@code PF_} bits
 * @param offset position in the file
 * @param virtualAddress address of the first byte in memory
 * @param physicalAddress {@code p_paddr}, seldom of use
 * @param fileSize bytes in the file
 * @param memorySize bytes in memory; what exceeds {@code fileSize} is zero
 * @param align {@code p_align}
 */
public record ElfSegment(
        int type,
        int flags,
        long offset,
        long virtualAddress,
        long physicalAddress,
        long fileSize,
        long memorySize,
        long align) {

    /** A segment that is mapped into memory. */
    public static final int PT_LOAD = 1;

    /** Notes. */
    public static final int PT_NOTE = 4;

    /** Executable. */
    public static final int PF_X = 1;

    /** Writable. */
    public static final int PF_W = 2;

    /** Readable. */
    public static final int PF_R = 4;

    /** {@return whether the segment is mapped into memory} */
    public boolean isLoadable() {
        return type == PT_LOAD;
    }

    /** {@return whether the segment may be executed} */
    public boolean isExecutable() {
        return (flags & PF_X) != 0;
    }
}
