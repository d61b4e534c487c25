package io.ebpf4j.ring;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Gives every class of handler a drain loop of its own, so that the call in it has one target and the JIT compiles the
 * handler into the loop.
 *
 * <p>One loop for all would see the handlers of every ring in the process at a single call site: from the third class on
 * that call is not inlined, and a record costs several times as much. The first class gets the loop as it was compiled;
 * each further one the same bytes as a hidden class, which the JIT profiles and compiles by itself and which is unloaded
 * with its handler. Where the class file cannot be read, as in a native image, the one loop serves all.
 */
final class HandlerLoops<L> {
    private static final HandlerLoops<DrainLoop> RECORDS = new HandlerLoops<>(DrainLoop.class, new RingLoop());
    private static final HandlerLoops<PerfDrainLoop> SAMPLES = new HandlerLoops<>(PerfDrainLoop.class, new PerfLoop());

    private final Class<L> type;
    private final L shared;
    private final AtomicBoolean taken = new AtomicBoolean();

    private final ClassValue<L> own = new ClassValue<>() {
        @Override
        protected L computeValue(Class<?> handler) {
            return taken.compareAndSet(false, true) ? shared : copy();
        }
    };

    private HandlerLoops(Class<L> type, L shared) {
        this.type = type;
        this.shared = shared;
    }

    /** The loop over a ring buffer for handlers of a class. */
    static DrainLoop of(Class<?> handler) {
        return RECORDS.own.get(handler);
    }

    /** The loop over a perf buffer for handlers of a class. */
    static PerfDrainLoop ofSamples(Class<?> handler) {
        return SAMPLES.own.get(handler);
    }

    private L copy() {
        Class<?> loop = shared.getClass();
        byte[] bytes;
        try (InputStream classFile = loop.getResourceAsStream(loop.getSimpleName() + ".class")) {
            if (classFile == null) {
                return shared;
            }
            bytes = classFile.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the class file of " + loop.getName(), e);
        }
        try {
            MethodHandles.Lookup hidden = MethodHandles.lookup().defineHiddenClass(bytes, true);
            return type.cast(hidden.lookupClass().getDeclaredConstructor().newInstance());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a class of this package cannot be loaded once more", e);
        }
    }
}
