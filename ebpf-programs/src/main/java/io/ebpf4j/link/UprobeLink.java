package io.ebpf4j.link;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.PerfEventAttr;
import io.ebpf4j.program.BpfProgram;
import java.lang.foreign.ValueLayout;

/**
 * A program of type {@code kprobe} at a function of a user-space binary. Since 4.17 (through a perf event source); as a
 * kernel link, with a cookie, since 5.15.
 *
 * <p>The probe is put into the file: it fires in every process that runs it, or in one.
 */
public final class UprobeLink extends Link {

    UprobeLink(Attachment attachment) {
        super(attachment);
    }

    /**
     * Where to attach.
     *
     * @param binary a path, or the bare name of a library or program that is searched for: libraries in
     *     {@code LD_LIBRARY_PATH} and the usual folders, programs in {@code PATH}; with a {@code pid}, first among that
     *     process's mappings
     * @param symbol a function of the binary's symbol tables; empty to count the offset from the start of the file
     * @param offset bytes from the symbol or from the start of the file
     * @param point entry or return
     * @param pid the only process, 0 for this one, {@link #EVERY_PROCESS} for all
     * @param referenceCounterOffset file offset of a 16-bit semaphore that the kernel counts up while attached, 0 for
     *     none; since 4.20
     * @param cookie what {@code bpf_get_attach_cookie} returns to the program; other than 0 since 5.15
     */
    public record Options(
            String binary,
            String symbol,
            long offset,
            ProbePoint point,
            int pid,
            long referenceCounterOffset,
            long cookie) {
        /** Fires in every process that runs the binary. */
        public static final int EVERY_PROCESS = -1;

        /**
         * A place.
         *
         * @throws IllegalArgumentException an offset is out of range
         */
        public Options {
            if (offset < 0) {
                throw new IllegalArgumentException("offset " + offset);
            }
            if (referenceCounterOffset < 0 || referenceCounterOffset > 0xffff_ffffL) {
                throw new IllegalArgumentException("reference counter offset " + referenceCounterOffset);
            }
        }

        /**
         * The entry of a function, in every process.
         *
         * @param binary a path or bare name
         * @param symbol the function
         */
        public Options(String binary, String symbol) {
            this(binary, symbol, 0, ProbePoint.ENTRY, EVERY_PROCESS, 0, 0);
        }

        /**
         * {@return these options at another offset}
         *
         * @param value bytes
         */
        public Options withOffset(long value) {
            return new Options(binary, symbol, value, point, pid, referenceCounterOffset, cookie);
        }

        /**
         * {@return these options at entry or return}
         *
         * @param value which
         */
        public Options withPoint(ProbePoint value) {
            return new Options(binary, symbol, offset, value, pid, referenceCounterOffset, cookie);
        }

        /**
         * {@return these options for one process}
         *
         * @param value its id
         */
        public Options withPid(int value) {
            return new Options(binary, symbol, offset, point, value, referenceCounterOffset, cookie);
        }

        /**
         * {@return these options with a semaphore}
         *
         * @param value its offset in the file
         */
        public Options withReferenceCounterOffset(long value) {
            return new Options(binary, symbol, offset, point, pid, value, cookie);
        }

        /**
         * {@return these options with a cookie}
         *
         * @param value the new cookie
         */
        public Options withCookie(long value) {
            return new Options(binary, symbol, offset, point, pid, referenceCounterOffset, value);
        }
    }

    /**
     * Attaches a program.
     *
     * @param program a loaded program of type kprobe
     * @param options where to
     * @return the link, to be closed by the caller
     * @throws InvalidTargetException there is no such binary, function or process
     * @throws NotSupportedException this kernel has no uprobes
     */
    public static UprobeLink attach(BpfProgram program, Options options) {
        LinkCommands commands = LinkCommands.of(program);
        ProbedBinary binary = ProbedBinary.find(options.binary(), options.pid());
        long offset = options.offset() + (options.symbol().isEmpty() ? 0 : binary.offsetOf(options.symbol()));
        String what = (options.point() == ProbePoint.RETURN ? "uretprobe " : "uprobe ") + binary.path() + ":0x"
                + Long.toHexString(offset);
        ProbePmu pmu = ProbePmu.find("uprobe")
                .orElseThrow(() -> new NotSupportedException(
                        what,
                        new KernelVersion(4, 17, 0),
                        "there is no event source /sys/bus/event_source/devices/uprobe (CONFIG_UPROBE_EVENTS)"));
        int fd = PerfEventSource.open(commands, options.pid(), options.pid() == -1 ? 0 : -1, (attr, memory) -> {
            attr.set(ValueLayout.JAVA_INT_UNALIGNED, PerfEventAttr.TYPE, pmu.type());
            attr.set(
                    ValueLayout.JAVA_LONG_UNALIGNED,
                    PerfEventAttr.CONFIG,
                    pmu.config(options.point(), options.referenceCounterOffset()));
            attr.set(
                    ValueLayout.JAVA_LONG_UNALIGNED,
                    PerfEventAttr.UPROBE_PATH,
                    memory.allocateFrom(binary.path().toString()).address());
            attr.set(ValueLayout.JAVA_LONG_UNALIGNED, PerfEventAttr.PROBE_OFFSET, offset);
        });
        if (Refusal.is(fd, Errno.ESRCH)) {
            throw new InvalidTargetException("process " + options.pid(), "no such process");
        }
        if (Refusal.is(fd, Errno.ENOENT)) {
            throw new InvalidTargetException(what, "no such file");
        }
        Failure.check("perf_event_open", fd, what);
        return new UprobeLink(PerfEventSource.own(commands, fd, what).attach(program, options.cookie()));
    }
}
