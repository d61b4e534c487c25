package io.ebpf4j.samples;

import java.util.Locale;

/**
 * One thing that {@code doctor} looked at.
 *
 * @param name what it is
 * @param state whether it is as it should be
 * @param detail what was found
 * @param advice what to do about it, empty where nothing is
 */
record Check(String name, State state, String detail, String advice) {
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
        return new Check(name, State.OK, detail, "");
    }

    JsonLine json() {
        return new JsonLine()
                .put("check", name)
                .put("state", state.name().toLowerCase(Locale.ROOT))
                .put("detail", detail)
                .put("advice", advice);
    }

    String text() {
        String mark = switch (state) {
            case OK -> "ok      ";
            case LIMITED -> "limited ";
            case MISSING -> "MISSING ";
        };
        return mark
                + Output.padded(name, 22)
                + detail
                + (advice.isEmpty() ? "" : "\n" + " ".repeat(30) + "-> " + advice);
    }
}
