/** The bundled CO-RE programs and what attaches them. */
@NullMarked
package io.ebpf4j.observability.probe;

import org.jspecify.annotations.NullMarked;
