package io.ebpf4j.observability.aggregate;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What series are kept by, and how many of them. The defaults are what Hubble's stock dashboards need: workloads without pods,
 * no addresses, no paths, and the names that DNS is asked for.
 *
 * @param series how many series each family may have; what is more goes into one overflow series
 * @param pods whether workloads are told apart by pod
 * @param addresses whether series are kept by the addresses of both ends too
 * @param routes whether HTTP is kept by path too, as templates
 * @param queries whether DNS is kept by the name asked for
 * @param routeTemplates templates that are tried before one is made of a path, such as {@code /users/{id}/orders}; a part in
 *     braces stands for any one part of a path, {@code *} at the end for all that follows
 * @param routesPerService how many templates there may be of one service; what is more is {@code /…}
 * @param names how many different names DNS may be asked for; what is more is {@code _other}
 * @param externals how many ends outside, known by their names, are told apart; what is more is {@code world}
 * @param identities how many identities there may be; what is more is {@code other}
 * @param connections how many connections are remembered at a time, about 120 bytes each
 */
public record AggregateOptions(
        Map<Family, Integer> series,
        Part pods,
        Part addresses,
        Part routes,
        Part queries,
        List<String> routeTemplates,
        int routesPerService,
        int names,
        int externals,
        int identities,
        int connections) {
    private static final int MOST = 1 << 24;

    /** As the class says; 65,536 identities and connections, 500 externals, 1,000 names. */
    public static final AggregateOptions DEFAULTS = new AggregateOptions(
            Map.of(),
            Part.LEFT_OUT,
            Part.LEFT_OUT,
            Part.LEFT_OUT,
            Part.KEPT,
            List.of(),
            50,
            1_000,
            500,
            1 << 16,
            1 << 16);

    /** Whether series are told apart by something. */
    public enum Part {
        /** They are. */
        KEPT,
        /** They are not. */
        LEFT_OUT
    }

    /**
     * Options as given; families that are not named have as many series as {@link Family#defaultSeries} says.
     *
     * @throws IllegalArgumentException for a number that is not between 1 and 16,777,216, and for a template that does not
     *     begin with a slash
     */
    public AggregateOptions {
        Map<Family, Integer> all = new EnumMap<>(Family.class);
        for (Family family : Family.values()) {
            all.put(family, bounded(series.getOrDefault(family, family.defaultSeries()), family.label() + " series"));
        }
        series = Collections.unmodifiableMap(all);
        Objects.requireNonNull(pods, "pods");
        Objects.requireNonNull(addresses, "addresses");
        Objects.requireNonNull(routes, "routes");
        Objects.requireNonNull(queries, "queries");
        routeTemplates = List.copyOf(routeTemplates);
        for (String template : routeTemplates) {
            if (!template.startsWith("/")) {
                throw new IllegalArgumentException("no template of a path: " + template);
            }
        }
        bounded(routesPerService, "routes of a service");
        bounded(names, "names");
        bounded(externals, "externals");
        bounded(identities, "identities");
        bounded(connections, "connections");
    }

    private static int bounded(int number, String what) {
        if (number < 1 || number > MOST) {
            throw new IllegalArgumentException(number + " " + what + ": there have to be 1 to " + MOST);
        }
        return number;
    }

    /**
     * {@return how many series a family may have}
     *
     * @param family the family
     */
    public int most(Family family) {
        return series.getOrDefault(family, family.defaultSeries());
    }

    /**
     * {@return a copy with another bound}
     *
     * @param family the family
     * @param most how many series it may have
     */
    public AggregateOptions withSeries(Family family, int most) {
        Map<Family, Integer> changed = new EnumMap<>(series);
        changed.put(family, most);
        return new AggregateOptions(
                changed,
                pods,
                addresses,
                routes,
                queries,
                routeTemplates,
                routesPerService,
                names,
                externals,
                identities,
                connections);
    }

    /**
     * {@return a copy that tells pods apart, or does not}
     *
     * @param part whether it does
     */
    public AggregateOptions withPods(Part part) {
        return new AggregateOptions(
                series,
                part,
                addresses,
                routes,
                queries,
                routeTemplates,
                routesPerService,
                names,
                externals,
                identities,
                connections);
    }

    /**
     * {@return a copy that keeps addresses, or does not}
     *
     * @param part whether it does
     */
    public AggregateOptions withAddresses(Part part) {
        return new AggregateOptions(
                series,
                pods,
                part,
                routes,
                queries,
                routeTemplates,
                routesPerService,
                names,
                externals,
                identities,
                connections);
    }

    /**
     * {@return a copy that keeps routes, or does not}
     *
     * @param part whether it does
     */
    public AggregateOptions withRoutes(Part part) {
        return new AggregateOptions(
                series,
                pods,
                addresses,
                part,
                queries,
                routeTemplates,
                routesPerService,
                names,
                externals,
                identities,
                connections);
    }

    /**
     * {@return a copy that keeps routes, by these templates first}
     *
     * @param templates the templates
     */
    public AggregateOptions withRouteTemplates(List<String> templates) {
        return new AggregateOptions(
                series,
                pods,
                addresses,
                Part.KEPT,
                queries,
                templates,
                routesPerService,
                names,
                externals,
                identities,
                connections);
    }

    /**
     * {@return a copy with another bound of templates}
     *
     * @param most how many there may be of one service
     */
    public AggregateOptions withRoutesPerService(int most) {
        return new AggregateOptions(
                series,
                pods,
                addresses,
                routes,
                queries,
                routeTemplates,
                most,
                names,
                externals,
                identities,
                connections);
    }

    /**
     * {@return a copy that keeps the names that DNS is asked for, or does not}
     *
     * @param part whether it does
     */
    public AggregateOptions withQueries(Part part) {
        return new AggregateOptions(
                series,
                pods,
                addresses,
                routes,
                part,
                routeTemplates,
                routesPerService,
                names,
                externals,
                identities,
                connections);
    }

    /**
     * {@return a copy with another bound of names}
     *
     * @param most how many different names DNS may be asked for
     */
    public AggregateOptions withNames(int most) {
        return new AggregateOptions(
                series,
                pods,
                addresses,
                routes,
                queries,
                routeTemplates,
                routesPerService,
                most,
                externals,
                identities,
                connections);
    }

    /**
     * {@return a copy with another bound of ends outside}
     *
     * @param most how many of them are told apart
     */
    public AggregateOptions withExternals(int most) {
        return new AggregateOptions(
                series,
                pods,
                addresses,
                routes,
                queries,
                routeTemplates,
                routesPerService,
                names,
                most,
                identities,
                connections);
    }

    /**
     * {@return a copy with another bound of identities}
     *
     * @param most how many there may be
     */
    public AggregateOptions withIdentities(int most) {
        return new AggregateOptions(
                series,
                pods,
                addresses,
                routes,
                queries,
                routeTemplates,
                routesPerService,
                names,
                externals,
                most,
                connections);
    }

    /**
     * {@return a copy with another bound of connections}
     *
     * @param most how many are remembered at a time
     */
    public AggregateOptions withConnections(int most) {
        return new AggregateOptions(
                series,
                pods,
                addresses,
                routes,
                queries,
                routeTemplates,
                routesPerService,
                names,
                externals,
                identities,
                most);
    }
}
