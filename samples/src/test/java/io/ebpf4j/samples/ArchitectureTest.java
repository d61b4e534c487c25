package io.ebpf4j.samples;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import org.junit.jupiter.api.Test;

/** The rules of the house that a compiler cannot hold: one direction between modules, one door to the kernel. */
class ArchitectureTest {
    private static final JavaClasses HOUSE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("io/ebpf4j/testing/"))
            .importPackages("io.ebpf4j");

    private static final String[] CORE = {
        "io.ebpf4j.kernel..",
        "io.ebpf4j.elf..",
        "io.ebpf4j.btf..",
        "io.ebpf4j.asm..",
        "io.ebpf4j.spec..",
        "io.ebpf4j.relocate.."
    };

    private static final DescribedPredicate<JavaAccess<?>> OPENS_THE_DOOR =
            DescribedPredicate.describe("calls a restricted method of java.lang.foreign", access -> {
                String owner = access.getTargetOwner().getName();
                return owner.equals(Linker.class.getName())
                        || owner.startsWith(Linker.class.getName() + "$")
                        || owner.equals(SymbolLookup.class.getName())
                        || (owner.equals(MemorySegment.class.getName())
                                && access.getTarget().getName().equals("reinterpret"));
            });

    private static ArchRule oneDoor() {
        return noClasses()
                .that()
                .resideOutsideOfPackage("io.ebpf4j.kernel..")
                .should()
                .accessTargetWhere(OPENS_THE_DOOR)
                .because("a user grants native access to one module, and one package is read for safety");
    }

    @Test
    void theWholeHouseIsLookedAt() {
        assertThat(HOUSE.stream().map(JavaClass::getPackageName).distinct())
                .contains(
                        "io.ebpf4j.kernel",
                        "io.ebpf4j.btf",
                        "io.ebpf4j.map",
                        "io.ebpf4j.link",
                        "io.ebpf4j.observability.event",
                        "io.ebpf4j.samples");
    }

    @Test
    void modulesUseOnlyThoseToTheirLeft() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("core")
                .definedBy(CORE)
                .layer("maps")
                .definedBy("io.ebpf4j.map..", "io.ebpf4j.codec..", "io.ebpf4j.ring..")
                .layer("programs")
                .definedBy("io.ebpf4j.program..", "io.ebpf4j.link..", "io.ebpf4j.object..")
                .layer("observability")
                .definedBy("io.ebpf4j.observability..")
                .layer("samples")
                .definedBy("io.ebpf4j.samples..")
                .whereLayer("core")
                .mayNotAccessAnyLayer()
                .whereLayer("maps")
                .mayOnlyAccessLayers("core")
                .whereLayer("programs")
                .mayOnlyAccessLayers("core", "maps")
                .whereLayer("observability")
                .mayOnlyAccessLayers("core", "maps", "programs")
                .check(HOUSE);
    }

    @Test
    void onlyTheKernelPackageCallsNativeCode() {
        oneDoor().check(HOUSE);
    }

    @Test
    void theRuleOfTheOneDoorSeesAnOffender() {
        JavaClasses offender = new ClassFileImporter().importClasses(Offender.class);
        assertThatThrownBy(() -> oneDoor().check(offender))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("reinterpret");
    }

    @Test
    void pureStagesAskNoKernel() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.ebpf4j.elf..",
                        "io.ebpf4j.asm..",
                        "io.ebpf4j.spec..",
                        "io.ebpf4j.relocate..",
                        "io.ebpf4j.btf..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.ebpf4j.kernel.sys..")
                .because("the same bytes must give the same answer on any machine")
                .check(HOUSE);
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching("io.ebpf4j.(*)..").should().beFreeOfCycles().check(HOUSE);
        slices().matching("io.ebpf4j.observability.(*)..")
                .should()
                .beFreeOfCycles()
                .check(HOUSE);
    }

    @Test
    void namesSayWhatAThingIs() {
        classes()
                .should()
                .haveSimpleNameNotEndingWith("Util")
                .andShould()
                .haveSimpleNameNotEndingWith("Utils")
                .andShould()
                .haveSimpleNameNotEndingWith("Manager")
                .andShould()
                .haveSimpleNameNotEndingWith("Impl")
                .check(HOUSE);
    }

    /** Stands for a class outside the kernel package that opens memory by itself. */
    static final class Offender {
        private Offender() {}

        static MemorySegment open(long address) {
            return MemorySegment.ofAddress(address).reinterpret(8);
        }
    }
}
