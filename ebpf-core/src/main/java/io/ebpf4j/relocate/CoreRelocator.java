package io.ebpf4j.relocate;

import io.ebpf4j.asm.Disassembler;
import io.ebpf4j.asm.Slot;
import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.btf.CoreRelocationKind;
import io.ebpf4j.relocate.AccessPath.Match;
import io.ebpf4j.relocate.FieldValue.Certainty;
import io.ebpf4j.relocate.RelocationOutcome.Absent;
import io.ebpf4j.relocate.RelocationOutcome.Poisoned;
import io.ebpf4j.relocate.RelocationOutcome.Resolved;
import io.ebpf4j.relocate.TargetBtf.Candidate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Fits programs to a target's types.
 *
 * <p>Candidates for a local type are the target types of the same name, both without their flavours ({@code ___suffix}), and of the
 * same kind. All relocations of one local type in a program are answered by <em>one</em> candidate: the one that answers most of them.
 * Several that answer equally many must give equal answers, else the program is refused with both layouts. What no candidate has is
 * answered with 0 where the question is whether something exists; any other instruction is poisoned: it becomes a call to helper
 * 0xbad2310, which does no harm where the verifier finds it to be dead.
 *
 * <p>Loads and stores get the target field's width when it differs from the local one's, for pointers and unsigned integers; other
 * fields whose width differs are poisoned.
 *
 * <p>Safe from any thread. Answers are kept for the object that was relocated last, so the programs of one object should be relocated in
 * a row.
 */
public final class CoreRelocator {
    private final TargetBtf target;
    private @Nullable Known known;

    /** The answers for one object. */
    private record Known(Btf local, Map<Question, Answers> answers) {}

    /** A question that several instructions may ask. */
    private record Question(int typeId, String access, CoreRelocationKind kind) {}

    /**
     * All there is to say to a question.
     *
     * @param local the local path
     * @param localValue what the compiler must have thought
     * @param candidates one answer for each candidate of the local type
     */
    private record Answers(AccessPath local, FieldValue localValue, List<Answer> candidates) {}

    /**
     * What one candidate says.
     *
     * @param candidate the candidate
     * @param match where it has what is asked, or why not
     * @param value the answer, null when it has not
     */
    private record Answer(
            Candidate candidate, Match match, @Nullable FieldValue value) {}

    /** The instruction before, after, and the answer that made the difference. */
    private record Step(
            RelocationSite site,
            Answers answers,
            int chosen,
            List<Standing> standings,
            RelocationOutcome outcome,
            long[] before,
            long[] after) {}

    private enum Standing {
        CHOSEN,
        EQUIVALENT,
        OUTVOTED
    }

    /** Which candidate answers for a local type, -1 for none, and how the others stand to it. */
    private record Choice(int index, List<Standing> standings) {}

    /**
     * Creates a relocator.
     *
     * @param target the types to fit programs to
     */
    public CoreRelocator(TargetBtf target) {
        this.target = target;
    }

    /**
     * Relocates one program.
     *
     * @param local the object's BTF, to which the sites' type ids belong
     * @param sites the relocations
     * @param slots the program in the form of {@link io.ebpf4j.asm.Slot}; not changed
     * @param file the object file, for messages
     * @param program the program, for messages
     * @return the patched program and the report
     * @throws io.ebpf4j.kernel.InvalidObjectException when the object contradicts itself (a site outside of the program, an access
     *     string that does not fit its type, an instruction that does not carry the value its relocation says) or types of either side
     *     are broken
     * @throws io.ebpf4j.kernel.IncompatibleException when candidates of equal merit disagree, with both layouts, or a value does not
     *     fit its instruction
     */
    public Relocation relocate(Btf local, List<RelocationSite> sites, long[] slots, String file, String program) {
        long[] code = slots.clone();
        Map<Question, Answers> cache = cache(local);
        Answers[] answers = new Answers[sites.size()];
        Map<Integer, List<Integer>> byType = new LinkedHashMap<>();
        for (int i = 0; i < answers.length; i++) {
            RelocationSite site = sites.get(i);
            if (site.slot() < 0 || site.slot() >= code.length) {
                throw Refusal.invalid(file, program, site.slot(), "a relocation lies outside of the program");
            }
            answers[i] = answer(cache, local, site, file, program);
            byType.computeIfAbsent(site.typeId(), id -> new ArrayList<>()).add(i);
        }
        Choice[] choices = new Choice[answers.length];
        for (List<Integer> group : byType.values()) {
            Choice choice = choose(answers, group, sites, slots, program);
            for (int i : group) {
                choices[i] = choice;
            }
        }
        List<Step> steps = new ArrayList<>(answers.length);
        int poisoned = 0;
        for (int i = 0; i < answers.length; i++) {
            RelocationSite site = sites.get(i);
            long[] before = instruction(code, site.slot());
            RelocationOutcome outcome = apply(code, site, answers[i], choices[i].index(), file, program);
            if (outcome instanceof Poisoned) {
                poisoned += Patch.poison(code, site.slot());
            }
            steps.add(new Step(
                    site,
                    answers[i],
                    choices[i].index(),
                    choices[i].standings(),
                    outcome,
                    before,
                    instruction(code, site.slot())));
        }
        return new Relocation(code, poisoned, new RelocationReport(() -> entries(steps)));
    }

