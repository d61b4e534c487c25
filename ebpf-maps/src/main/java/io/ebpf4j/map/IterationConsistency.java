package io.ebpf4j.map;

/** What a finished iteration guarantees when others changed the map while it ran. From the strongest to the weakest. */
public enum IterationConsistency {
    /**
     * Nothing could change: the map is frozen for user space and read-only for programs. What was returned is the
     * content of the map at one time.
     */
    SNAPSHOT,
    /**
     * No key was returned twice, and every entry that existed from the first call to the last was returned. Entries
     * that were added, replaced or removed meanwhile are returned in their old form, in their new form, or not at all,
     * each on its own: together they need not be a state the map was ever in.
     *
     * <p>This is what batch operations give on hash maps, whose buckets are read one by one under the bucket's lock and
     * never moved (kernel/bpf/hashtab.c), and any iteration on arrays, whose keys are fixed.
     */
    EACH_ONCE,
    /**
     * Every entry that existed from the first call to the last was returned, but a key may have been returned more than
     * once: where the kernel does not find the last key again it starts over from the first one.
     *
     * <p>This is what {@code BPF_MAP_GET_NEXT_KEY} gives on hash maps and tries, and batch operations on tries.
     */
    AT_LEAST_ONCE
}
