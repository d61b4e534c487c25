package io.ebpf4j.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HandlerLoopsTest {
    private static final ViewHandler ONE = view -> Verdict.CONTINUE;
    private static final ViewHandler TWO = view -> Verdict.CONTINUE;
    private static final AddressHandler THREE = (address, length) -> Verdict.CONTINUE;
    private static final RecordHandler FOUR = (segment, offset, length) -> Verdict.CONTINUE;

    @Test
    void everyClassOfHandlerHasALoopOfItsOwnAndKeepsIt() {
        Set<Class<?>> loops = new HashSet<>();
        for (ViewHandler handler : new ViewHandler[] {ONE, TWO, THREE, FOUR}) {
            DrainLoop loop = HandlerLoops.of(handler.getClass());
            assertThat(HandlerLoops.of(handler.getClass())).isSameAs(loop);
            loops.add(loop.getClass());
        }
        assertThat(loops).hasSize(4);
    }

    @Test
    void aRingTakesHandlersOfDifferentClassesByTurns() {
        try (PlainRing plain = new PlainRing(256)) {
            for (ViewHandler handler : new ViewHandler[] {ONE, FOUR, THREE, ONE, TWO}) {
                plain.source.send(new byte[] {1});
                assertThat(plain.ring.drain(handler)).isEqualTo(1);
            }
            assertThat(plain.ring.counts().delivered()).isEqualTo(5);
        }
    }
}
