package io.ebpf4j.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.InvalidObjectException;
import io.ebpf4j.observability.aggregate.Snapshot;
import io.ebpf4j.observability.identity.IdentifiedEvent;
import io.ebpf4j.observability.probe.LayerStatus;
import io.ebpf4j.observability.probe.TestRecording;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceObserverTest {
    @TempDir
    private Path folder;

    @Test
    void theSameRecordingGivesTheSameSnapshots() throws IOException {
        Path file = TestRecording.write(folder.resolve("recording"));
        List<IdentifiedEvent> heard = new ArrayList<>();
        ServiceObserverOptions options = ServiceObserverOptions.DEFAULTS
                .withWindows(Duration.ofMillis(1), 100)
                .withListener(heard::add);
        try (ServiceObserver once = ServiceObserver.replay(file, options);
                ServiceObserver again = ServiceObserver.replay(file, options)) {
            Snapshot snapshot = once.snapshot();
            assertThat(again.snapshot()).isEqualTo(snapshot);
            assertThat(again.windows().snapshots())
                    .isEqualTo(once.windows().snapshots())
                    .hasSizeGreaterThan(2);
            assertThat(heard).hasSizeGreaterThan(20).hasSize(heard.size() / 2 * 2);
            assertThat(heard.subList(0, heard.size() / 2)).isEqualTo(heard.subList(heard.size() / 2, heard.size()));
            // recorded-events.txt: clients that sent 1,000 bytes and got 10,000, and one that sent 200
            assertThat(snapshot.tcp().stream().mapToLong(Snapshot.Tcp::opened).sum())
                    .isPositive();
            assertThat(snapshot.tcp())
                    .anySatisfy(
                            tcp -> assertThat(tcp.flow().source().displayName()).isEqualTo("python3"));
            assertThat(snapshot.lost()).isEqualTo(TestRecording.LOST);
            assertThat(snapshot.isComplete()).isFalse();
            assertThat(once.isRunning()).isFalse();
            assertThat(once.ledger().lost()).isEqualTo(3);
            assertThat(once.status()).singleElement().matches(LayerStatus::isWatched);
            assertThat(once.load()).isEmpty();
            assertThat(once.drainTime()).isEmpty();
        }
    }

    @Test
    void whatIsNoRecordingIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("text"), "this is not the recording that you look for");
        assertThatThrownBy(() -> ServiceObserver.replay(file)).isInstanceOf(InvalidObjectException.class);
    }

    @Test
    void whatAListenerThrowsIsThrown() throws IOException {
        Path file = TestRecording.write(folder.resolve("recording"));
        assertThatThrownBy(() -> ServiceObserver.replay(file, ServiceObserverOptions.DEFAULTS.withListener(event -> {
                    throw new IllegalStateException("enough");
                })))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("enough");
    }

    @Test
    void optionsThatCannotBeAreRefused() {
        assertThatThrownBy(() -> ServiceObserverOptions.DEFAULTS.withWindows(Duration.ZERO, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ServiceObserverOptions.DEFAULTS.withWindows(Duration.ofSeconds(1), 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
