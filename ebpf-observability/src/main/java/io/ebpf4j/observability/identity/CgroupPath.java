package io.ebpf4j.observability.identity;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the path of a cgroup tells of who runs in it. Knows what docker, containerd, CRI-O and podman name their cgroups, with
 * systemd and without it (cgroupfs), the kubelet's pods ({@code kubepods}), also where one is nested in another: the innermost
 * container counts.
 *
 * @param path the path below the hierarchy's root, as {@code /system.slice/nginx.service}
 * @param runtime who runs the container; empty where it is none, or the names do not tell
 * @param container the container's identifier; empty where it is none
 * @param pod the Kubernetes pod's uid in its usual form, with hyphens; of a static pod 32 hexadecimal digits; empty where it is none
 * @param unit the innermost systemd service, as {@code nginx.service}; empty where it is in none
 */
record CgroupPath(String path, String runtime, String container, String pod, String unit) {
    /** The root, and what is not known: tells nothing. */
    static final CgroupPath ROOT = new CgroupPath("/", "", "", "", "");

    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");
    /** docker-ID.scope, cri-containerd-ID.scope, crio-ID.scope, libpod-ID.scope, and the same without systemd. */
    private static final Pattern PREFIXED = Pattern.compile(
            "(docker|cri-containerd|containerd|nerdctl|crio|libpod|kata)[-_]([0-9a-f]{12,64})(?:\\.scope)?");
    /** What containerd writes where the kubelet speaks systemd and it does not: SLICE:cri-containerd:ID. */
    private static final Pattern COLONS = Pattern.compile("([^:]+):(cri-containerd|crio|docker):([0-9a-f]{12,64})");
    /** Fargate's tasks: TASK-NUMBER below /ecs/TASK. */
    private static final Pattern TASK = Pattern.compile("[0-9a-f]{32}-[0-9]{1,20}");

    /** The kubelet's names with systemd, whose hyphens are levels, so that those of the uid are underscores. */
    private static final Pattern POD_SLICE =
            Pattern.compile("(?:.*-)?kubepods(?:-besteffort|-burstable)?-pod([0-9a-f_]{32,36})\\.slice");

    private static final Pattern POD_FOLDER = Pattern.compile("pod([0-9a-f-]{32,36})");

    /** What a path says. */
    static CgroupPath parse(String path) {
        String runtime = "";
        String container = "";
        String pod = "";
        String unit = "";
        String before = "";
        for (String element : path.split("/", -1)) {
            Matcher colons = COLONS.matcher(element);
            Matcher prefixed = PREFIXED.matcher(element);
            String slice = colons.matches() ? colons.group(1) : element;
            Matcher podSlice = POD_SLICE.matcher(slice);
            Matcher podFolder = POD_FOLDER.matcher(slice);
            if (podSlice.matches()) {
                pod = podSlice.group(1).replace('_', '-');
                container = ""; // the node itself may be a container
                runtime = "";
            } else if (podFolder.matches()) {
                pod = podFolder.group(1);
                container = "";
                runtime = "";
            }
            if (colons.matches()) {
                runtime = runtime(colons.group(2));
                container = colons.group(3);
            } else if (prefixed.matches()) {
                runtime = runtime(prefixed.group(1));
                container = prefixed.group(2);
            } else if (HEX.matcher(element).matches()
                    || before.equals("ecs-task") && TASK.matcher(element).matches()) {
                runtime = runtimeOfFolder(before);
                container = element;
            } else if (element.endsWith(".service")) {
                unit = element;
            }
            before = before.equals("ecs") ? "ecs-task" : element;
        }
        return new CgroupPath(path, runtime, container, pod, unit);
    }

    /**
     * The path that tells most among those of /proc/PID/cgroup, cgroups(7): of several hierarchies of version 1 and the one of
     * version 2, that of a container before that of a unit before that of version 2.
     */
    static CgroupPath ofProcess(List<String> lines) {
        CgroupPath best = ROOT;
        for (String line : lines) {
            int controllers = line.indexOf(':');
            int start = line.indexOf(':', controllers + 1);
            if (start < 0) {
                continue; // no such line was ever written by a kernel
            }
            CgroupPath path = parse(line.substring(start + 1));
            boolean unified = line.startsWith("0::");
            if (path.weight() > best.weight() || path.weight() == best.weight() && (unified || best.isRoot())) {
                best = path.isRoot() ? best : path;
            }
        }
        return best;
    }

    private int weight() {
        return (container.isEmpty() ? 0 : 4) + (pod.isEmpty() ? 0 : 2) + (unit.isEmpty() ? 0 : 1);
    }

    boolean isRoot() {
        return path.isEmpty() || path.equals("/");
    }

    private static String runtime(String prefix) {
        return switch (prefix.toLowerCase(Locale.ROOT)) {
            case "docker" -> "docker";
            case "cri-containerd", "containerd", "nerdctl", "kata" -> "containerd";
            case "crio" -> "cri-o";
            case "libpod" -> "podman";
            default -> "";
        };
    }

    /** A bare identifier is docker's below docker, and containerd's below its two best-known namespaces. */
    private static String runtimeOfFolder(String folder) {
        return switch (folder) {
            case "docker" -> "docker";
            case "k8s.io", "default" -> "containerd";
            case "libpod_parent" -> "podman";
            default -> "";
        };
    }
}
