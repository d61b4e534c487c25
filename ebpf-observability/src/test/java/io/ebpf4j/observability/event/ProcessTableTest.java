package io.ebpf4j.observability.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.protocol.Completeness;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessTableTest {
    private static final long SECOND = 1_000_000_000L;
    private static final ProcessKey PARENT = new ProcessKey(1, 10 * SECOND);

    private final ProcessTable table = new ProcessTable(3, Duration.ofSeconds(60));

    private static ProcessRef process(int pid, long started) {
        return new ProcessRef(pid, 0, started, "test");
    }

    private void start(long now, ProcessRef process, String executable) {
        table.accept(new ProcessStarted(
                now, 0, process, PARENT, 5, 6, executable, List.of(executable, "x"), Completeness.WHOLE));
    }

    private void exit(long now, ProcessRef process) {
        table.accept(new ProcessExited(now, 0, process, PARENT, 5, 6, 0));
    }

    @Test
    void aForkedProcessIsItsParentsCopyUntilItStartsItsOwn() {
        ProcessRef shell = process(10, SECOND);
        ProcessRef child = process(11, 2 * SECOND);
        start(1, shell, "/bin/sh");
        table.accept(new ProcessForked(2, 0, child, shell.key(), 5, 6));
        assertThat(table.find(child).orElseThrow().executable()).isEqualTo("/bin/sh");
        assertThat(table.find(child).orElseThrow().parent()).isEqualTo(shell.key());
        start(3, child, "/bin/ls");
        assertThat(table.find(child).orElseThrow().arguments()).containsExactly("/bin/ls", "x");
        assertThat(table.find(shell.key()).orElseThrow().executable()).isEqualTo("/bin/sh");
    }

    @Test
    void aNumberUsedAgainIsAnotherProcess() {
        ProcessRef first = process(10, SECOND);
        ProcessRef second = process(10, 2 * SECOND);
        start(1, first, "/bin/first");
        exit(2, first);
        start(3, second, "/bin/second");
        assertThat(table.find(first).orElseThrow().executable()).isEqualTo("/bin/first");
        assertThat(table.find(second).orElseThrow().executable()).isEqualTo("/bin/second");
        assertThat(table.find(process(10, 3 * SECOND))).isEmpty();
    }

    @Test
    void anEndedProcessIsKeptForTheGraceTime() {
        ProcessRef ended = process(10, SECOND);
        start(1, ended, "/bin/true");
        exit(2, ended);
        assertThat(table.find(ended).orElseThrow().isRunning()).isFalse();
        table.expire(2 + 60 * SECOND);
        assertThat(table.find(ended)).isPresent();
        table.expire(3 + 60 * SECOND);
        assertThat(table.find(ended)).isEmpty();
        assertThat(table.size()).isZero();
        assertThat(table.evicted()).isZero();
    }

    @Test
    void whereThereIsNoRoomAnEndedOneGoesFirst() {
        ProcessRef old = process(10, SECOND);
        ProcessRef ended = process(11, SECOND);
        start(1, old, "/bin/old");
        start(2, ended, "/bin/ended");
        exit(3, ended);
        start(4, process(12, SECOND), "/bin/a");
        start(5, process(13, SECOND), "/bin/b");
        assertThat(table.find(ended)).isEmpty();
        assertThat(table.find(old)).isPresent();
        start(6, process(14, SECOND), "/bin/c");
        assertThat(table.find(old)).isEmpty();
        assertThat(table.size()).isEqualTo(3);
        assertThat(table.evicted()).isEqualTo(2);
    }

    @Test
    void anExitOfAProcessThatWasNeverSeenIsNoError() {
        ProcessRef unseen = process(10, SECOND);
        exit(1, unseen);
        assertThat(table.find(unseen).orElseThrow().executable()).isEmpty();
    }
}
