package io.ebpf4j.samples.demo;

import io.ebpf4j.observability.verdict.Fault;
import io.ebpf4j.observability.verdict.Side;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** What happens to the tenant's services, in this order. Each leaves the world healthy, save for the last, whose upgrade stays. */
public enum Story {
    /** core-api answers most of what resumes asks with 500. */
    API_ERRORS("resumes shows errors to its users. Its own, or whose?", Fault.API_ERROR, Side.SERVER) {
        @Override
        public Set<Pair> sufferers() {
            return Set.of(new Pair("resumes", "core-api"));
        }

        @Override
        void begin(World world) throws IOException {
            world.service(Host.CORE_API_V1).order("fail /v1/candidates/ 500 4");
        }

        @Override
        void end(World world) throws IOException {
            world.service(Host.CORE_API_V1).order("heal");
        }
    },
    /** A link on the way to api.twilio.com loses packets. */
    LOSSY_PATH(
            "Text messages go out late. Our code, our network, or somebody else's?",
            Fault.TRANSPORT_LOSS,
            Side.NETWORK) {
        @Override
        public Set<Pair> sufferers() {
            return Set.of(new Pair("notifications", "api.twilio.com"));
        }

        @Override
        void begin(World world) throws IOException {
            world.twilioLink().lose(LOST_PER_MILLE);
        }

        @Override
        void end(World world) throws IOException {
            world.twilioLink().lose(0);
        }
    },
    /** core-api is upgraded, and slow since. */
    SLOW_UPGRADE("core-api went to v2, and since then all is slow. Is it the upgrade?", Fault.API_SLOW, Side.SERVER) {
        @Override
        public Set<Pair> sufferers() {
            return Set.of(new Pair("resumes", "core-api"), new Pair("jobposting", "core-api"));
        }

        @Override
        void begin(World world) throws IOException {
            world.service(Host.CORE_API_V2).order("delay " + (Host.CORE_API_V2.answerMillis() + SLOWER_MILLIS));
            world.upgradeCoreApi();
        }

        @Override
        void end(World world) {
            // nobody rolls it back
        }

        @Override
        List<Traffic> traffic() {
            return List.of(
                    Traffic.reads(Host.RESUMES, 40, "/v1/candidates/{}").withWorkers(6),
                    Traffic.reads(Host.JOBPOSTING, 30, "/v1/jobs/{}").withWorkers(5),
                    Traffic.messages(40));
        }
    };

    /** So many of a thousand segments to api.twilio.com are lost in the second story. */
    static final int LOST_PER_MILLE = 80;

    /** By how much core-api is slower after the upgrade. */
    static final int SLOWER_MILLIS = 400;

    private final String question;
    private final Fault fault;
    private final Side side;

    Story(String question, Fault fault, Side side) {
        this.question = question;
        this.fault = fault;
        this.side = side;
    }

    /** {@return what somebody wants to know} */
    public String question() {
        return question;
    }

    /** {@return the layer that is at fault} */
    public Fault fault() {
        return fault;
    }

    /** {@return the side that it is at} */
    public Side side() {
        return side;
    }

    /** {@return who asks whom where it shows; the other pairs are well} */
    public abstract Set<Pair> sufferers();

    /** Lets it happen. */
    abstract void begin(World world) throws IOException;

    /** Puts it right. */
    abstract void end(World world) throws IOException;

    /** What services do meanwhile. */
    List<Traffic> traffic() {
        return Traffic.ORDINARY;
    }

    void play(World world) throws IOException {
        begin(world);
        Traffic.send(world, traffic());
        end(world);
    }
}
