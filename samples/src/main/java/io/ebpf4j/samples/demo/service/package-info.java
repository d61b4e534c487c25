/**
 * The programs of the demo's services: each runs in a JVM of its own with nothing but this module's classes, is told what to do on its
 * standard input, and ends when that ends.
 */
@NullMarked
package io.ebpf4j.samples.demo.service;

import org.jspecify.annotations.NullMarked;
