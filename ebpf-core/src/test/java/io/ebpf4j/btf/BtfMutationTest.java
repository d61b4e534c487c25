package io.ebpf4j.btf;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.elf.ElfFile;
import io.ebpf4j.kernel.InvalidObjectException;
import io.ebpf4j.testing.Mutations;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Ten thousand broken BTF blobs, and BTF.ext of as many: everything is walked, and each is read or refused, soon. */
class BtfMutationTest {
    @Test
    void brokenTypesAreReadOrRefused() {
        List<byte[]> blobs = new ArrayList<>();
        for (String order : List.of("el", "eb")) {
            blobs.add(Fixtures.btf(order).bytes().toArray(ValueLayout.JAVA_BYTE));
        }
        blobs.add(BtfBuilder.copyOf(Fixtures.btf("el")).marshal(ByteOrder.LITTLE_ENDIAN, BtfBuilder.Layout.INCLUDED));
        ElfFile elf = Fixtures.elf("el");
        MemorySegment zeros = MemorySegment.ofArray(new byte[4096]);
        MemorySegment ones = MemorySegment.ofArray(new byte[4096]).fill((byte) 0x7f);
        Mutations.fromProperty().run(blobs, 10_000, input -> {
            Btf btf = Btf.parse(input, "mutated.btf");
            Reader reader = new Reader();
            for (int id = 0; id <= btf.lastId(); id++) {
                int type = id;
                Reader.tolerate(() -> btf.type(type));
                Reader.tolerate(() -> btf.cName(type));
                Reader.tolerate(() -> btf.sizeOf(type));
                Reader.tolerate(() -> btf.alignOf(type));
                Reader.tolerate(() -> btf.resolve(type));
                Reader.tolerate(() -> {
                    if (btf.sizeOf(type) <= 4096) {
                        new BtfValuePrinter(btf).print(type, type % 2 == 0 ? zeros : ones);
                    }
                });
            }
            reader.attempt(() -> btf.findAll("nested"));
            reader.attempt(() -> btf.find("__u64", BtfKind.TYPEDEF));
            reader.attempt(() -> new BtfDump(btf).header());
            reader.attempt(() -> new BtfDump(btf).types(btf.lastId() / 2));
            reader.attempt(() -> {
                BtfBuilder builder = BtfBuilder.copyOf(btf);
                builder.marshal(ByteOrder.BIG_ENDIAN);
                builder.fixDataSections(elf);
            });
            reader.attempt(() -> BtfBuilder.copyOf(btf)
                    .placeExterns(Map.of("CONFIG_HZ", 0L), 8)
                    .flattenKernelSymbols());
            reader.attempt(() -> BtfBuilder.sanitized(btf, Set.of()));
            reader.attempt(() -> BtfBuilder.splitOf(btf).build("split").findAll("core"));
            reader.end();
        });
    }

    @Test
    void brokenRecordsAreReadOrRefused() {
        List<byte[]> sections = new ArrayList<>();
        for (String order : List.of("el", "eb")) {
            ElfFile elf = Fixtures.elf(order);
            sections.add(elf.data(elf.section(".BTF.ext").orElseThrow()).toArray(ValueLayout.JAVA_BYTE));
        }
        Btf btf = Fixtures.btf("el");
        Mutations.fromProperty().run(sections, 10_000, input -> {
            BtfExt ext = BtfExt.parse(MemorySegment.ofArray(input), btf, "mutated.ext");
            for (String section : ext.sections()) {
                ext.funcInfos(section);
                ext.coreRelocations(section);
                ext.lineInfos(section).forEach(line -> {
                    ext.fileName(line);
                    ext.sourceLine(line);
                });
            }
        });
    }

    /** Reads on where one part is broken, and says so at the end. */
    private static final class Reader {
        private final List<InvalidObjectException> found = new ArrayList<>();

        /** For what is refused of some types even in honest BTF: the size of a function, say. */
        static void tolerate(Runnable read) {
            try {
                read.run();
            } catch (InvalidObjectException e) {
                assertThat(e.file()).isEqualTo("mutated.btf");
            }
        }

        void attempt(Runnable read) {
            try {
                read.run();
            } catch (InvalidObjectException e) {
                found.add(e);
            }
        }

        void end() {
            if (!found.isEmpty()) {
                throw found.getFirst();
            }
        }
    }
}
