package io.ebpf4j.samples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RunNameTest {
    @Test
    void isFoundInTheNameOfAPart() {
        RunName run = new RunName(12, 345);
        assertThat(run.of("core-api-v1")).isEqualTo("ebpf4j-demo-12-345-core-api-v1");
        assertThat(RunName.ofThing(run.of("core-api-v1"))).contains(run);
        assertThat(RunName.ofThing(run.toString())).contains(run);
    }

    @Test
    void whatOthersMadeIsNotTheDemos() {
        assertThat(RunName.ofThing("ebpf4j-demo-")).isEmpty();
        assertThat(RunName.ofThing("ebpf4j-demo-12")).isEmpty();
        assertThat(RunName.ofThing("ebpf4j-demo-12-x")).isEmpty();
        assertThat(RunName.ofThing("ebpf4j-demo-99999999999999999999-1")).isEmpty();
        assertThat(RunName.ofThing("my-ebpf4j-demo-12-345")).isEmpty();
        assertThat(RunName.ofThing("cni-1b6d")).isEqualTo(Optional.empty());
    }

    @Test
    void aPidThatCameAgainIsAnotherRun() throws IOException {
        RunName self = RunName.ofThisProcess();
        assertThat(self.isAlive()).isTrue();
        assertThat(new RunName(self.pid(), self.startTicks() + 1).isAlive()).isFalse();
        assertThat(new RunName(Integer.MAX_VALUE, 1).isAlive()).isFalse();
    }
}
