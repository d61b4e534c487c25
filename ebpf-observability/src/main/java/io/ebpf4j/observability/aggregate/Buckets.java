package io.ebpf4j.observability.aggregate;

import java.util.Arrays;
import java.util.List;

/**
 * Upper bounds of buckets, inclusive, in nanoseconds. The bucket of a value is found without a logarithm: the number of its
 * bits gives the first bucket that it may be in, the bounds of that octave the rest.
 */
final class Buckets {
    /** Of HTTP by OpenTelemetry's semantic conventions, which DNS and the parts of a connection's setup share. */
    static final Buckets LATENCY = fixed(.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10);

    /** Of OBI's round trips, {@code obi.stat.tcp.rtt}. */
    static final Buckets ROUND_TRIP = fixed(.0005, .001, .002, .005, .01, .025, .05, .1, .25, .5, 1);

    /** From a short request to a day. */
    static final Buckets DURATION = fixed(.01, .1, 1, 10, 60, 600, 3_600, 86_400);

    private static final double NANOS = 1e9;

    private final List<Double> seconds;
    private final long[] bounds;
    private final int[] starts = new int[Long.SIZE];

    private Buckets(double[] seconds) {
        this.seconds = Arrays.stream(seconds).boxed().toList();
        bounds = new long[seconds.length];
        for (int i = 0; i < seconds.length; i++) {
            // a whole number of nanoseconds is at most the bound if it is at most the bound's whole part; the bounds
            // that
            // are written in decimals are whole, and a product that is a hair off is rounded to them
            double nanos = seconds[i] * NANOS;
            bounds[i] = Math.abs(nanos - Math.rint(nanos)) < 1e-6 ? Math.round(nanos) : (long) nanos;
        }
        for (int bits = 0; bits < starts.length; bits++) {
            long least = bits == 0 ? 0 : 1L << (bits - 1);
            int first = 0;
            while (first < bounds.length && bounds[first] < least) {
                first++;
            }
            starts[bits] = first;
        }
    }

    static Buckets fixed(double... seconds) {
        return new Buckets(seconds);
    }

    /** Powers of 2^(2^-scale) from 2^from to 2^to seconds. */
    static Buckets exponential(int scale, int from, int to) {
        double[] seconds = new double[((to - from) << scale) + 1];
        for (int i = 0; i < seconds.length; i++) {
            seconds[i] = Math.pow(2, from + Math.scalb((double) i, -scale));
        }
        return new Buckets(seconds);
    }

    /** The bucket of a value: the number of bounds where it is above them all. */
    int index(long nanos) {
        int bucket = starts[Long.SIZE - Long.numberOfLeadingZeros(nanos)];
        long[] all = bounds;
        while (bucket < all.length && nanos > all[bucket]) {
            bucket++;
        }
        return bucket;
    }

    int size() {
        return bounds.length;
    }

    List<Double> seconds() {
        return seconds;
    }
}
