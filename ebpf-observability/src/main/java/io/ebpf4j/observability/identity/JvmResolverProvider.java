package io.ebpf4j.observability.identity;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.List;
import java.util.stream.Stream;

/**
 * A resolver for the whole JVM that asks the JDK's own one, and tells {@link JvmNames} what it answered. It changes no answer, and
 * where nobody called {@link JvmNames#ofThisJvm} it keeps nothing.
 *
 * <p>A JVM has one such resolver, so this jar does not register it: being on the path must not shut out another one. An application
 * that wants it says so, on the class path by a file {@code META-INF/services/java.net.spi.InetAddressResolverProvider} of its own with
 * this class's name in it, or as a module by a subclass:
 *
 * {@snippet :
 * // module-info.java: provides java.net.spi.InetAddressResolverProvider with com.example.Resolver;
 * public final class Resolver extends JvmResolverProvider {}
 * }
 */
public class JvmResolverProvider extends InetAddressResolverProvider {
    /** For {@link java.util.ServiceLoader}. */
    public JvmResolverProvider() {}

    @Override
    public InetAddressResolver get(Configuration configuration) {
        return new Told(configuration.builtinResolver());
    }

    @Override
    public String name() {
        return "ebpf4j";
    }

    private record Told(InetAddressResolver resolver) implements InetAddressResolver {
        @Override
        public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
            List<InetAddress> addresses;
            try (Stream<InetAddress> answer = resolver.lookupByName(host, policy)) {
                addresses = answer.toList();
            }
            JvmNames.resolved(host, addresses);
            return addresses.stream();
        }

        @Override
        public String lookupByAddress(byte[] address) throws UnknownHostException {
            return resolver.lookupByAddress(address);
        }
    }
}
