package io.ebpf4j.observability.export.prometheus;

import java.util.Objects;

/**
 * How a snapshot becomes metrics.
 *
 * @param contexts how the ends are named
 * @param exemplars how exemplars name the trace
 * @param histograms in which form
 * @param cluster the label {@code cluster} of every series, which the dashboards choose by; empty for none. It has to be here,
 *     for a local query does not see Prometheus' external labels
 * @param pod the label {@code pod} of every series, the exporter's own; empty where the scrape configuration sets it
 * @param version what the gauge {@code cilium_version} says, from which two dashboards take their clusters
 */
public record MetricsOptions(
        ContextOptions contexts,
        ExemplarLabels exemplars,
        HistogramForm histograms,
        String cluster,
        String pod,
        String version) {
    /** Hubble's way; the cluster is {@code default}, as Cilium's is. */
    public static final MetricsOptions DEFAULTS = new MetricsOptions(
            ContextOptions.DEFAULTS, ExemplarLabels.HUBBLE, HistogramForm.BOTH, "default", "", "ebpf4j");

    /** The forms of a histogram. */
    public enum HistogramForm {
        /** Fixed buckets, {@code le}. */
        CLASSIC,
        /** Exponential buckets, which only the protobuf exposition carries: in text such a histogram is empty. */
        NATIVE,
        /** Both: text carries the fixed buckets, protobuf both. */
        BOTH
    }

    /** Checks that nothing is null. */
    public MetricsOptions {
        Objects.requireNonNull(contexts, "contexts");
        Objects.requireNonNull(exemplars, "exemplars");
        Objects.requireNonNull(histograms, "histograms");
        Objects.requireNonNull(cluster, "cluster");
        Objects.requireNonNull(pod, "pod");
        Objects.requireNonNull(version, "version");
    }

    /**
     * {@return the same with other names of the ends}
     *
     * @param options which
     */
    public MetricsOptions withContexts(ContextOptions options) {
        return new MetricsOptions(options, exemplars, histograms, cluster, pod, version);
    }

    /**
     * {@return the same with other labels of exemplars}
     *
     * @param labels which
     */
    public MetricsOptions withExemplars(ExemplarLabels labels) {
        return new MetricsOptions(contexts, labels, histograms, cluster, pod, version);
    }

    /**
     * {@return the same with another form of histograms}
     *
     * @param form which
     */
    public MetricsOptions withHistograms(HistogramForm form) {
        return new MetricsOptions(contexts, exemplars, form, cluster, pod, version);
    }

    /**
     * {@return the same with another cluster}
     *
     * @param name its name; empty for none
     */
    public MetricsOptions withCluster(String name) {
        return new MetricsOptions(contexts, exemplars, histograms, name, pod, version);
    }

    /**
     * {@return the same with another pod}
     *
     * @param name its name; empty for none
     */
    public MetricsOptions withPod(String name) {
        return new MetricsOptions(contexts, exemplars, histograms, cluster, name, version);
    }

    /**
     * {@return the same with another version}
     *
     * @param text the version
     */
    public MetricsOptions withVersion(String text) {
        return new MetricsOptions(contexts, exemplars, histograms, cluster, pod, text);
    }
}
