package io.ebpf4j.link;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.SystemCallException;
import io.ebpf4j.program.BpfProgram;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A program of type {@code sched_cls} as a traffic-control filter in direct-action mode: its answer is the verdict. Since
 * 4.5 (clsact qdisc); where the kernel has TCX (6.6), {@link TcxLink} is the better way.
 *
 * <p>The qdisc that holds filters is created only where there is none, and removed at the end only if it was created by
 * this filter and holds no other. Filters of others are never touched: this one is removed only if its priority, handle
 * and program are still what they were. A filter stays when this process dies without closing it.
 */
public final class TcFilter extends Link {

    private TcFilter(Attachment attachment) {
        super(attachment);
    }

    /**
     * Where to attach.
     *
     * @param networkInterface the interface, of the calling thread's network namespace
     * @param direction which way
     * @param priority the place among the filters, lower ones first, 1 to 65535; 0 for one that the kernel chooses
     * @param handle the name among the filters of that priority; 0 for one that the kernel chooses
     */
    public record Options(NetworkInterface networkInterface, Direction direction, int priority, int handle) {
        /**
         * A place.
         *
         * @throws IllegalArgumentException the priority is out of range
         */
        public Options {
            if (priority < 0 || priority > 0xffff) {
                throw new IllegalArgumentException("priority " + priority);
            }
        }

        /**
         * A place that the kernel chooses, before the filters that are there.
         *
         * @param networkInterface the interface
         * @param direction which way
         */
        public Options(NetworkInterface networkInterface, Direction direction) {
            this(networkInterface, direction, 0, 0);
        }

        /**
         * {@return these options with a priority}
         *
         * @param value the priority, 0 for one that the kernel chooses
         */
        public Options withPriority(int value) {
            return new Options(networkInterface, direction, value, handle);
        }

        /**
         * {@return these options with a handle}
         *
         * @param value the handle, 0 for one that the kernel chooses
         */
        public Options withHandle(int value) {
            return new Options(networkInterface, direction, priority, value);
        }
    }

    /**
     * Attaches a program.
     *
     * @param program a loaded program of type sched_cls
     * @param options where to
     * @return the link, to be closed by the caller
     * @throws io.ebpf4j.kernel.InvalidTargetException there is no such interface, or another filter has that priority and
     *     handle
     */
    public static TcFilter attach(BpfProgram program, Options options) {
        TrafficControl control = TrafficControl.open(program.kernel(), options.networkInterface());
        Direction direction = options.direction();
        try {
            TrafficControl.Clsact clsact = control.requireClsact();
            AtomicReference<TrafficControl.Filter> filter;
            try {
                filter = new AtomicReference<>(control.add(direction, options.priority(), options.handle(), program));
            } catch (RuntimeException | Error e) {
                if (clsact == TrafficControl.Clsact.CREATED) {
                    control.removeEmptyClsact();
                }
                throw e;
            }
            String what = "tc filter on " + direction + " of interface "
                    + options.networkInterface().index() + ", priority "
                    + filter.get().priority() + ", handle "
                    + filter.get().handle();
            return new TcFilter(UnlinkedAttachment.of(
                    what,
                    program.info().id(),
                    replacement -> {
                        control.replace(direction, filter.get(), replacement);
                        filter.set(new TrafficControl.Filter(
                                filter.get().priority(),
                                filter.get().handle(),
                                replacement.info().id()));
                    },
                    () -> remove(control, direction, filter.get(), clsact),
                    control::close));
        } catch (RuntimeException | Error e) {
            control.close();
            throw e;
        }
    }

    private static void remove(
            TrafficControl control, Direction direction, TrafficControl.Filter filter, TrafficControl.Clsact clsact) {
        try {
            control.remove(direction, filter);
            if (clsact == TrafficControl.Clsact.CREATED) {
                control.removeEmptyClsact();
            }
        } catch (SystemCallException e) {
            // The interface, or the qdisc with all its filters, was removed by someone else: nothing of ours is left.
            if (!e.errno().equals(Errno.ENODEV)
                    && !e.errno().equals(Errno.ENOENT)
                    && !e.errno().equals(Errno.EINVAL)) {
                throw e;
            }
        }
    }
}
