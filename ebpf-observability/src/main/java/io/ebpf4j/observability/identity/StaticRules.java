package io.ebpf4j.observability.identity;

import io.ebpf4j.observability.event.AddressRange;
import io.ebpf4j.observability.event.Endpoint;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** What a file of {@link StaticIdentities} says. Never changes. */
final class StaticRules {
    private static final int ANY_PORT = -1;
    private static final int MOST_PORT = 0xffff;

    private final List<Glob> cgroups;
    private final List<Glob> units;
    private final List<Glob> executables;
    private final Map<Integer, RangeTable<Finding>> workloads;
    private final RangeTable<Finding> ranges;

    /** What a glob recognises. */
    private record Glob(PathMatcher matcher, Finding finding) {}

    /** A key and its value, with the line where it begins. */
    private record Entry(int line, String key, String value) {}

    private StaticRules(Parser parser) {
        this.cgroups = List.copyOf(parser.cgroups);
        this.units = List.copyOf(parser.units);
        this.executables = List.copyOf(parser.executables);
        this.ranges = new RangeTable<>(parser.ranges);
        Map<Integer, RangeTable<Finding>> byPort = new HashMap<>();
        parser.addresses.forEach((port, table) -> byPort.put(port, new RangeTable<>(table)));
        this.workloads = byPort;
    }

    /**
     * Reads rules.
     *
     * @throws IdentityFileException for anything that is not understood: nothing is passed over
     */
    static StaticRules parse(Path file, String text, long now) {
        return new StaticRules(new Parser(file, now).read(text));
    }

    boolean looksAtProcesses() {
        return !cgroups.isEmpty() || !units.isEmpty() || !executables.isEmpty();
    }

    @Nullable
    Finding process(LocalProcess process) {
        Finding found = match(cgroups, process.cgroup().path());
        if (found == null) {
            found = match(units, process.cgroup().unit());
        }
        return found == null ? match(executables, process.executable()) : found;
    }

    private static @Nullable Finding match(List<Glob> globs, String text) {
        if (globs.isEmpty() || text.isEmpty()) {
            return null;
        }
        Path path;
        try {
            path = Path.of(text);
        } catch (InvalidPathException unnamed) {
            return null; // such as one in bytes that this JVM's encoding of file names lacks: no glob means it
        }
        for (Glob glob : globs) {
            if (glob.matcher.matches(path)) {
                return glob.finding;
            }
        }
        return null;
    }

    @Nullable
    Finding address(Endpoint endpoint) {
        RangeTable<Finding> ofPort = workloads.get(endpoint.port());
        Finding found = ofPort == null ? null : ofPort.find(endpoint.high(), endpoint.low());
        if (found == null) {
            RangeTable<Finding> any = workloads.get(ANY_PORT);
            found = any == null ? null : any.find(endpoint.high(), endpoint.low());
        }
        return found;
    }

    @Nullable
    Finding range(Endpoint endpoint) {
        return ranges.find(endpoint.high(), endpoint.low());
    }

    private static final class Parser {
        private final Path file;
        private final long now;
        private final Map<String, Entry> entries = new LinkedHashMap<>();
        private final List<Glob> cgroups = new ArrayList<>();
        private final List<Glob> units = new ArrayList<>();
        private final List<Glob> executables = new ArrayList<>();
        private final Map<Integer, Map<AddressRange, Finding>> addresses = new HashMap<>();
        private final Map<AddressRange, Finding> ranges = new HashMap<>();

        Parser(Path file, long now) {
            this.file = file;
            this.now = now;
        }

        Parser read(String text) {
            readEntries(text);
            Map<String, Map<String, Entry>> workloads = new LinkedHashMap<>();
            for (Entry entry : entries.values()) {
                String[] parts = entry.key.split("\\.", 3);
                switch (parts[0]) {
                    case "workload" -> {
                        if (parts.length < 3 || parts[1].isEmpty()) {
                            throw wrong(entry, "not of the form workload.NAME.PART");
                        }
                        workloads
                                .computeIfAbsent(parts[1], name -> new LinkedHashMap<>())
                                .put(parts[2], entry);
                    }
                    case "cidr" -> {
                        if (parts.length < 3 || parts[1].isEmpty() || !parts[2].equals("address")) {
                            throw wrong(entry, "not of the form cidr.NAME.address");
                        }
                        for (String item : items(entry)) {
                            addRange(entry, parts[1], item);
                        }
                    }
                    case "cluster", "namespace" -> {
                        if (parts.length > 1) {
                            throw wrong(entry, "not known; what belongs to a workload begins with workload.NAME.");
                        }
                    }
                    default ->
                        throw wrong(
                                entry,
                                "not known: a key is cluster, namespace, workload.NAME.PART or cidr.NAME.address");
                }
            }
            workloads.forEach(this::addWorkload);
            return this;
        }

        private void addWorkload(String name, Map<String, Entry> parts) {
            Map<String, String> texts = new HashMap<>();
            Map<String, String> labels = new HashMap<>();
            List<Entry> matches = new ArrayList<>();
            parts.forEach((part, entry) -> {
                switch (part) {
                    case "cluster", "namespace", "kind", "workload", "pod", "service" -> texts.put(part, entry.value);
                    case "address", "cgroup", "executable", "unit" -> matches.add(entry);
                    default -> {
                        if (!part.startsWith("label.") || part.equals("label.")) {
                            throw wrong(
                                    entry,
                                    "no part of a workload: cluster, namespace, kind, workload, pod, service, label.KEY, address, cgroup, executable or unit");
                        }
                        labels.put(part.substring("label.".length()), entry.value);
                    }
                }
            });
            Entry first = parts.values().iterator().next();
            if (matches.isEmpty()) {
                throw wrong(first, "nothing recognises this workload: give it address, cgroup, executable or unit");
            }
            WorkloadIdentity workload;
            try {
                workload = new WorkloadIdentity(
                        texts.getOrDefault("cluster", common("cluster")),
                        texts.getOrDefault("namespace", common("namespace")),
                        texts.getOrDefault("kind", ""),
                        texts.getOrDefault("workload", name),
                        texts.getOrDefault("pod", ""),
                        texts.getOrDefault("service", ""),
                        labels);
            } catch (IllegalArgumentException e) {
                throw new IdentityFileException(file, first.line, first.key, String.valueOf(e.getMessage()), e);
            }
            for (Entry entry : matches) {
                for (String item : items(entry)) {
                    addMatch(entry, item, workload);
                }
            }
        }

