package io.ebpf4j.samples;

import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.object.BpfObject;
import io.ebpf4j.object.LoadOptions;
import io.ebpf4j.object.LoadPlan;
import io.ebpf4j.object.TargetKernel;
import io.ebpf4j.spec.MapSpec;
import io.ebpf4j.spec.MapType;
import io.ebpf4j.spec.ObjectSpec;
import io.ebpf4j.spec.ProgramSpec;
import io.ebpf4j.spec.ProgramType;
import java.time.Duration;
import java.util.function.UnaryOperator;

/**
 * Loads each program of an object on its own, secluded from the others and from the machine. Where that fails, it is tried
 * once more with the sizes that the object leaves to its own program ({@link MissingSizes}), and without the struct_ops maps
 * where the program is none of theirs. A program that is named by a static program array is judged with the whole object.
 */
final class ProgramJudge {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final TargetKernel target = TargetKernel.running();
    private final MissingSizes sizes = new MissingSizes(Kernel.system().possibleCpus());

    LoadOutcome judge(ObjectSpec object, ProgramSpec program) throws InterruptedException {
        try {
            return Seclusion.call(() -> attempt(object, program), LIMIT);
        } catch (IllegalStateException tooLong) {
            return LoadOutcome.refused(program, Errno.ETIMEDOUT, Failures.describe(tooLong));
        } catch (BpfException e) {
            return LoadOutcome.refused(program, e);
        }
    }

    private LoadOutcome attempt(ObjectSpec object, ProgramSpec program) {
        UnaryOperator<LoadOptions> selection = isNamedByProgramArray(object, program)
                ? UnaryOperator.identity()
                : options -> options.withOnly(program.name());
        try {
            return load(object, program, selection.apply(LoadOptions.DEFAULTS));
        } catch (BpfException first) {
            try {
                return load(
                        sizes.fill(object),
                        program,
                        withoutStructOps(object, program, selection.apply(LoadOptions.DEFAULTS)));
            } catch (BpfException second) {
                return LoadOutcome.refused(program, second);
            }
        }
    }

    private LoadOutcome load(ObjectSpec object, ProgramSpec program, LoadOptions options) {
        try (BpfObject loaded = LoadPlan.of(object, options, target).load()) {
            return loaded.findProgram(program.name()).isPresent()
                    ? LoadOutcome.loaded(program)
                    : LoadOutcome.skipped(
                            program,
                            loaded.skipped().stream()
                                    .filter(skipped -> skipped.name().equals(program.name()))
                                    .findFirst()
                                    .map(Object::toString)
                                    .orElse("the plan leaves it out"));
        }
    }

    private static boolean isNamedByProgramArray(ObjectSpec object, ProgramSpec program) {
        return object.maps().values().stream()
                .filter(map -> map.type().equals(MapType.PROG_ARRAY))
                .flatMap(map -> map.initialSlots().stream())
                .anyMatch(slot -> slot.target().equals(program.name()));
    }

    private static LoadOptions withoutStructOps(ObjectSpec object, ProgramSpec program, LoadOptions options) {
        if (program.type().equals(ProgramType.STRUCT_OPS)) {
            return options;
        }
        return options.withDisabledMaps(object.maps().values().stream()
                .filter(map -> map.origin() == MapSpec.Origin.STRUCT_OPS)
                .map(MapSpec::name)
                .toArray(String[]::new));
    }
}
