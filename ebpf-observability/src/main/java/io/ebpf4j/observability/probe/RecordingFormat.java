package io.ebpf4j.observability.probe;

/**
 * The file of a recording. All numbers are little-endian. A text is its length in bytes as a u16, then UTF-8.
 *
 * <p>The file begins with {@link #MAGIC} (u64) and {@link #VERSION} (u32), then sections follow to its end. A section is
 * its kind (u32), the length of its content in bytes (u32, at most {@link #SECTION_BYTES}), the CRC-32C of its content
 * (u32), and the content:
 *
 * <ul>
 *   <li>{@link #ANCHOR}, once, first: wall clock in seconds (i64) and nanoseconds (u32) since the epoch, CLOCK_MONOTONIC
 *       (i64), the kernel's release (text), the number of layers asked for (u16) and the name of each (text).
 *   <li>{@link #LAYER}, for each probe: name (text), number of options (u16) and the name (text) and value (i64) of each,
 *       number of enums (u16) and of each the name (text), number of values (u32), and value (i64) and name (text) of
 *       each, the length of the BTF (u32) and the BTF as it is in the object.
 *   <li>{@link #DATA}, any number: entries in the order in which the reader got them. {@link #RECORD}: index of the layer
 *       (u8) among those before, length (u32), the record as it was in the ring. {@link #ELAPSE}: index of the layer (u8),
 *       the time that the reader was told (i64). {@link #GAP}: index of the layer (u8), kind (text), cause (text), number
 *       lost, first and last time (i64 each).
 *   <li>{@link #LEDGER}, once: time (i64), number of layers (u16) and of each the name (text), missed runs (i64), the five
 *       message counts (i64 each), number of kinds (u16) and of each the name (text) and the four counts (i64 each).
 *   <li>{@link #END}, once, last: number of entries in all data sections (i64). Without it, the file was cut.
 * </ul>
 *
 * <p>A reader refuses a version that it does not know, and kinds of sections and entries that it does not know.
 */
final class RecordingFormat {
    /** "e4jrec\r\n": a transfer as text breaks it. */
    static final long MAGIC = 0x0a0d_6365_726a_3465L;

    static final int VERSION = 1;

    /** Magic and version. */
    static final int HEAD_BYTES = Long.BYTES + Integer.BYTES;

    /** Kind, length and checksum. */
    static final int SECTION_HEAD_BYTES = 3 * Integer.BYTES;

    /** The longest section: a data section is written when it is a mebibyte long, BTF of ours has some 30 KiB. */
    static final int SECTION_BYTES = 16 << 20;

    /** More layers than there will be, and than one byte numbers. */
    static final int LAYERS = 64;

    static final int ANCHOR = 1;
    static final int LAYER = 2;
    static final int DATA = 3;
    static final int LEDGER = 4;
    static final int END = 5;

    static final byte RECORD = 1;
    static final byte ELAPSE = 2;
    static final byte GAP = 3;

    private RecordingFormat() {}
}
