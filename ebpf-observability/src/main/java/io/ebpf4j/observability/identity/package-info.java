/** Who is at each end: from addresses, sockets and processes to lasting names, with how each was learned and how old it is. */
@NullMarked
package io.ebpf4j.observability.identity;

import org.jspecify.annotations.NullMarked;
