/** Who talks to whom, how well, and whose fault it is, as a map: data, text, DOT, Mermaid, JSON, and a page to look at. */
@NullMarked
package io.ebpf4j.observability.servicemap;

import org.jspecify.annotations.NullMarked;
