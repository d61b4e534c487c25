package io.ebpf4j.observability.protocol;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * DNS over one direction of one TCP connection: messages with a length of two bytes before each (RFC 1035, section 4.2.2), cut anywhere by the
 * writes and reads that carried them. Holds at most one message's bytes, and no more than were captured. Not for use by several threads.
 */
public final class DnsStream {
    private static final int MAX_MESSAGE = 65_535;

    private byte[] pending = new byte[512];
    private int filled;
    private long skip;

    /** A stream at its beginning. */
    public DnsStream() {}

    /**
     * Takes the next bytes of the stream.
     *
     * @param bytes where they lie
     * @param offset where they begin
     * @param captured how many of them are there
     * @param length how many there were; what was not captured is at the end
     * @param messages gets each message that these bytes complete; one with a gap in it is given as far as it was captured
     * @throws MalformedMessageException for a message that is no DNS; the stream goes on behind it
     */
    public void accept(
            MemorySegment bytes, long offset, int captured, long length, Consumer<? super DnsMessage> messages) {
        long end = offset + captured;
        long at = offset;
        if (skip > 0) {
            long skipped = Math.min(skip, length);
            skip -= skipped;
            at += skipped;
        }
        while (at < end) {
            int wanted = filled < 2 ? 2 : 2 + messageLength();
            int take = (int) Math.min(wanted - filled, end - at);
            reserve(filled + take);
            MemorySegment.copy(bytes, at, MemorySegment.ofArray(pending), filled, take);
            filled += take;
            at += take;
            if (filled >= 2 && filled == 2 + messageLength()) {
                emit(messages, filled - 2);
            }
        }
        long missing = offset + length - Math.max(at, end);
        if (missing > 0) {
            loseBytes(missing, messages);
        }
    }

    /** Bytes that were not captured: the message that they belong to is given as far as it goes, and its rest is passed over. */
    private void loseBytes(long missing, Consumer<? super DnsMessage> messages) {
        if (filled < 2) {
            // Without the length of the message there is no telling where the next one begins.
            filled = 0;
            return;
        }
        long rest = 2L + messageLength() - filled;
        skip = rest - missing;
        emit(messages, filled - 2);
        skip = Math.max(skip, 0);
    }

    private void emit(Consumer<? super DnsMessage> messages, int captured) {
        int length = messageLength();
        filled = 0;
        messages.accept(DnsMessage.parse(MemorySegment.ofArray(pending), 2, captured, length));
    }

    private int messageLength() {
        return (pending[0] & 0xff) << 8 | (pending[1] & 0xff);
    }

    private void reserve(int size) {
        if (size > pending.length) {
            pending = Arrays.copyOf(pending, Math.min(MAX_MESSAGE + 2, Math.max(size, 2 * pending.length)));
        }
    }
}
