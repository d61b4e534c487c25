package io.ebpf4j.link;

import io.ebpf4j.asm.Assembler;
import io.ebpf4j.asm.AtomicOperation;
import io.ebpf4j.asm.Condition;
import io.ebpf4j.asm.HelperFunction;
import io.ebpf4j.asm.Register;
import io.ebpf4j.asm.Width;
import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.program.BpfProgram;
import io.ebpf4j.program.LogPolicy;
import io.ebpf4j.program.ProgramDefinition;
import io.ebpf4j.program.ProgramLoader;
import io.ebpf4j.spec.AttachType;
import io.ebpf4j.spec.ProgramType;

/** Tiny programs, assembled here, that count their runs. */
final class TestPrograms {
    private TestPrograms() {}

    /** Counts and answers. */
    static BpfProgram counting(Counter counter, ProgramType type, AttachType attachType, int answer) {
        return load(definition("counting", count(counter), type, attachType, answer));
    }

    /** Counts, and leaves the cookie of its link in the counter. */
    static BpfProgram leavingCookie(Counter counter, ProgramType type, AttachType attachType) {
        Assembler code = new Assembler().mov(Register.R6, Register.R1);
        code.call(HelperFunction.GET_ATTACH_COOKIE)
                .mov(Register.R7, Register.R0)
                .loadMapValue(Register.R1, counter.fd(), 0)
                .store(Width.DOUBLE, Register.R1, Counter.LEFT, Register.R7)
                .mov(Register.R2, 1)
                .atomic(AtomicOperation.ADD, Width.DOUBLE, Register.R1, Counter.COUNT, Register.R2);
        return load(definition("cookie", code, type, attachType, 0));
    }

    /** Counts, and leaves in the counter who ran it: thread group in the upper half, thread in the lower. */
    static BpfProgram leavingProcess(Counter counter, ProgramType type, AttachType attachType) {
        Assembler code = new Assembler()
                .call(HelperFunction.GET_CURRENT_PID_TGID)
                .mov(Register.R7, Register.R0)
                .loadMapValue(Register.R1, counter.fd(), 0)
                .store(Width.DOUBLE, Register.R1, Counter.LEFT, Register.R7)
                .mov(Register.R2, 1)
                .atomic(AtomicOperation.ADD, Width.DOUBLE, Register.R1, Counter.COUNT, Register.R2);
        return load(definition("process", code, type, attachType, 0));
    }

    /** Counts, for a target found in the kernel's BTF. */
    static BpfProgram countingAt(
            Counter counter, ProgramType type, AttachType attachType, String target, String btfName, BtfKind kind) {
        return load(definition("counting", count(counter), type, attachType, 0)
                .withAttachBtf(target, btfId(btfName, kind), 0));
    }

    /** An iterator that writes {@code x} and a newline for each object, whose pointer is at the offset in its context. */
    static BpfProgram listing(String target, int objectAt) {
        Assembler code = new Assembler()
                .mov(Register.R6, Register.R1)
                .load(Width.DOUBLE, Register.R7, Register.R6, objectAt)
                .jumpIf(Condition.EQUAL, Register.R7, 0, "end")
                .load(Width.DOUBLE, Register.R1, Register.R6, 0)
                .load(Width.DOUBLE, Register.R1, Register.R1, 0)
                .store(Width.HALF, Register.R10, -8, 0x0a78)
                .mov(Register.R2, Register.R10)
                .mov(Register.R3, 2)
                .alu(io.ebpf4j.asm.AluOperation.ADD, Register.R2, -8)
                .call(HelperFunction.SEQ_WRITE)
                .label("end");
        return load(definition("listing", code, ProgramType.TRACING, AttachType.TRACE_ITER, 0)
                .withAttachBtf(target, btfId("bpf_iter_" + target, BtfKind.FUNC), 0));
    }

    static int btfId(String name, BtfKind kind) {
        return Btf.vmlinux().find(name, kind).orElseThrow();
    }

    private static Assembler count(Counter counter) {
        return new Assembler()
                .loadMapValue(Register.R1, counter.fd(), 0)
                .mov(Register.R2, 1)
                .atomic(AtomicOperation.ADD, Width.DOUBLE, Register.R1, Counter.COUNT, Register.R2);
    }

    private static ProgramDefinition definition(
            String name, Assembler code, ProgramType type, AttachType attachType, int answer) {
        return ProgramDefinition.of(
                        name, type, code.mov(Register.R0, answer).exit().assemble(), "GPL")
                .withAttachType(attachType);
    }

    private static BpfProgram load(ProgramDefinition definition) {
        return ProgramLoader.system().load(definition, LogPolicy.AFTER_FAILURE);
    }
}
