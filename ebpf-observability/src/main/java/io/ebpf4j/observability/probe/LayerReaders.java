package io.ebpf4j.observability.probe;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.DatagramFormat;
import io.ebpf4j.observability.event.DatagramReader;
import io.ebpf4j.observability.event.DnsFormat;
import io.ebpf4j.observability.event.DnsOptions;
import io.ebpf4j.observability.event.DnsReader;
import io.ebpf4j.observability.event.DropFormat;
import io.ebpf4j.observability.event.DropReader;
import io.ebpf4j.observability.event.EnumNames;
import io.ebpf4j.observability.event.EventDemultiplexer;
import io.ebpf4j.observability.event.EventFormat;
import io.ebpf4j.observability.event.EventHandler;
import io.ebpf4j.observability.event.Layer;
import io.ebpf4j.observability.event.PayloadDecoder;
import io.ebpf4j.observability.event.PayloadDemultiplexer;
import io.ebpf4j.observability.event.PayloadFormat;
import io.ebpf4j.observability.event.PayloadOptions;
import io.ebpf4j.observability.event.ProcessDemultiplexer;
import io.ebpf4j.observability.event.ProcessFormat;
import io.ebpf4j.observability.event.RecordReader;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The reader of each layer's records, without the layer's programs. */
final class LayerReaders {
    private LayerReaders() {}

    static RecordReader of(
            Layer layer,
            Btf btf,
            List<EnumNames> names,
            PayloadOptions payload,
            Consumer<? super ConnectivityEvent> consumer) {
        return switch (layer) {
            case TCP ->
                new EventDemultiplexer(
                        EventFormat.bind(btf, names(names, EventFormat.RESET_REASONS)), EventHandler.events(consumer));
            case HTTP, TLS -> new PayloadDemultiplexer(PayloadFormat.bind(btf), new PayloadDecoder(payload, consumer));
            case DNS -> new DnsReader(DnsFormat.bind(btf), DnsOptions.DEFAULTS, consumer);
            case PROCESS -> new ProcessDemultiplexer(ProcessFormat.bind(btf), view -> consumer.accept(view.toEvent()));
            case UDP -> new DatagramReader(DatagramFormat.bind(btf), view -> consumer.accept(view.toEvent()));
            case DROPS ->
                new DropReader(
                        DropFormat.bind(btf, names(names, DropFormat.REASONS)),
                        view -> consumer.accept(view.toEvent()));
        };
    }

    /** Without names, values are told by their numbers. */
    private static EnumNames names(List<EnumNames> names, String type) {
        return names.stream()
                .filter(candidate -> candidate.type().equals(type))
                .findFirst()
                .orElseGet(() -> new EnumNames(type, Map.of()));
    }
}
