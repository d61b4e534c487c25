package io.ebpf4j.observability.probe;

/**
 * How processes are watched.
 *
 * @param ringBytes bytes of the ring between kernel and reader: a power of two and a multiple of the page size. A burst that
 *     does not fit is lost, and counted; a process takes about 1,100 bytes from fork to exit
 */
public record ProcessProbeOptions(int ringBytes) {
    /** 4 MiB of ring. */
    public static final ProcessProbeOptions DEFAULTS = new ProcessProbeOptions(4 << 20);

    /**
     * Options as given.
     *
     * @throws IllegalArgumentException for a ring that is no power of two or smaller than a page
     */
    public ProcessProbeOptions {
        if (Integer.bitCount(ringBytes) != 1 || ringBytes < 4096) {
            throw new IllegalArgumentException(
                    "a ring of " + ringBytes + " bytes: it takes a power of two, 4096 at least");
        }
    }

    /**
     * {@return a copy with another ring}
     *
     * @param bytes bytes of the ring
     */
    public ProcessProbeOptions withRingBytes(int bytes) {
        return new ProcessProbeOptions(bytes);
    }
}
