package io.ebpf4j.observability.identity;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * By what {@link HostIdentities} names.
 *
 * @param file the file of {@link StaticIdentities}, if there is one
 * @param ranges names for ranges of addresses
 * @param outside what is said of what is outside and has no better name
 * @param owners more sources that know this host's processes or the addresses of workloads, such as Kubernetes
 * @param mostIdentities how many identities are told apart
 * @param merge how much is kept of connections
 */
public record IdentityOptions(
        Optional<Path> file,
        List<CidrIdentity> ranges,
        AddressIdentities.Outside outside,
        List<IdentitySource> owners,
        int mostIdentities,
        MergeOptions merge) {
    /** What the host itself knows; 65,536 identities. */
    public static final IdentityOptions DEFAULTS = new IdentityOptions(
            Optional.empty(), List.of(), AddressIdentities.Outside.WORLD, List.of(), 1 << 16, MergeOptions.DEFAULTS);

    /** Keeps the lists from change. */
    public IdentityOptions {
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(outside, "outside");
        Objects.requireNonNull(merge, "merge");
        ranges = List.copyOf(ranges);
        owners = List.copyOf(owners);
    }

    /**
     * {@return the same with a file of names}
     *
     * @param names the file, as {@link StaticIdentities} describes it
     */
    public IdentityOptions withFile(Path names) {
        return new IdentityOptions(Optional.of(names), ranges, outside, owners, mostIdentities, merge);
    }

    /**
     * {@return the same with names for ranges of addresses}
     *
     * @param rules the ranges
     */
    public IdentityOptions withRanges(List<CidrIdentity> rules) {
        return new IdentityOptions(file, rules, outside, owners, mostIdentities, merge);
    }

    /**
     * {@return the same with another word for what is outside}
     *
     * @param word what is said of it
     */
    public IdentityOptions withOutside(AddressIdentities.Outside word) {
        return new IdentityOptions(file, ranges, word, owners, mostIdentities, merge);
    }

    /**
     * {@return the same with one more source}
     *
     * @param source knows processes of this host, or workloads by address; whoever made it closes it
     */
    public IdentityOptions withOwners(IdentitySource source) {
        List<IdentitySource> more = new ArrayList<>(owners);
        more.add(source);
        return new IdentityOptions(file, ranges, outside, more, mostIdentities, merge);
    }

    /**
     * {@return the same with another bound}
     *
     * @param identities how many identities are told apart
     */
    public IdentityOptions withMostIdentities(int identities) {
        return new IdentityOptions(file, ranges, outside, owners, identities, merge);
    }

    /**
     * {@return the same with other bounds for connections}
     *
     * @param bounds how much is kept of connections
     */
    public IdentityOptions withMerge(MergeOptions bounds) {
        return new IdentityOptions(file, ranges, outside, owners, mostIdentities, bounds);
    }
}
