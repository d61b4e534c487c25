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
final class HandlerLoops {
    private static final DrainLoop SHARED = new RingLoop();
    private static final AtomicBoolean TAKEN = new AtomicBoolean();

    private static final ClassValue<DrainLoop> OWN = new ClassValue<>() {
        @Override
        protected DrainLoop computeValue(Class<?> handler) {
            return TAKEN.compareAndSet(false, true) ? SHARED : copy();
        }
    };

    private HandlerLoops() {}

    /** The loop for handlers of a class. */
    static DrainLoop of(Class<?> handler) {
        return OWN.get(handler);
    }

    private static DrainLoop copy() {
        byte[] bytes;
        try (InputStream classFile = RingLoop.class.getResourceAsStream("RingLoop.class")) {
            if (classFile == null) {
                return SHARED;
            }
            bytes = classFile.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the class file of " + RingLoop.class.getName(), e);
        }
        try {
            MethodHandles.Lookup hidden = MethodHandles.lookup().defineHiddenClass(bytes, true);
            return (DrainLoop) hidden.lookupClass().getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a class of this package cannot be loaded once more", e);
        }
    }
}
