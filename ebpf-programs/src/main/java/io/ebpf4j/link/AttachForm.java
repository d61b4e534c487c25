package io.ebpf4j.link;

/** In which form to attach, where the kernel has two. */
public enum AttachForm {
    /** A kernel link, or the older form where the kernel is too old for links at this attach point. */
    LINK_IF_POSSIBLE,
    /** The older form, which stays attached when this process dies. */
    UNLINKED
}
