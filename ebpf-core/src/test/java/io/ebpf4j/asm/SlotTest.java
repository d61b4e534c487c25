package io.ebpf4j.asm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SlotTest {
    /** struct bpf_insn of "r7 = *(u16 *)(r10 - 2)" and so on: code, dst | src << 4, off, imm in memory order. */
    @Test
    void hasTheKernelsLayoutOnALittleEndianMachine() {
        assertThat(Slot.of(0x69, 7, 10, -2, 0)).isEqualTo(0x00000000_fffe_a7_69L);
        assertThat(Slot.of(0xb4, 3, 0, 0, -1)).isEqualTo(0xffffffff_0000_03_b4L);
    }

    @Test
    void givesBackEachPart() {
        long slot = Slot.of(0xdb, 15, 9, Short.MIN_VALUE, Integer.MIN_VALUE);
        assertThat(Slot.opcode(slot)).isEqualTo(0xdb);
        assertThat(Slot.dst(slot)).isEqualTo(15);
        assertThat(Slot.src(slot)).isEqualTo(9);
        assertThat(Slot.offset(slot)).isEqualTo(Short.MIN_VALUE);
        assertThat(Slot.imm(slot)).isEqualTo(Integer.MIN_VALUE);
    }

    @Test
    void changesOnePartAlone() {
        long slot = Slot.of(0x85, 1, 2, -3, -4);
        assertThat(Slot.withOpcode(slot, 0xff)).isEqualTo(Slot.of(0xff, 1, 2, -3, -4));
        assertThat(Slot.withDst(slot, 15)).isEqualTo(Slot.of(0x85, 15, 2, -3, -4));
        assertThat(Slot.withSrc(slot, 0)).isEqualTo(Slot.of(0x85, 1, 0, -3, -4));
        assertThat(Slot.withOffset(slot, 0x7fff)).isEqualTo(Slot.of(0x85, 1, 2, 0x7fff, -4));
        assertThat(Slot.withOffset(slot, -1)).isEqualTo(Slot.of(0x85, 1, 2, -1, -4));
        assertThat(Slot.withImm(slot, 0)).isEqualTo(Slot.of(0x85, 1, 2, -3, 0));
    }

    @Test
    void joinsTheHalvesOfAWideLoad() {
        long first = Slot.of(0x18, 1, 0, 0, 0x89abcdef);
        long second = Slot.of(0, 0, 0, 0, 0x01234567);
        assertThat(Slot.isWide(first)).isTrue();
        assertThat(Slot.width(first)).isEqualTo(2);
        assertThat(Slot.width(second)).isEqualTo(1);
        assertThat(Slot.wideImm(first, second)).isEqualTo(0x0123456789abcdefL);
    }

    @Test
    void tellsTheKindsOfCallsApart() {
        assertThat(Slot.isHelperCall(Slot.of(0x85, 0, 0, 0, 1))).isTrue();
        assertThat(Slot.isSubprogramCall(Slot.of(0x85, 0, 1, 0, 1))).isTrue();
        assertThat(Slot.isKfuncCall(Slot.of(0x85, 0, 2, 0, 1))).isTrue();
        assertThat(Slot.isHelperCall(Slot.of(0x85, 0, 1, 0, 1))).isFalse();
        assertThat(Slot.isHelperCall(Slot.of(0x95, 0, 0, 0, 0))).isFalse();
    }
}
