package io.ebpf4j.observability.protocol;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * HPACK (RFC 7541) for one direction of one HTTP/2 connection, by somebody who may have joined late. The dynamic table is shared state between the two
 * ends: what was inserted before the first block that this decoder saw, or in a block that it missed, cannot be known. References to such entries are
 * reported as unknown and never guessed; as new entries push the old ones out, the table becomes known again.
 *
 * <p>Entries are counted from the newest, so an entry seen being inserted is found under the right index whatever lies behind it. The table's true size
 * may be smaller than assumed here: then entries stay known a little longer than they exist, and no correct encoder refers to them any more.
 *
 * <p>Memory is bounded: 64 KiB of table by HPACK's own count, and a string is kept up to 4 KiB; values of headers that nobody asked for are not kept at
 * all. Not for use by several threads.
 */
public final class HpackDecoder {
    private static final int DEFAULT_TABLE = 4096;
    private static final int LARGEST_TABLE = 65_536;
    private static final int ENTRY_OVERHEAD = 32;
    private static final int LONGEST_STRING = 4096;
    private static final int STATIC_ENTRIES = 61;

    /** RFC 7541, appendix A: name and value by turns. */
    private static final String[] STATIC = {
        ":authority",
        "",
        ":method",
        "GET",
        ":method",
        "POST",
        ":path",
        "/",
        ":path",
        "/index.html",
        ":scheme",
        "http",
        ":scheme",
        "https",
        ":status",
        "200",
        ":status",
        "204",
        ":status",
        "206",
        ":status",
        "304",
        ":status",
        "400",
        ":status",
        "404",
        ":status",
        "500",
        "accept-charset",
        "",
        "accept-encoding",
        "gzip, deflate",
        "accept-language",
        "",
        "accept-ranges",
        "",
        "accept",
        "",
        "access-control-allow-origin",
        "",
        "age",
        "",
        "allow",
        "",
        "authorization",
        "",
        "cache-control",
        "",
        "content-disposition",
        "",
        "content-encoding",
        "",
        "content-language",
        "",
        "content-length",
        "",
        "content-location",
        "",
        "content-range",
        "",
        "content-type",
        "",
        "cookie",
        "",
        "date",
        "",
        "etag",
        "",
        "expect",
        "",
        "expires",
        "",
        "from",
        "",
        "host",
        "",
        "if-match",
        "",
        "if-modified-since",
        "",
        "if-none-match",
        "",
        "if-range",
        "",
        "if-unmodified-since",
        "",
        "last-modified",
        "",
        "link",
        "",
        "location",
        "",
        "max-forwards",
        "",
        "proxy-authenticate",
        "",
        "proxy-authorization",
        "",
        "range",
        "",
        "referer",
        "",
        "refresh",
        "",
        "retry-after",
        "",
        "server",
        "",
        "set-cookie",
        "",
        "strict-transport-security",
        "",
        "transfer-encoding",
        "",
        "user-agent",
        "",
        "vary",
        "",
        "via",
        "",
        "www-authenticate",
        ""
    };

    /** Gets what a header block says, in its order. */
    public interface Sink {
        /**
         * A header that was asked for.
         *
         * @param name its name, in lower case as HTTP/2 demands
         * @param value its value; cut at 4 KiB
         */
        void header(String name, String value);

        /**
         * A header whose name is known and was asked for, and whose value is not known.
         *
         * @param name its name
         */
        void unknownValue(String name);

        /** A header of which nothing is known: it refers to a table entry from before this decoder joined. */
        void unknown();
    }

    private final Predicate<String> wanted;
    private final byte[] scratch = new byte[LONGEST_STRING];

    // A ring, newest entry at head. A null name or value was not seen, or not asked for.
    private @Nullable String[] names = new @Nullable String[64];
    private @Nullable String[] values = new @Nullable String[64];
    private int[] sizes = new int[64];
    private int head;
    private int count;
    private int tableSize;
    private int tableLimit = DEFAULT_TABLE;

    // The block being read.
    private MemorySegment bytes = MemorySegment.NULL;
    private long at;
    private long end;

    /**
     * A decoder that has seen nothing yet.
     *
     * @param wanted says of a header's name whether its value is to be kept and reported
     */
    public HpackDecoder(Predicate<String> wanted) {
        this.wanted = Objects.requireNonNull(wanted, "wanted");
    }

    /**
     * Forgets the table: to be called after a header block was missed or cut, since what it inserted is not known.
     */
    public void loseTrack() {
        for (int i = 0; i < count; i++) {
            names[index(i)] = null;
            values[index(i)] = null;
        }
        count = 0;
        tableSize = 0;
    }

    /** {@return how many entries of the dynamic table were seen being inserted and are still there} */
    public int knownEntries() {
        return count;
    }

