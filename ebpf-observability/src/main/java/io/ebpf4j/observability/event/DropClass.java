package io.ebpf4j.observability.event;

import java.util.Set;

/** What a dropped packet means. */
public enum DropClass {
    /** Somebody misses it. */
    LOSS,
    /**
     * Nobody misses it: the rest in the queues of a closed socket, the probe of a closed window and other bytes that were
     * there before, a reset that did its work, what was for another host or for many.
     */
    BENIGN,
    /** The kernel gives no reason; ordinary closes do that too. */
    UNEXPLAINED;

    private static final Set<String> NO_REASON = Set.of("NOT_SPECIFIED", "SKB_NOT_DROPPED_YET");

    // Documentation of enum skb_drop_reason, include/net/dropreason-core.h
    private static final Set<String> HARMLESS = Set.of(
            "SKB_CONSUMED",
            "QUEUE_PURGE",
            "TCP_OLD_SEQUENCE",
            "TCP_OLD_DATA",
            "TCP_OLD_ACK",
            "TCP_OFOMERGE",
            "TCP_RESET",
            "OTHERHOST",
            "PTYPE_ABSENT",
            "DUP_FRAG");

    /** Whom a packet is for. */
    enum Audience {
        /** One address. */
        ONE,
        /** Multicast or broadcast. */
        MANY
    }

    static DropClass of(String reason, Audience audience) {
        if (audience == Audience.MANY || HARMLESS.contains(reason)) {
            return BENIGN;
        }
        return NO_REASON.contains(reason) ? UNEXPLAINED : LOSS;
    }
}
