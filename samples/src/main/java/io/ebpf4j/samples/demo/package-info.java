/** The demo: a tenant's services on hosts of their own within this machine, and three stories that happen to them. */
@NullMarked
package io.ebpf4j.samples.demo;

import org.jspecify.annotations.NullMarked;
