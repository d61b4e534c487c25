package io.ebpf4j.observability.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathTemplatesTest {
    private final PathTemplates templates = new PathTemplates(List.of("/static/*", "/users/{name}/orders"), 10);

    @ParameterizedTest
    @CsvSource({
        "/, /",
        "/health, /health",
        "/users/42, /users/{id}",
        "/api/v2/users/42/orders/7, /api/v2/users/{id}/orders/{id}",
        "/users/ann/orders, /users/{name}/orders",
        "/users/42/orders?page=2, /users/{name}/orders",
        "/static/js/app.3f2c.js, /static/*",
        "/item/550e8400-e29b-41d4-a716-446655440000, /item/{id}",
        "/commit/d6cd1e2bd19e03a81132a23b2025920577f84e37, /commit/{id}",
        "/mail/ann@example.com, /mail/{id}",
        "/token/eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9, /token/{id}",
        "/on/2026-11-27, /on/{id}",
        "/order-20261127, /{id}",
        "/feedback, /feedback",
        "/decade, /decade",
        "/a/b/?q=1#top, /a/b/",
        "relative/7, /relative/{id}"
    })
    void makesTemplates(String path, String template) {
        assertThat(templates.template("service", path)).isEqualTo(template);
    }

    @Test
    void thereAreAtMostSoManyOfAService() {
        Set<String> made = new HashSet<>();
        Random random = new Random(3);
        for (int i = 0; i < 10_000; i++) {
            StringBuilder path = new StringBuilder("/");
            for (int length = 0; length < 8; length++) {
                path.append((char) ('g' + random.nextInt(20)));
            }
            made.add(templates.template("service", path.toString()));
        }
        assertThat(made).hasSize(11).contains(PathTemplates.OTHER);
        assertThat(templates.template("another", "/fresh")).isEqualTo("/fresh");
        assertThat(templates.template("service", "/static/x")).isEqualTo("/static/*");
    }

    @Test
    void anUnknownPathHasNone() {
        assertThat(templates.template("service", "")).isEmpty();
    }

    @Test
    void aDeepPathIsCut() {
        assertThat(templates.template("service", "/a".repeat(100))).isEqualTo("/a".repeat(16) + "/*");
    }
}
