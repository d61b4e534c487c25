package io.ebpf4j.samples;

import io.ebpf4j.observability.identity.CidrIdentity;
import io.ebpf4j.observability.identity.IdentityOptions;
import io.ebpf4j.observability.identity.LocalProcesses;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** By what to name the ends. */
final class IdentityArguments {
    @Option(
            names = "--identities",
            paramLabel = "FILE",
            description = "names of workloads and ranges, a file of properties: workload.NAME.cgroup = /shop/cart")
    private @Nullable Path file;

    @Option(
            names = "--cidr",
            paramLabel = "NAME=RANGE",
            converter = RangeConverter.class,
            description = "name a range of addresses, may be repeated: office=192.0.2.0/24")
    private List<CidrIdentity> ranges = List.of();

    @Option(
            names = "--kubernetes",
            description =
                    "name pods and services as the cluster's API server does; needs fabric8's client on the class path")
    private boolean kubernetes;

    /** By what is named, and what is to be closed when nothing is named any more. */
    record Naming(IdentityOptions options, LocalProcesses processes, List<Runnable> ends) implements AutoCloseable {
        @Override
        public void close() {
            ends.reversed().forEach(Runnable::run);
        }
    }

    Naming naming() throws IOException {
        LocalProcesses processes = LocalProcesses.ofThisHost();
        IdentityOptions options = IdentityOptions.DEFAULTS.withRanges(ranges);
        if (file != null) {
            options = options.withFile(file);
        }
        List<Runnable> ends = new ArrayList<>();
        if (kubernetes) {
            try {
                options = Cluster.name(options, processes, ends);
            } catch (NoClassDefFoundError missing) {
                throw new IOException(
                        "--kubernetes needs kubernetes-client and kubernetes-httpclient-jdk on the class path: see"
                                + " deploy/kubernetes",
                        missing);
            }
        }
        return new Naming(options, processes, ends);
    }

    /** Reads a name and a range. */
    static final class RangeConverter implements ITypeConverter<CidrIdentity> {
        @Override
        public CidrIdentity convert(String text) {
            int equals = text.indexOf('=');
            if (equals <= 0 || equals == text.length() - 1) {
                throw new TypeConversionException("no named range, as office=192.0.2.0/24: " + text);
            }
            return new CidrIdentity(text.substring(0, equals), text.substring(equals + 1));
        }
    }
}
