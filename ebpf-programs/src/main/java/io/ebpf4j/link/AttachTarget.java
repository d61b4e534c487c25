package io.ebpf4j.link;

import io.ebpf4j.kernel.InvalidTargetException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a section's name says that its program goes.
 *
 * <p>A pure reading of the name by the rules of libbpf's automatic attachment ({@code section_defs} and the
 * {@code attach_*} functions of its libbpf.c, 1.8): some names say all that is needed, others leave out something that
 * only the user knows, such as the network interface, and are {@link Manual}. One reading is
 * stricter than libbpf's: text behind a kprobe's function and offset is an error instead of being ignored.
 */
public sealed interface AttachTarget {

    /**
     * A kernel function.
     *
     * @param function its name
     * @param offset bytes into it, 0 for its first instruction
     * @param point entry or return
     */
    record Kprobe(String function, long offset, ProbePoint point) implements AttachTarget {}

    /**
     * A system call, by its name rather than by that of the kernel function behind it.
     *
     * @param name such as {@code "openat"}
     * @param point entry or return
     */
    record SystemCall(String name, ProbePoint point) implements AttachTarget {}

    /**
     * All kernel functions that match a pattern.
     *
     * @param pattern with {@code *} for any text and {@code ?} for any character
     * @param mode when the program runs
     */
    record KprobeMulti(String pattern, MultiProbeMode mode) implements AttachTarget {}

    /**
     * A function of a binary.
     *
     * @param binary a path, or the bare name of a library or program that is searched for
     * @param symbol the function
     * @param offset bytes into it, 0 for its first instruction
     * @param point entry or return
     */
    record Uprobe(String binary, String symbol, long offset, ProbePoint point) implements AttachTarget {}

    /**
     * All functions of a binary that match a pattern.
     *
     * @param binary a path, or the bare name of a library or program that is searched for
     * @param pattern with {@code *} for any text and {@code ?} for any character
     * @param mode when the program runs
     */
    record UprobeMulti(String binary, String pattern, MultiProbeMode mode) implements AttachTarget {}

    /**
     * A tracepoint.
     *
     * @param category such as {@code "syscalls"}
     * @param name such as {@code "sys_enter_openat"}
     */
    record Tracepoint(String category, String name) implements AttachTarget {}

    /**
     * A raw tracepoint.
     *
     * @param name such as {@code "sched_switch"}
     */
    record RawTracepoint(String name) implements AttachTarget {}

    /**
     * A target that was fixed by its BTF type when the program was loaded.
     *
     * @param hook the section's kind, such as {@code "tp_btf"} or {@code "fentry"}
     */
    record Tracing(String hook) implements AttachTarget {}

    /**
     * An iterator, fixed by its BTF type when the program was loaded.
     *
     * @param target what it walks, such as {@code "tcp"}
     */
    record Iterator(String target) implements AttachTarget {}

    /**
     * The name does not say enough.
     *
     * @param reason what is missing, and which class attaches such a program
     */
    record Manual(String reason) implements AttachTarget {}

