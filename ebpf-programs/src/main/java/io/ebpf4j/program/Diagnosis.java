package io.ebpf4j.program;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.VerifierDiagnostics;
import io.ebpf4j.spec.ProgramType;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes of a verifier's log what a person needs: one line that says what is wrong, where, and what usually helps. */
final class Diagnosis {
    /** The call that the relocator puts in place of an instruction whose CO-RE relocation failed (libbpf's number too). */
    private static final int POISONED_RELOCATION = 195_896_080;

    private static final Set<ProgramType> PATCHING = Set.of(ProgramType.TRACING, ProgramType.LSM, ProgramType.EXT);

    private static final Pattern UNKNOWN_CALL = Pattern.compile("invalid func unknown#(\\d+)");

    /**
     * A message of the verifier, what it means and what helps.
     *
     * @param message how the verifier says it
     * @param summary the same for people
     * @param hint what helps
     */
    private record Rule(Pattern message, Function<MatchResult, String> summary, String hint) {
        Rule(String message, String summary, String hint) {
            this(Pattern.compile(message), found -> fill(summary, found), hint);
        }

        private static String fill(String template, MatchResult found) {
            String text = template;
            for (int i = 1; i <= found.groupCount(); i++) {
                text = text.replace("$" + i, Optional.ofNullable(found.group(i)).orElse(""));
            }
            return text;
        }
    }

    private static final List<Rule> RULES = List.of(
            new Rule(
                    "R(\\d+) invalid mem access '(\\w+)_or_null'",
                    "R$1 may be NULL here ($2 or NULL) and is used without a check",
                    "compare the pointer with NULL before using it"),
            new Rule(
                    "R(\\d+) invalid mem access '(?:scalar|inv)'",
                    "R$1 is a number, not a pointer that may be dereferenced",
                    "read kernel memory with bpf_probe_read_kernel or BPF_CORE_READ, user memory with bpf_probe_read_user"),
            new Rule(
                    "invalid access to packet, off=(-?\\d+) size=(\\d+).*",
                    "packet access at offset $1, $2 bytes, is not proved to be inside the packet",
                    "compare with data_end first: if (ptr + size > data_end) return"),
            new Rule(
                    "invalid access to map value, value_size=(\\d+) off=(-?\\d+) size=(\\d+)",
                    "access at offset $2, $3 bytes, is outside of the map value of $1 bytes",
                    "bound the index or offset by a comparison or a mask that the verifier can see"),
            new Rule(
                    "invalid bpf_context access off=(\\d+) size=(\\d+).*",
                    "this program type may not access its context at offset $1, $2 bytes",
                    "check the context struct of the program type, and the width of the access"),
            new Rule(
                    "(?:program of this type cannot use helper|unknown func) (\\w+)#(\\d+).*",
                    "helper $1 ($2) is not allowed in a program of this type, or not known to this kernel",
                    "use a program type that has the helper, or guard the call with bpf_core_enum_value_exists"),
            new Rule(
                    "cannot call GPL[- ]restricted function from non-GPL compatible program",
                    "a helper is for programs under a GPL-compatible licence only",
                    "declare char LICENSE[] SEC(\"license\") = \"GPL\""),
            new Rule(
                    "calling kernel function (\\S+) is not allowed",
                    "kernel function $1 may not be called from a program of this type",
                    "see which program types the kernel registers it for"),
            new Rule(
                    "invalid kernel function call not eliminated in verifier pass",
                    "a call of a kernel function that this kernel does not have was not removed as dead code",
                    "guard the call with bpf_ksym_exists"),
            new Rule(
                    "BPF program is too large\\. Processed (\\d+) insn",
                    "the verifier gave up after $1 instructions: the program has too many paths",
                    "bound loops tighter, use bpf_loop or open-coded iterators, or split the work with tail calls or global functions"),
            new Rule(
                    "infinite loop detected at insn (\\d+)",
                    "the loop at instruction $1 makes no progress that the verifier can see",
                    "bound the loop by a constant, or use bpf_loop"),
            new Rule(
                    "back-edge from insn (\\d+) to (\\d+)",
                    "there is a loop from instruction $1 to $2, which kernels before 5.3 do not accept",
                    "unroll the loop"),
            new Rule(
                    "Unreleased reference id=(\\d+) alloc_insn=(\\d+)",
                    "what instruction $2 acquired is not released on every path",
                    "release it (bpf_ringbuf_submit or discard, bpf_sk_release, ...) before every return"),
            new Rule(
                    "R(\\d+) !read_ok",
                    "R$1 is read before anything was written to it",
                    "initialise the variable; after a call, R1 to R5 are gone"),
            new Rule(
                    "combined stack size of (\\d+) calls is (\\d+)\\. Too large",
                    "$1 nested calls need $2 bytes of stack, more than 512",
                    "move large variables to a per-CPU array map"),
            new Rule(
                    "(?:invalid (?:indirect )?read from stack|invalid indirect access to stack).*",
                    "uninitialised stack memory is read",
                    "initialise the whole struct, padding included, with __builtin_memset"),
            new Rule(
                    "invalid (?:variable-offset )?(?:write to|read from|access to) stack.*",
                    "an access is outside of the 512 bytes of stack or not bounded",
                    "bound the index, or move the buffer to a per-CPU array map"),
            new Rule(
                    "R(\\d+) (?:min value is negative|unbounded memory access).*",
                    "R$1 is not bounded",
                    "compare it with its bounds, as an unsigned number, before using it as offset or length"),
            new Rule(
                    "R(\\d+) type=(\\S+) expected=(.+)",
                    "R$1 is $2 where $3 is expected",
                    "check the order and kind of the arguments"),
            new Rule(
                    "(?:R\\d+ )?pointer arithmetic on (\\S+) prohibited.*",
                    "arithmetic on a pointer of kind $1 is not allowed",
                    "check the pointer for NULL before adding to it"),
            new Rule(
                    "ldimm64 failed to find the address for kernel symbol '(\\S+)'\\.",
                    "the kernel has no address of its variable $1",
                    "its symbol table has functions only: CONFIG_KALLSYMS_ALL"),
            new Rule("unreachable insn (\\d+)", "instruction $1 cannot be reached", "remove dead code"),
            new Rule(
                    "last insn is not an exit or jmp",
                    "the last instruction does not end the program",
                    "return from every path of the function"),
            new Rule(
                    "(?:At program exit the register R0 has .*|At program exit the register R0 has value .*)",
                    "the return value is outside of what this program type may return",
                    "return one of the values that the attach point knows"),
            new Rule(
                    "helper call (?:is not allowed in probe|might sleep in .*)",
                    "a helper that may sleep is called where sleeping is not allowed",
                    "use a sleepable program (SEC(\"fentry.s/...\")) or a helper that does not sleep"),
            new Rule(
                    "attach_btf_id (\\d+) .*",
                    "the attach target (BTF id $1) does not fit the program",
                    "check the section name and the kernel's BTF"));

