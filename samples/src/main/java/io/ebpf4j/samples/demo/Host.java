package io.ebpf4j.samples.demo;

import io.ebpf4j.samples.demo.service.HttpService;
import io.ebpf4j.samples.demo.service.NameServer;
import java.nio.file.Path;
import java.util.List;

/**
 * A host of the demo: a network namespace in which one program runs. Those of the tenant are as pods of a cluster, each with an
 * address and a control group of its own; one is outside, beyond the router.
 */
public enum Host {
    /** The cluster's resolver. */
    DNS("kube-dns", "kube-system", "10.244.0.10", 53, 0),
    /** The API that the other services ask, as it was. */
    CORE_API_V1("core-api", "tenant-jobs", "10.244.7.11", 8080, 40),
    /** The same, after the upgrade. */
    CORE_API_V2("core-api", "tenant-jobs", "10.244.7.12", 8080, 40),
    /** Reads candidates of core-api. */
    RESUMES("resumes", "tenant-jobs", "10.244.7.21", 8080, 40),
    /** Sends messages by way of api.twilio.com. */
    NOTIFICATIONS("notifications", "tenant-jobs", "10.244.7.31", 8080, 40),
    /** Reads jobs of core-api. */
    JOBPOSTING("jobposting", "tenant-jobs", "10.244.7.41", 8080, 40),
    /** What stands for api.twilio.com: outside, at an address set aside for documentation (RFC 5737). */
    TWILIO("twilio", "", "198.51.100.80", 80, 60);

    private final String service;
    private final String tenant;
    private final String address;
    private final int port;
    private final long answerMillis;

    Host(String service, String tenant, String address, int port, long answerMillis) {
        this.service = service;
        this.tenant = tenant;
        this.address = address;
        this.port = port;
        this.answerMillis = answerMillis;
    }

    /** {@return the service that runs there, as {@code core-api}} */
    public String service() {
        return service;
    }

    /** {@return the namespace of the cluster that the service is in; empty outside} */
    public String tenant() {
        return tenant;
    }

    /** {@return its only address} */
    public String address() {
        return address;
    }

    /** {@return the port that the service answers at} */
    public int port() {
        return port;
    }

    /** {@return the host's own name, as {@code core-api-v1}} */
    public String label() {
        return switch (this) {
            case CORE_API_V1 -> service + "-v1";
            case CORE_API_V2 -> service + "-v2";
            default -> service;
        };
    }

    /** {@return the name by which others find it} */
    public String domainName() {
        return tenant.isEmpty() ? "api.twilio.com" : service + "." + searchDomain(tenant);
    }

    static String searchDomain(String tenant) {
        return tenant + ".svc.cluster.local";
    }

    Class<?> program() {
        return this == DNS ? NameServer.class : HttpService.class;
    }

    /** How long an answer takes. */
    long answerMillis() {
        return answerMillis;
    }

    /** The program's arguments. */
    List<String> arguments(Path logs) {
        return this == DNS
                ? List.of(address)
                : List.of(service, address, Integer.toString(port), Long.toString(answerMillis), logs.toString());
    }
}
