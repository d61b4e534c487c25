package io.ebpf4j.observability.identity.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.crud.Attribute;
import io.fabric8.mockwebserver.crud.AttributeSet;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.Response;
import io.fabric8.mockwebserver.http.WebSocket;
import io.fabric8.mockwebserver.http.WebSocketListener;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * fabric8's mock of an API server, with watches as the real one has them: a change is told with its version, a watch goes on from the
 * version that it asks for, and one that asks for a version older than the history is told 410 Gone.
 */
final class ApiServer implements AutoCloseable {
    private static final int KEPT = 1000; // changes
    private static final Pattern VERSION = Pattern.compile("[?&]resourceVersion=([0-9]+)");
    private static final Pattern PLURAL = Pattern.compile("/(pods|services|nodes)(?:[/?]|$)");

    private static final Status EXPIRED = new StatusBuilder()
            .withStatus("Failure")
            .withReason("Expired")
            .withMessage("too old resource version")
            .withCode(410)
            .build();

    private final Dispatcher dispatcher = new Dispatcher();
    private final KubernetesMockServer mock =
            new KubernetesMockServer(new Context(), new MockWebServer(), new HashMap<>(), dispatcher, false);

    private record Change(String plural, long version, String message) {}

    ApiServer() {
        mock.init();
    }

    int port() {
        return mock.getPort();
    }

    /** Forgets what has changed so far: a watch that has missed some of it cannot go on. */
    void forgetHistory() {
        synchronized (dispatcher.changes) {
            dispatcher.trim(0);
        }
    }

    /** How often pods were listed. */
    int lists() {
        return dispatcher.lists.get();
    }

    /** How often a watch of pods was told that it cannot go on. */
    int gone() {
        return dispatcher.gone.get();
    }

    /** As if created before anybody watched; through the API it would take a while. */
    void put(String plural, HasMetadata resource) {
        resource.getMetadata().setResourceVersion(Long.toString(dispatcher.requestResourceVersion()));
        String json = Serialization.asJson(resource);
        dispatcher
                .getMap()
                .put(dispatcher.getAttributeExtractor().fromResource(json).add(new Attribute("plural", plural)), json);
    }

    @Override
    public void close() {
        mock.destroy();
    }

    private static String plural(String path) {
        Matcher plural = PLURAL.matcher(path);
        return plural.find() ? plural.group(1) : "";
    }

    private static final class Dispatcher extends KubernetesCrudDispatcher {
        private final ArrayDeque<Change> changes = new ArrayDeque<>(); // guarded by itself, as is all below
        private final List<Watch> watches = new ArrayList<>();
        private long forgotten; // the newest version that is not kept
        private final AtomicInteger lists = new AtomicInteger();
        private final AtomicInteger gone = new AtomicInteger();

        @Override
        public MockResponse handleGet(String path) {
            if (path.startsWith("/api/v1/pods") && !path.contains("watch=true")) {
                lists.incrementAndGet();
            }
            return super.handleGet(path);
        }

        @Override
        public MockResponse handleWatch(String path) {
            Matcher version = VERSION.matcher(path);
            Watch watch = new Watch(plural(path), version.find() ? Long.parseLong(version.group(1)) : 0);
            return new MockResponse().withWebSocketUpgrade(watch);
        }

        @Override
        public void processEvent(
                String path,
                AttributeSet pathAttributes,
                AttributeSet oldAttributes,
                GenericKubernetesResource resource,
                String newState) {
            String before = oldAttributes == null ? null : getMap().get(oldAttributes);
            super.processEvent(path, pathAttributes, oldAttributes, resource, newState);
            synchronized (changes) {
                String type = newState == null ? "DELETED" : before == null ? "ADDED" : "MODIFIED";
                GenericKubernetesResource object =
                        Serialization.unmarshal(newState == null ? before : newState, GenericKubernetesResource.class);
                if (newState == null) { // an end has a version of its own
                    object.getMetadata().setResourceVersion(Long.toString(requestResourceVersion()));
                }
                Change change = new Change(
                        plural(path),
                        Long.parseLong(object.getMetadata().getResourceVersion()),
                        "{\"type\":\"" + type + "\",\"object\":" + Serialization.asJson(object) + "}");
                changes.add(change);
                trim(KEPT);
                watches.forEach(watch -> watch.tell(change));
            }
        }

        private void trim(int kept) {
            while (changes.size() > kept) {
                forgotten = changes.remove().version;
            }
        }

        /** Guarded by the changes. */
        private final class Watch extends WebSocketListener {
            private final String plural;
            private final long version;
            private @Nullable WebSocket socket;

            Watch(String plural, long version) {
                this.plural = plural;
                this.version = version;
            }

            @Override
            public void onOpen(WebSocket opened, Response response) {
                synchronized (changes) {
                    if (version < forgotten) {
                        gone.addAndGet(plural.equals("pods") ? 1 : 0);
                        opened.send("{\"type\":\"ERROR\",\"object\":" + Serialization.asJson(EXPIRED) + "}");
                        return; // the client ends it
                    }
                    socket = opened;
                    changes.forEach(this::tell);
                    watches.add(this);
                }
            }

            void tell(Change change) {
                if (socket != null && change.plural.equals(plural) && change.version > version) {
                    socket.send(change.message);
                }
            }

            private void end() {
                synchronized (changes) {
                    watches.remove(this);
                }
            }

            @Override
            public void onClosing(WebSocket closing, int code, String reason) {
                end();
                closing.close(code, reason);
            }

            @Override
            public void onClosed(WebSocket closed, int code, String reason) {
                end();
            }

            @Override
            public void onFailure(WebSocket failed, Throwable cause, Response response) {
                end();
            }
        }
    }
}
