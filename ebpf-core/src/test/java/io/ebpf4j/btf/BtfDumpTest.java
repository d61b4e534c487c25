package io.ebpf4j.btf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What is written for the types of kinds.bpf.c is what kinds.bpf.c says. */
class BtfDumpTest {
    @Test
    void aTypeComesAfterWhatItNeeds() {
        Btf btf = Fixtures.btf("el");
        String text = new BtfDump(btf).types(btf.find("core", BtfKind.STRUCT).orElseThrow());
        assertThat(text).isEqualTo("""
                        struct core;
                        struct flags;

                        typedef unsigned int __u32;

                        typedef int __s32;

                        typedef unsigned long long __u64;

                        struct flags {
                        \t__u32 a: 3;
                        \t__u32 b: 13;
                        \t__s32 c: 16;
                        \t__u64 d: 40;
                        };

                        struct core {
                        \tint field;
                        \tstruct flags flags;
                        \tint array[4];
                        };

                        """);
    }

    @Test
    void functionsAndVariablesAreDeclared() {
        Btf btf = Fixtures.btf("el");
        String text = new BtfDump(btf)
                .types(
                        btf.find("helper", BtfKind.FUNC).orElseThrow(),
                        btf.find("read_only", BtfKind.VAR).orElseThrow());
        assertThat(text)
                .contains("\nint helper(struct core *core, int index);\n")
                .contains("extern const volatile __u64 read_only;\n")
                .doesNotContain("struct core {");
    }

    @Test
    void aNameThatMeansTwoThingsIsNumbered() {
        BtfBuilder builder = new BtfBuilder();
        int integer = builder.add(new BtfType.Int(0, "int", 4, 32, 0, BtfType.Int.Encoding.SIGNED));
        List<BtfType.Member> members = List.of(new BtfType.Member("a", integer, 0, 0));
        builder.add(new BtfType.Composite(0, "same", BtfType.Shape.STRUCT, 4, members));
        int second = builder.add(new BtfType.Composite(0, "same", BtfType.Shape.STRUCT, 16, members));
        builder.add(new BtfType.Typedef(0, "user", second));
        String text = new BtfDump(builder.build("same")).header();
        assertThat(text)
                .contains("struct same {\n\tint a;\n};")
                .contains("struct same___2 {\n\tint a;\n\tint: 32;\n\tlong long: 64;\n};")
                .contains("typedef struct same___2 user;");
    }
}
