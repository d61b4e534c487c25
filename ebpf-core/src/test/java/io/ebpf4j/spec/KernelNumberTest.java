package io.ebpf4j.spec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Numbers of include/uapi/linux/bpf.h, written down from the header. */
class KernelNumberTest {

    @Test
    void numbersAreTheKernels() {
        assertThat(MapType.HASH.number()).isEqualTo(1);
        assertThat(MapType.RINGBUF.number()).isEqualTo(27);
        assertThat(MapType.ARENA.number()).isEqualTo(33);
        assertThat(ProgramType.XDP.number()).isEqualTo(6);
        assertThat(ProgramType.TRACING.number()).isEqualTo(26);
        assertThat(ProgramType.NETFILTER.number()).isEqualTo(32);
        assertThat(AttachType.CGROUP_INET_INGRESS.number()).isZero();
        assertThat(AttachType.TRACE_FENTRY.number()).isEqualTo(24);
        assertThat(AttachType.TCX_INGRESS.number()).isEqualTo(46);
        assertThat(AttachType.TRACE_UPROBE_SESSION.number()).isEqualTo(57);
    }

    @Test
    void knownValuesStandAtTheirNumbers() {
        for (int i = 0; i < MapType.known().size(); i++) {
            assertThat(MapType.known().get(i).number()).isEqualTo(i);
            assertThat(MapType.of(i)).isSameAs(MapType.known().get(i));
        }
        for (int i = 0; i < ProgramType.known().size(); i++) {
            assertThat(ProgramType.of(i).number()).isEqualTo(i);
        }
        for (int i = 0; i < AttachType.known().size(); i++) {
            assertThat(AttachType.of(i).number()).isEqualTo(i);
        }
    }

    @Test
    void unknownNumbersStayValues() {
        assertThat(MapType.of(4242)).isEqualTo(MapType.of(4242)).hasToString("4242");
        assertThat(MapType.of(-1)).hasToString("4294967295");
        assertThat(ProgramType.of(99).number()).isEqualTo(99);
        assertThat(AttachType.of(99).name()).isEqualTo("99");
    }

    @Test
    void noAttachTypeIsNotTheOneNumberedZero() {
        assertThat(AttachType.NONE.number()).isEqualTo(AttachType.CGROUP_INET_INGRESS.number());
        assertThat(AttachType.NONE).isNotEqualTo(AttachType.CGROUP_INET_INGRESS);
    }
}
