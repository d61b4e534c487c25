package io.ebpf4j.observability.protocol;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/**
 * The Huffman code of HPACK (RFC 7541, appendix B). The code is canonical, so that its lengths, in the order of the symbols, say all: codes of one
 * length count up in the order of their symbols, and the next length goes on where the last one stopped.
 */
final class HpackHuffman {
    private static final int SYMBOLS = 257;
    private static final int END_OF_STRING = 256;
    private static final int LONGEST = 30;
    private static final int FAST_BITS = 9;

    /** Bits of each symbol's code, one character each: its distance from '0'; the last is the end-of-string symbol. */
    private static final String LENGTHS = "=GLLLLLLLHNLLNLLLLLLLLNLLLLLLLLL6::<=68;::8;8666555666666678?6<:"
            + "=67777777777777777777777878=C=>6?56565666577666567655677777?;>=L"
            + "DFDDFFFGFGGGGGHGHHFGHGGGGEFGFGGHFEDFFGGEGFFHEFGGEEFEGFGGDFFFGFFG"
            + "JJDCFGFIJJJKKJHICEJKKJKHEEJJLKKKDHDEFEEGFFIIHHJGJKJJKKKKKLKKKKKJ"
            + "N";

    /** For each nine-bit beginning: the symbol in the low 16 bits and its length above; 0 where the code is longer. */
    private static final int[] FAST = new int[1 << FAST_BITS];

    /** The symbols, sorted by the length of their codes and then by themselves. */
    private static final short[] SORTED = new short[SYMBOLS];

    private static final int[] FIRST_CODE = new int[LONGEST + 2];
    private static final int[] FIRST_INDEX = new int[LONGEST + 2];

    static {
        int code = 0;
        int index = 0;
        for (int length = 1; length <= LONGEST; length++) {
            code <<= 1;
            FIRST_CODE[length] = code;
            FIRST_INDEX[length] = index;
            for (int symbol = 0; symbol < SYMBOLS; symbol++) {
                if (LENGTHS.charAt(symbol) - '0' == length) {
                    if (length <= FAST_BITS) {
                        int low = code << (FAST_BITS - length);
                        for (int i = 0; i < 1 << (FAST_BITS - length); i++) {
                            FAST[low + i] = length << 16 | symbol;
                        }
                    }
                    SORTED[index++] = (short) symbol;
                    code++;
                }
            }
        }
        FIRST_INDEX[LONGEST + 1] = index;
    }

    private HpackHuffman() {}

    /**
     * Decodes a string.
     *
     * @param bytes where it lies
     * @param offset where it begins
     * @param length its coded length in bytes
     * @param into gets the octets
     * @return how many octets there were; more than {@code into} holds are counted, not kept
     * @throws MalformedMessageException for a code that ends in anything but fewer than eight bits of the end-of-string symbol
     */
    static int decode(MemorySegment bytes, long offset, int length, byte[] into) {
        long window = 0;
        int bits = 0;
        int octets = 0;
        for (int at = 0; at < length; ) {
            while (bits <= 48 && at < length) {
                window = window << 8 | (bytes.get(JAVA_BYTE, offset + at++) & 0xff);
                bits += 8;
            }
            // Near the end the code may be padding: the loop below leaves that to the check behind it.
            int least = at < length ? LONGEST : 0;
            while (bits > least) {
                int symbol = symbol(window, bits);
                if (symbol < 0) {
                    break;
                }
                int codeLength = symbol >>> 16;
                symbol &= 0xffff;
                if (symbol == END_OF_STRING) {
                    throw new MalformedMessageException("HPACK", at, "the end-of-string symbol inside a string");
                }
                bits -= codeLength;
                if (octets < into.length) {
                    into[octets] = (byte) symbol;
                }
                octets++;
            }
            if (bits > LONGEST) {
                throw new MalformedMessageException("HPACK", at, "no Huffman code");
            }
        }
        long mask = (1L << bits) - 1;
        if (bits > 7 || (window & mask) != mask) {
            throw new MalformedMessageException(
                    "HPACK", length, "padding that is not the beginning of the end-of-string symbol");
        }
        return octets;
    }

    /** The next symbol with its length above, -1 where the bits are not enough for one. */
    private static int symbol(long window, int bits) {
        int fast = bits >= FAST_BITS
                ? FAST[(int) (window >>> (bits - FAST_BITS)) & ((1 << FAST_BITS) - 1)]
                : FAST[(int) (window << (FAST_BITS - bits)) & ((1 << FAST_BITS) - 1)];
        if (fast != 0) {
            return fast >>> 16 <= bits ? fast : -1;
        }
        for (int length = FAST_BITS + 1; length <= Math.min(bits, LONGEST); length++) {
            int code = (int) (window >>> (bits - length)) & ((1 << length) - 1);
            int index = FIRST_INDEX[length] + code - FIRST_CODE[length];
            if (index >= FIRST_INDEX[length] && index < FIRST_INDEX[length + 1]) {
                return length << 16 | SORTED[index];
            }
        }
        return -1;
    }
}
