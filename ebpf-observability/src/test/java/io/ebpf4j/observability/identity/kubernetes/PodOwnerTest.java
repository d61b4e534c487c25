package io.ebpf4j.observability.identity.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodOwnerTest {
    @ParameterizedTest
    @CsvSource({
        "core-api-6d4cf56db6-x2x9p, ReplicaSet, core-api-6d4cf56db6, pod-template-hash, 6d4cf56db6, Deployment, core-api",
        "core-api-v2-6d4cf56db6-x2x9p, ReplicaSet, core-api-v2-6d4cf56db6, pod-template-hash, 6d4cf56db6, Deployment, core-api-v2",
        "canary-7f9-abcde, ReplicaSet, canary-7f9, rollouts-pod-template-hash, 7f9, Rollout, canary",
        "bare-abcde, ReplicaSet, bare, app, bare, ReplicaSet, bare",
        "db-0, StatefulSet, db, controller-revision-hash, db-7b5, StatefulSet, db",
        "agent-x7x2k, DaemonSet, agent, controller-revision-hash, 7b5, DaemonSet, agent",
        "report-28123456-qwert, Job, report-28123456, job-name, report-28123456, CronJob, report",
        "migrate-v12-qwert, Job, migrate-v12, job-name, migrate-v12, Job, migrate-v12",
        "app-3-abcde, ReplicationController, app-3, deploymentconfig, app, DeploymentConfig, app",
        "old-abcde, ReplicationController, old, app, old, ReplicationController, old",
        "etcd-node-1, Node, node-1, tier, control-plane, Pod, etcd",
        "db-main-1, Cluster, db-main, app, db, Cluster, db-main",
    })
    void theWorkloadIsTheControllersByItsName(
            String pod, String ownerKind, String owner, String label, String value, String kind, String workload) {
        assertThat(PodOwner.of(new PodBuilder()
                        .withNewMetadata()
                        .withName(pod)
                        .withLabels(Map.of(label, value))
                        .addNewOwnerReference()
                        .withKind("Something")
                        .withName("not-the-controller")
                        .endOwnerReference()
                        .addNewOwnerReference()
                        .withKind(ownerKind)
                        .withName(owner)
                        .withController(true)
                        .endOwnerReference()
                        .endMetadata()
                        .build()))
                .isEqualTo(new PodOwner(kind, workload));
    }

    @ParameterizedTest
    @CsvSource("toolbox")
    void aPodOfNobodyIsItsOwnWorkload(String pod) {
        assertThat(PodOwner.of(new PodBuilder()
                        .withNewMetadata()
                        .withName(pod)
                        .endMetadata()
                        .build()))
                .isEqualTo(new PodOwner("Pod", pod));
    }
}
