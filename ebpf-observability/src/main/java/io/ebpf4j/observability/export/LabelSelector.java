package io.ebpf4j.observability.export;

import io.ebpf4j.observability.identity.Identity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What labels have to say, in Kubernetes' words: {@code app=core-api}, {@code tier!=test}, {@code app in (a, b)}, {@code
 * app notin (a, b)}, {@code app}, {@code !app}, several of them separated by commas. A key may begin with its source, as
 * Cilium writes it: {@code k8s:app}, {@code reserved:world}.
 */
public final class LabelSelector implements Predicate<Identity> {
    private static final String KEY = "\\s*([A-Za-z0-9][A-Za-z0-9./:_-]*)\\s*";
    private static final Pattern SET = Pattern.compile(KEY + "(?<=\\s)(in|notin)\\s*\\(([^()]*)\\)\\s*");
    private static final Pattern EQUALS = Pattern.compile(KEY + "(==|=|!=)\\s*([A-Za-z0-9._-]*)\\s*");
    private static final Pattern EXISTS = Pattern.compile(KEY);
    private static final Pattern ABSENT = Pattern.compile("\\s*!" + KEY);
    private static final Pattern COMMA = Pattern.compile(",(?![^(]*\\))"); // not one within parentheses

    private final List<Predicate<Map<String, String>>> requirements = new ArrayList<>();

    private LabelSelector() {}

    /**
     * Reads a selector.
     *
     * @param text the selector
     * @return the same
     * @throws IllegalArgumentException when it is none
     */
    public static LabelSelector parse(String text) {
        LabelSelector selector = new LabelSelector();
        for (String requirement : COMMA.split(text, -1)) {
            selector.requirements.add(requirement(requirement));
        }
        return selector;
    }

    private static Predicate<Map<String, String>> requirement(String text) {
        Matcher set = SET.matcher(text);
        if (set.matches()) {
            Set<String> values = Arrays.stream(set.group(3).split(",", -1))
                    .map(String::strip)
                    .collect(Collectors.toSet());
            String key = key(set.group(1));
            return set.group(2).equals("in")
                    ? labels -> labels.containsKey(key) && values.contains(labels.get(key))
                    : labels -> !labels.containsKey(key) || !values.contains(labels.get(key));
        }
        Matcher equal = EQUALS.matcher(text);
        if (equal.matches()) {
            String key = key(equal.group(1));
            String value = equal.group(3);
            return equal.group(2).equals("!=")
                    ? labels -> !value.equals(labels.get(key))
                    : labels -> value.equals(labels.get(key));
        }
        Matcher absent = ABSENT.matcher(text);
        if (absent.matches()) {
            String key = key(absent.group(1));
            return labels -> !labels.containsKey(key);
        }
        Matcher exists = EXISTS.matcher(text);
        if (exists.matches()) {
            String key = key(exists.group(1));
            return labels -> labels.containsKey(key);
        }
        throw new IllegalArgumentException(
                "no label selector: " + text + "; write app=core-api, app!=x, app in (a, b), app, !app");
    }

    private static String key(String key) {
        return key.startsWith("k8s:") ? key.substring("k8s:".length()) : key;
    }

    /**
     * {@return whether an identity's labels say all of it}
     *
     * @param identity the identity
     */
    @Override
    public boolean test(Identity identity) {
        Map<String, String> labels = identity.labels();
        return requirements.stream().allMatch(requirement -> requirement.test(labels));
    }
}
