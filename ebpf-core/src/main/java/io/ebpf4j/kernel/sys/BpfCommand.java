package io.ebpf4j.kernel.sys;

import io.ebpf4j.kernel.KernelVersion;

/**
 * The commands of bpf(2), with their numbers and the first kernel that has each.
 *
 * <p>Source: {@code enum bpf_cmd} in {@code include/uapi/linux/bpf.h} of Linux 6.18. {@code BPF_PROG_RUN} is the same
 * command as {@link #PROG_TEST_RUN}.
 */
public enum BpfCommand {
    /** Creates a map; Linux 3.18. */
    MAP_CREATE(0, "3.18"),

    /** Reads an element; Linux 3.18. */
    MAP_LOOKUP_ELEM(1, "3.18"),

    /** Writes an element; Linux 3.18. */
    MAP_UPDATE_ELEM(2, "3.18"),

    /** Deletes an element; Linux 3.18. */
    MAP_DELETE_ELEM(3, "3.18"),

    /** Gives the key after a key; Linux 3.18. */
    MAP_GET_NEXT_KEY(4, "3.18"),

    /** Verifies and loads a program; Linux 3.18. */
    PROG_LOAD(5, "3.18"),

    /** Pins an object in a BPF file system; Linux 4.4. */
    OBJ_PIN(6, "4.4"),

    /** Opens a pin; Linux 4.4. */
    OBJ_GET(7, "4.4"),

    /** Attaches a program without a link; Linux 4.10. */
    PROG_ATTACH(8, "4.10"),

    /** Detaches a program that has no link; Linux 4.10. */
    PROG_DETACH(9, "4.10"),

    /** Runs a program on given input; Linux 4.12. */
    PROG_TEST_RUN(10, "4.12"),

    /** Walks over the ids of programs; Linux 4.13. */
    PROG_GET_NEXT_ID(11, "4.13"),

    /** Walks over the ids of maps; Linux 4.13. */
    MAP_GET_NEXT_ID(12, "4.13"),

    /** Opens a program by id; Linux 4.13. */
    PROG_GET_FD_BY_ID(13, "4.13"),

    /** Opens a map by id; Linux 4.13. */
    MAP_GET_FD_BY_ID(14, "4.13"),

    /** Tells what an object is; Linux 4.13. */
    OBJ_GET_INFO_BY_FD(15, "4.13"),

    /** Tells what is attached to a target; Linux 4.15. */
    PROG_QUERY(16, "4.15"),

    /** Attaches to a raw tracepoint, or where the loaded program says; Linux 4.17. */
    RAW_TRACEPOINT_OPEN(17, "4.17"),

    /** Loads type information; Linux 4.18. */
    BTF_LOAD(18, "4.18"),

    /** Opens type information by id; Linux 4.18. */
    BTF_GET_FD_BY_ID(19, "4.18"),

    /** Tells what a task's descriptor traces; Linux 4.18. */
    TASK_FD_QUERY(20, "4.18"),

    /** Takes an element out; Linux 4.20. */
    MAP_LOOKUP_AND_DELETE_ELEM(21, "4.20"),

    /** Makes a map read-only for user space; Linux 5.2. */
    MAP_FREEZE(22, "5.2"),

    /** Walks over the ids of type information; Linux 5.4. */
    BTF_GET_NEXT_ID(23, "5.4"),

    /** Reads many elements; Linux 5.6. */
    MAP_LOOKUP_BATCH(24, "5.6"),

    /** Takes many elements out; Linux 5.6. */
    MAP_LOOKUP_AND_DELETE_BATCH(25, "5.6"),

    /** Writes many elements; Linux 5.6. */
    MAP_UPDATE_BATCH(26, "5.6"),

    /** Deletes many elements; Linux 5.6. */
    MAP_DELETE_BATCH(27, "5.6"),

    /** Attaches a program by a link; Linux 5.7. */
    LINK_CREATE(28, "5.7"),

    /** Replaces the program of a link; Linux 5.7. */
    LINK_UPDATE(29, "5.7"),

    /** Opens a link by id; Linux 5.8. */
    LINK_GET_FD_BY_ID(30, "5.8"),

    /** Walks over the ids of links; Linux 5.8. */
    LINK_GET_NEXT_ID(31, "5.8"),

    /** Keeps statistics while a descriptor is open; Linux 5.8. */
    ENABLE_STATS(32, "5.8"),

    /** Opens a reader of an iterator; Linux 5.8. */
    ITER_CREATE(33, "5.8"),

    /** Detaches a link that stays open; Linux 5.9. */
    LINK_DETACH(34, "5.9"),

    /** Ties a map to the life of a program; Linux 5.10. */
    PROG_BIND_MAP(35, "5.10"),

    /** Makes a BPF token; Linux 6.9. */
    TOKEN_CREATE(36, "6.9"),

    /** Reads what a program printed; Linux 6.17. */
    PROG_STREAM_READ_BY_FD(37, "6.17");

    private final int number;
    private final String since;

    BpfCommand(int number, String since) {
        this.number = number;
        this.since = since;
    }

    /** {@return the first argument of bpf(2)} */
    public int number() {
        return number;
    }

    /** {@return the first kernel that has it} */
    public KernelVersion since() {
        return KernelVersion.parse(since);
    }

    /** {@return the kernel's name for it, such as {@code BPF_MAP_CREATE}} */
    public String kernelName() {
        return "BPF_" + name();
    }
}
