package io.ebpf4j.link;

/**
 * A place in the ordered list of programs at one attach point, for TCX, netkit and (since 6.17) cgroups.
 *
 * <p>Ids are those of {@link AttachedPrograms} and {@link Link#info}.
 */
public sealed interface Anchor {
    /** Where the kernel puts a program that says nothing: behind all others. */
    record Unordered() implements Anchor {}

    /** Before all others. */
    record First() implements Anchor {}

    /** Behind all others. */
    record Last() implements Anchor {}

    /**
     * Right before a program.
     *
     * @param programId the program's id
     */
    record BeforeProgram(int programId) implements Anchor {}

    /**
     * Right behind a program.
     *
     * @param programId the program's id
     */
    record AfterProgram(int programId) implements Anchor {}

    /**
     * Right before a link.
     *
     * @param linkId the link's id
     */
    record BeforeLink(int linkId) implements Anchor {}

    /**
     * Right behind a link.
     *
     * @param linkId the link's id
     */
    record AfterLink(int linkId) implements Anchor {}

    /** {@code BPF_F_BEFORE}, {@code BPF_F_AFTER}, {@code BPF_F_ID}, {@code BPF_F_LINK} (include/uapi/linux/bpf.h). */
    private static int flag(int bit) {
        return 1 << bit;
    }

    /** {@return the flags that say so to the kernel} */
    default int flags() {
        int before = flag(3);
        int after = flag(4);
        int id = flag(5);
        int link = flag(13);
        return switch (this) {
            case Unordered _ -> 0;
            case First _ -> before;
            case Last _ -> after;
            case BeforeProgram _ -> before | id;
            case AfterProgram _ -> after | id;
            case BeforeLink _ -> before | id | link;
            case AfterLink _ -> after | id | link;
        };
    }

    /** {@return the id of the neighbour, 0 where there is none} */
    default int relativeId() {
        return switch (this) {
            case Unordered _, First _, Last _ -> 0;
            case BeforeProgram anchor -> anchor.programId();
            case AfterProgram anchor -> anchor.programId();
            case BeforeLink anchor -> anchor.linkId();
            case AfterLink anchor -> anchor.linkId();
        };
    }
}
