/**
 * Application protocols, from captured bytes to messages: DNS, HTTP/1, HTTP/2 with HPACK, and the hello of TLS. Nothing here asks a kernel: a
 * recording, a packet capture or a test's bytes do as well.
 */
@NullMarked
package io.ebpf4j.observability.protocol;

import org.jspecify.annotations.NullMarked;
