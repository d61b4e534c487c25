package io.ebpf4j.observability.probe;

import io.ebpf4j.elf.ElfFile;
import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.link.UprobeLink;
import io.ebpf4j.object.BpfObject;
import io.ebpf4j.observability.probe.MappedFile.FileId;
import io.ebpf4j.observability.probe.TlsProbeStatus.LeftOut;
import io.ebpf4j.observability.probe.TlsProbeStatus.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the TLS libraries that processes have loaded, and those that lie where the dynamic linker looks, and has each
 * file probed once, however many processes share it and by whatever path. Processes are looked at soon after they were
 * first seen and then ever more rarely, for a library may be loaded late. Safe from any thread.
 */
final class TlsLibraries implements AutoCloseable {
    private static final Path PROC = Path.of("/proc");
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long LONGEST_INTERVAL = 16 * SECOND;
    /** For how long a library that no process has loaded any more stays probed. */
    private static final long GRACE = 60 * SECOND;
    /** Programs that are read in one turn to see whether they do TLS themselves. */
    private static final int PROGRAMS_PER_TURN = 4;
    /** Processes that are looked at in one turn, so that whoever drains rings on the same thread gets on with it. */
    private static final int PROCESSES_PER_TURN = 64;
    /** Files that are remembered as none of interest. */
    private static final int FILES_REMEMBERED = 4096;
    /** Libraries and left-out files that are kept. */
    private static final int FILES_KEPT = 1024;

    private static final List<Path> FOLDERS = List.of(
            Path.of("/usr/lib/x86_64-linux-gnu"),
            Path.of("/usr/lib/aarch64-linux-gnu"),
            Path.of("/lib/x86_64-linux-gnu"),
            Path.of("/lib/aarch64-linux-gnu"),
            Path.of("/usr/lib64"),
            Path.of("/lib64"),
            Path.of("/usr/lib"),
            Path.of("/lib"),
            Path.of("/usr/local/lib64"),
            Path.of("/usr/local/lib"));

    private final BpfObject object;
    private final Set<Integer> only;
    private final Map<Integer, Visit> processes = new HashMap<>();
    private final Map<Key, Watched> watched = new LinkedHashMap<>();
    private final Map<FileId, LeftOut> leftOut = new LinkedHashMap<>();
    private final Set<FileId> programs = new LinkedHashSet<>();
    private int programsRead;

    /** A file, in one process or in all: {@link UprobeLink.Options#EVERY_PROCESS}. */
    private record Key(FileId file, int process) {}

    /** A library and what keeps it. */
    private static final class Watched {
        final TlsLibrary library;
        final boolean installed;
        long lastUsed;

        Watched(TlsLibrary library, boolean installed, long now) {
            this.library = library;
            this.installed = installed;
            this.lastUsed = now;
        }
    }

    /** What was seen of a process, and when to look again. */
    private static final class Visit {
        Set<FileId> libraries = Set.of();
        long interval = SECOND;
        long next;
    }

    TlsLibraries(BpfObject object, Set<Integer> only) {
        this.object = object;
        this.only = Set.copyOf(only);
    }

