package io.ebpf4j.samples;

import io.ebpf4j.observability.json.JsonLine;
import java.util.List;
import java.util.Locale;

/**
 * One thing that {@code doctor} looked at.
 *
 * @param name what it is
 * @param state whether it is as it should be
 * @param detail what was found
 * @param advice what does not work, and what to do about it
 */
record Check(String name, State state, String detail, List<String> advice) {
    /** How it stands. */
    enum State {
        /** As it should be. */
        OK,
        /** Something does not work for this. */
        LIMITED,
        /** Nothing works without this. */
        MISSING
    }

    static Check ok(String name, String detail) {
        return new Check(name, State.OK, detail, List.of());
    }

    JsonLine json() {
        return new JsonLine()
                .put("check", name)
                .put("state", state.name().toLowerCase(Locale.ROOT))
                .put("detail", detail)
                .putStrings("advice", advice);
    }

    String text() {
        String mark = switch (state) {
            case OK -> "ok      ";
            case LIMITED -> "limited ";
            case MISSING -> "MISSING ";
        };
        StringBuilder text =
                new StringBuilder(mark).append(Output.padded(name, 22)).append(detail);
        advice.forEach(
                line -> text.append('\n').append(" ".repeat(30)).append("- ").append(line));
        return text.toString();
    }
}
