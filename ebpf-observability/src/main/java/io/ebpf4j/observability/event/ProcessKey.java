package io.ebpf4j.observability.event;

/**
 * What names a process while the host is up: a process number alone is used again.
 *
 * @param pid the process number in the initial pid namespace; 0 where the process is not known, or is the kernel's idle one
 * @param started when it started, in nanoseconds of CLOCK_BOOTTIME, the clock of /proc/PID/stat
 */
public record ProcessKey(int pid, long started) {}
