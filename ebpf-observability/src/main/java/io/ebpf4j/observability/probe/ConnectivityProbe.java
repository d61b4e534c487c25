package io.ebpf4j.observability.probe;

/** To be filled by its owner. */
public final class ConnectivityProbe {
    private ConnectivityProbe() {}
}
