package io.ebpf4j.observability.event;

/** To be filled by its owner. */
public final class ConnectivityEvent {
    private ConnectivityEvent() {}
}
