package io.ebpf4j.observability.probe;

import io.ebpf4j.elf.ElfFile;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.link.Link;
import io.ebpf4j.link.ProbePoint;
import io.ebpf4j.link.UprobeLink;
import io.ebpf4j.object.BpfObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** One file of libssl with the probes in it. The probes are in the file: every process that has loaded it meets them. */
final class TlsLibrary implements AutoCloseable {
    private final Path path;
    private final List<String> functions = new ArrayList<>();
    private final List<Link> links = new ArrayList<>();

    private TlsLibrary(Path path) {
        this.path = path;
    }

    /**
     * {@return where in a library's file the functions are that it has}
     *
     * @throws io.ebpf4j.kernel.InvalidObjectException when it is no library
     */
    static Map<TlsFunction, Long> places(Path path) throws IOException {
        ElfFile elf = ElfFile.open(path);
        Map<TlsFunction, Long> places = new EnumMap<>(TlsFunction.class);
        for (TlsFunction function : TlsFunction.values()) {
            elf.symbol(function.symbol())
                    .map(elf::fileOffsetOf)
                    .ifPresent(offset -> offset.ifPresent(value -> places.put(function, value)));
        }
        return places;
    }

    /**
     * Puts the probes in.
     *
     * @param process the only process, {@link UprobeLink.Options#EVERY_PROCESS} for all
     */
    static TlsLibrary attach(BpfObject object, Path path, Map<TlsFunction, Long> places, int process) {
        if (!places.keySet().containsAll(TlsFunction.NEEDED)) {
            throw new InvalidTargetException(path.toString(), TlsProbeStatus.Reason.NO_FUNCTIONS.text());
        }
        TlsLibrary library = new TlsLibrary(path);
        try {
            places.forEach((function, offset) -> library.probe(object, function, offset, process));
        } catch (RuntimeException e) {
            library.close();
            throw e;
        }
        return library;
    }

    private void probe(BpfObject object, TlsFunction function, long offset, int process) {
        UprobeLink.Options place =
                new UprobeLink.Options(path.toString(), "").withOffset(offset).withPid(process);
        // The return first: a call that is met at its entry is then met at its return too.
        if (!function.atReturn().isEmpty()) {
            links.add(UprobeLink.attach(object.program(function.atReturn()), place.withPoint(ProbePoint.RETURN)));
        }
        links.add(UprobeLink.attach(object.program(function.atEntry()), place));
        functions.add(function.symbol());
    }

    Path path() {
        return path;
    }

    List<String> functions() {
        return List.copyOf(functions);
    }

    @Override
    public void close() {
        links.reversed().forEach(Link::close);
        links.clear();
    }
}
