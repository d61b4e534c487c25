package io.ebpf4j.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's symbol table, {@code /proc/kallsyms}.
 *
 * <p>Without {@code CAP_SYSLOG}, or with {@code kernel.kptr_restrict} set to 2, the kernel shows every address as 0; such
 * a table knows its names but no address. The text is read and indexed when the first symbol is asked for, once; it is
 * kept as bytes, with no object per symbol. Usable from any thread.
 */
public final class Kallsyms {
    private static final Path FILE = Path.of("/proc/kallsyms");
    private static final int LARGEST = 256 << 20;

    /**
     * A symbol.
     *
     * @param name its name
     * @param address its address, 0 if the kernel hides it
     * @param type the letter of nm(1): {@code T} and {@code t} functions, {@code D}, {@code d}, {@code B}, {@code b},
     *     {@code R}, {@code r} data
     * @param module the module it belongs to, the empty string for the kernel itself
     */
    public record Symbol(String name, long address, char type, String module) {
        /** {@return whether it is code} */
        public boolean isFunction() {
            return type == 't' || type == 'T' || type == 'w' || type == 'W';
        }
    }

    private final Path file;
    private @Nullable Table table;

    private Kallsyms(Path file) {
        this.file = file;
    }

    /** {@return the table of the running kernel; nothing is read yet} */
    public static Kallsyms open() {
        return new Kallsyms(FILE);
    }

    /**
     * {@return a table in a file; nothing is read yet}
     *
     * @param file a file in the format of {@code /proc/kallsyms}
     */
    public static Kallsyms open(Path file) {
        return new Kallsyms(file);
    }

    /**
     * {@return the address of the first symbol with a name that has one; the kernel's own stand before those of modules}
     *
     * @param name the name
     * @throws UncheckedIOException if the table cannot be read
     * @throws InvalidObjectException if a line is not one of a symbol table
     */
    public OptionalLong address(String name) {
        return symbols(name).stream()
                .mapToLong(Symbol::address)
                .filter(address -> address != 0)
                .findFirst();
    }

    /**
     * {@return every symbol with a name, in the order of the table: static functions may share one}
     *
     * @param name the name
     * @throws UncheckedIOException if the table cannot be read
     * @throws InvalidObjectException if a line is not one of a symbol table
     */
    public List<Symbol> symbols(String name) {
        return table().find(name);
    }

    /**
     * {@return number of symbols}
     *
     * @throws UncheckedIOException if the table cannot be read
     * @throws InvalidObjectException if a line is not one of a symbol table
     */
    public int size() {
        return table().size;
    }

    private synchronized Table table() {
        Table known = table;
        if (known == null) {
            try (InputStream in = Files.newInputStream(file)) {
                byte[] text = in.readNBytes(LARGEST);
                if (text.length == LARGEST) {
                    throw new IOException("more than " + LARGEST + " bytes");
                }
                known = new Table(text, file.toString());
            } catch (IOException e) {
                throw new UncheckedIOException("the symbol table " + file + " cannot be read", e);
            }
            table = known;
        }
        return known;
    }

    /**
     * The text, and a hash table of the offsets of its lines. Lines with one name hash to one slot and overflow to the
     * following ones in their order.
     */
    private static final class Table {
        private final byte[] text;
        private final String origin;
        private final int[] lines; // offset + 1, 0 for an empty slot
        private final int size;

        Table(byte[] text, String origin) {
            this.text = text;
            this.origin = origin;
            int count = 0;
            for (byte each : text) {
                count += each == '\n' ? 1 : 0;
            }
            this.lines = new int[Integer.highestOneBit(Math.max(count, 1)) * 4];
            int stored = 0;
            for (int at = 0; at < text.length; ) {
                int end = lineEnd(at);
                if (end > at) {
                    int name = nameStart(at, end);
                    insert(hash(text, name, nameEnd(name, end)), at);
                    stored++;
                }
                at = end + 1;
            }
            this.size = stored;
        }

        List<Symbol> find(String name) {
            byte[] wanted = name.getBytes(StandardCharsets.ISO_8859_1);
            List<Symbol> found = new ArrayList<>(1);
            int slot = hash(wanted, 0, wanted.length) & lines.length - 1;
            while (lines[slot] != 0) {
                int at = lines[slot] - 1;
                int end = lineEnd(at);
                int start = nameStart(at, end);
                int nameEnd = nameEnd(start, end);
                if (Arrays.equals(text, start, nameEnd, wanted, 0, wanted.length)) {
                    found.add(symbol(name, at, start, nameEnd, end));
                }
                slot = slot + 1 & lines.length - 1;
            }
            return List.copyOf(found);
        }

        private void insert(int hash, int at) {
            int slot = hash & lines.length - 1;
            while (lines[slot] != 0) {
                slot = slot + 1 & lines.length - 1;
            }
            lines[slot] = at + 1;
        }

        private Symbol symbol(String name, int at, int nameStart, int nameEnd, int end) {
            long address = 0;
            for (int i = at; i < nameStart - 3; i++) {
                address = address << 4 | Character.digit(text[i], 16);
            }
            String module = "";
            if (nameEnd < end) {
                String rest = new String(text, nameEnd, end - nameEnd, StandardCharsets.ISO_8859_1).strip();
                if (!rest.startsWith("[") || !rest.endsWith("]")) {
                    throw invalid(nameEnd);
                }
                module = rest.substring(1, rest.length() - 1);
            }
            return new Symbol(name, address, (char) text[nameStart - 2], module);
        }

        /** A line is up to 16 hexadecimal digits, a space, a letter, a space, the name, and for modules a tab and [module]. */
        private int nameStart(int at, int end) {
            int digits = at;
            while (digits < end && Character.digit(text[digits], 16) >= 0) {
                digits++;
            }
            if (digits == at
                    || digits - at > 16
                    || end - digits < 4
                    || text[digits] != ' '
                    || text[digits + 2] != ' ') {
                throw invalid(at);
            }
            return digits + 3;
        }

        private int nameEnd(int start, int end) {
            int at = start;
            while (at < end && text[at] != '\t') {
                at++;
            }
            return at;
        }

        private int lineEnd(int start) {
            int at = start;
            while (at < text.length && text[at] != '\n') {
                at++;
            }
            return at;
        }

        private InvalidObjectException invalid(int at) {
            return new InvalidObjectException(origin, "", at, "not a line of a symbol table");
        }

        private static int hash(byte[] bytes, int start, int end) {
            int hash = 0;
            for (int i = start; i < end; i++) {
                hash = hash * 31 + bytes[i];
            }
            return hash ^ hash >>> 15;
        }
    }
}
