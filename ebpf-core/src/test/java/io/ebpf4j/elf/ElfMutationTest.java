package io.ebpf4j.elf;

import io.ebpf4j.kernel.InvalidObjectException;
import io.ebpf4j.testing.Mutations;
import io.ebpf4j.testing.TestResource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ten thousand broken objects: each is read or refused, soon, and in no other way. */
class ElfMutationTest {
    @Test
    void brokenObjectsAreReadOrRefused() {
        List<byte[]> objects =
                List.of(TestResource.bytes("/objects/kinds-el.o"), TestResource.bytes("/objects/kinds-eb.o"));
        Mutations.fromProperty().run(objects, 10_000, ElfMutationTest::readAll);
    }

    private static void readAll(byte[] input) {
        ElfFile elf = ElfFile.parse(input, "mutated.o");
        InvalidObjectException[] first = new InvalidObjectException[1];
        attempt(elf::dynamicSymbols, first);
        attempt(() -> elf.symbol("second"), first);
        attempt(() -> elf.symbols().forEach(elf::fileOffsetOf), first);
        for (ElfSection section : elf.sections()) {
            attempt(() -> elf.data(section), first);
            attempt(() -> elf.relocations(section), first);
        }
        if (first[0] != null) {
            throw first[0];
        }
    }

    /** One broken part must not keep the others from being read. */
    private static void attempt(Runnable read, InvalidObjectException[] first) {
        try {
            read.run();
        } catch (InvalidObjectException e) {
            first[0] = first[0] == null ? e : first[0];
        }
    }
}
