package io.ebpf4j.observability.export.prometheus;

import io.ebpf4j.observability.identity.CidrIdentity;
import io.ebpf4j.observability.identity.ContainerIdentity;
import io.ebpf4j.observability.identity.Identity;
import io.ebpf4j.observability.identity.NameIdentity;
import io.ebpf4j.observability.identity.ProcessIdentity;
import io.ebpf4j.observability.identity.ReservedIdentity;
import io.ebpf4j.observability.identity.WorkloadIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * By what the label {@code source} or {@code destination} names an end: the values of Hubble's options sourceContext and
 * destinationContext (cilium/cilium, pkg/hubble/metrics/api/context.go). On hosts without an orchestrator a container, a
 * systemd unit or an executable is what a workload is elsewhere.
 */
public enum EndContext {
    /** All labels of the identity, {@code k8s:app=core-api,k8s:tier=web}, {@code reserved:world}; {@code cidr:} and {@code fqdn:} for what is outside. */
    IDENTITY {
        @Override
        public String of(Identity identity, String address) {
            return switch (identity) {
                case CidrIdentity cidr -> "cidr:" + cidr.displayName();
                case NameIdentity name -> "fqdn:" + name.name();
                case ContainerIdentity container -> "container:" + container.displayName();
                case ProcessIdentity process -> "process:" + process.displayName();
                case ReservedIdentity reserved -> reserved.label();
                case WorkloadIdentity workload -> labels(workload);
            };
        }
    },
    /** The namespace. */
    NAMESPACE {
        @Override
        public String of(Identity identity, String address) {
            return identity.namespace();
        }
    },
    /** Namespace and pod, {@code shop/cart-7d9f}. */
    POD {
        @Override
        public String of(Identity identity, String address) {
            return identity instanceof WorkloadIdentity workload ? qualified(workload, workload.pod()) : "";
        }
    },
    /** The pod alone. */
    POD_NAME {
        @Override
        public String of(Identity identity, String address) {
            return identity instanceof WorkloadIdentity workload ? workload.pod() : "";
        }
    },
    /** The name that was asked of DNS. */
    DNS {
        @Override
        public String of(Identity identity, String address) {
            return identity instanceof NameIdentity name ? name.name() : "";
        }
    },
    /** The address; empty unless the aggregate is kept by addresses. */
    IP {
        @Override
        public String of(Identity identity, String address) {
            return address;
        }
    },
    /** The reserved identity, {@code reserved:kube-apiserver}; {@code reserved:world} also for what is outside and has a better name. */
    RESERVED_IDENTITY {
        @Override
        public String of(Identity identity, String address) {
            return switch (identity) {
                case ReservedIdentity reserved -> reserved.label();
                case NameIdentity _, CidrIdentity _ -> ReservedIdentity.WORLD.label();
                case WorkloadIdentity workload -> reserved(workload.labels());
                case ContainerIdentity _, ProcessIdentity _ -> "";
            };
        }
    },
    /** Namespace and workload, {@code shop/cart}. */
    WORKLOAD {
        @Override
        public String of(Identity identity, String address) {
            return identity instanceof WorkloadIdentity workload
                    ? qualified(workload, workload.workload())
                    : workload(identity);
        }
    },
    /** The workload alone. */
    WORKLOAD_NAME {
        @Override
        public String of(Identity identity, String address) {
            return workload(identity);
        }
    },
    /** The application by its labels: the first of app.kubernetes.io/name, k8s-app and app. */
    APP {
        @Override
        public String of(Identity identity, String address) {
            return app(identity);
        }
    };

    /**
     * {@return what this names an end by; empty where the end has no such thing}
     *
     * @param identity the end
     * @param address its address, empty where the aggregate is not kept by addresses
     */
    public abstract String of(Identity identity, String address);

    /** {@return the name in Hubble's options, as {@code reserved-identity}} */
    public String option() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Reads an option's value.
     *
     * @param text names separated by {@code |}: the first that names the end wins
     * @return the same; empty for an empty text
     * @throws IllegalArgumentException for a name that is none
     */
    public static List<EndContext> parse(String text) {
        List<EndContext> contexts = new ArrayList<>();
        for (String option : text.isEmpty() ? new String[0] : text.split("\\|", -1)) {
            contexts.add(byOption(option.strip()));
        }
        return contexts;
    }

    private static EndContext byOption(String option) {
        for (EndContext context : values()) {
            if (context.option().equals(option)) {
                return context;
            }
        }
        List<String> options = new ArrayList<>();
        for (EndContext context : values()) {
            options.add(context.option());
        }
        throw new IllegalArgumentException("no context: " + option + "; there are " + String.join(", ", options));
    }

    /** What an end is called by the first context that names it. */
    static String first(List<EndContext> contexts, Identity identity, String address) {
        for (EndContext context : contexts) {
            String name = context.of(identity, address);
            if (!name.isEmpty()) {
                return name;
            }
        }
        return "";
    }

    static String workload(Identity identity) {
        return switch (identity) {
            case WorkloadIdentity workload -> workload.workload();
            case ContainerIdentity container -> container.displayName();
            case ProcessIdentity process -> process.displayName();
            case CidrIdentity _, NameIdentity _, ReservedIdentity _ -> "";
        };
    }

    static String app(Identity identity) {
        return identity instanceof WorkloadIdentity workload ? workload.app() : "";
    }

    private static String qualified(WorkloadIdentity workload, String name) {
        return name.isEmpty() || workload.namespace().isEmpty() ? name : workload.namespace() + "/" + name;
    }

    private static String labels(WorkloadIdentity workload) {
        if (workload.labels().isEmpty()) {
            return qualified(workload, workload.displayName());
        }
        List<String> labels = new ArrayList<>();
        new TreeMap<>(workload.labels()).forEach((key, value) -> labels.add("k8s:" + key + "=" + value));
        return String.join(",", labels);
    }

    private static String reserved(Map<String, String> labels) {
        if (labels.containsKey(ReservedIdentity.KUBE_APISERVER.label())) {
            return ReservedIdentity.KUBE_APISERVER.label();
        }
        return new TreeMap<>(labels)
                .keySet().stream()
                        .filter(label -> label.startsWith("reserved:"))
                        .findFirst()
                        .orElse("");
    }
}
