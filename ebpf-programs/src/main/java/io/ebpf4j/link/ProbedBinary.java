package io.ebpf4j.link;

import io.ebpf4j.elf.ElfFile;
import io.ebpf4j.elf.ElfSymbol;
import io.ebpf4j.kernel.InvalidTargetException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The executable or library that user-space probes are put into.
 *
 * @param path the file
 */
record ProbedBinary(Path path) {

    /**
     * Finds a binary as libbpf does: what holds a slash is a path; the bare name of a library is looked for in
     * LD_LIBRARY_PATH, /usr/lib64, /usr/lib and the architecture's library folder, that of a program in PATH, /usr/bin
     * and /usr/sbin. Beyond that, of a probed process its own mapping of the library comes first, since it may see
     * another file system.
     */
    static ProbedBinary find(String binary, int pid) {
        if (binary.contains("/")) {
            Path path = Path.of(binary);
            if (!Files.exists(path)) {
                throw new InvalidTargetException(binary, "no such file");
            }
            return new ProbedBinary(path);
        }
        if (pid > 0) {
            Path mapped = mappedBy(pid, binary);
            if (!mapped.toString().isEmpty()) {
                return new ProbedBinary(mapped);
            }
        }
        List<String> folders = folders(binary, System.getenv(), System.getProperty("os.arch", ""));
        boolean library = isLibrary(binary);
        for (String folder : folders) {
            Path path = Path.of(folder, binary);
            if (Files.isReadable(path) && (library || Files.isExecutable(path))) {
                return new ProbedBinary(path);
            }
        }
        throw new InvalidTargetException(binary, "in none of the folders " + String.join(":", folders));
    }

    static boolean isLibrary(String name) {
        return name.endsWith(".so") || name.contains(".so.");
    }

    static List<String> folders(String binary, Map<String, String> environment, String architecture) {
        List<String> folders = new ArrayList<>();
        if (isLibrary(binary)) {
            addAll(folders, environment.getOrDefault("LD_LIBRARY_PATH", ""));
            addAll(folders, "/usr/lib64:/usr/lib");
            switch (architecture.toLowerCase(Locale.ROOT)) {
                case "amd64", "x86_64" -> folders.add("/lib/x86_64-linux-gnu");
                case "aarch64" -> folders.add("/lib/aarch64-linux-gnu");
                case "riscv64" -> folders.add("/lib/riscv64-linux-gnu");
                case "s390x" -> folders.add("/lib/s390x-linux-gnu");
                default -> folders.add("/lib");
            }
        } else {
            addAll(folders, environment.getOrDefault("PATH", ""));
            addAll(folders, "/usr/bin:/usr/sbin");
        }
        return folders;
    }

    private static void addAll(List<String> folders, String path) {
        Stream.of(path.split(":", -1)).filter(folder -> !folder.isEmpty()).forEach(folders::add);
    }

    /** The file of a process's mapping with that name, as seen from here; an empty path where there is none. */
    private static Path mappedBy(int pid, String name) {
        Path maps = Path.of("/proc", Integer.toString(pid), "maps");
        try (Stream<String> lines = Files.lines(maps, StandardCharsets.ISO_8859_1)) {
            return lines.map(line -> line.indexOf('/') < 0 ? "" : line.substring(line.indexOf('/')))
                    .filter(file -> file.endsWith("/" + name))
                    .findFirst()
                    .map(file -> Path.of("/proc/" + pid + "/root" + file))
                    .orElse(Path.of(""));
        } catch (IOException e) {
            throw new InvalidTargetException("process " + pid, "its mappings cannot be read: " + e);
        }
    }

    /** Where in the file a function starts. */
    long offsetOf(String symbol) {
        ElfFile elf = parse();
        return functions(elf)
                .filter(candidate -> unversioned(candidate.name()).equals(symbol))
                .map(elf::fileOffsetOf)
                .filter(OptionalLong::isPresent)
                .mapToLong(OptionalLong::getAsLong)
                .findFirst()
                .orElseThrow(() -> new InvalidTargetException(
                        path + ":" + symbol, "the file defines no such function, in .symtab or .dynsym"));
    }

    /** Where in the file the functions that match a pattern start, each place once. */
    Set<Long> offsetsMatching(String glob) {
        Pattern pattern = globPattern(glob);
        ElfFile elf = parse();
        Set<Long> offsets = new LinkedHashSet<>();
        functions(elf)
                .filter(candidate ->
                        pattern.matcher(unversioned(candidate.name())).matches())
                .map(elf::fileOffsetOf)
                .forEach(offset -> offset.ifPresent(offsets::add));
        if (offsets.isEmpty()) {
            throw new InvalidTargetException(path + ":" + glob, "the file defines no function that matches");
        }
        return offsets;
    }

    private static Stream<ElfSymbol> functions(ElfFile elf) {
        return Stream.concat(elf.dynamicSymbols().stream(), elf.symbols().stream())
                .filter(symbol -> symbol.isFunction() && !symbol.isUndefined());
    }

    /** Static tables of some linkers append the version, as in {@code name@@VERSION}. */
    private static String unversioned(String name) {
        int at = name.indexOf('@');
        return at > 0 ? name.substring(0, at) : name;
    }

    static Pattern globPattern(String glob) {
        StringBuilder regex = new StringBuilder(glob.length() + 16);
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            switch (c) {
                case '*' -> regex.append(".*");
                case '?' -> regex.append('.');
                default -> regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(regex.toString());
    }

    private ElfFile parse() {
        try {
            return ElfFile.open(path);
        } catch (IOException e) {
            throw new UncheckedIOException("read " + path, e);
        }
    }
}
