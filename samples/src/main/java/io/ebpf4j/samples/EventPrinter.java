package io.ebpf4j.samples;

import io.ebpf4j.observability.event.ConnectivityEvent;
import io.ebpf4j.observability.event.EventFilter;
import io.ebpf4j.observability.probe.TimeAnchor;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.function.Consumer;

/** Prints the events that are wanted, as rows or as JSON, until there are enough. */
final class EventPrinter implements Consumer<ConnectivityEvent> {
    private final Output output;
    private final EventFilter filter;
    private final TimeAnchor anchor;
    private final long most;
    private final Runnable enough;
    private long printed;

    EventPrinter(Output output, EventFilter filter, TimeAnchor anchor, long most, Runnable enough) {
        this.output = output;
        this.filter = filter;
        this.anchor = anchor;
        this.most = most;
        this.enough = enough;
    }

    void header() {
        if (output.form() == Output.Form.TEXT) {
            print(EventRow.header());
        }
    }

    @Override
    public void accept(ConnectivityEvent event) {
        if (printed >= most || !filter.test(event)) {
            return;
        }
        Instant time = anchor.at(event.timestamp());
        print(
                output.form() == Output.Form.JSON
                        ? EventJson.of(event, time).toString()
                        : EventRow.of(event, LocalTime.ofInstant(time, ZoneId.systemDefault())));
        if (++printed >= most) {
            enough.run();
        }
    }

    private void print(String line) {
        PrintWriter out = output.out();
        out.println(line);
        if (out.checkError()) { // flushes; a reader that is gone, as with "| head"
            enough.run();
        }
    }
}
