package io.ebpf4j.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** All that is measured, in the order of the table. */
final class Works {
    private static final String NANOS = "ns";
    private static final String MICROS = "µs";
    private static final OptionalDouble NONE = OptionalDouble.empty();

    /** File in the working directory that the AOT cache of {@link FirstEvent} is in. */
    static final String AOT_CACHE = "first-event.aot";

    private Works() {}

    static List<Work> all() {
        return List.of(
                drain("raw view", "view", 1, 67_108_864, 900_000, 12, 1.0),
                drain("raw view", "view", 1, 1_048_576, 15_000, 400, 1.0),
                drain("flyweight", "flyweight", 1, 67_108_864, 900_000, 12, 1.0),
                drain("flyweight", "flyweight", 1, 1_048_576, 15_000, 400, 1.0),
                drain("record that stays", "record", 1, 1_048_576, 15_000, 400, 1.3),
                drain("memory segment", "segment", 1, 1_048_576, 15_000, 400, 0),
                drain("by address", "address", 1, 1_048_576, 15_000, 400, 0),
                timed(
                        "16 rings, 900 records each",
                        List.of("ring_drain", "@ring", "16", "65536", "900", "400"),
                        "ManyRingsBenchmark.poll",
                        14_400,
                        NANOS,
                        0),
                timed("plain ring, raw view, 1 MiB", List.of(), "PlainRingBenchmark.view", 15_000, NANOS, 0),
                timed("plain ring, record that stays, 1 MiB", List.of(), "PlainRingBenchmark.record", 15_000, NANOS, 0),
                new Work.Reported(
                        "live ring, 1 MiB",
                        List.of("live_ring", "@ring", "1048576", "1000"),
                        List.of("LiveRing", "1048576", "1000"),
                        NONE),
                timed(
                        "perf buffer drain, 1 MiB",
                        List.of("perf_drain", "@perf", "256", "4000", "4", "200"),
                        "PerfDrainBenchmark.view",
                        16_000,
                        NANOS,
                        1.1),
                timed(
                        "user ring, write a record",
                        List.of("user_ring", "@user_ring", "10000", "200"),
                        "UserRingBenchmark.write",
                        10_000,
                        NANOS,
                        0),
                map("lookup", "lookup", MapBenchmark.OPERATIONS, 1.05),
                map("update", "update", MapBenchmark.OPERATIONS, 1.05),
                map("miss", "miss", MapBenchmark.OPERATIONS, 1.05),
                map("per-CPU sum", "perCpu", MapBenchmark.OPERATIONS, 0),
                map("iteration in batches, an entry", "batch", MapBenchmark.ENTRIES, 1.02),
                map("iteration by key, an entry", "byKey", MapBenchmark.ENTRIES, 0),
                map("mapped array, acquiring read", "mapped", (double) MapBenchmark.ELEMENTS * MapBenchmark.TURNS, 0),
                timed(
                        "vmlinux BTF, open and find",
                        List.of("object_load", "btf", "vmlinux", "40"),
                        "BtfBenchmark.openAndFind",
                        1,
                        MICROS,
                        0),
                timed(
                        "10 programs, open",
                        List.of("object_load", "open", "@ten", "100"),
                        "ObjectBenchmark.open",
                        1,
                        MICROS,
                        0),
                timed("10 programs, plan", List.of(), "ObjectBenchmark.plan", 1, MICROS, 0),
                timed(
                        "10 programs, open to loaded",
                        List.of("object_load", "load", "@ten", "20"),
                        "ObjectBenchmark.load",
                        1,
                        MICROS,
                        1.1),
                new Work.Process(
                        "start to first event",
                        List.of("first_event", "@ring"),
                        List.of(),
                        List.of("FirstEvent"),
                        NONE),
                new Work.Process(
                        "start to first event, AOT cache",
                        List.of("first_event", "@ring"),
                        List.of("-XX:AOTCache=" + AOT_CACHE, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
                        List.of("FirstEvent"),
                        NONE),
                aggregate("10 keys", 10, "NONE"),
                aggregate("10,000 keys", 10_000, "NONE"),
                aggregate("1,000,000 keys", 1_000_000, "NONE"),
                aggregate("10,000 keys, snapshots meanwhile", 10_000, "SNAPSHOTS"),
                timed("DNS response, 4 records", List.of(), "DecoderBenchmark.dns", 1, NANOS, 0),
                timed("HTTP/1 exchange", List.of(), "DecoderBenchmark.http1", 1, NANOS, 0),
                timed(
                        "payload record, an HTTP/1 exchange",
                        List.of(),
                        "PayloadBenchmark.exchanges",
                        PayloadBenchmark.EXCHANGES,
                        NANOS,
                        0),
                timed("HPACK block, 4 headers", List.of(), "DecoderBenchmark.hpack", 1, NANOS, 0));
    }

    private static Work drain(String what, String method, int rings, int bytes, int records, int rounds, double reach) {
        return new Work.Timed(
                "ring drain, " + what + ", " + bytes / (1 << 20) + " MiB",
                List.of(
                        "ring_drain",
                        "@ring",
                        Integer.toString(rings),
                        Integer.toString(bytes),
                        Integer.toString(records),
                        Integer.toString(rounds)),
                "RingDrainBenchmark." + method,
                Map.of("size", Integer.toString(bytes), "records", Integer.toString(records)),
                records,
                NANOS,
                reach(reach));
    }

    private static Work aggregate(String what, int keys, String reader) {
        return new Work.Timed(
                "ring to event to aggregate, " + what,
                List.of(),
                "AggregateBenchmark.drain",
                Map.of("keys", Integer.toString(keys), "reader", reader),
                Math.max(keys, 10_000),
                NANOS,
                NONE);
    }

    private static Work map(String what, String method, double operations, double reach) {
        return timed(
                "map, " + what, List.of("map_ops", method, "30"), "MapBenchmark." + method, operations, NANOS, reach);
    }

    private static Work timed(
            String name, List<String> twin, String benchmark, double operations, String unit, double reach) {
        return new Work.Timed(name, twin, benchmark, Map.of(), operations, unit, reach(reach));
    }

    /** Zero stands for a row without a limit. */
    private static OptionalDouble reach(double ratio) {
        return ratio > 0 ? OptionalDouble.of(ratio) : NONE;
    }
}
