package io.ebpf4j.observability.aggregate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes templates of paths, so that what differs from request to request does not make a series each: parts that look like an
 * identifier (a number, a UUID, hexadecimal digits, a long or mixed token) become {@code {id}}. Templates that the user gave
 * are tried first, in their order. Of each service there are at most so many templates, and only so many services; what
 * comes then is {@link #OTHER}. One thread uses it.
 */
final class PathTemplates {
    /** What stands for all paths that found no room. */
    static final String OTHER = "/…";

    private static final String PLACEHOLDER = "{id}";
    private static final int MOST_SERVICES = 4_096;
    private static final int MOST_PARTS = 16;
    private static final int LONG_TOKEN = 32;
    private static final int HEX_TOKEN = 8;

    private final List<String[]> given;
    private final List<String> givenTexts;
    private final int most;
    private final Map<Object, Set<String>> learned = new HashMap<>();

    PathTemplates(List<String> given, int most) {
        this.given = given.stream().map(PathTemplates::parts).toList();
        this.givenTexts = List.copyOf(given);
        this.most = most;
    }

    /**
     * The template of a path.
     *
     * @param service whose path it is
     * @param path the path, with or without a query, which is left out; empty where it is not known
     */
    String template(Object service, String path) {
        if (path.isEmpty()) {
            return "";
        }
        String[] parts = parts(withoutQuery(path));
        for (int i = 0; i < given.size(); i++) {
            if (matches(given.get(i), parts)) {
                return givenTexts.get(i);
            }
        }
        String template = generalise(parts);
        Set<String> known = learned.get(service);
        if (known == null) {
            if (learned.size() == MOST_SERVICES) {
                return OTHER;
            }
            known = new HashSet<>();
            learned.put(service, known);
        }
        if (known.contains(template)) {
            return template;
        }
        if (known.size() == most) {
            return OTHER;
        }
        known.add(template);
        return template;
    }

    private static String withoutQuery(String path) {
        for (int i = 0; i < path.length(); i++) {
            char next = path.charAt(i);
            if (next == '?' || next == '#' || next == ';') {
                return path.substring(0, i);
            }
        }
        return path;
    }

    /** The parts between slashes; a slash at the end has an empty part behind it. */
    private static String[] parts(String path) {
        List<String> parts = new ArrayList<>();
        int from = path.startsWith("/") ? 1 : 0;
        while (parts.size() < MOST_PARTS) {
            int to = path.indexOf('/', from);
            if (to < 0) {
                parts.add(path.substring(from));
                return parts.toArray(String[]::new);
            }
            parts.add(path.substring(from, to));
            from = to + 1;
        }
        parts.add("*"); // a path that deep is not told whole
        return parts.toArray(String[]::new);
    }

    private static boolean matches(String[] template, String[] path) {
        for (int i = 0; i < template.length; i++) {
            if (template[i].equals("*") && i == template.length - 1) {
                return path.length >= i;
            }
            boolean any = template[i].startsWith("{") && template[i].endsWith("}");
            if (i >= path.length || (any ? path[i].isEmpty() : !template[i].equals(path[i]))) {
                return false;
            }
        }
        return template.length == path.length;
    }

    private static String generalise(String[] parts) {
        StringBuilder text = new StringBuilder();
        for (String part : parts) {
            text.append('/').append(isIdentifier(part) ? PLACEHOLDER : part);
        }
        return text.toString();
    }

    private static boolean isIdentifier(String part) {
        int digits = 0;
        int hex = 0;
        int dashes = 0;
        int strange = 0;
        for (int i = 0; i < part.length(); i++) {
            char next = part.charAt(i);
            if (next >= '0' && next <= '9') {
                digits++;
                hex++;
            } else if (next >= 'a' && next <= 'f' || next >= 'A' && next <= 'F') {
                hex++;
            } else if (next == '-' || next == '_') {
                dashes++;
            } else if (next == '%' || next == '@' || next == '=' || next == '+' || next == ':' || next > '~') {
                strange++;
            }
        }
        int length = part.length();
        if (length == 0 || isVersion(part)) {
            return false;
        }
        return digits > 0 && digits + dashes == length // a number, a date
                || hex + dashes == length && hex >= HEX_TOKEN && digits > 0 // a UUID, a hash
                || length >= LONG_TOKEN // a token
                || strange > 0 // an address, base64, what had to be escaped
                || digits >= 4 && 2 * digits >= length; // order-20261127
    }

    /** {@code v2} is part of an API's name. */
    private static boolean isVersion(String part) {
        return part.length() <= 3 && (part.charAt(0) == 'v' || part.charAt(0) == 'V');
    }
}