    /**
     * Reads a section's name.
     *
     * @param section the name, with or without the leading {@code ?} of programs that are not loaded by default
     * @return where its program goes
     * @throws InvalidTargetException the name is of an automatic kind, but what follows cannot be read
     */
    static AttachTarget of(String section) {
        String name = section.startsWith("?") ? section.substring(1) : section;
        int slash = name.indexOf('/');
        String kind = slash < 0 ? name : name.substring(0, slash);
        String rest = slash < 0 ? "" : name.substring(slash + 1);
        return switch (kind) {
            case "kprobe" -> rest.isEmpty() ? unnamed(kind, KprobeLink.class) : kprobe(name, rest, ProbePoint.ENTRY);
            case "kretprobe" ->
                rest.isEmpty() ? unnamed(kind, KprobeLink.class) : kprobe(name, rest, ProbePoint.RETURN);
            case "ksyscall" ->
                rest.isEmpty() ? unnamed(kind, KprobeLink.class) : new SystemCall(rest, ProbePoint.ENTRY);
            case "kretsyscall" ->
                rest.isEmpty() ? unnamed(kind, KprobeLink.class) : new SystemCall(rest, ProbePoint.RETURN);
            case "kprobe.multi" -> kprobeMulti(name, kind, rest, MultiProbeMode.ENTRY);
            case "kretprobe.multi" -> kprobeMulti(name, kind, rest, MultiProbeMode.RETURN);
            case "kprobe.session" -> kprobeMulti(name, kind, rest, MultiProbeMode.SESSION);
            case "uprobe", "uprobe.s" -> uprobe(name, kind, rest, ProbePoint.ENTRY);
            case "uretprobe", "uretprobe.s" -> uprobe(name, kind, rest, ProbePoint.RETURN);
            case "uprobe.multi", "uprobe.multi.s" -> uprobeMulti(name, kind, rest, MultiProbeMode.ENTRY);
            case "uretprobe.multi", "uretprobe.multi.s" -> uprobeMulti(name, kind, rest, MultiProbeMode.RETURN);
            case "uprobe.session", "uprobe.session.s" -> uprobeMulti(name, kind, rest, MultiProbeMode.SESSION);
            case "usdt", "usdt.s" ->
                new Manual("USDT probes are not attached by this version: they need the notes of the binary"
                        + " and the argument table that usdt.bpf.h declares");
            case "tracepoint", "tracepoint.s", "tp", "tp.s" ->
                rest.isEmpty() ? unnamed(kind, TracepointLink.class) : tracepoint(name, rest);
            case "raw_tracepoint", "raw_tracepoint.s", "raw_tracepoint.w", "raw_tp", "raw_tp.s", "raw_tp.w" ->
                rest.isEmpty() ? unnamed(kind, RawTracepointLink.class) : new RawTracepoint(rest);
            case "tp_btf",
                    "tp_btf.s",
                    "fentry",
                    "fentry.s",
                    "fexit",
                    "fexit.s",
                    "fmod_ret",
                    "fmod_ret.s",
                    "fsession",
                    "fsession.s",
                    "freplace",
                    "lsm",
                    "lsm.s" -> new Tracing(kind);
            case "iter", "iter.s" -> new Iterator(rest);
            default -> manual(kind, section);
        };
    }

    private static AttachTarget unnamed(String kind, Class<? extends Link> attaches) {
        return new Manual("section \"" + kind + "\" names no target: attach with " + attaches.getSimpleName());
    }

    private static AttachTarget kprobe(String section, String rest, ProbePoint point) {
        Matcher match = Patterns.KPROBE.matcher(rest);
        if (!match.matches()) {
            throw unreadable(section, "a kernel function with an optional +offset must follow the slash");
        }
        long offset = match.group(2) == null ? 0 : number(section, match.group(2));
        if (offset < 0) {
            throw unreadable(section, "the offset must not be negative");
        }
        if (point == ProbePoint.RETURN && offset != 0) {
            throw unreadable(section, "a return probe takes no offset");
        }
        return new Kprobe(match.group(1), offset, point);
    }

    private static AttachTarget kprobeMulti(String section, String kind, String rest, MultiProbeMode mode) {
        if (rest.isEmpty()) {
            return unnamed(kind, KprobeMultiLink.class);
        }
        if (!Patterns.KERNEL_GLOB.matcher(rest).matches()) {
            throw unreadable(section, "a pattern of letters, digits, '_', '.', '*' and '?' must follow the slash");
        }
        return new KprobeMulti(rest, mode);
    }

    private static AttachTarget uprobe(String section, String kind, String rest, ProbePoint point) {
        if (rest.isEmpty()) {
            return unnamed(kind, UprobeLink.class);
        }
        int colon = rest.indexOf(':');
        if (colon <= 0 || colon == rest.length() - 1) {
            throw unreadable(section, "binary:function[+offset] must follow the slash");
        }
        String symbol = rest.substring(colon + 1);
        long offset = 0;
        int plus = symbol.lastIndexOf('+');
        // A name may hold a plus of its own (C++ operators): what follows the last one counts if it is a number.
        if (plus > 0 && Patterns.NUMBER.matcher(symbol.substring(plus + 1)).matches()) {
            offset = number(section, symbol.substring(plus + 1));
            symbol = symbol.substring(0, plus);
        }
        if (point == ProbePoint.RETURN && offset != 0) {
            throw unreadable(section, "a return probe takes no offset");
        }
        return new Uprobe(rest.substring(0, colon), symbol, offset, point);
    }

