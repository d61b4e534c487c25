package io.ebpf4j.observability.identity;

import io.ebpf4j.observability.bounded.BoundedMap;
import java.net.InetAddress;
import java.security.Security;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Names the far end of this JVM's own connections by what its resolver answered. The JVM keeps names for itself (30 seconds, see
 * {@link InetAddress}), so that most of its connections are preceded by no question on the wire; this is where they are named all the
 * same.
 *
 * <p>Learns only where {@link JvmResolverProvider} is the JVM's resolver, which its user has to say, and from the first call of
 * {@link #ofThisJvm} on. Of other processes it knows nothing. Where the JVM is in a pid namespace of its own, its process number
 * is not the kernel's, and nothing is named.
 *
 * <p>Bounded: 4,096 addresses with 8 names each, of which the one longest unused goes first. Any thread may use it.
 */
public final class JvmNames implements IdentitySource {
    private static final int MOST_ADDRESSES = 1 << 12;
    private static final int MOST_NAMES = 8;
    private static final int DEFAULT_TTL = 30; // seconds; where networkaddress.cache.ttl is not set
    private static final AtomicReference<@Nullable JvmNames> OF_THIS_JVM = new AtomicReference<>();

    private final long pid;
    private final Revisions revisions = new Revisions();
    private final Map<Address, Map<NameIdentity, Finding>> names = new BoundedMap<>(MOST_ADDRESSES); // guarded by this

    JvmNames(long pid) {
        this.pid = pid;
    }

    /** {@return the names that this JVM's resolver answers from now on: always the same source} */
    public static JvmNames ofThisJvm() {
        JvmNames known = OF_THIS_JVM.get();
        if (known != null) {
            return known;
        }
        OF_THIS_JVM.compareAndSet(null, new JvmNames(ProcessHandle.current().pid()));
        return ofThisJvm();
    }

    /** Tells who wants to know, if anybody does. */
    static void resolved(String host, List<InetAddress> addresses) {
        JvmNames names = OF_THIS_JVM.get();
        if (names != null) {
            names.learn(host, addresses, System.nanoTime());
        }
    }

    void learn(String host, List<InetAddress> addresses, long now) {
        if (!ConnectionNames.isName(host.toLowerCase(Locale.ROOT))) {
            return;
        }
        NameIdentity name = new NameIdentity(host);
        Finding finding = new Finding(
                name, Provenance.JVM_RESOLVER, now, expiry(now), "resolver of this JVM (process " + pid + ")");
        for (InetAddress inet : addresses) {
            Address address = Address.of(inet);
            boolean isNew;
            synchronized (this) {
                isNew = names.computeIfAbsent(address, any -> new BoundedMap<>(MOST_NAMES))
                                .put(name, finding)
                        == null;
            }
            if (isNew) {
                revisions.changed(address.hashCode());
            }
        }
    }

    private static long expiry(long now) {
        String configured = Security.getProperty("networkaddress.cache.ttl");
        int seconds = configured != null && configured.strip().matches("-?[0-9]{1,9}")
                ? Integer.parseInt(configured.strip())
                : DEFAULT_TTL;
        return seconds < 0 ? Long.MAX_VALUE : now + TimeUnit.SECONDS.toNanos(seconds); // below zero is for ever
    }

    @Override
    public void find(Subject subject, Consumer<? super Finding> findings) {
        if (subject.side() == Subject.Side.FAR && subject.asker().pid() == pid) {
            known(Address.of(subject.endpoint())).forEach(findings);
        }
    }

    private synchronized List<Finding> known(Address address) {
        Map<NameIdentity, Finding> ofAddress = names.get(address);
        return ofAddress == null ? List.of() : new ArrayList<>(ofAddress.values()).reversed();
    }

    @Override
    public long revision(Subject subject) {
        return subject.asker().pid() == pid ? revisions.of(Address.hash(subject.endpoint())) : 0;
    }
}