    private Diagnosis() {}

    /** What a load was about, for messages that have no log to quote. */
    static String subject(ProgramDefinition program, Errno errno) {
        String text = "program " + program.name() + " (" + program.type().name() + ", "
                + program.code().length() + " instructions";
        if (!program.attachTarget().isEmpty()) {
            text += ", attach target " + program.attachTarget();
        }
        return text + "); the verifier said nothing" + (errno.equals(Errno.EPERM) ? denial(program) : "");
    }

    /** Why a program may be denied to a process that lacks no capability. */
    private static String denial(ProgramDefinition program) {
        if (PATCHING.contains(program.type())) {
            return "; where no capability is missing, a policy of this kernel denies programs of this kind that need a"
                    + " patched function (fentry, fexit, fmod_ret, LSM, freplace): kprobes and tracepoints may do instead";
        }
        return "; where no capability is missing, a policy of this kernel or a security module denies it";
    }

    static VerifierDiagnostics of(ProgramDefinition program, Errno errno, VerifierLog log) {
        Optional<SourceLine> source = program.sourceAt(log.instruction()).or(log::source);
        Verdict verdict = judge(program, log);
        String where = source.map(line -> " at " + line.position()).orElse("");
        return new VerifierDiagnostics(
                program.name(),
                errno,
                log.text(),
                verdict.summary + (where.equals(" at ") ? "" : where),
                log.instruction(),
                source.map(SourceLine::position).orElse(""),
                source.map(SourceLine::text).orElse(""),
                hint(verdict, errno));
    }

    private record Verdict(String summary, String hint) {}

    private static Verdict judge(ProgramDefinition program, VerifierLog log) {
        for (String message : log.messages()) {
            Matcher call = UNKNOWN_CALL.matcher(message);
            if (call.matches()) {
                return unresolved(program, log.instruction(), call.group(1));
            }
        }
        if (program.unresolved().containsKey(log.instruction())) {
            return new Verdict(program.unresolved().getOrDefault(log.instruction(), ""), "");
        }
        for (String message : log.messages()) {
            for (Rule rule : RULES) {
                Matcher found = rule.message.matcher(message);
                if (found.matches()) {
                    return new Verdict(rule.summary.apply(found), rule.hint);
                }
            }
        }
        String said = log.message();
        if (said.isEmpty()) {
            said = String.join("; ", log.lastLines(2));
        }
        return new Verdict(said, "");
    }

    /** Instructions that could not be resolved are calls of helpers that do not exist; here they get their names back. */
    private static Verdict unresolved(ProgramDefinition program, int slot, String number) {
        String what = program.unresolved().get(slot);
        if (what == null) {
            return new Verdict("unknown helper #" + number, "this kernel may be too old for it");
        }
        String hint = number.equals(Integer.toString(POISONED_RELOCATION))
                ? "guard the access with bpf_core_field_exists, bpf_core_type_exists or bpf_core_enum_value_exists, or read"
                        + " the relocation report of the plan"
                : "guard the use so that it is dead code where it cannot be resolved";
        return new Verdict(what + " and the instruction is reached", hint);
    }

    private static String hint(Verdict verdict, Errno errno) {
        if (verdict.hint.isEmpty() && errno.equals(Errno.EPERM)) {
            return "the kernel denies this program: see the doctor's view of capabilities, lockdown and sysctls";
        }
        return verdict.hint;
    }
}
