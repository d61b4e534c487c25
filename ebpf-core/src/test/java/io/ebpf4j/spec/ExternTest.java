package io.ebpf4j.spec;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.asm.Opcodes;
import io.ebpf4j.asm.Slot;
import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.btf.BtfType;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Externs; expectations are read off spec-externs.bpf.c and libbpf's rule for the places of configuration values. */
class ExternTest {

    @ParameterizedTest
    @ValueSource(strings = {"spec-externs-el", "spec-externs-eb"})
    void placesConfigurationValues(String object) {
        ObjectSpec spec = Fixture.read(object);

        MapSpec config = spec.maps().get(".kconfig");
        assertThat(config.origin()).isEqualTo(MapSpec.Origin.KCONFIG);
        assertThat(config.kernelName()).isEqualTo("spec_ex.kconfig");
        assertThat(config.valueSize()).isEqualTo(36);
        assertThat(config.flags()).isEqualTo(MapFlag.RDONLY_PROG | MapFlag.MMAPABLE);
        assertThat(config.contents()).isEmpty();

        config(spec, "CONFIG_HZ", Extern.Binding.REQUIRED, Extern.ConfigKind.INTEGER, 0, 8);
        config(spec, "CONFIG_MODULES", Extern.Binding.REQUIRED, Extern.ConfigKind.TRISTATE, 8, 4);
        config(spec, "LINUX_KERNEL_VERSION", Extern.Binding.REQUIRED, Extern.ConfigKind.INTEGER, 12, 4);
        config(spec, "CONFIG_SHORT", Extern.Binding.WEAK, Extern.ConfigKind.INTEGER, 16, 2);
        config(spec, "CONFIG_BPF", Extern.Binding.WEAK, Extern.ConfigKind.BOOLEAN, 18, 1);
        config(spec, "CONFIG_LETTER", Extern.Binding.WEAK, Extern.ConfigKind.CHARACTER, 19, 1);
        config(spec, "CONFIG_DEFAULT_HOSTNAME", Extern.Binding.WEAK, Extern.ConfigKind.TEXT, 20, 16);
    }

    private static void config(
            ObjectSpec spec, String name, Extern.Binding binding, Extern.ConfigKind kind, int offset, int size) {
        assertThat(spec.externs().get(name)).isInstanceOfSatisfying(Extern.KconfigExtern.class, extern -> {
            assertThat(extern.binding()).isEqualTo(binding);
            assertThat(extern.kind()).isEqualTo(kind);
            assertThat(extern.offset()).isEqualTo(offset);
            assertThat(extern.size()).isEqualTo(size);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"spec-externs-el", "spec-externs-eb"})
    void readsKernelVariablesAndFunctions(String object) {
        ObjectSpec spec = Fixture.read(object);

        assertThat(spec.externs().get("bpf_prog_fops"))
                .isEqualTo(new Extern.KsymExtern("bpf_prog_fops", Extern.Binding.REQUIRED, 0));
        assertThat(spec.externs().get("no_such_symbol").binding()).isEqualTo(Extern.Binding.WEAK);
        assertThat(spec.externs().get("runqueues")).isInstanceOfSatisfying(Extern.KsymExtern.class, extern -> {
            assertThat(extern.typed()).isTrue();
            assertThat(spec.btf().orElseThrow().name(extern.typeId())).isEqualTo("rq");
        });
        assertThat(spec.externs().get("bpf_task_acquire___first"))
                .isInstanceOfSatisfying(Extern.KfuncExtern.class, extern -> {
                    assertThat(extern.kernelName()).isEqualTo("bpf_task_acquire");
                    assertThat(extern.binding()).isEqualTo(Extern.Binding.WEAK);
                    assertThat(spec.btf().orElseThrow().kind(extern.prototypeId()))
                            .isEqualTo(BtfKind.FUNC_PROTO);
                });
        assertThat(spec.externs().get("bpf_rcu_read_lock").binding()).isEqualTo(Extern.Binding.REQUIRED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"spec-externs-el", "spec-externs-eb"})
    void marksWhereTheyAreUsed(String object) {
        ProgramSpec uses = Fixture.read(object).programs().get("uses");
        long[] slots = uses.slots();

        assertThat(uses.unsupported()).isEmpty();
        List<CodeReference> calls = uses.references().stream()
                .filter(CodeReference.KfuncReference.class::isInstance)
                .toList();
        assertThat(calls.stream().map(r -> ((CodeReference.KfuncReference) r).extern()))
                .containsExactly("bpf_rcu_read_lock", "missing_function", "bpf_task_acquire___first");
        assertThat(calls).allSatisfy(r -> {
            assertThat(Slot.opcode(slots[r.slot()])).isEqualTo(Opcodes.CALL);
            assertThat(Slot.src(slots[r.slot()])).isEqualTo(Opcodes.CALL_KFUNC);
        });
        // a presence test of a function is a load, not a call
        assertThat(uses.references().stream()
                        .filter(CodeReference.ExternReference.class::isInstance)
                        .map(r -> ((CodeReference.ExternReference) r).extern()))
                .hasSize(12)
                .contains("missing_function", "bpf_task_acquire___first", "no_such_symbol", "CONFIG_HZ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"spec-externs-el", "spec-externs-eb"})
    void leavesNoExternInTheTypes(String object) {
        Btf btf = Fixture.read(object).btf().orElseThrow();
        int sections = 0;
        for (int id = btf.firstId(); id <= btf.lastId(); id++) {
            switch (btf.kind(id)) {
                case VAR, FUNC -> assertThat(btf.linkage(id)).as(btf.name(id)).isNotEqualTo(BtfType.Linkage.EXTERN);
                case DATASEC -> {
                    sections++;
                    long end = 0;
                    for (int i = 0; i < btf.vlen(id); i++) {
                        assertThat(btf.kind(btf.sectionVarType(id, i))).isEqualTo(BtfKind.VAR);
                        assertThat(btf.sectionVarOffset(id, i)).isGreaterThanOrEqualTo(end);
                        end = btf.sectionVarOffset(id, i) + btf.sectionVarSize(id, i);
                    }
                    assertThat(btf.rawSize(id))
                            .as(btf.name(id))
                            .isGreaterThanOrEqualTo(end)
                            .isPositive();
                }
                default -> {}
            }
        }
        assertThat(sections).isEqualTo(3); // .kconfig, .ksyms, license
    }
}