    private synchronized Map<Question, Answers> cache(Btf local) {
        Known last = known;
        if (last == null || last.local() != local) {
            last = new Known(local, new ConcurrentHashMap<>());
            known = last;
        }
        return last.answers();
    }

    private Answers answer(Map<Question, Answers> cache, Btf local, RelocationSite site, String file, String program) {
        Question question = new Question(site.typeId(), site.access(), site.kind());
        Answers answers = cache.get(question);
        if (answers == null) {
            answers = answer(local, site, file, program);
            cache.put(question, answers);
        }
        return answers;
    }

    private Answers answer(Btf local, RelocationSite site, String file, String program) {
        CoreRelocationKind kind = site.kind();
        if (site.typeId() == 0 || local.kind(site.typeId()) == BtfKind.UNKNOWN) {
            throw Refusal.invalid(
                    file, program, site.slot(), "type [" + site.typeId() + "] of a relocation is no type to relocate");
        }
        try {
            AccessPath path = AccessPath.parse(local, site.typeId(), site.access(), kind);
            FieldValue localValue = FieldValue.of(path, kind, local.order());
            if (kind == CoreRelocationKind.TYPE_ID_LOCAL) {
                return new Answers(path, localValue, List.of());
            }
            String name = local.name(site.typeId());
            if (name.isEmpty()) {
                throw Refusal.invalid(
                        file,
                        program,
                        site.slot(),
                        "type [" + site.typeId() + "] has no name, so that there is nothing to look for");
            }
            List<Candidate> candidates =
                    target.candidates(TypeCompatibility.essentialName(name), local.kind(site.typeId()));
            List<Answer> answers = new ArrayList<>(candidates.size());
            for (Candidate candidate : candidates) {
                Match match = path.match(target, candidate.btf(), candidate.id(), kind);
                AccessPath found = match.path();
                FieldValue value = found == null ? null : FieldValue.of(found, kind, local.order());
                answers.add(new Answer(candidate, match, value));
            }
            return new Answers(path, localValue, answers);
        } catch (AccessPath.MalformedException | FieldValue.MeaninglessException e) {
            throw Refusal.invalid(file, program, site.slot(), String.valueOf(e.getMessage()));
        }
    }

    /** The candidate that answers most of a local type's questions; the first of several that answer alike. */
    private static Choice choose(
            Answers[] answers, List<Integer> group, List<RelocationSite> sites, long[] slots, String program) {
        int count = 0;
        for (int i : group) {
            count = Math.max(count, answers[i].candidates().size());
        }
        if (count == 0) {
            return new Choice(-1, List.of());
        }
        int best = -1;
        int bestScore = 0;
        int[] scores = new int[count];
        for (int c = 0; c < count; c++) {
            for (int i : group) {
                List<Answer> candidates = answers[i].candidates();
                if (!candidates.isEmpty() && candidates.get(c).value() != null) {
                    scores[c]++;
                }
            }
            if (scores[c] > bestScore) {
                best = c;
                bestScore = scores[c];
            }
        }
        List<Standing> standings = new ArrayList<>(count);
        for (int c = 0; c < count; c++) {
            if (c == best) {
                standings.add(Standing.CHOSEN);
            } else if (scores[c] < bestScore || best < 0) {
                standings.add(Standing.OUTVOTED);
            } else {
                requireEqual(answers, group, sites, slots, best, c, program);
                standings.add(Standing.EQUIVALENT);
            }
        }
        return new Choice(best, standings);
    }

    private static void requireEqual(
            Answers[] answers,
            List<Integer> group,
            List<RelocationSite> sites,
            long[] slots,
            int first,
            int second,
            String program) {
        for (int i : group) {
            List<Answer> candidates = answers[i].candidates();
            if (!candidates.isEmpty()
                    && !agree(
                            candidates.get(first),
                            candidates.get(second),
                            slots[sites.get(i).slot()])) {
                throw Refusal.incompatible(
                        program + ": " + candidates.size() + " types of the target could stand for "
                                + TypeText.of(
                                        answers[i].local().btf(),
                                        answers[i].local().rootId())
                                + " and answer the program's questions differently; choose one by a flavour in the program",
                        layout(answers, group, sites, first),
                        layout(answers, group, sites, second));
            }
        }
    }

