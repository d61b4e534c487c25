package io.ebpf4j.link;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.KernelVersion;
import io.ebpf4j.kernel.NotSupportedException;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.PerfEventAttr;
import io.ebpf4j.program.BpfProgram;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * A program of type {@code perf_event} at the overflow of a counter on one CPU or in one process. Since 4.9; as a kernel
 * link, with a cookie, since 5.15.
 */
public final class PerfEventLink extends Link {

    PerfEventLink(Attachment attachment) {
        super(attachment);
    }

    /** How often the program runs. */
    public sealed interface Sampling {
        /**
         * Once in so many events.
         *
         * @param events how many, at least 1; nanoseconds for the clock events
         */
        record Period(long events) implements Sampling {}

        /**
         * About so often.
         *
         * @param hertz times a second, at least 1
         */
        record Frequency(long hertz) implements Sampling {}
    }

    /**
     * What to count and where.
     *
     * @param type {@code perf_event_attr.type}: 0 hardware, 1 software, 2 tracepoint, 3 cache, 4 raw, or of an event
     *     source
     * @param config {@code perf_event_attr.config}: which event of that type
     * @param sampling how often the program runs
     * @param pid the only process, 0 for this one, -1 for all
     * @param cpu the only CPU, -1 for all; one of pid and cpu must be given
     * @param cookie what {@code bpf_get_attach_cookie} returns to the program; other than 0 since 5.15
     */
    public record Options(int type, long config, Sampling sampling, int pid, int cpu, long cookie) {
        /**
         * An event.
         *
         * @throws IllegalArgumentException neither process nor CPU is given
         */
        public Options {
            if (pid == -1 && cpu == -1) {
                throw new IllegalArgumentException("an event needs a process or a CPU");
            }
        }

        /**
         * The CPU's clock of one CPU: a profiler.
         *
         * @param cpu the CPU
         * @param hertz samples a second
         * @return the options
         */
        public static Options cpuClock(int cpu, long hertz) {
            return new Options(
                    PerfEventAttr.PERF_TYPE_SOFTWARE,
                    PerfEventAttr.PERF_COUNT_SW_CPU_CLOCK,
                    new Sampling.Frequency(hertz),
                    -1,
                    cpu,
                    0);
        }

        /**
         * {@return these options on another CPU}
         *
         * @param value the CPU
         */
        public Options withCpu(int value) {
            return new Options(type, config, sampling, pid, value, cookie);
        }

        /**
         * {@return these options for one process}
         *
         * @param value its id
         */
        public Options withPid(int value) {
            return new Options(type, config, sampling, value, cpu, cookie);
        }

        /**
         * {@return these options with a cookie}
         *
         * @param value the new cookie
         */
        public Options withCookie(long value) {
            return new Options(type, config, sampling, pid, cpu, value);
        }
    }

    /**
     * Attaches a program.
     *
     * @param program a loaded program of type perf_event
     * @param options what to count and where
     * @return the link, to be closed by the caller
     * @throws InvalidTargetException there is no such process or CPU
     * @throws NotSupportedException this machine or kernel has no such event
     */
    public static PerfEventLink attach(BpfProgram program, Options options) {
        LinkCommands commands = LinkCommands.of(program);
        String what = "event type " + options.type() + " config 0x" + Long.toHexString(options.config())
                + (options.cpu() < 0 ? "" : " on CPU " + options.cpu())
                + (options.pid() < 0 ? "" : " of process " + options.pid());
        int fd = PerfEventSource.open(commands, options.pid(), options.cpu(), (attr, _) -> {
            attr.set(ValueLayout.JAVA_INT_UNALIGNED, PerfEventAttr.TYPE, options.type());
            attr.set(ValueLayout.JAVA_LONG_UNALIGNED, PerfEventAttr.CONFIG, options.config());
            switch (options.sampling()) {
                case Sampling.Period period ->
                    attr.set(ValueLayout.JAVA_LONG_UNALIGNED, PerfEventAttr.SAMPLE_PERIOD, period.events());
                case Sampling.Frequency frequency -> {
                    attr.set(ValueLayout.JAVA_LONG_UNALIGNED, PerfEventAttr.SAMPLE_FREQ, frequency.hertz());
                    attr.set(
                            ValueLayout.JAVA_LONG_UNALIGNED,
                            PerfEventAttr.FLAGS,
                            PerfEventAttr.flag(PerfEventAttr.FREQ));
                }
            }
        });
        if (Refusal.is(fd, Errno.ESRCH) || Refusal.is(fd, Errno.ENODEV)) {
            throw new InvalidTargetException(what, "no such process or CPU");
        }
        if (Refusal.is(fd, Errno.ENOENT) || Refusal.is(fd, Errno.EOPNOTSUPP)) {
            throw new NotSupportedException(
                    what, new KernelVersion(4, 9, 0), "this machine or its kernel has no such event");
        }
        Failure.check("perf_event_open", fd, what);
        return new PerfEventLink(PerfEventSource.own(commands, fd, what).attach(program, options.cookie()));
    }

    /**
     * Attaches a program on every CPU that is online.
     *
     * @param program a loaded program of type perf_event
     * @param options what to count; the CPU is ignored
     * @return a link for each CPU, to be closed by the caller
     */
    public static List<PerfEventLink> attachOnEachCpu(BpfProgram program, Options options) {
        List<PerfEventLink> links = new ArrayList<>();
        try {
            for (int cpu : program.kernel().onlineCpus()) {
                links.add(attach(program, options.withCpu(cpu)));
            }
        } catch (RuntimeException | Error e) {
            links.forEach(Link::close);
            throw e;
        }
        return List.copyOf(links);
    }
}
