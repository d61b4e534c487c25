/** What tests of every module share: a kernel to script, and one to require. */
@NullMarked
package io.ebpf4j.testing;

import org.jspecify.annotations.NullMarked;
