/** What adds up: golden signals by who talks to whom, histograms, exemplars, bounded families, snapshots. */
@NullMarked
package io.ebpf4j.observability.aggregate;

import org.jspecify.annotations.NullMarked;
