package io.ebpf4j.observability.probe;

import io.ebpf4j.map.UpdateMode;
import io.ebpf4j.program.BpfProgram;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The order in which the layers of a stream see each send and receive. Each has a program for the end of a send and one for
 * that of a receive; of all these only the first layer's are attached, and hand each call on to the next one's ({@code
 * transfer.h}). What HTTP's programs, which come first where they are watched, find to be the beginning of an HTTP message they
 * hand on to nobody.
 *
 * <p>Programs that are reached so are part of the run of the one that is attached: the kernel's run statistics, and its count
 * of runs that it left out, are that one's.
 *
 * <p>For one thread, that of the stream.
 */
final class TransferChain {
    private static final String NEXT_SENT = "next_sent";
    private static final String NEXT_RECEIVED = "next_received";
    private static final String FIRST_SENT = "first_sent";
    private static final String FIRST_RECEIVED = "first_received";

    /** Of one layer: its object, and the names of its two programs. */
    private record Place(AttachedObject object, String sent, String received) {
        boolean isLoaded() {
            return object.programs().keySet().containsAll(Set.of(sent, received));
        }

        void attach() {
            object.attach(Set.of(sent, received)::contains);
        }

        void handOnTo(Place next) {
            point(NEXT_SENT, next.object.program(next.sent));
            point(NEXT_RECEIVED, next.object.program(next.received));
        }

        void handFirstCallsOnTo(Place other) {
            point(FIRST_SENT, other.object.program(other.sent));
            point(FIRST_RECEIVED, other.object.program(other.received));
        }

        void handOnToNobody() {
            clear(NEXT_SENT);
            clear(NEXT_RECEIVED);
        }

        private void point(String programs, BpfProgram program) {
            try (Arena arena = Arena.ofConfined()) {
                object.map(programs)
                        .update(
                                arena.allocateFrom(ValueLayout.JAVA_INT, 0),
                                arena.allocateFrom(ValueLayout.JAVA_INT, program.fd()),
                                UpdateMode.ANY);
            }
        }

        private void clear(String programs) {
            try (Arena arena = Arena.ofConfined()) {
                object.map(programs).delete(arena.allocateFrom(ValueLayout.JAVA_INT, 0));
            }
        }
    }

    /** In the order in which they see a call. */
    private final List<Place> places = new ArrayList<>();
    /** Who wants the first call of a socket alone, where a leader tells which one that is. */
    private @Nullable Place firstCalls;

    private @Nullable Place leader;

    /**
     * Opens a probe that has a chain to itself.
     *
     * @param opening opens the probe, which takes its place in the chain
     */
    static <P extends LayerProbe> P ofOne(Function<TransferChain, P> opening) {
        TransferChain chain = new TransferChain();
        P probe = opening.apply(chain);
        try {
            chain.attach();
            return probe;
        } catch (RuntimeException e) {
            probe.close();
            throw e;
        }
    }

    /** Puts a layer behind those that are there; leaves out one whose programs this kernel is too old for. */
    void add(AttachedObject object, String sent, String received) {
        Place place = new Place(object, sent, received);
        if (place.isLoaded()) {
            places.add(place);
            connect();
        }
    }

    /** Adds a layer that the first call of each socket is enough for. */
    void addForFirstCalls(AttachedObject object, String sent, String received) {
        Place place = new Place(object, sent, received);
        if (place.isLoaded()) {
            firstCalls = place;
            connect();
        }
    }

    /** Puts a layer before all others. It tells first calls from others, and attaches its programs itself. */
    void lead(AttachedObject object, String sent, String received) {
        leader = new Place(object, sent, received);
        connect();
    }

    /** Takes out what was closed. */
    void leaveOutClosed() {
        places.removeIf(place -> place.object.isClosed());
        if (leader != null && leader.object.isClosed()) {
            leader = null;
        }
        if (firstCalls != null && firstCalls.object.isClosed()) {
            firstCalls = null;
        }
        connect();
    }

    /** Attaches the first layer's programs, where nobody leads. */
    void attach() {
        if (leader == null) {
            if (firstCalls != null) {
                places.add(firstCalls);
                firstCalls = null;
                connect();
            }
            if (!places.isEmpty()) {
                places.getFirst().attach();
            }
        }
    }

    private void connect() {
        for (int i = 0; i < places.size(); i++) {
            handOn(places.get(i), places.subList(i + 1, places.size()));
        }
        Place leading = leader;
        if (leading == null) {
            return;
        }
        handOn(leading, places);
        Place first = firstCalls;
        if (first != null) {
            leading.handFirstCallsOnTo(first);
            handOn(first, places);
        }
    }

    private static void handOn(Place place, List<Place> rest) {
        if (rest.isEmpty()) {
            place.handOnToNobody();
        } else {
            place.handOnTo(rest.getFirst());
        }
    }
}
