package io.ebpf4j.observability.probe;

import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.PayloadOptions;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What a stream of connectivity events is made of.
 *
 * @param layers the layers to watch, one at least
 * @param ringBytes bytes of each layer's ring between kernel and reader: a power of two and a multiple of the page size. A
 *     burst that does not fit is lost, and counted
 * @param networkNamespace inode number of the only network namespace to watch, as in /proc/PID/ns/net; 0 watches all.
 *     Processes are watched in all of them
 * @param payload how messages are made of payload
 * @param recording the file to record to, which is made anew; empty records nothing
 */
public record ConnectivityOptions(
        Set<Layer> layers, int ringBytes, long networkNamespace, PayloadOptions payload, Optional<Path> recording) {
    /** TCP in all network namespaces, 4 MiB of ring, no recording. */
    public static final ConnectivityOptions DEFAULTS =
            new ConnectivityOptions(EnumSet.of(Layer.TCP), 4 << 20, 0, PayloadOptions.DEFAULTS, Optional.empty());

    /**
     * Options as given.
     *
     * @throws IllegalArgumentException for no layer, and for a ring or a namespace that cannot be
     */
    public ConnectivityOptions {
        Objects.requireNonNull(payload, "payload");
        Objects.requireNonNull(recording, "recording");
        if (layers.isEmpty()) {
            throw new IllegalArgumentException("no layer to watch");
        }
        layers = Collections.unmodifiableSet(EnumSet.copyOf(layers));
        if (Integer.bitCount(ringBytes) != 1 || ringBytes < 4096) {
            throw new IllegalArgumentException(
                    "a ring of " + ringBytes + " bytes: it takes a power of two, 4096 at least");
        }
        if (networkNamespace < 0 || networkNamespace > 0xffff_ffffL) {
            throw new IllegalArgumentException("no inode number of a network namespace: " + networkNamespace);
        }
    }

    /**
     * {@return a copy that watches these layers}
     *
     * @param what the layers
     */
    public ConnectivityOptions withLayers(Set<Layer> what) {
        return new ConnectivityOptions(what, ringBytes, networkNamespace, payload, recording);
    }

    /**
     * {@return a copy with other rings}
     *
     * @param bytes bytes of each layer's ring
     */
    public ConnectivityOptions withRingBytes(int bytes) {
        return new ConnectivityOptions(layers, bytes, networkNamespace, payload, recording);
    }

    /**
     * {@return a copy that watches one network namespace, or all}
     *
     * @param inode the namespace's inode number, 0 for all
     */
    public ConnectivityOptions withNetworkNamespace(long inode) {
        return new ConnectivityOptions(layers, ringBytes, inode, payload, recording);
    }

    /**
     * {@return a copy that makes messages in another way}
     *
     * @param how how messages are made of payload
     */
    public ConnectivityOptions withPayload(PayloadOptions how) {
        return new ConnectivityOptions(layers, ringBytes, networkNamespace, how, recording);
    }

    /**
     * {@return a copy that records}
     *
     * @param file the file, which is made anew
     */
    public ConnectivityOptions withRecording(Path file) {
        return new ConnectivityOptions(layers, ringBytes, networkNamespace, payload, Optional.of(file));
    }
}
