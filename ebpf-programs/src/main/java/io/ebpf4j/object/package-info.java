/** From an object's spec over its plan to what is loaded. */
@NullMarked
package io.ebpf4j.object;

import org.jspecify.annotations.NullMarked;
