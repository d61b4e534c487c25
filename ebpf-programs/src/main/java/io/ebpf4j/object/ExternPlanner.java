package io.ebpf4j.object;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.kernel.Kallsyms;
import io.ebpf4j.kernel.Kconfig;
import io.ebpf4j.object.PlannedExtern.Resolution;
import io.ebpf4j.object.PlannedExtern.Resolution.Missing;
import io.ebpf4j.relocate.TypeCompatibility;
import io.ebpf4j.spec.Extern;
import io.ebpf4j.spec.Extern.KconfigExtern;
import io.ebpf4j.spec.Extern.KfuncExtern;
import io.ebpf4j.spec.Extern.KsymExtern;
import io.ebpf4j.spec.ObjectSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Looks up in the target kernel what an object declares and the kernel defines. */
final class ExternPlanner {
    private static final String CONFIG = "CONFIG_";

    private final ObjectSpec spec;
    private final LoadOptions options;
    private final TargetKernel target;

    ExternPlanner(ObjectSpec spec, LoadOptions options, TargetKernel target) {
        this.spec = spec;
        this.options = options;
        this.target = target;
    }

    Map<String, PlannedExtern> plan() {
        Map<String, PlannedExtern> planned = new LinkedHashMap<>();
        spec.externs().forEach((name, extern) -> planned.put(name, new PlannedExtern(extern, resolve(extern))));
        return planned;
    }

    private Resolution resolve(Extern extern) {
        return switch (extern) {
            case KconfigExtern config -> configuration(config);
            case KsymExtern variable -> variable.typed() ? typed(variable) : address(variable);
            case KfuncExtern function -> function(function);
        };
    }

    private Resolution configuration(KconfigExtern extern) {
        String name = extern.kernelName();
        return switch (name) {
            case "LINUX_KERNEL_VERSION" ->
                new Resolution.Value(Integer.toString(target.version().code()));
            case "LINUX_HAS_BPF_COOKIE" -> flag(target.has(TargetFeature.ATTACH_COOKIE));
            case "LINUX_HAS_SYSCALL_WRAPPER" -> flag(hasSyscallWrapper());
            default -> name.startsWith(CONFIG) ? option(name) : new Missing("no loader knows " + name);
        };
    }

    private Resolution option(String name) {
        Optional<String> own =
                Kconfig.parse(options.kconfig(), "the load options").value(name);
        return own.or(() -> target.kconfig().value(name))
                .<Resolution>map(Resolution.Value::new)
                .orElseGet(() -> new Missing(
                        target.kconfig().isKnown()
                                ? name + " is not set"
                                : "the kernel's configuration is not known (/proc/config.gz, /boot/config-*)"));
    }

    private static Resolution flag(boolean value) {
        return new Resolution.Value(value ? "1" : "0");
    }

    /** System calls are wrapped ({@code __x64_sys_bpf}) where CONFIG_ARCH_HAS_SYSCALL_WRAPPER is set, since Linux 4.17. */
    private boolean hasSyscallWrapper() {
        if (target.kconfig().isKnown()) {
            return target.kconfig().isEnabled("CONFIG_ARCH_HAS_SYSCALL_WRAPPER");
        }
        return List.of("__x64_sys_bpf", "__arm64_sys_bpf", "__s390x_sys_bpf", "__riscv_sys_bpf").stream()
                .anyMatch(name -> !target.kallsyms().symbols(name).isEmpty());
    }

    private Resolution address(KsymExtern extern) {
        List<Kallsyms.Symbol> symbols = target.kallsyms().symbols(extern.kernelName());
        List<Long> addresses =
                symbols.stream().map(Kallsyms.Symbol::address).distinct().toList();
        if (addresses.isEmpty()) {
            return new Missing("no symbol " + extern.kernelName() + " in the kernel");
        }
        if (addresses.size() > 1) {
            return new Missing(addresses.size() + " symbols " + extern.kernelName() + " in the kernel: ambiguous");
        }
        if (addresses.getFirst() == 0) {
            return new Missing("the kernel hides its addresses (kernel.kptr_restrict, CAP_SYSLOG)");
        }
        return new Resolution.Address(addresses.getFirst());
    }

    private Resolution typed(KsymExtern extern) {
        return lookUp(
                extern.kernelName(), BtfKind.VAR, extern.typeId(), found -> found.btf.resolve(found.btf.ref(found.id)));
    }

    private Resolution function(KfuncExtern extern) {
        return lookUp(extern.kernelName(), BtfKind.FUNC, extern.prototypeId(), found -> found.btf.ref(found.id));
    }

    private interface TargetType {
        int of(Found found);
    }

    private record Found(Btf btf, int id, Optional<String> module) {}

    private Resolution lookUp(String name, BtfKind kind, int localType, TargetType targetType) {
        if (target.btf().isEmpty()) {
            return new Missing("the kernel has no BTF (CONFIG_DEBUG_INFO_BTF) to look up " + name);
        }
        Optional<Found> found = find(name, kind);
        if (found.isEmpty()) {
            return new Missing("no " + (kind == BtfKind.VAR ? "variable " : "function ") + name
                    + " in the BTF of the kernel and its modules");
        }
        Found type = found.get();
        Btf local = spec.btf().orElseThrow();
        int targetId = targetType.of(type);
        if (!TypeCompatibility.compatible(local, localType, type.btf, targetId)) {
            return new Missing(name + " is declared as " + local.cName(localType) + ", the kernel has "
                    + type.btf.cName(targetId));
        }
        return new Resolution.Type(type.id, type.module);
    }

    private Optional<Found> find(String name, BtfKind kind) {
        Btf kernel = target.btf().orElseThrow();
        OptionalInt id = kernel.find(name, kind);
        if (id.isPresent()) {
            return Optional.of(new Found(kernel, id.getAsInt(), Optional.empty()));
        }
        for (ModuleTypes module : target.modules()) {
            OptionalInt own = AttachTargets.findOwn(module.btf(), name, kind);
            if (own.isPresent()) {
                return Optional.of(new Found(module.btf(), own.getAsInt(), Optional.of(module.name())));
            }
        }
        return Optional.empty();
    }
}