    private static boolean agree(Answer first, Answer second, long instruction) {
        FieldValue a = first.value();
        FieldValue b = second.value();
        if (a == null || b == null) {
            return a == null && b == null;
        }
        return a.number() == b.number() && (a.size() == b.size() || !Patch.accessesMemory(instruction));
    }

    private static String layout(Answers[] answers, List<Integer> group, List<RelocationSite> sites, int index) {
        StringBuilder text = new StringBuilder();
        Map<String, String> lines = new LinkedHashMap<>();
        for (int i : group) {
            List<Answer> candidates = answers[i].candidates();
            if (candidates.isEmpty()) {
                continue;
            }
            Answer answer = candidates.get(index);
            if (text.isEmpty()) {
                text.append(describe(answer.candidate())).append(" {");
            }
            FieldValue value = answer.value();
            CoreRelocationKind kind = sites.get(i).kind();
            String size = value == null || value.size() == 0 ? "" : ", " + value.size() + " bytes wide";
            lines.put(
                    kind.label() + " of " + TypeText.of(answers[i].local(), kind),
                    value == null ? "missing" : value.number() + size);
        }
        lines.forEach((question, answer) ->
                text.append("\n    ").append(question).append(": ").append(answer));
        return text.append("\n  }").toString();
    }

    private static String describe(Candidate candidate) {
        return TypeText.of(candidate.btf(), candidate.id()) + " [" + candidate.id() + "] of "
                + candidate.btf().origin();
    }

    private RelocationOutcome apply(
            long[] code, RelocationSite site, Answers answers, int chosen, String file, String program) {
        int slot = site.slot();
        CoreRelocationKind kind = site.kind();
        FieldValue localValue = answers.localValue();
        Answer answer = answers.candidates().isEmpty() || chosen < 0
                ? null
                : answers.candidates().get(chosen);
        FieldValue value = answer == null ? null : answer.value();
        if (kind == CoreRelocationKind.TYPE_ID_LOCAL) {
            value = localValue;
        }
        if (value == null && !mayBeAbsent(kind)) {
            return new Poisoned(localValue.number(), missing(answers, kind));
        }
        try {
            long before = Patch.value(code, slot);
            if (localValue.certain() == Certainty.CERTAIN && !carries(before, localValue.number(), kind)) {
                throw Refusal.invalid(
                        file,
                        program,
                        slot,
                        "carries " + before + " where " + kind.label() + " of " + TypeText.of(answers.local(), kind)
                                + " is " + localValue.number());
            }
            if (value == null) {
                Patch.write(code, slot, 0, 0, 0);
                return new Absent(before, missing(answers, kind));
            }
            long oldSize = localValue.size();
            long newSize = value.size();
            if (oldSize != newSize && Patch.accessesMemory(code[slot])) {
                Btf targetBtf = answer == null
                        ? answers.local().btf()
                        : answer.candidate().btf();
                if (!FieldValue.widthMayChange(
                        answers.local().btf(), localValue.sizeTypeId(), targetBtf, value.sizeTypeId())) {
                    return new Poisoned(
                            before,
                            TypeText.of(answers.local(), kind) + " is " + newSize + " bytes wide in the target, "
                                    + oldSize
                                    + " in the program, and not an unsigned integer or pointer on both sides");
                }
            }
            Patch.write(code, slot, value.number(), oldSize, newSize);
            return new Resolved(before, value.number());
        } catch (Patch.UnexpectedException e) {
            throw Refusal.invalid(file, program, slot, String.valueOf(e.getMessage()));
        } catch (Patch.UnfitException e) {
            throw Refusal.incompatible(
                    program + ": instruction " + slot + " and " + TypeText.of(answers.local(), kind),
                    "a value that fits the instruction",
                    String.valueOf(e.getMessage()));
        }
    }

    /** Enumerators of up to 32 bits are held by some compilers sign-extended and by others not. */
    private static boolean carries(long carried, long expected, CoreRelocationKind kind) {
        return carried == expected
                || kind == CoreRelocationKind.ENUM_VALUE
                        && (int) carried == (int) expected
                        && isHalf(carried)
                        && isHalf(expected);
    }

    private static boolean isHalf(long value) {
        return value == (int) value || value >>> 32 == 0;
    }

    private static boolean mayBeAbsent(CoreRelocationKind kind) {
        return switch (kind) {
            case FIELD_EXISTS, ENUM_VALUE_EXISTS, TYPE_EXISTS, TYPE_MATCHES, TYPE_SIZE, TYPE_ID_TARGET -> true;
            case TYPE_ID_LOCAL,
                    ENUM_VALUE,
                    FIELD_BYTE_OFFSET,
                    FIELD_BYTE_SIZE,
                    FIELD_SIGNED,
                    FIELD_LSHIFT_U64,
                    FIELD_RSHIFT_U64 -> false;
        };
    }

