/** JSON as text, for the packages of this house alone: written only, never read. */
@NullMarked
package io.ebpf4j.observability.json;

import org.jspecify.annotations.NullMarked;