    /** Probes what lies in the folders of the dynamic linker: then a process that is soon over is not missed. */
    synchronized void addInstalled(long now) {
        if (!only.isEmpty()) {
            return;
        }
        for (Path folder : FOLDERS) {
            if (!Files.isDirectory(folder)) {
                continue;
            }
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "libssl*.so*")) {
                for (Path file : files) {
                    Path real = file.toRealPath();
                    FileId id = fileAt(real);
                    Key key = new Key(id, UprobeLink.Options.EVERY_PROCESS);
                    if (!watched.containsKey(key) && !leftOut.containsKey(id)) {
                        watch(key, real, real.toString(), true, now);
                    }
                }
            } catch (IOException | DirectoryIteratorException e) {
                leftOut.put(
                        new FileId(0, 0, leftOut.size()),
                        new LeftOut(folder.toString(), Reason.FAILED, "the folder cannot be read: " + e));
            }
        }
    }

    /** Looks at all processes, at the start. */
    synchronized void lookAtAll(long now) {
        look(now, Integer.MAX_VALUE);
    }

    /** Looks at processes that are due, and lets go of libraries that none uses. */
    synchronized void look(long now) {
        look(now, PROCESSES_PER_TURN);
    }

    private void look(long now, int most) {
        programsRead = 0;
        int visits = 0;
        Set<Integer> alive = only.isEmpty() ? alive() : only;
        processes.keySet().retainAll(alive);
        for (int process : alive) {
            Visit visit = processes.computeIfAbsent(process, _ -> new Visit());
            if (visit.next <= now && visits < most) {
                visits++;
                visit(process, visit, now);
                visit.next = now + visit.interval;
                visit.interval = only.isEmpty() ? Math.min(visit.interval * 2, LONGEST_INTERVAL) : SECOND;
            }
        }
        release(now);
    }

    private static Set<Integer> alive() {
        Set<Integer> alive = new HashSet<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[1-9]*")) {
            for (Path entry : entries) {
                alive.add(Integer.parseInt(entry.getFileName().toString()));
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new IllegalStateException("/proc cannot be read", e);
        }
        return alive;
    }

    private void visit(int process, Visit visit, long now) {
        String maps;
        String program;
        try {
            Path folder = PROC.resolve(Integer.toString(process));
            maps = new String(Files.readAllBytes(folder.resolve("maps")), StandardCharsets.UTF_8);
            if (maps.isEmpty()) {
                return; // a kernel thread
            }
            program = MappedFile.undeleted(
                    Files.readSymbolicLink(folder.resolve("exe")).toString());
        } catch (IOException _) {
            return; // it ended, or is not ours to look at
        }
        Set<FileId> libraries = new HashSet<>();
        Set<FileId> seen = new HashSet<>();
        Iterator<String> lines = maps.lines()
                .filter(line -> line.contains("/lib") || line.contains(program))
                .iterator();
        while (lines.hasNext()) {
            MappedFile mapped = MappedFile.parse(lines.next()).orElse(null);
            if (mapped == null || mapped.use() != MappedFile.Use.CODE || !seen.add(mapped.file())) {
                continue;
            }
            if (isLibssl(mapped.name())) {
                libraries.add(mapped.file());
                found(process, mapped, now);
            } else if (mapped.name().startsWith("libgnutls.so")) {
                leaveOut(mapped.file(), mapped.path(), Reason.OTHER_LIBRARY, Reason.OTHER_LIBRARY.text());
            } else if (program.equals(mapped.path())) {
                judgeProgram(process, mapped);
            }
        }
        visit.libraries = libraries;
    }

    /** libssl.so.3, libssl.so.1.1, and the copies that Python wheels bring along: libssl-81ffa89e.so.1.1. */
    static boolean isLibssl(String name) {
        return name.startsWith("libssl") && name.contains(".so");
    }

    private void found(int process, MappedFile mapped, long now) {
        Key key = new Key(mapped.file(), only.isEmpty() ? UprobeLink.Options.EVERY_PROCESS : process);
        Watched known = watched.get(key);
        if (known != null) {
            known.lastUsed = now;
        } else if (!leftOut.containsKey(mapped.file())) {
            watch(key, pathOf(process, mapped), mapped.path(), false, now);
        }
    }

    private void watch(Key key, Path path, String name, boolean installed, long now) {
        if (watched.size() >= FILES_KEPT) {
            leaveOut(key.file(), name, Reason.FAILED, "more than " + FILES_KEPT + " libraries");
            return;
        }
        try {
            Map<TlsFunction, Long> places = TlsLibrary.places(path);
            if (places.keySet().containsAll(TlsFunction.NEEDED)) {
                watched.put(key, new Watched(TlsLibrary.attach(object, path, places, key.process()), installed, now));
            } else {
                leaveOut(key.file(), name, Reason.NO_FUNCTIONS, Reason.NO_FUNCTIONS.text());
            }
        } catch (IOException | BpfException e) {
            if (Files.exists(path)) {
                leaveOut(key.file(), name, Reason.FAILED, e.toString());
            }
        }
    }

    private void leaveOut(FileId file, String path, Reason reason, String detail) {
        if (leftOut.size() < FILES_KEPT) {
            leftOut.putIfAbsent(file, new LeftOut(path, reason, detail));
        }
    }

    /** Where the file can be opened from here: through the process's root, or by the mapping where that is another file. */
    private static Path pathOf(int process, MappedFile mapped) {
        Path folder = PROC.resolve(Integer.toString(process));
        Path path = Path.of(folder + "/root" + mapped.path());
        try {
            if (fileAt(path).equals(mapped.file())) {
                return path;
            }
        } catch (IOException _) {
            // replaced or deleted since it was loaded, or on a path that only the process's own root leads to
            return folder.resolve("map_files").resolve(mapped.range());
        }
        return folder.resolve("map_files").resolve(mapped.range());
    }

    private static FileId fileAt(Path path) throws IOException {
        return FileId.of((long) Files.getAttribute(path, "unix:dev"), (long) Files.getAttribute(path, "unix:ino"));
    }

    /** {@return why a program's TLS is not seen, if it has any of its own} */
    static Optional<Reason> reasonToLeaveOut(ElfFile program) {
        if (program.section(".go.buildinfo").isPresent()) { // cmd/link puts it into every Go program
            return Optional.of(Reason.GO);
        }
        return TlsFunction.NEEDED.stream()
                        .allMatch(function -> program.symbol(function.symbol()).isPresent())
                ? Optional.of(Reason.BUILT_IN)
                : Optional.empty();
    }

    /** Whether a program does TLS by code of its own is looked up in its file, once a file. */
    private void judgeProgram(int process, MappedFile mapped) {
        if (programs.contains(mapped.file())
                || leftOut.containsKey(mapped.file())
                || programsRead >= PROGRAMS_PER_TURN) {
            return;
        }
        programsRead++;
        try {
            ElfFile elf = ElfFile.open(pathOf(process, mapped));
            if (elf.section(".go.buildinfo").isPresent()) {
                leaveOut(mapped.file(), mapped.path(), Reason.GO, Reason.GO.text());
            } else if (elf.symbol("SSL_read").isPresent()
                    && elf.symbol("SSL_write").isPresent()) {
                leaveOut(mapped.file(), mapped.path(), Reason.BUILT_IN, Reason.BUILT_IN.text());
            }
        } catch (IOException | BpfException e) {
            leaveOut(mapped.file(), mapped.path(), Reason.FAILED, "what is in the program is not known: " + e);
        }
        programs.add(mapped.file());
        if (programs.size() > FILES_REMEMBERED) {
            Iterator<FileId> eldest = programs.iterator();
            eldest.next();
            eldest.remove();
        }
    }

    private void release(long now) {
        Set<FileId> used = new HashSet<>();
        processes.values().forEach(visit -> used.addAll(visit.libraries));
        watched.entrySet().removeIf(entry -> {
            Watched library = entry.getValue();
            boolean alive = entry.getKey().process() == UprobeLink.Options.EVERY_PROCESS
                    ? used.contains(entry.getKey().file())
                    : processes.containsKey(entry.getKey().process());
            if (alive || library.installed) {
                library.lastUsed = now;
            }
            if (now - library.lastUsed <= GRACE) {
                return false;
            }
            library.library.close();
            return true;
        });
    }

    synchronized TlsProbeStatus status() {
        Map<FileId, Integer> users = new HashMap<>();
        processes.values().forEach(visit -> visit.libraries.forEach(file -> users.merge(file, 1, Integer::sum)));
        List<TlsProbeStatus.Library> libraries = new ArrayList<>();
        watched.forEach((key, library) -> libraries.add(new TlsProbeStatus.Library(
                library.library.path().toString(),
                library.library.functions(),
                key.process() == UprobeLink.Options.EVERY_PROCESS ? users.getOrDefault(key.file(), 0) : 1)));
        return new TlsProbeStatus(libraries, List.copyOf(leftOut.values()));
    }

    @Override
    public synchronized void close() {
        watched.values().forEach(library -> library.library.close());
        watched.clear();
    }
}
