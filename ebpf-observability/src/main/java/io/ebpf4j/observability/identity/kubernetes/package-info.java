/** Names from a Kubernetes cluster, by fabric8's client, which whoever uses this package adds to the path. */
@NullMarked
package io.ebpf4j.observability.identity.kubernetes;

import org.jspecify.annotations.NullMarked;
