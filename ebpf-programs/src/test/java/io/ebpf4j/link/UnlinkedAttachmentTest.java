package io.ebpf4j.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.NotSupportedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnlinkedAttachmentTest {
    private final List<String> done = new ArrayList<>();

    private UnlinkedAttachment attachment() {
        return UnlinkedAttachment.of("filter of x", 7, () -> done.add("undo"), () -> done.add("release"));
    }

    @Test
    void closeUndoesAndReleasesOnce() {
        UnlinkedAttachment attachment = attachment();
        attachment.close();
        attachment.close();
        assertThat(done).containsExactly("undo", "release");
        assertThatThrownBy(attachment::info)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("filter of x");
    }

    @Test
    void whatIsDetachedIsNotUndoneAgain() {
        UnlinkedAttachment attachment = attachment();
        attachment.detach();
        attachment.detach();
        assertThat(done).containsExactly("undo");
        attachment.close();
        assertThat(done).containsExactly("undo", "release");
    }

    @Test
    void whatIsHeldIsReleasedThoughTheUndoingFails() {
        UnlinkedAttachment attachment = UnlinkedAttachment.of(
                "x",
                7,
                () -> {
                    throw new IllegalStateException("gone");
                },
                () -> done.add("release"));
        assertThatThrownBy(attachment::close).hasMessage("gone");
        assertThat(done).containsExactly("release");
    }

    @Test
    void itIsNoKernelLink() {
        UnlinkedAttachment attachment = attachment();
        assertThat(attachment.info()).isEqualTo(new LinkInfo.Unlinked(7, "filter of x"));
        assertThat(attachment.info().id()).isZero();
        assertThatThrownBy(() -> attachment.pin(Path.of("/x")))
                .isInstanceOf(NotSupportedException.class)
                .hasMessageContaining("5.7");
    }
}
