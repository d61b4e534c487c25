package io.ebpf4j.observability.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Paths as they are found on hosts of each kind; ID, NODE and UID stand for what differs. */
class CgroupPathTest {
    private static final String ID = "3fa9b4f5f7b0c8e1d2a3948576abcdef00112233445566778899aabbccddeeff";
    private static final String NODE = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private static final String UID = "2b1f8a4c-9d3e-4f6a-8b7c-1a2b3c4d5e6f";
    private static final String MIRROR = "5f3c1e8b9a7d4c2e1f0b3a6d9c8e7f21";

    private static String filled(String text) {
        return text.replace("ID64", ID)
                .replace("NODE64", NODE)
                .replace("UID_", UID.replace('-', '_'))
                .replace("UID", UID)
                .replace("MIRROR", MIRROR);
    }

    @ParameterizedTest
    @CsvSource({
        // docker
        "/docker/ID64, docker, ID64, '', ''",
        "/system.slice/docker-ID64.scope, docker, ID64, '', ''",
        "/user.slice/user-1000.slice/user@1000.service/user.slice/docker-ID64.scope, docker, ID64, '', user@1000.service",
        "/docker/NODE64/docker/ID64, docker, ID64, '', ''",
        "/system.slice/docker-ID64.scope/system.slice/nginx.service, docker, ID64, '', nginx.service",
        // podman
        "/machine.slice/libpod-ID64.scope, podman, ID64, '', ''",
        "/machine.slice/libpod-ID64.scope/container, podman, ID64, '', ''",
        "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-ID64.scope/container, podman, ID64, '', user@1000.service",
        "/libpod_parent/libpod-ID64, podman, ID64, '', ''",
        "/machine.slice/libpod-conmon-ID64.scope, '', '', '', ''",
        // containerd
        "/default/ID64, containerd, ID64, '', ''",
        "/k8s.io/ID64, containerd, ID64, '', ''",
        "/system.slice/nerdctl-ID64.scope, containerd, ID64, '', ''",
        // kubelet with systemd
        "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podUID_.slice/cri-containerd-ID64.scope, containerd, ID64, UID, ''",
        "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podUID_.slice/crio-ID64.scope, cri-o, ID64, UID, ''",
        "/kubepods.slice/kubepods-podUID_.slice/docker-ID64.scope, docker, ID64, UID, ''",
        "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podUID_.slice/crio-conmon-ID64.scope, '', '', UID, ''",
        "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podMIRROR.slice/cri-containerd-ID64.scope, containerd, ID64, MIRROR, ''",
        "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podUID_.slice, '', '', UID, ''",
        "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podUID_.slice/crio-ID64.scope/container, cri-o, ID64, UID, ''",
        // kubelet with systemd over a containerd without
        "/system.slice/containerd.service/kubepods-burstable-podUID_.slice:cri-containerd:ID64, containerd, ID64, UID, containerd.service",
        // kubelet without systemd
        "/kubepods/besteffort/podUID/ID64, '', ID64, UID, ''",
        "/kubepods/podUID/ID64, '', ID64, UID, ''",
        "/kubepods/burstable/podUID/crio-ID64, cri-o, ID64, UID, ''",
        "/kubepods/burstable/podMIRROR/ID64, '', ID64, MIRROR, ''",
        // a node that is a container (kind), and docker within a pod
        "/docker/NODE64/kubelet/kubepods/besteffort/podUID/ID64, '', ID64, UID, ''",
        "/system.slice/docker-NODE64.scope/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/kubelet-kubepods-besteffort-podUID_.slice/cri-containerd-ID64.scope, containerd, ID64, UID, ''",
        "/docker/NODE64/system.slice/kubelet.service, docker, NODE64, '', kubelet.service",
        "/kubepods/besteffort/podUID/NODE64/docker/ID64, docker, ID64, UID, ''",
        // ECS
        "/ecs/0f9dd7d4b35f4d8a8a0f9dd7d4b35f4d/ID64, '', ID64, '', ''",
        "/ecs/0f9dd7d4b35f4d8a8a0f9dd7d4b35f4d/0f9dd7d4b35f4d8a8a0f9dd7d4b35f4d-2431987, '', 0f9dd7d4b35f4d8a8a0f9dd7d4b35f4d-2431987, '', ''",
        // systemd alone
        "/system.slice/nginx.service, '', '', '', nginx.service",
        "/system.slice/system-getty.slice/getty@tty1.service, '', '', '', getty@tty1.service",
        "/system.slice/system-postgresql.slice/postgresql@15-main.service, '', '', '', postgresql@15-main.service",
        "/user.slice/user-1000.slice/user@1000.service/app.slice/app-syncthing.service, '', '', '', app-syncthing.service",
        "/user.slice/user-1000.slice/session-3.scope, '', '', '', ''",
        "/init.scope, '', '', '', ''",
        "/, '', '', '', ''",
        // as seen from within a namespace of cgroups
        "/../../kubepods-podUID_.slice/cri-containerd-ID64.scope, containerd, ID64, UID, ''",
        // nothing of the sort
        "/process_api/83a2eb9e74a240bd3129f5a745c607ee, '', '', '', ''",
        "/kubepods/besteffort/pod/x, '', '', '', ''",
    })
    void tellsContainerPodAndUnit(String path, String runtime, String container, String pod, String unit) {
        assertThat(CgroupPath.parse(filled(path)))
                .isEqualTo(new CgroupPath(filled(path), runtime, filled(container), filled(pod), unit));
    }

    @Test
    void ofSeveralHierarchiesTheOneThatTellsMost() {
        List<String> hybrid = List.of(
                "12:pids:/system.slice/docker.service/" + "x",
                "4:memory:/docker/" + ID,
                "1:name=systemd:/docker/" + ID,
                "0::/system.slice/containerd.service");
        assertThat(CgroupPath.ofProcess(hybrid).container()).isEqualTo(ID);
        assertThat(CgroupPath.ofProcess(List.of("2:cpu:/", "1:name=systemd:/system.slice/cron.service", "0::/"))
                        .unit())
                .isEqualTo("cron.service");
        assertThat(CgroupPath.ofProcess(List.of("4:memory:/jobs/a", "0::/jobs/b"))
                        .path())
                .isEqualTo("/jobs/b");
        assertThat(CgroupPath.ofProcess(List.of("4:memory:/jobs/a", "0::/")).path())
                .isEqualTo("/jobs/a");
        assertThat(CgroupPath.ofProcess(List.of("0::/")).isRoot()).isTrue();
        assertThat(CgroupPath.ofProcess(List.of("nonsense")).isRoot()).isTrue();
    }
}
