package io.ebpf4j.observability.event;

import io.ebpf4j.observability.event.PayloadView.Flow;
import io.ebpf4j.observability.protocol.Completeness;
import io.ebpf4j.observability.protocol.MalformedMessageException;
import io.ebpf4j.observability.protocol.TlsHello;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The hellos of one connection, put together from the calls that carried them; at most 8 KiB a direction. */
final class TlsOpening {
    enum Progress {
        /** More has to come. */
        OPEN,
        /** This call made it whole. */
        COMPLETE,
        /** It was over before. */
        OVER
    }

    private static final int MOST = 8192;
    private static final int RECORD_HEADER = 5;
    private static final int ALERT = 21;

    private final Half sent = new Half();
    private final Half received = new Half();
    private @Nullable TlsHello client;
    private @Nullable TlsHello server;
    private int alert = -1;
    private long clientTime;
    private long serverTime;
    private boolean malformed;
    private boolean complete;

    private static final class Half {
        private byte[] bytes = new byte[0];
        private int length;
        private boolean over;
        private long time;
    }

    Progress accept(Flow flow, long position, MemorySegment bytes, long offset, int captured, long time) {
        Half half = flow == Flow.SENT ? sent : received;
        if (complete || half.over) {
            return Progress.OVER;
        }
        if (position != half.length) {
            // A piece is missing, so what is there is all that there will be.
            parse(half, true);
        } else {
            if (half.length == 0) {
                half.time = time;
            }
            int take = Math.min(captured, MOST - half.length);
            half.bytes = Arrays.copyOf(half.bytes, half.length + take);
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, offset, half.bytes, half.length, take);
            half.length += take;
            parse(half, half.length == MOST);
        }
        if (client != null && server != null || alert >= 0 || sent.over && received.over) {
            complete = true;
            return Progress.COMPLETE;
        }
        return Progress.OPEN;
    }

    /** Takes what is there for all that there will be. */
    void end() {
        parse(sent, true);
        parse(received, true);
        complete = true;
    }

    private void parse(Half half, boolean last) {
        if (half.over || half.length == 0) {
            half.over |= last;
            return;
        }
        if (half.bytes[0] == ALERT) {
            // Level and description; an encrypted one is longer and tells nothing.
            if (half.length >= RECORD_HEADER + 2) {
                if (half.bytes[3] == 0 && half.bytes[4] == 2) {
                    alert = half.bytes[RECORD_HEADER + 1] & 0xff;
                    serverTime = half.time;
                }
                half.over = true;
            }
            return;
        }
        if (!last && half.length < RECORD_HEADER + 4) {
            return;
        }
        try {
            TlsHello hello = TlsHello.parse(MemorySegment.ofArray(half.bytes), 0, half.length);
            if (!last && hello.completeness() == Completeness.CUT) {
                return;
            }
            switch (hello) {
                case TlsHello.Client seen -> {
                    client = seen;
                    clientTime = half.time;
                }
                case TlsHello.Server seen -> {
                    server = seen;
                    serverTime = half.time;
                }
            }
        } catch (MalformedMessageException none) {
            malformed = true;
        }
        half.over = true;
        half.bytes = new byte[0];
    }

    boolean begun() {
        return client != null || server != null || malformed;
    }

    boolean isComplete() {
        return complete;
    }

    boolean malformed() {
        return malformed;
    }

    Optional<TlsHello.Client> client() {
        return client instanceof TlsHello.Client seen ? Optional.of(seen) : Optional.empty();
    }

    Optional<TlsHello.Server> server() {
        return server instanceof TlsHello.Server seen ? Optional.of(seen) : Optional.empty();
    }

    OptionalInt alert() {
        return alert < 0 ? OptionalInt.empty() : OptionalInt.of(alert);
    }

    long latency() {
        return clientTime == 0 || serverTime == 0 ? 0 : Math.max(0, serverTime - clientTime);
    }
}
