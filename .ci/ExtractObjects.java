import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Finds BPF objects in a tree of files, also those embedded in executables, and writes each distinct one to a folder:
 * {@code java ExtractObjects.java TREE FOLDER PREFIX}.
 */
final class ExtractObjects {
    private static final int ELF_MAGIC = 0x7f454c46;
    private static final int EM_BPF = 247;
    private static final int SHT_NOBITS = 8;
    private static final int HEADER = 64;

    private ExtractObjects() {}

    public static void main(String[] args) throws IOException, NoSuchAlgorithmException {
        Path tree = Path.of(args[0]);
        Path folder = Files.createDirectories(Path.of(args[1]));
        Set<String> seen = new HashSet<>();
        try (Stream<Path> earlier = Files.list(folder)) {
            for (Path object : earlier.toList()) {
                seen.add(digest(Files.readAllBytes(object)));
            }
        }
        List<Path> files;
        try (Stream<Path> walk = Files.walk(tree)) {
            files = walk.filter(file -> Files.isRegularFile(file) && !Files.isSymbolicLink(file)).sorted().toList();
        }
        for (Path file : files) {
            List<byte[]> objects = objectsIn(file);
            for (int i = 0; i < objects.size(); i++) {
                if (seen.add(digest(objects.get(i)))) {
                    String path = tree.relativize(file).toString().replaceAll("[^A-Za-z0-9_.+-]", "_");
                    String name = args[2] + "__" + path + (objects.size() == 1 ? "" : "#" + i);
                    Files.write(folder.resolve(name.endsWith(".o") ? name : name + ".o"), objects.get(i));
                }
            }
        }
    }

    private static String digest(byte[] object) throws NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(object));
    }

    private static List<byte[]> objectsIn(Path file) throws IOException {
        List<byte[]> objects = new ArrayList<>();
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            if (size < HEADER || size > Integer.MAX_VALUE) {
                return objects;
            }
            ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, size);
            for (int at = 0; at + HEADER <= size; at++) {
                if (bytes.get(at) == 0x7f && bytes.getInt(at) == ELF_MAGIC) {
                    int length = objectLength(bytes, at);
                    if (length > 0) {
                        byte[] object = new byte[length];
                        bytes.get(at, object);
                        objects.add(object);
                        at += length - 1;
                    }
                }
            }
        }
        return objects;
    }

    /** The length of the BPF object that begins at the offset, 0 where none does. */
    private static int objectLength(ByteBuffer file, int at) {
        if (file.get(at + 4) != 2 || file.get(at + 5) < 1 || file.get(at + 5) > 2) {
            return 0;
        }
        ByteBuffer elf = file.slice(at, file.capacity() - at)
                .order(file.get(at + 5) == 1 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        long sections = elf.getLong(40);
        int entry = Short.toUnsignedInt(elf.getShort(58));
        int count = Short.toUnsignedInt(elf.getShort(60));
        if (Short.toUnsignedInt(elf.getShort(18)) != EM_BPF || entry != HEADER || count == 0) {
            return 0;
        }
        long end = sections + (long) entry * count;
        if (sections < 0 || end > elf.capacity()) {
            return 0;
        }
        for (int i = 0; i < count; i++) {
            int header = (int) (sections + (long) i * entry);
            int type = elf.getInt(header + 4);
            if (type != SHT_NOBITS && type != 0) {
                end = Math.max(end, elf.getLong(header + 24) + elf.getLong(header + 32));
            }
        }
        return end <= elf.capacity() ? (int) end : 0;
    }
}
