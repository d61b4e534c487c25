package io.ebpf4j.spec;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.asm.Opcodes;
import io.ebpf4j.asm.Slot;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** The checked-in objects of src/test/resources/objects; build.sh beside them makes them from their C sources. */
final class Fixture {
    private Fixture() {}

    static byte[] bytes(String name) {
        try (InputStream in = Fixture.class.getResourceAsStream("/objects/" + name + ".o")) {
            assertThat(in).as(name).isNotNull();
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ObjectSpec read(String name) {
        return ObjectSpec.parse(bytes(name), name + ".o");
    }

    static byte[] contents(MapSpec map) {
        return map.contents().orElseThrow().toArray(ValueLayout.JAVA_BYTE);
    }

    /** Where the calls of subprograms and the pointers to them lead: "slot -> name". */
    static List<String> connections(ProgramSpec program) {
        List<String> result = new ArrayList<>();
        long[] slots = program.slots();
        for (int i = 0; i < slots.length; i++) {
            boolean call = Slot.opcode(slots[i]) == Opcodes.CALL && Slot.src(slots[i]) == Opcodes.CALL_SUBPROGRAM;
            boolean pointer = Slot.isWide(slots[i]) && Slot.src(slots[i]) == Opcodes.PSEUDO_FUNC;
            if (call || pointer) {
                int target = i + 1 + Slot.imm(slots[i]);
                String name = program.subprograms().stream()
                        .filter(s -> s.slot() == target)
                        .map(ProgramSpec.Subprogram::name)
                        .findFirst()
                        .orElse("nowhere");
                result.add(i + (pointer ? " & " : " -> ") + name);
            }
            i += Slot.isWide(slots[i]) ? 1 : 0;
        }
        return result;
    }
}
