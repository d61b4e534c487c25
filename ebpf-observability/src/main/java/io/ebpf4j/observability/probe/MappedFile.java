package io.ebpf4j.observability.probe;

import java.util.Optional;

/**
 * A part of a file in a process's memory: a line of /proc/PID/maps (proc_pid_maps(5)).
 *
 * @param range the addresses, as /proc/PID/map_files names them
 * @param use whether code in it can run
 * @param file the file
 * @param path the file's path as the process sees it; of a file that was deleted, the one it had
 */
record MappedFile(String range, Use use, FileId file, String path) {
    private static final String DELETED = " (deleted)";
    private static final int FIELDS = 6;

    /** What a mapping is for. */
    enum Use {
        CODE,
        DATA
    }

    /**
     * A file, whatever path leads to it.
     *
     * @param major the major number of its device
     * @param minor the minor number of its device
     * @param inode its number there
     */
    record FileId(int major, int minor, long inode) {
        private static final int HEXADECIMAL = 16;

        /** {@return the file that stat(2) told of} */
        static FileId of(long device, long inode) {
            // new_encode_dev, include/linux/kdev_t.h, and glibc's makedev
            int major = (int) (device >>> 8 & 0xfff | device >>> 32 & 0xffff_f000L);
            int minor = (int) (device & 0xff | device >>> 12 & 0xffff_ff00L);
            return new FileId(major, minor, inode);
        }

        private static FileId parse(String device, String inode) {
            int colon = device.indexOf(':');
            return new FileId(
                    Integer.parseInt(device.substring(0, colon), HEXADECIMAL),
                    Integer.parseInt(device.substring(colon + 1), HEXADECIMAL),
                    Long.parseLong(inode));
        }
    }

    /** {@return the mapping that a line tells of, if it is one of a file} */
    static Optional<MappedFile> parse(String line) {
        // address perms offset dev inode, blanks, path; the path may hold blanks
        int slash = line.indexOf('/');
        String[] fields = slash < 0 ? new String[0] : line.substring(0, slash).split(" ", -1);
        if (fields.length < FIELDS) {
            return Optional.empty();
        }
        String path =
                undeleted(line.substring(slash).replace("\\012", "\n")); // the one character that the kernel escapes
        try {
            Use use = fields[1].indexOf('x') >= 0 ? Use.CODE : Use.DATA;
            return Optional.of(new MappedFile(fields[0], use, FileId.parse(fields[3], fields[4]), path));
        } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
            return Optional.empty(); // no line of maps: there is nothing to be learnt from it
        }
    }

    /** {@return a path as it was before its file was deleted} */
    static String undeleted(String path) {
        return path.endsWith(DELETED) ? path.substring(0, path.length() - DELETED.length()) : path;
    }

    /** {@return the last element of the path} */
    String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
