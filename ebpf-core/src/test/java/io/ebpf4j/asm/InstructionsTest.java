package io.ebpf4j.asm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.elf.ElfFile;
import io.ebpf4j.kernel.InvalidObjectException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstructionsTest {
    @Test
    void decodesToTheSameSlotsFromEitherByteOrder() {
        Instructions little = LlvmObject.code(LlvmObject.open("instructions.el.o"), ".text");
        Instructions big = LlvmObject.code(LlvmObject.open("instructions.eb.o"), ".text");
        assertThat(big).isEqualTo(little).hasSameHashCodeAs(little);
        assertThat(little.length()).isEqualTo(100);
    }

    @ParameterizedTest
    @ValueSource(strings = {"instructions.el.o", "instructions.eb.o", "program.el.o", "program.eb.o"})
    void marshalsBackToTheBytesOfTheFile(String name) {
        ElfFile file = LlvmObject.open(name);
        MemorySegment text = file.data(file.section(".text").orElseThrow());
        assertThat(LlvmObject.code(file, ".text").marshal(file.order())).isEqualTo(text.toArray(ValueLayout.JAVA_BYTE));
    }

    @Test
    void refusesAPartOfASlot() {
        for (int size : new int[] {1, 7, 9, 15}) {
            assertThatThrownBy(() -> decode(new byte[size]))
                    .isInstanceOf(InvalidObjectException.class)
                    .hasMessageContaining("a.o")
                    .hasMessageContaining("socket");
        }
    }

    @Test
    void refusesAWideLoadThatIsCut() {
        byte[] code = new byte[16];
        code[8] = 0x18;
        assertThatThrownBy(() -> decode(code))
                .isInstanceOfSatisfying(
                        InvalidObjectException.class,
                        e -> assertThat(e.offset()).isEqualTo(8));
    }

    @Test
    void refusesMoreThanTheKernelTakes() {
        MemorySegment huge = MemorySegment.ofArray(new byte[(Instructions.MAX_SLOTS + 1) * 8]);
        assertThatThrownBy(() -> Instructions.decode(huge, ByteOrder.LITTLE_ENDIAN, "a.o", "socket"))
                .isInstanceOf(InvalidObjectException.class);
    }

    @Test
    void keepsItsOwnCopy() {
        long[] slots = {0x95};
        Instructions instructions = Instructions.of(slots);
        slots[0] = 0;
        instructions.slots()[0] = 0;
        assertThat(instructions.slot(0)).isEqualTo(0x95);
        assertThat(instructions.disassemble()).isEqualTo("exit\n");
    }

    private static Instructions decode(byte[] code) {
        return Instructions.decode(MemorySegment.ofArray(code), ByteOrder.LITTLE_ENDIAN, "a.o", "socket");
    }
}
