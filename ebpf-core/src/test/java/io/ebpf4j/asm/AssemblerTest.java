package io.ebpf4j.asm;

import static io.ebpf4j.asm.Register.R0;
import static io.ebpf4j.asm.Register.R1;
import static io.ebpf4j.asm.Register.R10;
import static io.ebpf4j.asm.Register.R2;
import static io.ebpf4j.asm.Register.R3;
import static io.ebpf4j.asm.Register.R4;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AssemblerTest {
    /** The builder's calls in the order of {@code instructions.s}, which clang assembled. */
    @Test
    void buildsWhatClangAssembles() {
        Assembler builder = new Assembler()
                .label("f")
                .neg(R1)
                .neg32(R1)
                .alu(AluOperation.ADD, R1, R2)
                .alu(AluOperation.ADD, R1, 5)
                .alu(AluOperation.ADD, R1, -8)
                .mov(R1, 0x7fffffff)
                .mov(R1, -0x80000000)
                .alu32(AluOperation.MOV, R1, 3)
                .alu32(AluOperation.ADD, R1, R2)
                .signedDiv(R1, R2)
                .signedMod(R1, 5)
                .signedDiv32(R1, 5)
                .signedMod32(R1, R2)
                .alu(AluOperation.DIV, R1, 5)
                .alu(AluOperation.MOD, R1, R3)
                .alu(AluOperation.LSH, R1, 3)
                .alu(AluOperation.RSH, R1, R2)
                .alu(AluOperation.ARSH, R1, 63)
                .alu32(AluOperation.ARSH, R1, R2)
                .alu(AluOperation.OR, R1, 0xff)
                .alu(AluOperation.AND, R1, R4)
                .alu(AluOperation.XOR, R1, R4)
                .alu(AluOperation.MUL, R1, 7)
                .movSigned(Width.BYTE, R1, R2)
                .movSigned(Width.HALF, R1, R2)
                .movSigned(Width.WORD, R1, R2)
                .movSigned32(Width.BYTE, R1, R2)
                .movSigned32(Width.HALF, R1, R2)
                .toBigEndian(Width.HALF, R1)
                .toBigEndian(Width.WORD, R1)
                .toBigEndian(Width.DOUBLE, R1)
                .toLittleEndian(Width.HALF, R1)
                .toLittleEndian(Width.WORD, R1)
                .toLittleEndian(Width.DOUBLE, R1)
                .byteSwap(Width.HALF, R1)
                .byteSwap(Width.WORD, R1)
                .byteSwap(Width.DOUBLE, R1)
                .loadWide(R1, 0x123456789abcdef0L)
                .loadWide(R1, 5)
                .loadWide(R1, -1)
                .load(Width.BYTE, R1, R2, 1)
                .load(Width.HALF, R1, R2, -2)
                .load(Width.WORD, R1, R2, 0)
                .load(Width.DOUBLE, R1, R10, -16)
                .load(Width.WORD, R1, R2, 4)
                .loadSigned(Width.BYTE, R1, R2, 1)
                .loadSigned(Width.HALF, R1, R2, 1)
                .loadSigned(Width.WORD, R1, R2, -1)
                .store(Width.BYTE, R1, 0, R2)
                .store(Width.DOUBLE, R1, -8, R2)
                .store(Width.WORD, R1, -8, R2)
                .store(Width.BYTE, R1, 0, 7)
                .store(Width.HALF, R1, 0, 7)
                .store(Width.WORD, R1, 0, 7)
                .store(Width.DOUBLE, R1, 8, -7)
                .atomic(AtomicOperation.ADD, Width.DOUBLE, R1, 8, R2)
                .atomic(AtomicOperation.ADD, Width.WORD, R1, 8, R2)
                .atomic(AtomicOperation.OR, Width.DOUBLE, R1, 8, R2)
                .atomic(AtomicOperation.AND, Width.WORD, R1, 8, R2)
                .atomic(AtomicOperation.XOR, Width.DOUBLE, R1, 8, R2)
                .atomic(AtomicOperation.FETCH_ADD, Width.DOUBLE, R1, 8, R2)
                .atomic(AtomicOperation.FETCH_OR, Width.WORD, R1, 8, R2)
                .atomic(AtomicOperation.FETCH_AND, Width.DOUBLE, R1, 8, R2)
                .atomic(AtomicOperation.FETCH_XOR, Width.DOUBLE, R1, -8, R2)
                .atomic(AtomicOperation.EXCHANGE, Width.DOUBLE, R1, 8, R2)
                .atomic(AtomicOperation.EXCHANGE, Width.WORD, R1, 8, R2)
                .atomic(AtomicOperation.COMPARE_EXCHANGE, Width.DOUBLE, R1, 8, R2)
                .atomic(AtomicOperation.COMPARE_EXCHANGE, Width.WORD, R1, 8, R2)
                .loadPacket(Width.BYTE, 5)
                .loadPacket(Width.HALF, 14)
                .loadPacket(Width.WORD, R1, 0)
                .jumpIf(Condition.EQUAL, R1, R2, "f");
        next(builder, (b, to) -> b.jumpIf(Condition.NOT_EQUAL, R1, 5, to));
        next(builder, (b, to) -> b.jumpIf(Condition.GREATER, R1, 5, to));
        next(builder, (b, to) -> b.jumpIf(Condition.GREATER_OR_EQUAL, R1, R2, to));
        next(builder, (b, to) -> b.jumpIf(Condition.LESS, R1, 5, to));
        next(builder, (b, to) -> b.jumpIf(Condition.LESS_OR_EQUAL, R1, -1, to));
        next(builder, (b, to) -> b.jumpIf(Condition.SIGNED_GREATER, R1, 5, to));
        next(builder, (b, to) -> b.jumpIf(Condition.SIGNED_GREATER_OR_EQUAL, R1, R2, to));
        place(builder).label("again").jumpIf(Condition.SIGNED_LESS, R1, 5, "again");
        next(builder, (b, to) -> b.jumpIf(Condition.SIGNED_LESS_OR_EQUAL, R1, 5, to));
        next(builder, (b, to) -> b.jumpIf(Condition.ANY_BIT, R1, 5, to));
        next(builder, (b, to) -> b.jumpIf(Condition.ANY_BIT, R1, R2, to));
        next(builder, (b, to) -> b.jumpIf32(Condition.EQUAL, R1, R2, to));
        next(builder, (b, to) -> b.jumpIf32(Condition.SIGNED_LESS, R1, 5, to));
        next(builder, (b, to) -> b.jumpIf32(Condition.ANY_BIT, R1, 5, to));
        place(builder).jump("plus 3");
        Instructions code = place(builder)
                .jumpLong("plus 4")
                .mayJump("plus 2")
                .callHelper(1)
                .label("plus 3")
                .callHelper(0x10)
                .label("plus 2")
                .callHelper(-1)
                .label("plus 4")
                .callFunction("f")
                .raw(Slot.of(Opcodes.CALL_REGISTER, 3, 0, 0, 0))
                .addressSpaceCast(R1, R2, 0, 1)
                .addressSpaceCast(R3, R2, 1, 0)
                .exit()
                .assemble();
        Instructions clang = LlvmObject.code(LlvmObject.open("instructions.el.o"), ".text");
        assertThat(code.disassemble().lines())
                .containsExactlyElementsOf(clang.disassemble().lines().toList());
        assertThat(code).isEqualTo(clang);
    }

    private interface Jump {
        Assembler to(Assembler builder, String label);
    }

    private final Set<Integer> targets = new HashSet<>();

    /** A jump over the next instruction: {@code goto +1}. */
    private void next(Assembler builder, Jump jump) {
        place(builder);
        int target = builder.position() + 2;
        targets.add(target);
        jump.to(builder, "slot " + target);
    }

    private Assembler place(Assembler builder) {
        if (targets.remove(builder.position())) {
            builder.label("slot " + builder.position());
        }
        return builder;
    }

    @Test
    void refusesLabelsThatAreMissingDoubledOrTooFar() {
        assertThatThrownBy(() -> new Assembler().jump("nowhere").assemble())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("nowhere");
        assertThatThrownBy(() -> new Assembler().label("a").label("a")).isInstanceOf(IllegalArgumentException.class);
        Assembler far = new Assembler().jump("end");
        for (int i = 0; i < 40_000; i++) {
            far.exit();
        }
        far.label("end");
        assertThatThrownBy(far::assemble)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("jumpLong");
    }

    @Test
    void refusesWidthsAndOffsetsThatDoNotExist() {
        Assembler builder = new Assembler();
        assertThatThrownBy(() -> builder.load(Width.WORD, R0, R1, 32768)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.loadSigned(Width.DOUBLE, R0, R1, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.atomic(AtomicOperation.ADD, Width.HALF, R1, 0, R2))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.byteSwap(Width.BYTE, R1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.movSigned(Width.DOUBLE, R1, R2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.movSigned32(Width.WORD, R1, R2)).isInstanceOf(IllegalArgumentException.class);
        assertThat(builder.position()).isZero();
    }

    /** Opcodes and immediates from Linux 6.15's documentation of the instruction set: 0x100 and 0x110. */
    @Test
    void buildsAcquireAndRelease() {
        Instructions code = new Assembler()
                .loadAcquire(Width.DOUBLE, R1, R2, 8)
                .storeRelease(Width.BYTE, R1, -8, R2)
                .assemble();
        assertThat(code.slots()).containsExactly(0x00000100_0008_21_dbL, 0x00000110_fff8_21_d3L);
        assertThat(code.disassemble().lines())
                .containsExactly("r1 = load_acquire((u64 *)(r2 + 0x8))", "store_release((u8 *)(r1 - 0x8), w2)");
    }

    @Test
    void buildsReferencesThatTheLoaderKnows() {
        Instructions code = new Assembler()
                .loadMap(R1, 7)
                .loadMapValue(R1, 7, 16)
                .loadKernelVariable(R1, 99, 3)
                .loadFunction(R2, "callback")
                .callKfunc(1234, 1)
                .call(HelperFunction.MAP_LOOKUP_ELEM)
                .label("callback")
                .exit()
                .assemble();
        assertThat(code.slots())
                .containsExactly(
                        0x00000007_0000_11_18L,
                        0L,
                        0x00000007_0000_21_18L,
                        0x00000010_0000_00_00L,
                        0x00000063_0000_31_18L,
                        0x00000003_0000_00_00L,
                        0x00000003_0000_42_18L,
                        0L,
                        0x000004d2_0001_20_85L,
                        0x00000001_0000_00_85L,
                        0x95L);
    }
}
