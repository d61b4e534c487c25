package io.ebpf4j.observability.event;

/**
 * What became of payload at one moment.
 *
 * @param exchanges requests that were reported, with or without their response
 * @param paired those with a response
 * @param unpaired responses without their request
 * @param handshakes TLS handshakes that were reported
 * @param lostBytes bytes that could not be placed, because captures were cut or records lost
 * @param unknownHeaders HTTP/2 headers that refer to what was said before the program joined
 * @param undirected records of connections of which it is not known yet which end asks
 * @param malformed records whose bytes break the rules of the protocol that they were taken for
 * @param evicted connections given up for newer ones
 * @param connections connections of which state is kept
 */
public record PayloadCounts(
        long exchanges,
        long paired,
        long unpaired,
        long handshakes,
        long lostBytes,
        long unknownHeaders,
        long undirected,
        long malformed,
        long evicted,
        int connections) {}