    private static long[] instruction(long[] code, int slot) {
        return Slot.isWide(code[slot]) && slot + 1 < code.length
                ? new long[] {code[slot], code[slot + 1]}
                : new long[] {code[slot]};
    }

    private String missing(Answers answers, CoreRelocationKind kind) {
        Btf local = answers.local().btf();
        int root = answers.local().rootId();
        if (answers.candidates().isEmpty()) {
            return "no " + noun(local.kind(root)) + " named "
                    + TypeCompatibility.essentialName(local.name(root)) + " in "
                    + target.places();
        }
        StringBuilder text = new StringBuilder();
        for (Answer answer : answers.candidates()) {
            String line = mismatch(answers, answer, kind);
            if (text.indexOf(line) < 0) {
                text.append(text.isEmpty() ? "" : "; ").append(line);
            }
        }
        return text.toString();
    }

    private static String noun(BtfKind kind) {
        return kind.isEnumeration() ? "enum" : kind.label();
    }

    private static String mismatch(Answers answers, Answer answer, CoreRelocationKind kind) {
        AccessPath local = answers.local();
        AccessPath.Mismatch mismatch = answer.match().mismatch();
        Btf btf = answer.candidate().btf();
        String candidate = TypeText.of(btf, answer.candidate().id());
        if (mismatch == null) {
            return candidate + " has it, but answers fewer of the program's questions about "
                    + TypeText.of(local.btf(), local.rootId()) + " than another candidate";
        }
        String at = TypeText.of(btf, mismatch.targetId());
        String member = local.length() == 0 ? "" : String.valueOf(local.name(mismatch.step()));
        return switch (mismatch.reason()) {
            case NOT_AN_ENUMERATION -> candidate + " is not an enumeration";
            case NO_ENUMERATOR -> candidate + " has no enumerator " + TypeCompatibility.essentialName(member);
            case NOT_COMPOSITE -> at + " is not a structure or union, so that there is no " + member + " in it";
            case NO_MEMBER -> at + " has no member " + member;
            case MEMBER_INCOMPATIBLE ->
                "member " + member + " is incompatible: "
                        + memberType(local, mismatch.step()) + " in the program, " + btf.cName(mismatch.targetId())
                        + " in the target";
            case NOT_AN_ARRAY -> at + " is not an array";
            case ELEMENT_OUTSIDE ->
                "element " + local.index(mismatch.step()) + " is outside of the target's "
                        + btf.cName(mismatch.targetId());
            case TYPE_INCOMPATIBLE -> candidate + " is of another kind than " + TypeText.of(local, kind);
            case TYPE_DIFFERENT -> candidate + " does not have all that " + TypeText.of(local, kind) + " has";
        };
    }

    private static String memberType(AccessPath local, int step) {
        return local.btf().cName(local.btf().memberType(local.typeId(step), local.index(step)));
    }

    private static List<RelocationEntry> entries(List<Step> steps) {
        List<RelocationEntry> entries = new ArrayList<>(steps.size());
        for (Step step : steps) {
            CoreRelocationKind kind = step.site().kind();
            List<CandidateVerdict> verdicts = new ArrayList<>();
            for (int c = 0; c < step.answers().candidates().size(); c++) {
                verdicts.add(verdict(step, c, kind));
            }
            entries.add(new RelocationEntry(
                    step.site(),
                    TypeText.of(step.answers().local(), kind),
                    verdicts,
                    step.outcome(),
                    Disassembler.instruction(step.before(), 0),
                    Disassembler.instruction(step.after(), 0)));
        }
        return List.copyOf(entries);
    }

    private static CandidateVerdict verdict(Step step, int index, CoreRelocationKind kind) {
        Answer answer = step.answers().candidates().get(index);
        Candidate candidate = answer.candidate();
        AccessPath path = answer.match().path();
        FieldValue value = answer.value();
        CandidateVerdict.Verdict verdict;
        String detail;
        if (path == null || value == null) {
            verdict = CandidateVerdict.Verdict.MISMATCH;
            detail = mismatch(step.answers(), answer, kind);
        } else {
            verdict = switch (step.standings().get(index)) {
                case CHOSEN -> CandidateVerdict.Verdict.CHOSEN;
                case EQUIVALENT -> CandidateVerdict.Verdict.EQUIVALENT;
                case OUTVOTED -> CandidateVerdict.Verdict.OUTVOTED;
            };
            detail = kind.isField()
                    ? TypeText.of(path, kind) + " at byte " + TypeText.offset(path.bitOffset())
                    : TypeText.of(path, kind) + " = " + value.number();
        }
        return new CandidateVerdict(
                candidate.btf().origin(),
                candidate.id(),
                TypeText.of(candidate.btf(), candidate.id()),
                verdict,
                detail);
    }
}
