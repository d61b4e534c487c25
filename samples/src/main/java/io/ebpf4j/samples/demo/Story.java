package io.ebpf4j.samples.demo;

import java.io.IOException;
import java.util.List;

/** What happens to the tenant's services. Each leaves the world healthy, save for the last, whose upgrade stays. */
public enum Story {
    /** core-api answers most of what resumes asks with 500. */
    API_ERRORS("resumes shows errors since this morning; whose are they?") {
        @Override
        void play(World world) throws IOException {
            ServiceProcess api = world.service(Host.CORE_API_V1);
            api.order("fail /v1/candidates/ 500 4");
            Traffic.send(world, DAY);
            api.order("heal");
        }
    },
    /** A link on the way to api.twilio.com loses packets. */
    LOSSY_PATH("text messages go out late; is it our network, our code or the provider?") {
        @Override
        void play(World world) throws IOException {
            world.twilioLink().lose(LOST_PER_MILLE);
            Traffic.send(world, DAY);
            world.twilioLink().lose(0);
        }
    },
    /** core-api is upgraded, and slow since. */
    SLOW_UPGRADE("core-api was upgraded to v2, and now everything feels slow; is it the upgrade?") {
        @Override
        void play(World world) throws IOException {
            Traffic.send(world, DAY);
            world.service(Host.CORE_API_V2).order("delay " + SLOW_MILLIS);
            world.upgradeCoreApi();
            Traffic.send(world, SLOW_DAY);
        }
    };

    /** So many of a thousand segments to api.twilio.com are lost in the second story. */
    static final int LOST_PER_MILLE = 80;

    /** How long an answer of core-api takes after the upgrade. */
    static final int SLOW_MILLIS = 400;

    private static final List<Traffic> DAY = List.of(
            Traffic.reads(Host.RESUMES, 48, "/v1/candidates/{}"),
            Traffic.reads(Host.JOBPOSTING, 40, "/v1/jobs/{}"),
            Traffic.messages(40));

    /** As {@link #DAY}; people wait, so more of them do at the same time. */
    private static final List<Traffic> SLOW_DAY = List.of(
            Traffic.reads(Host.RESUMES, 40, "/v1/candidates/{}").withWorkers(6),
            Traffic.reads(Host.JOBPOSTING, 30, "/v1/jobs/{}").withWorkers(5),
            Traffic.messages(40));

    private final String question;

    Story(String question) {
        this.question = question;
    }

    /** {@return what somebody wants to know} */
    public String question() {
        return question;
    }

    /** Plays it to its end. */
    abstract void play(World world) throws IOException;
}
