package io.ebpf4j.observability.identity;

/**
 * What this host knows of a process.
 *
 * @param executable its program's file; empty where nobody told
 * @param comm the kernel's name of it; empty where it is not known
 * @param cgroup where it runs
 */
record LocalProcess(String executable, String comm, CgroupPath cgroup) {}
