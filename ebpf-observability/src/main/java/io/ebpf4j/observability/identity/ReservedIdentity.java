package io.ebpf4j.observability.identity;

import java.util.Map;

/**
 * What every host knows without being told. Names and numbers up to 11 are Cilium's
 * ({@code pkg/identity/numericidentity.go}); those from 128 on are in the range that Cilium leaves to its users.
 */
public enum ReservedIdentity implements Identity {
    /** Nobody knows. */
    UNKNOWN(0, "unknown"),
    /** This host, by one of its own addresses or processes. */
    HOST(1, "host"),
    /** Somewhere outside, with no better name. */
    WORLD(2, "world"),
    /** In the cluster, but not managed. */
    UNMANAGED(3, "unmanaged"),
    /** The health checks. */
    HEALTH(4, "health"),
    /** A workload that has no identity yet. */
    INIT(5, "init"),
    /** Another node of the cluster. */
    REMOTE_NODE(6, "remote-node"),
    /** The cluster's API server. */
    KUBE_APISERVER(7, "kube-apiserver"),
    /** Where traffic enters the cluster. */
    INGRESS(8, "ingress"),
    /** Outside, by IPv4, where the two are told apart. */
    WORLD_IPV4(9, "world-ipv4"),
    /** Outside, by IPv6, where the two are told apart. */
    WORLD_IPV6(10, "world-ipv6"),
    /** The overlay of encrypted traffic. */
    ENCRYPTED_OVERLAY(11, "encrypted-overlay"),
    /** The loopback addresses, where the process at the other end is not known. */
    LOCALHOST(128, "localhost"),
    /** Many: what an {@link IdentityTable} had no room to tell apart. */
    OTHER(255, "other");

    private final int number;
    private final String text;

    ReservedIdentity(int number, String text) {
        this.number = number;
        this.text = text;
    }

    /** {@return its number in every {@link IdentityTable}} */
    public int number() {
        return number;
    }

    /** {@return the name without prefix, as {@code world}} */
    @Override
    public String displayName() {
        return text;
    }

    /** {@return the name as Cilium writes it, as {@code reserved:world}} */
    public String label() {
        return "reserved:" + text;
    }

    @Override
    public Map<String, String> labels() {
        return Map.of(label(), "");
    }
}