    private static AttachTarget uprobeMulti(String section, String kind, String rest, MultiProbeMode mode) {
        if (rest.isEmpty()) {
            return unnamed(kind, UprobeMultiLink.class);
        }
        int colon = rest.indexOf(':');
        if (colon <= 0 || colon == rest.length() - 1) {
            throw unreadable(section, "binary:pattern must follow the slash");
        }
        return new UprobeMulti(rest.substring(0, colon), rest.substring(colon + 1), mode);
    }

    private static AttachTarget tracepoint(String section, String rest) {
        int slash = rest.indexOf('/');
        if (slash <= 0 || slash == rest.length() - 1) {
            throw unreadable(section, "category/name must follow the slash");
        }
        return new Tracepoint(rest.substring(0, slash), rest.substring(slash + 1));
    }

    /** As C's %li reads: decimal, 0x hexadecimal, 0 octal. */
    private static long number(String section, String text) {
        try {
            return Long.decode(text);
        } catch (NumberFormatException e) {
            throw unreadable(section, "\"" + text + "\" is no offset");
        }
    }

    private static AttachTarget manual(String kind, String section) {
        return new Manual(
                switch (kind) {
                    case "xdp", "xdp.frags" -> "XDP needs a network interface: attach with XdpLink";
                    case "tc", "tcx", "classifier", "action" ->
                        "traffic control needs a network interface and a direction: attach with TcxLink or TcFilter";
                    case "netkit" -> "netkit needs a network interface: attach with NetkitLink";
                    case "netfilter" ->
                        "netfilter needs a protocol family, hook and priority: attach with NetfilterLink";
                    case "cgroup_skb", "cgroup", "sockops", "lsm_cgroup" ->
                        "a cgroup hook needs a cgroup: attach with CgroupLink";
                    case "sk_skb" -> "an sk_skb program needs a socket map: attach with SkSkb";
                    case "sk_msg" -> "an sk_msg program needs a socket map: attach with SkMsg";
                    case "sk_lookup", "flow_dissector" -> "this hook needs a network namespace: attach with NetnsLink";
                    case "socket" -> "a socket filter needs a socket: attach with SocketFilter";
                    case "sk_reuseport" -> "an sk_reuseport program needs a socket of the group";
                    case "perf_event" -> "a perf_event program needs an event: attach with PerfEventLink";
                    case "struct_ops", "struct_ops.s" ->
                        "a struct_ops program is attached through its map: attach with StructOpsLink";
                    case "syscall" -> "a syscall program is run, not attached";
                    case "lirc_mode2" -> "a lirc_mode2 program needs an infrared device";
                    case "lwt_in", "lwt_out", "lwt_xmit", "lwt_seg6local" ->
                        "a lightweight tunnel program is attached by a route (ip route add ... encap bpf)";
                    case "fentry.multi",
                            "fentry.multi.s",
                            "fexit.multi",
                            "fexit.multi.s",
                            "fsession.multi",
                            "fsession.multi.s" ->
                        "tracing many functions with one program is newer than this version knows";
                    default -> "section \"" + section + "\" is of no kind that attaches by its name";
                });
    }

    private static InvalidTargetException unreadable(String section, String why) {
        return new InvalidTargetException("section \"" + section + "\"", why);
    }

    /** Compiled forms of what may follow a section's kind. */
    final class Patterns {
        static final Pattern KPROBE = Pattern.compile("([a-zA-Z0-9_.]+)([+-].+)?");
        static final Pattern KERNEL_GLOB = Pattern.compile("[a-zA-Z0-9_.*?]+");

        static final Pattern NUMBER = Pattern.compile("0[xX][0-9a-fA-F]+|[0-9]+");

        private Patterns() {}
    }
}
