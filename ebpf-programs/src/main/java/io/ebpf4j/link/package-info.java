/** Attach points, one class each, and the links they give. */
@NullMarked
package io.ebpf4j.link;

import org.jspecify.annotations.NullMarked;