    /**
     * Reads one header block, put together from its HEADERS and CONTINUATION frames.
     *
     * @param block where it lies
     * @param offset where it begins
     * @param length its length in bytes
     * @param sink gets the headers
     * @throws MalformedMessageException for bytes that are no header block; the table is then forgotten
     */
    public void decode(MemorySegment block, long offset, int length, Sink sink) {
        bytes = block;
        at = offset;
        end = offset + length;
        try {
            while (at < end) {
                int first = bytes.get(JAVA_BYTE, at) & 0xff;
                if (first >= 0x80) {
                    indexed(integer(first, 7), sink);
                } else if (first >= 0x40) {
                    literal(integer(first, 6), Indexing.INSERT, sink);
                } else if (first >= 0x20) {
                    resize(integer(first, 5));
                } else {
                    literal(integer(first, 4), Indexing.NONE, sink);
                }
            }
        } catch (MalformedMessageException broken) {
            loseTrack();
            throw broken;
        } finally {
            bytes = MemorySegment.NULL;
        }
    }

    private enum Indexing {
        INSERT,
        NONE
    }

    private void indexed(int index, Sink sink) {
        if (index == 0) {
            throw malformed("index 0");
        }
        if (index <= STATIC_ENTRIES) {
            report(STATIC[2 * index - 2], STATIC[2 * index - 1], sink);
            return;
        }
        int entry = index - STATIC_ENTRIES - 1;
        if (entry >= count) {
            sink.unknown();
            return;
        }
        report(names[index(entry)], values[index(entry)], sink);
    }

    private void literal(int nameIndex, Indexing indexing, Sink sink) {
        String name;
        int nameLength;
        if (nameIndex == 0) {
            int read = string();
            nameLength = read;
            name = kept(read);
        } else {
            name = nameAt(nameIndex);
            nameLength = name == null ? 0 : name.length();
        }
        int valueLength = string();
        String value = name != null && wanted.test(name) ? kept(valueLength) : null;
        if (indexing == Indexing.INSERT) {
            insert(name, value, nameLength + valueLength + ENTRY_OVERHEAD);
        }
        report(name, value, sink);
    }

    private void report(@Nullable String name, @Nullable String value, Sink sink) {
        if (name == null) {
            sink.unknown();
        } else if (wanted.test(name)) {
            if (value == null) {
                sink.unknownValue(name);
            } else {
                sink.header(name, value);
            }
        }
    }

    private @Nullable String nameAt(int index) {
        if (index <= STATIC_ENTRIES) {
            return STATIC[2 * index - 2];
        }
        int entry = index - STATIC_ENTRIES - 1;
        return entry < count ? names[index(entry)] : null;
    }

    private void resize(int limit) {
        // A table larger than is kept here only makes old entries unknown sooner.
        tableLimit = Math.min(limit, LARGEST_TABLE);
        evict(0);
    }

    private void insert(@Nullable String name, @Nullable String value, int size) {
        evict(size);
        if (size > tableLimit) {
            return;
        }
        if (count == names.length) {
            grow();
        }
        head = head == 0 ? names.length - 1 : head - 1;
        names[head] = name;
        values[head] = value;
        sizes[head] = size;
        count++;
        tableSize += size;
    }

    private void evict(int room) {
        while (count > 0 && tableSize + room > tableLimit) {
            count--;
            int oldest = index(count);
            tableSize -= sizes[oldest];
            names[oldest] = null;
            values[oldest] = null;
        }
    }

    private void grow() {
        int length = names.length;
        @Nullable String[] moreNames = new @Nullable String[2 * length];
        @Nullable String[] moreValues = new @Nullable String[2 * length];
        int[] moreSizes = new int[2 * length];
        for (int i = 0; i < count; i++) {
            moreNames[i] = names[index(i)];
            moreValues[i] = values[index(i)];
            moreSizes[i] = sizes[index(i)];
        }
        names = moreNames;
        values = moreValues;
        sizes = moreSizes;
        head = 0;
    }

    private int index(int entry) {
        int index = head + entry;
        return index < names.length ? index : index - names.length;
    }

    /** Reads a string into the scratch bytes and returns its length, which may be more than was kept. */
    private int string() {
        if (at >= end) {
            throw malformed("a string is missing");
        }
        int first = bytes.get(JAVA_BYTE, at) & 0xff;
        int length = integer(first, 7);
        if (length > end - at) {
            throw malformed("a string of " + length + " bytes with " + (end - at) + " left");
        }
        int octets;
        if (first >= 0x80) {
            octets = HpackHuffman.decode(bytes, at, length, scratch);
        } else {
            MemorySegment.copy(bytes, JAVA_BYTE, at, scratch, 0, Math.min(length, scratch.length));
            octets = length;
        }
        at += length;
        return octets;
    }

    private String kept(int length) {
        return new String(scratch, 0, Math.min(length, scratch.length), StandardCharsets.ISO_8859_1);
    }

    /** RFC 7541, section 5.1: a prefix of some bits, then seven bits a byte. */
    private int integer(int first, int prefixBits) {
        int mask = (1 << prefixBits) - 1;
        int value = first & mask;
        at++;
        if (value < mask) {
            return value;
        }
        for (int shift = 0; shift <= 21; shift += 7) {
            if (at >= end) {
                throw malformed("an integer is cut");
            }
            int next = bytes.get(JAVA_BYTE, at++) & 0xff;
            value += (next & 0x7f) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw malformed("an integer of more than 28 bits");
    }

    private MalformedMessageException malformed(String reason) {
        return new MalformedMessageException("HPACK", at, reason);
    }
}
