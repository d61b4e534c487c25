package io.ebpf4j.observability.probe;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.link.AutoAttach;
import io.ebpf4j.link.Link;
import io.ebpf4j.map.BpfMap;
import io.ebpf4j.object.BpfObject;
import io.ebpf4j.object.LoadOptions;
import io.ebpf4j.object.Skipped;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.spec.AttachType;
import io.ebpf4j.spec.ObjectSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A bundled object, loaded, with the programs attached that this kernel can run: its ring, its tallies, its types. */
final class AttachedObject implements AutoCloseable {
    private final BpfObject object;
    private final Btf btf;
    private final TallyReader tallies;
    private final List<Link> links = new ArrayList<>();

    private AttachedObject(BpfObject object, Btf btf) {
        this.object = object;
        this.btf = btf;
        this.tallies = new TallyReader(object.map("tallies"), btf);
    }

    static AttachedObject open(BundledObject bundled, LoadOptions options) {
        ObjectSpec spec = bundled.spec();
        Btf btf = spec.btf().orElseThrow(() -> new IllegalStateException(spec.origin() + " has no BTF"));
        BpfObject object = BpfObject.open(spec, options).load();
        try {
            AttachedObject attached = new AttachedObject(object, btf);
            attached.attach();
            return attached;
        } catch (RuntimeException e) {
            object.close();
            throw e;
        }
    }

    private void attach() {
        try {
            for (BpfProgram program : object.programs().values()) {
                if (program.attachType().equals(AttachType.TRACE_ITER)) {
                    continue; // runs when its walk is read
                }
                links.add(
                        switch (AutoAttach.attach(program)) {
                            case AutoAttach.Outcome.Attached attached -> attached.link();
                            case AutoAttach.Outcome.Manual manual ->
                                throw new IllegalStateException("program " + program.name() + ": " + manual.reason());
                        });
            }
        } catch (RuntimeException e) {
            detach();
            throw e;
        }
    }

    Btf btf() {
        return btf;
    }

    BpfMap events() {
        return object.map("events");
    }

    BpfMap map(String name) {
        return object.map(name);
    }

    BpfProgram program(String name) {
        return object.program(name);
    }

    BpfMap tallies() {
        return object.map("tallies");
    }

    Map<String, BpfProgram> programs() {
        return object.programs();
    }

    TallyReader.Tally tally(int number) {
        return tallies.read(number);
    }

    List<Skipped> skipped() {
        return object.skipped();
    }

    /** Runs that the kernel left out because an interrupt hit a CPU where the program was running. */
    long missedRuns() {
        return object.programs().values().stream()
                .mapToLong(program -> program.info().recursionMisses())
                .sum();
    }

    /** Nothing more is written then; maps can still be read. */
    void detach() {
        links.reversed().forEach(Link::close);
        links.clear();
    }

    @Override
    public void close() {
        detach();
        object.close();
    }
}
