package io.ebpf4j.ring;

import io.ebpf4j.asm.AluOperation;
import io.ebpf4j.asm.Assembler;
import io.ebpf4j.asm.Condition;
import io.ebpf4j.asm.HelperFunction;
import io.ebpf4j.asm.Instructions;
import io.ebpf4j.asm.Register;
import io.ebpf4j.asm.Width;
import io.ebpf4j.kernel.sys.BpfAttr;
import io.ebpf4j.kernel.sys.BpfCommand;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A small program in the kernel, run by BPF_PROG_TEST_RUN. */
public final class KernelProgram implements AutoCloseable {
    private static final int SYSCALL = 31;
    private static final int RAW_TRACEPOINT = 17;
    private static final int ON_CPU = 1;
    private static final int SLEEPABLE = 1 << 4;
    private static final int LOG_SIZE = 1 << 16;

    private final Kernel kernel = Kernel.system();
    private final Fd fd;

    private KernelProgram(Fd fd) {
        this.fd = fd;
    }

    /** A program of type SYSCALL whose context is what {@link #run} is given. */
    public static KernelProgram load(Instructions code) {
        return load(code, SYSCALL, SLEEPABLE);
    }

    /** A program of type RAW_TRACEPOINT, for what sleepable programs may not use; run by {@link #runOnFirstCpu}. */
    public static KernelProgram loadRawTracepoint(Instructions code) {
        return load(code, RAW_TRACEPOINT, 0);
    }

    private static KernelProgram load(Instructions code, int type, int flags) {
        Kernel kernel = Kernel.system();
        try (Arena arena = Arena.ofConfined()) {
            byte[] bytes = code.marshal(ByteOrder.nativeOrder());
            MemorySegment instructions = arena.allocate(bytes.length, 8);
            MemorySegment.copy(bytes, 0, instructions, ValueLayout.JAVA_BYTE, 0, bytes.length);
            MemorySegment log = arena.allocate(LOG_SIZE);
            MemorySegment attr = arena.allocate(BpfAttr.SIZE, 8);
            attr.set(ValueLayout.JAVA_INT, BpfAttr.ProgLoad.PROG_TYPE, type);
            attr.set(ValueLayout.JAVA_INT, BpfAttr.ProgLoad.PROG_FLAGS, flags);
            attr.set(ValueLayout.JAVA_INT, BpfAttr.ProgLoad.INSN_CNT, bytes.length / 8);
            attr.set(ValueLayout.JAVA_LONG, BpfAttr.ProgLoad.INSNS, instructions.address());
            attr.set(
                    ValueLayout.JAVA_LONG,
                    BpfAttr.ProgLoad.LICENSE,
                    arena.allocateFrom("GPL").address());
            int result = kernel.bpfRetryingEagain(BpfCommand.PROG_LOAD, attr, 120);
            if (result < 0) {
                attr.set(ValueLayout.JAVA_INT, BpfAttr.ProgLoad.LOG_LEVEL, 1);
                attr.set(ValueLayout.JAVA_INT, BpfAttr.ProgLoad.LOG_SIZE, LOG_SIZE);
                attr.set(ValueLayout.JAVA_LONG, BpfAttr.ProgLoad.LOG_BUF, log.address());
                kernel.bpf(BpfCommand.PROG_LOAD, attr, 120);
                throw new AssertionError("load answers " + result + ": " + log.getString(0, StandardCharsets.UTF_8));
            }
            return new KernelProgram(Fd.own(kernel, result, "test program"));
        }
    }

    /**
     * Writes records of 48 bytes to a ring: the first 8 are a sequence number from the one in the context on; every
     * record whose number is divisible by {@code discardEvery} is discarded. Returns how many reservations failed.
     */
    public static KernelProgram producer(int ringFd, int records, int discardEvery) {
        Assembler code = new Assembler()
                .load(Width.DOUBLE, Register.R7, Register.R1, 0)
                .mov(Register.R8, 0)
                .mov(Register.R9, 0)
                .label("next")
                .loadMap(Register.R1, ringFd)
                .mov(Register.R2, 48)
                .mov(Register.R3, 0)
                .call(HelperFunction.RINGBUF_RESERVE)
                .jumpIf(Condition.NOT_EQUAL, Register.R0, 0, "fill")
                .alu(AluOperation.ADD, Register.R9, 1)
                .jump("done")
                .label("fill")
                .store(Width.DOUBLE, Register.R0, 0, Register.R7)
                .store(Width.DOUBLE, Register.R0, 40, Register.R7)
                .mov(Register.R1, Register.R0)
                .mov(Register.R2, 0)
                .mov(Register.R3, Register.R7)
                .alu(AluOperation.MOD, Register.R3, discardEvery)
                .jumpIf(Condition.EQUAL, Register.R3, 0, "discard")
                .call(HelperFunction.RINGBUF_SUBMIT)
                .jump("done")
                .label("discard")
                .call(HelperFunction.RINGBUF_DISCARD)
                .label("done")
                .alu(AluOperation.ADD, Register.R7, 1)
                .alu(AluOperation.ADD, Register.R8, 1)
                .jumpIf(Condition.LESS, Register.R8, records, "next")
                .mov(Register.R0, Register.R9)
                .exit();
        return load(code.assemble());
    }

    /** Runs it with a context of one number; the result is what it returned. */
    public int run(long context) {
        return run(context, 0);
    }

    /** {@link #run} on CPU 0, wherever the caller is. */
    public int runOnFirstCpu(long context) {
        return run(context, ON_CPU);
    }

    private int run(long context, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment in = arena.allocateFrom(ValueLayout.JAVA_LONG, context);
            MemorySegment attr = arena.allocate(BpfAttr.SIZE, 8);
            attr.set(ValueLayout.JAVA_INT, BpfAttr.TestRun.PROG_FD, fd.number());
            attr.set(ValueLayout.JAVA_INT, BpfAttr.TestRun.CTX_SIZE_IN, 8);
            attr.set(ValueLayout.JAVA_LONG, BpfAttr.TestRun.CTX_IN, in.address());
            attr.set(ValueLayout.JAVA_INT, BpfAttr.TestRun.FLAGS, flags);
            int result = kernel.bpf(BpfCommand.PROG_TEST_RUN, attr, BpfAttr.TestRun.SIZE);
            if (result < 0) {
                throw new AssertionError("test run answers " + result);
            }
            return attr.get(ValueLayout.JAVA_INT, BpfAttr.TestRun.RETVAL);
        }
    }

    public int fd() {
        return fd.number();
    }

    @Override
    public void close() {
        fd.close();
    }
}