        private String common(String key) {
            Entry entry = entries.get(key);
            return entry == null ? "" : entry.value;
        }

        private void addMatch(Entry entry, String item, WorkloadIdentity workload) {
            Finding finding = new Finding(
                    workload,
                    Provenance.STATIC_FILE,
                    now,
                    Long.MAX_VALUE,
                    file.getFileName() + ":" + entry.line + ": " + item);
            String part = entry.key.substring(entry.key.lastIndexOf('.') + 1);
            switch (part) {
                case "cgroup" -> cgroups.add(glob(entry, item, finding));
                case "unit" -> units.add(glob(entry, item, finding));
                case "executable" -> executables.add(glob(entry, item, finding));
                default -> addAddress(entry, item, finding);
            }
        }

        private Glob glob(Entry entry, String item, Finding finding) {
            try {
                return new Glob(FileSystems.getDefault().getPathMatcher("glob:" + item), finding);
            } catch (PatternSyntaxException e) {
                throw new IdentityFileException(
                        file, entry.line, entry.key, "no glob: " + item + ": " + e.getDescription(), e);
            }
        }

        private void addAddress(Entry entry, String item, Finding finding) {
            String address = item;
            int port = ANY_PORT;
            int colon = item.lastIndexOf(':');
            boolean bracketed = item.startsWith("[");
            if (bracketed || colon >= 0 && item.indexOf(':') == colon) {
                if (colon < 0 || bracketed && (colon < 2 || item.charAt(colon - 1) != ']')) {
                    throw wrong(entry, "no port behind " + item + " (an IPv6 address with a port is [ADDRESS]:PORT)");
                }
                address = bracketed ? item.substring(1, colon - 1) : item.substring(0, colon);
                port = port(entry, item.substring(colon + 1));
            }
            Finding other =
                    addresses.computeIfAbsent(port, any -> new HashMap<>()).put(range(entry, address), finding);
            if (other != null && !other.identity().equals(finding.identity())) {
                throw wrong(entry, item + " is another workload's already: " + other.detail());
            }
        }

        private int port(Entry entry, String text) {
            try {
                int port = Integer.parseInt(text);
                if (port >= 1 && port <= MOST_PORT) {
                    return port;
                }
                throw wrong(entry, "no port: " + text);
            } catch (NumberFormatException e) {
                throw new IdentityFileException(file, entry.line, entry.key, "no port: " + text, e);
            }
        }

        private void addRange(Entry entry, String name, String item) {
            Finding finding = new Finding(
                    new CidrIdentity(name, item),
                    Provenance.CIDR_RULE,
                    now,
                    Long.MAX_VALUE,
                    file.getFileName() + ":" + entry.line + ": " + item);
            Finding other = ranges.put(range(entry, item), finding);
            if (other != null && !other.identity().equals(finding.identity())) {
                throw wrong(entry, item + " has another name already: " + other.detail());
            }
        }

        private AddressRange range(Entry entry, String text) {
            try {
                return AddressRange.parse(text);
            } catch (IllegalArgumentException e) {
                throw new IdentityFileException(file, entry.line, entry.key, String.valueOf(e.getMessage()), e);
            }
        }

        private List<String> items(Entry entry) {
            List<String> items = new ArrayList<>();
            for (String item : entry.value.split("\\s+", -1)) {
                if (!item.isEmpty()) {
                    items.add(item);
                }
            }
            if (items.isEmpty()) {
                throw wrong(entry, "nothing is given");
            }
            return items;
        }

        private IdentityFileException wrong(Entry entry, String reason) {
            return new IdentityFileException(file, entry.line, entry.key, reason, null);
        }

        /** One entry at a time goes to Properties, which does not tell lines. */
        private void readEntries(String text) {
            String[] lines = text.split("\r\n|\r|\n", -1);
            for (int i = 0; i < lines.length; i++) {
                int begin = i;
                String first = lines[i].stripLeading();
                if (first.isEmpty() || first.startsWith("#") || first.startsWith("!")) {
                    continue;
                }
                StringBuilder entry = new StringBuilder(lines[i]);
                while (isContinued(lines[i]) && i + 1 < lines.length) {
                    i++;
                    entry.append('\n').append(lines[i]);
                }
                add(begin + 1, entry.toString());
            }
        }

        private static boolean isContinued(String line) {
            int end = line.length();
            while (end > 0 && line.charAt(end - 1) == '\\') {
                end--;
            }
            return (line.length() - end) % 2 == 1;
        }

        private void add(int line, String text) {
            Properties properties = new Properties();
            try {
                properties.load(new StringReader(text));
            } catch (IllegalArgumentException | IOException e) {
                throw new IdentityFileException(file, line, "", String.valueOf(e.getMessage()), e);
            }
            for (String key : properties.stringPropertyNames()) {
                Entry entry = new Entry(line, key, properties.getProperty(key).strip());
                Entry other = entries.put(key, entry);
                if (other != null) {
                    throw wrong(entry, "given before, in line " + other.line);
                }
            }
        }
    }
}
