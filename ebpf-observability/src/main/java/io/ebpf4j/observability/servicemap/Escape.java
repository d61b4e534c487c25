package io.ebpf4j.observability.servicemap;

import java.util.Locale;

/** Keeps names text, whatever they hold. */
final class Escape {
    private static final int REPLACEMENT = 0xfffd;

    private Escape() {}

    /** Neither control characters, which a terminal would obey, nor marks that turn the direction of writing, nor half a pair. */
    static String plain(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        text.codePoints().forEach(c -> plain.appendCodePoint(isPlain(c) ? c : REPLACEMENT));
        return plain.toString();
    }

    private static boolean isPlain(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }

    /** Text or an attribute's value in HTML and SVG. */
    static String html(String text) {
        StringBuilder html = new StringBuilder(text.length() + 16);
        for (int i = 0, c; i < text.length(); i += Character.charCount(c)) {
            c = text.codePointAt(i);
            switch (c) {
                case '&' -> html.append("&amp;");
                case '<' -> html.append("&lt;");
                case '>' -> html.append("&gt;");
                case '"' -> html.append("&quot;");
                case '\'' -> html.append("&#39;");
                case '`' -> html.append("&#96;");
                default -> html.appendCodePoint(isPlain(c) ? c : REPLACEMENT);
            }
        }
        return html.toString();
    }

    /** A quoted string of DOT; a backslash stands for itself. */
    static String dot(String text) {
        return '"' + plain(text).replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** Text in quotes of Mermaid: all but letters, digits and some marks as its entities. */
    static String mermaid(String text) {
        StringBuilder mermaid = new StringBuilder(text.length() + 16);
        plain(text).codePoints().forEach(c -> {
            boolean safe = Character.isLetterOrDigit(c) || " .,:/-_%()".indexOf(c) >= 0;
            if (safe) {
                mermaid.appendCodePoint(c);
            } else {
                mermaid.append('#').append(c).append(';');
            }
        });
        return mermaid.toString();
    }

    /** JSON that may also stand in a script element of HTML: what means something there is in strings only. */
    static String json(String json) {
        StringBuilder safe = new StringBuilder(json.length() + 16);
        json.codePoints().forEach(c -> {
            if (c == '<' || c == '>' || c == '&' || (c > 0x7f && c < 0x10000 && !Character.isLetterOrDigit(c))) {
                safe.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                safe.appendCodePoint(c);
            }
        });
        return safe.toString();
    }
}
