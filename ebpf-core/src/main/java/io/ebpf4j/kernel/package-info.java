/** The running kernel as users see it: errors, versions, privileges, features. */
@NullMarked
package io.ebpf4j.kernel;

import org.jspecify.annotations.NullMarked;
