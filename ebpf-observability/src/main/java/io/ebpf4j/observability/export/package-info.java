/** What was seen, in the forms that others read: a flow log in JSON with Hubble's names, and filters like those of Hubble's command line. */
@NullMarked
package io.ebpf4j.observability.export;

import org.jspecify.annotations.NullMarked;
