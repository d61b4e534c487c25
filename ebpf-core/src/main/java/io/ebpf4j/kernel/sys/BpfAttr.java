package io.ebpf4j.kernel.sys;

import io.ebpf4j.kernel.KernelVersion;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The layout of {@code union bpf_attr}, the argument of bpf(2), as data.
 *
 * <p>One nested class for each struct of the union; its constants are byte offsets from the start of the attr. Every
 * member is in the byte order of the machine. The same declarations make the table of {@link #members()}, which a test
 * compares with the BTF of the running kernel.
 *
 * <p>Source: {@code include/uapi/linux/bpf.h} of Linux 6.18.
 */
public final class BpfAttr {
    /** Bytes of {@code union bpf_attr} in 6.18; an older kernel takes it too while what it does not know is zero. */
    public static final long SIZE = 168;

    /**
     * A member of the union.
     *
     * @param path its C path such as {@code link_create.tcx.relative_fd}; members of unnamed structs have no prefix
     * @param offset bytes from the start of the attr
     * @param size bytes
     * @param since the first kernel that knows it
     * @param commands the commands that read it
     */
    public record Member(String path, long offset, long size, KernelVersion since, Set<BpfCommand> commands) {}

    private BpfAttr() {}

    /** {@return every member of every command, in the order of the kernel's header} */
    public static List<Member> members() {
        return Tables.ALL;
    }

    /**
     * {@return the members that a command reads}
     *
     * @param command the command
     */
    public static List<Member> members(BpfCommand command) {
        return Tables.ALL.stream()
                .filter(member -> member.commands().contains(command))
                .toList();
    }

    /**
     * The size to pass so that a kernel with a shorter union takes the attr: a tail of zeros says nothing, and no kernel
     * needs it.
     *
     * @param attr the filled attr
     * @param size how much of it could be passed
     * @return the smallest multiple of 8 that covers every byte set, at least 8
     */
    public static int usedSize(MemorySegment attr, long size) {
        long used = size;
        while (used > 8 && attr.get(ValueLayout.JAVA_BYTE, used - 1) == 0) {
            used--;
        }
        return Math.toIntExact(Math.min(size, (used + 7) & -8L));
    }

    /**
     * The newest member that is set and that a kernel is too old for, the usual reason of {@code E2BIG}.
     *
     * <p>A union is judged by its oldest name: a member that shares its bytes with one the kernel knows is not reported.
     *
     * @param command the command
     * @param attr its attr
     * @param kernel the kernel to judge by
     * @return the member, or nothing when the attr is within what that kernel knows
     */
    public static Optional<Member> tooNew(BpfCommand command, MemorySegment attr, KernelVersion kernel) {
        List<Member> members = members(command);
        Optional<Member> newest = Optional.empty();
        for (Member member : members) {
            boolean shared = members.stream()
                    .anyMatch(other -> other.offset() < member.offset() + member.size()
                            && member.offset() < other.offset() + other.size()
                            && kernel.compareTo(other.since()) >= 0);
            if (!shared
                    && member.offset() + member.size() <= attr.byteSize()
                    && !isZero(attr, member)
                    && newest.filter(found -> found.since().compareTo(member.since()) >= 0)
                            .isEmpty()) {
                newest = Optional.of(member);
            }
        }
        return newest;
    }

    private static boolean isZero(MemorySegment attr, Member member) {
        for (long at = member.offset(); at < member.offset() + member.size(); at++) {
            if (attr.get(ValueLayout.JAVA_BYTE, at) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Collects the members of one struct while its constants are set. */
    private static final class Shape {
        private final String prefix;
        private final Set<BpfCommand> commands;
        private final List<Member> members = new ArrayList<>();

        Shape(String prefix, BpfCommand... commands) {
            this.prefix = prefix;
            this.commands = Set.of(commands);
        }

        long u32(String name, long offset, String since) {
            return bytes(name, offset, 4, since);
        }

        long u64(String name, long offset, String since) {
            return bytes(name, offset, 8, since);
        }

        long bytes(String name, long offset, long size, String since) {
            members.add(new Member(prefix + name, offset, size, KernelVersion.parse(since), commands));
            return offset;
        }
    }

    /** A holder, so that using the offsets of one command does not initialise the others. */
    private static final class Tables {
        static final List<Member> ALL = Stream.of(
                        MapCreate.SHAPE,
                        MapElement.SHAPE,
                        MapBatch.SHAPE,
                        ProgLoad.SHAPE,
                        ObjPath.SHAPE,
                        ProgAttach.SHAPE,
                        TestRun.SHAPE,
                        GetId.SHAPE,
                        ObjInfo.SHAPE,
                        ProgQuery.SHAPE,
                        RawTracepointOpen.SHAPE,
                        BtfLoad.SHAPE,
                        TaskFdQuery.SHAPE,
                        LinkCreate.SHAPE,
                        LinkUpdate.SHAPE,
                        LinkDetach.SHAPE,
                        EnableStats.SHAPE,
                        IterCreate.SHAPE,
                        ProgBindMap.SHAPE,
                        TokenCreate.SHAPE,
                        StreamRead.SHAPE)
                .flatMap(shape -> shape.members.stream())
                .toList();
    }

    /** {@link BpfCommand#MAP_CREATE}: a map to create. */
    public static final class MapCreate {
        private static final Shape SHAPE = new Shape("", BpfCommand.MAP_CREATE);

        /** Kind of map, {@code enum bpf_map_type}; u32. */
        public static final long MAP_TYPE = SHAPE.u32("map_type", 0, "3.18");

        /** Bytes of a key; u32. */
        public static final long KEY_SIZE = SHAPE.u32("key_size", 4, "3.18");

        /** Bytes of a value; u32. */
        public static final long VALUE_SIZE = SHAPE.u32("value_size", 8, "3.18");

        /** Capacity; u32. */
        public static final long MAX_ENTRIES = SHAPE.u32("max_entries", 12, "3.18");

        /** {@code BPF_F_*}; u32. */
        public static final long MAP_FLAGS = SHAPE.u32("map_flags", 16, "4.6");

        /** Template of a map-in-map; u32. */
        public static final long INNER_MAP_FD = SHAPE.u32("inner_map_fd", 20, "4.12");

        /** Node to allocate on, with BPF_F_NUMA_NODE; u32. */
        public static final long NUMA_NODE = SHAPE.u32("numa_node", 24, "4.14");

        /** Name, NUL-terminated; 16 bytes. */
        public static final long MAP_NAME = SHAPE.bytes("map_name", 28, 16, "4.15");

        /** Device to offload to; u32. */
        public static final long MAP_IFINDEX = SHAPE.u32("map_ifindex", 44, "4.16");

        /** BTF that holds the two types; u32. */
        public static final long BTF_FD = SHAPE.u32("btf_fd", 48, "4.18");

        /** Type of the key; u32. */
        public static final long BTF_KEY_TYPE_ID = SHAPE.u32("btf_key_type_id", 52, "4.18");

        /** Type of the value; u32. */
        public static final long BTF_VALUE_TYPE_ID = SHAPE.u32("btf_value_type_id", 56, "4.18");

        /** Kernel type of a struct_ops map; u32. */
        public static final long BTF_VMLINUX_VALUE_TYPE_ID = SHAPE.u32("btf_vmlinux_value_type_id", 60, "5.6");

        /** Bloom filter hashes, or address of an arena; u64. */
        public static final long MAP_EXTRA = SHAPE.u64("map_extra", 64, "5.16");

        /** Module BTF of the kernel type; u32. */
        public static final long VALUE_TYPE_BTF_OBJ_FD = SHAPE.u32("value_type_btf_obj_fd", 72, "6.9");

        /** BPF token; u32. */
        public static final long MAP_TOKEN_FD = SHAPE.u32("map_token_fd", 76, "6.9");

        /** Address of the hash of the only program allowed; u64. */
        public static final long EXCL_PROG_HASH = SHAPE.u64("excl_prog_hash", 80, "6.18");

        /** Bytes of that hash; u32. */
        public static final long EXCL_PROG_HASH_SIZE = SHAPE.u32("excl_prog_hash_size", 88, "6.18");

        /** Bytes from the start of the attr to the end of this struct, rounded up to 8. */
        public static final int SIZE = 96;

        private MapCreate() {}
    }

    /**
     * One element of a map: MAP_LOOKUP_ELEM, MAP_UPDATE_ELEM, MAP_DELETE_ELEM, MAP_GET_NEXT_KEY, MAP_LOOKUP_AND_DELETE_ELEM, MAP_FREEZE.
     */
    public static final class MapElement {
        private static final Shape SHAPE = new Shape(
                "",
                BpfCommand.MAP_LOOKUP_ELEM,
                BpfCommand.MAP_UPDATE_ELEM,
                BpfCommand.MAP_DELETE_ELEM,
                BpfCommand.MAP_GET_NEXT_KEY,
                BpfCommand.MAP_LOOKUP_AND_DELETE_ELEM,
                BpfCommand.MAP_FREEZE);

        /** The map; u32. */
        public static final long MAP_FD = SHAPE.u32("map_fd", 0, "3.18");

        /** Address of the key; u64. */
        public static final long KEY = SHAPE.u64("key", 8, "3.18");

        /** Address of the value; u64. */
        public static final long VALUE = SHAPE.u64("value", 16, "3.18");

        /** Address that receives the next key; u64. */
        public static final long NEXT_KEY = SHAPE.u64("next_key", 16, "3.18");

        /** {@code BPF_ANY}, {@code BPF_NOEXIST}, {@code BPF_EXIST}, {@code BPF_F_LOCK}, {@code BPF_F_CPU}; u64. */
        public static final long FLAGS = SHAPE.u64("flags", 24, "3.19");

        /** Bytes from the start of the attr to the end of this struct, rounded up to 8. */
        public static final int SIZE = 32;

        private MapElement() {}
    }

    /**
     * Many elements of a map: MAP_LOOKUP_BATCH, MAP_LOOKUP_AND_DELETE_BATCH, MAP_UPDATE_BATCH, MAP_DELETE_BATCH.
     */
    public static final class MapBatch {
        private static final Shape SHAPE = new Shape(
                "batch.",
                BpfCommand.MAP_LOOKUP_BATCH,
                BpfCommand.MAP_LOOKUP_AND_DELETE_BATCH,
                BpfCommand.MAP_UPDATE_BATCH,
                BpfCommand.MAP_DELETE_BATCH);

        /** Address of the position to continue at, 0 to begin; u64. */
        public static final long IN_BATCH = SHAPE.u64("in_batch", 0, "5.6");

        /** Address that receives the position to continue at; u64. */
        public static final long OUT_BATCH = SHAPE.u64("out_batch", 8, "5.6");

        /** Address of the keys; u64. */
        public static final long KEYS = SHAPE.u64("keys", 16, "5.6");

        /** Address of the values; u64. */
        public static final long VALUES = SHAPE.u64("values", 24, "5.6");

        /** Elements wanted, then elements done; u32. */
        public static final long COUNT = SHAPE.u32("count", 32, "5.6");

        /** The map; u32. */
        public static final long MAP_FD = SHAPE.u32("map_fd", 36, "5.6");

        /** Flags of each element; u64. */
        public static final long ELEM_FLAGS = SHAPE.u64("elem_flags", 40, "5.6");

        /** Flags of the batch; u64. */
        public static final long FLAGS = SHAPE.u64("flags", 48, "5.6");

        /** Bytes from the start of the attr to the end of this struct, rounded up to 8. */
        public static final int SIZE = 56;

        private MapBatch() {}
    }

    /** {@link BpfCommand#PROG_LOAD}: a program to verify and load. */
    public static final class ProgLoad {
        private static final Shape SHAPE = new Shape("", BpfCommand.PROG_LOAD);

        /** {@code enum bpf_prog_type}; u32. */
        public static final long PROG_TYPE = SHAPE.u32("prog_type", 0, "3.18");

        /** Slots of code; u32. */
        public static final long INSN_CNT = SHAPE.u32("insn_cnt", 4, "3.18");

        /** Address of the code; u64. */
        public static final long INSNS = SHAPE.u64("insns", 8, "3.18");

        /** Address of the license, NUL-terminated; u64. */
        public static final long LICENSE = SHAPE.u64("license", 16, "3.18");

        /** Bits: 1 branch log, 2 all states, 4 statistics; u32. */
        public static final long LOG_LEVEL = SHAPE.u32("log_level", 24, "3.18");

        /** Bytes of the log buffer; u32. */
        public static final long LOG_SIZE = SHAPE.u32("log_size", 28, "3.18");

        /** Address of the log buffer; u64. */
        public static final long LOG_BUF = SHAPE.u64("log_buf", 32, "3.18");

        /** Version check of kprobe programs before 5.0; u32. */
        public static final long KERN_VERSION = SHAPE.u32("kern_version", 40, "4.1");

        /** {@code BPF_F_*}; u32. */
        public static final long PROG_FLAGS = SHAPE.u32("prog_flags", 44, "4.12");

        /** Name, NUL-terminated; 16 bytes. */
        public static final long PROG_NAME = SHAPE.bytes("prog_name", 48, 16, "4.15");

        /** Device to offload to; u32. */
        public static final long PROG_IFINDEX = SHAPE.u32("prog_ifindex", 64, "4.15");

        /** {@code enum bpf_attach_type}; u32. */
        public static final long EXPECTED_ATTACH_TYPE = SHAPE.u32("expected_attach_type", 68, "4.17");

        /** BTF of the program; u32. */
        public static final long PROG_BTF_FD = SHAPE.u32("prog_btf_fd", 72, "5.0");

        /** Bytes of one function record; u32. */
        public static final long FUNC_INFO_REC_SIZE = SHAPE.u32("func_info_rec_size", 76, "5.0");

        /** Address of the function records; u64. */
        public static final long FUNC_INFO = SHAPE.u64("func_info", 80, "5.0");

        /** Number of function records; u32. */
        public static final long FUNC_INFO_CNT = SHAPE.u32("func_info_cnt", 88, "5.0");

        /** Bytes of one line record; u32. */
        public static final long LINE_INFO_REC_SIZE = SHAPE.u32("line_info_rec_size", 92, "5.0");

        /** Address of the line records; u64. */
        public static final long LINE_INFO = SHAPE.u64("line_info", 96, "5.0");

        /** Number of line records; u32. */
        public static final long LINE_INFO_CNT = SHAPE.u32("line_info_cnt", 104, "5.0");

        /** Kernel type to attach to; u32. */
        public static final long ATTACH_BTF_ID = SHAPE.u32("attach_btf_id", 108, "5.5");

        /** Program to attach to; u32. */
        public static final long ATTACH_PROG_FD = SHAPE.u32("attach_prog_fd", 112, "5.5");

        /** Module BTF of the kernel type; u32. */
        public static final long ATTACH_BTF_OBJ_FD = SHAPE.u32("attach_btf_obj_fd", 112, "5.11");

        /** Number of CO-RE records for the kernel to apply; u32. */
        public static final long CORE_RELO_CNT = SHAPE.u32("core_relo_cnt", 116, "5.17");

        /** Address of descriptors that code refers to by index; u64. */
        public static final long FD_ARRAY = SHAPE.u64("fd_array", 120, "5.14");

        /** Address of the CO-RE records; u64. */
        public static final long CORE_RELOS = SHAPE.u64("core_relos", 128, "5.17");

        /** Bytes of one CO-RE record; u32. */
        public static final long CORE_RELO_REC_SIZE = SHAPE.u32("core_relo_rec_size", 136, "5.17");

        /** Receives the bytes that the whole log needs; u32. */
        public static final long LOG_TRUE_SIZE = SHAPE.u32("log_true_size", 140, "6.4");

        /** BPF token; u32. */
        public static final long PROG_TOKEN_FD = SHAPE.u32("prog_token_fd", 144, "6.9");

        /** Length of fd_array when all of it is to be held; u32. */
        public static final long FD_ARRAY_CNT = SHAPE.u32("fd_array_cnt", 148, "6.14");

        /** Address of the signature; u64. */
        public static final long SIGNATURE = SHAPE.u64("signature", 152, "6.18");

        /** Bytes of the signature; u32. */
        public static final long SIGNATURE_SIZE = SHAPE.u32("signature_size", 160, "6.18");

        /** Keyring that holds the key; u32. */
        public static final long KEYRING_ID = SHAPE.u32("keyring_id", 164, "6.18");

        /** Bytes from the start of the attr to the end of this struct, rounded up to 8. */
        public static final int SIZE = 168;

        private ProgLoad() {}
    }

    /** {@link BpfCommand#OBJ_PIN}, {@link BpfCommand#OBJ_GET}: a pin in a BPF file system. */
    public static final class ObjPath {
        private static final Shape SHAPE = new Shape("", BpfCommand.OBJ_PIN, BpfCommand.OBJ_GET);

        /** Address of the path, NUL-terminated; u64. */
        public static final long PATHNAME = SHAPE.u64("pathname", 0, "4.4");

        /** What to pin; u32. */
        public static final long BPF_FD = SHAPE.u32("bpf_fd", 8, "4.4");

        /** {@code BPF_F_RDONLY}, {@code BPF_F_WRONLY}, {@code BPF_F_PATH_FD}; u32. */
        public static final long FILE_FLAGS = SHAPE.u32("file_flags", 12, "4.15");

        /** Directory that the path starts at; u32. */
        public static final long PATH_FD = SHAPE.u32("path_fd", 16, "6.5");

        /** Bytes from the start of the attr to the end of this struct, rounded up to 8. */
        public static final int SIZE = 24;

        private ObjPath() {}
    }

    /** {@link BpfCommand#PROG_ATTACH}, {@link BpfCommand#PROG_DETACH}: an attachment without a link. */
    public static final class ProgAttach {
        private static final Shape SHAPE = new Shape("", BpfCommand.PROG_ATTACH, BpfCommand.PROG_DETACH);

        /** Cgroup, map or namespace to attach to; u32. */
        public static final long TARGET_FD = SHAPE.u32("target_fd", 0, "4.10");

        /** Device to attach to; u32. */
        public static final long TARGET_IFINDEX = SHAPE.u32("target_ifindex", 0, "6.6");

        /** The program; u32. */
        public static final long ATTACH_BPF_FD = SHAPE.u32("attach_bpf_fd", 4, "4.10");

        /** {@code enum bpf_attach_type}; u32. */
        public static final long ATTACH_TYPE = SHAPE.u32("attach_type", 8, "4.10");

        /** {@code BPF_F_ALLOW_OVERRIDE}, {@code BPF_F_ALLOW_MULTI}, {@code BPF_F_REPLACE}, ...; u32. */
        public static final long ATTACH_FLAGS = SHAPE.u32("attach_flags", 12, "4.12");

        /** Program to replace; u32. */
        public static final long REPLACE_BPF_FD = SHAPE.u32("replace_bpf_fd", 16, "5.6");

        /** Program or link to stand next to; u32. */
        public static final long RELATIVE_FD = SHAPE.u32("relative_fd", 20, "6.6");

        /** The same, by id; u32. */
        public static final long RELATIVE_ID = SHAPE.u32("relative_id", 20, "6.6");

        /** Revision the list must have; u64. */
        public static final long EXPECTED_REVISION = SHAPE.u64("expected_revision", 24, "6.6");

        /** Bytes from the start of the attr to the end of this struct, rounded up to 8. */
        public static final int SIZE = 32;

        private ProgAttach() {}
    }

    /** {@link BpfCommand#PROG_TEST_RUN}: one run of a program. */
    public static final class TestRun {
        private static final Shape SHAPE = new Shape("test.", BpfCommand.PROG_TEST_RUN);

        /** The program; u32. */
        public static final long PROG_FD = SHAPE.u32("prog_fd", 0, "4.12");

        /** Receives what it returned; u32. */
        public static final long RETVAL = SHAPE.u32("retval", 4, "4.12");

        /** Bytes of input; u32. */
        public static final long DATA_SIZE_IN = SHAPE.u32("data_size_in", 8, "4.12");

        /** Bytes of room, then bytes of output; u32. */
        public static final long DATA_SIZE_OUT = SHAPE.u32("data_size_out", 12, "4.12");

        /** Address of the input; u64. */
        public static final long DATA_IN = SHAPE.u64("data_in", 16, "4.12");

        /** Address of the output; u64. */
        public static final long DATA_OUT = SHAPE.u64("data_out", 24, "4.12");

        /** Number of runs; u32. */
        public static final long REPEAT = SHAPE.u32("repeat", 32, "4.12");

        /** Receives nanoseconds per run; u32. */
        public static final long DURATION = SHAPE.u32("duration", 36, "4.12");

        /** Bytes of context; u32. */
        public static final long CTX_SIZE_IN = SHAPE.u32("ctx_size_in", 40, "5.2");

        /** Bytes of room, then bytes of context; u32. */
        public static final long CTX_SIZE_OUT = SHAPE.u32("ctx_size_out", 44, "5.2");

        /** Address of the context; u64. */
        public static final long CTX_IN = SHAPE.u64("ctx_in", 48, "5.2");

        /** Address that receives the context; u64. */
        public static final long CTX_OUT = SHAPE.u64("ctx_out", 56, "5.2");

        /** {@code BPF_F_TEST_RUN_ON_CPU}, {@code BPF_F_TEST_XDP_LIVE_FRAMES}; u32. */
        public static final long FLAGS = SHAPE.u32("flags", 64, "5.10");

        /** CPU to run on; u32. */
        public static final long CPU = SHAPE.u32("cpu", 68, "5.10");

        /** Frames of a live run; u32. */
        public static final long BATCH_SIZE = SHAPE.u32("batch_size", 72, "5.18");

        /** Bytes from the start of the attr to the end of this struct, rounded up to 8. */
        public static final int SIZE = 80;

        private TestRun() {}
    }

    /**
     * A walk over ids, and from id to descriptor: PROG_GET_NEXT_ID, MAP_GET_NEXT_ID, BTF_GET_NEXT_ID, LINK_GET_NEXT_ID, PROG_GET_FD_BY_ID, MAP_GET_FD_BY_ID, BTF_GET_FD_BY_ID, LINK_GET_FD_BY_ID.
     */
    public static final class GetId {
        private static final Shape SHAPE = new Shape(
                "",
                BpfCommand.PROG_GET_NEXT_ID,
                BpfCommand.MAP_GET_NEXT_ID,
                BpfCommand.BTF_GET_NEXT_ID,
                BpfCommand.LINK_GET_NEXT_ID,
                BpfCommand.PROG_GET_FD_BY_ID,
                BpfCommand.MAP_GET_FD_BY_ID,
                BpfCommand.BTF_GET_FD_BY_ID,
                BpfCommand.LINK_GET_FD_BY_ID);

        /** Id to start after; u32. */
        public static final long START_ID = SHAPE.u32("start_id", 0, "4.13");

        /** A program; u32. */
        public static final long PROG_ID = SHAPE.u32("prog_id", 0, "4.13");

        /** A map; u32. */
        public static final long MAP_ID = SHAPE.u32("map_id", 0, "4.13");

        /** A BTF object; u32. */
        public static final long BTF_ID = SHAPE.u32("btf_id", 0, "4.18");

        /** A link; u32. */
        public static final long LINK_ID = SHAPE.u32("link_id", 0, "5.8");

        /** Receives the next id; u32. */
        public static final long NEXT_ID = SHAPE.u32("next_id", 4, "4.13");

        /** {@code BPF_F_RDONLY}, {@code BPF_F_WRONLY}; u32. */
        public static final long OPEN_FLAGS = SHAPE.u32("open_flags", 8, "4.15");

        /** BPF token; u32. */
        public static final long FD_BY_ID_TOKEN_FD = SHAPE.u32("fd_by_id_token_fd", 12, "6.15");

        /** Bytes from the start of the attr to the end of this struct, rounded up to 8. */
        public static final int SIZE = 16;

        private GetId() {}
    }

    /** {@link BpfCommand#OBJ_GET_INFO_BY_FD}: what the kernel says of an object. */
    public static final class ObjInfo {
        private static final Shape SHAPE = new Shape("info.", BpfCommand.OBJ_GET_INFO_BY_FD);

        /** The object; u32. */
        public static final long BPF_FD = SHAPE.u32("bpf_fd", 0, "4.13");

        /** Bytes of room, then bytes filled; u32. */
        public static final long INFO_LEN = SHAPE.u32("info_len", 4, "4.13");

        /** Address of the information; u64. */
        public static final long INFO = SHAPE.u64("info", 8, "4.13");

        /** Bytes from the start of the attr to the end of this struct, rounded up to 8. */
        public static final int SIZE = 16;

        private ObjInfo() {}
    }

    /** {@link BpfCommand#PROG_QUERY}: what is attached to a target. */
    public static final class ProgQuery {
        private static final Shape SHAPE = new Shape("query.", BpfCommand.PROG_QUERY);

        /** Cgroup, map or namespace; u32. */
        public static final long TARGET_FD = SHAPE.u32("target_fd", 0, "4.15");

        /** Device; u32. */
        public static final long TARGET_IFINDEX = SHAPE.u32("target_ifindex", 0, "6.6");

        /** {@code enum bpf_attach_type}; u32. */
        public static final long ATTACH_TYPE = SHAPE.u32("attach_type", 4, "4.15");

        /** {@code BPF_F_QUERY_EFFECTIVE}; u32. */
        public static final long QUERY_FLAGS = SHAPE.u32("query_flags", 8, "4.15");

        /** Receives flags; u32. */
        public static final long ATTACH_FLAGS = SHAPE.u32("attach_flags", 12, "4.15");

        /** Address that receives ids of programs; u64. */
        public static final long PROG_IDS = SHAPE.u64("prog_ids", 16, "4.15");

        /** Room, then number of programs; u32. */
        public static final long PROG_CNT = SHAPE.u32("prog_cnt", 24, "4.15");

        /** The same by its newer name; u32. */
        public static final long COUNT = SHAPE.u32("count", 24, "6.6");

        /** Address that receives the flags of each; u64. */
        public static final long PROG_ATTACH_FLAGS = SHAPE.u64("prog_attach_flags", 32, "6.0");

        /** Address that receives ids of links; u64. */
        public static final long LINK_IDS = SHAPE.u64("link_ids", 40, "6.6");

        /** Address that receives flags of links; u64. */
        public static final long LINK_ATTACH_FLAGS = SHAPE.u64("link_attach_flags", 48, "6.6");

        /** Receives the revision of the list; u64. */
        public static final long REVISION = SHAPE.u64("revision", 56, "6.6");

        /** Bytes from the start of the attr to the end of this struct, rounded up to 8. */
        public static final int SIZE = 64;

        private ProgQuery() {}
    }

    /** {@link BpfCommand#RAW_TRACEPOINT_OPEN}: a raw tracepoint or a BTF-typed hook to attach to. */
    public static final class RawTracepointOpen {
        private static final Shape SHAPE = new Shape("raw_tracepoint.", BpfCommand.RAW_TRACEPOINT_OPEN);

        /** Address of the name, NUL-terminated; 0 for a program that has its target from load; u64. */
        public static final long NAME = SHAPE.u64("name", 0, "4.17");

        /** The program; u32. */
        public static final long PROG_FD = SHAPE.u32("prog_fd", 8, "4.17");

        /** Value the program can read; u64. */
        public static final long COOKIE = SHAPE.u64("cookie", 16, "6.10");

        /** Bytes from the start of the attr to the end of this struct, rounded up to 8. */
        public static final int SIZE = 24;

        private RawTracepointOpen() {}
    }

    /** {@link BpfCommand#BTF_LOAD}: a BTF object to load. */
    public static final class BtfLoad {
        private static final Shape SHAPE = new Shape("", BpfCommand.BTF_LOAD);

        /** Address of the bytes; u64. */
        public static final long BTF = SHAPE.u64("btf", 0, "4.18");

        /** Address of the log; u64. */
        public static final long BTF_LOG_BUF = SHAPE.u64("btf_log_buf", 8, "4.18");

        /** Number of bytes; u32. */
        public static final long BTF_SIZE = SHAPE.u32("btf_size", 16, "4.18");

        /** Bytes of the log buffer; u32. */
        public static final long BTF_LOG_SIZE = SHAPE.u32("btf_log_size", 20, "4.18");

        /** As for programs; u32. */
        public static final long BTF_LOG_LEVEL = SHAPE.u32("btf_log_level", 24, "4.18");

        /** Receives the bytes that the whole log needs; u32. */
        public static final long BTF_LOG_TRUE_SIZE = SHAPE.u32("btf_log_true_size", 28, "6.4");

        /** {@code BPF_F_TOKEN_FD}; u32. */
        public static final long BTF_FLAGS = SHAPE.u32("btf_flags", 32, "6.9");

        /** BPF token; u32. */
        public static final long BTF_TOKEN_FD = SHAPE.u32("btf_token_fd", 36, "6.9");

        /** Bytes from the start of the attr to the end of this struct, rounded up to 8. */
        public static final int SIZE = 40;

        private BtfLoad() {}
    }

    /** {@link BpfCommand#TASK_FD_QUERY}: what a task's descriptor traces. */
    public static final class TaskFdQuery {
        private static final Shape SHAPE = new Shape("task_fd_query.", BpfCommand.TASK_FD_QUERY);

        /** The task; u32. */
        public static final long PID = SHAPE.u32("pid", 0, "4.18");

        /** Its descriptor; u32. */
        public static final long FD = SHAPE.u32("fd", 4, "4.18");

        /** 0; u32. */
        public static final long FLAGS = SHAPE.u32("flags", 8, "4.18");

        /** Bytes of room, then length of the name; u32. */
        public static final long BUF_LEN = SHAPE.u32("buf_len", 12, "4.18");

        /** Address that receives the name; u64. */
        public static final long BUF = SHAPE.u64("buf", 16, "4.18");

        /** Receives the program; u32. */
        public static final long PROG_ID = SHAPE.u32("prog_id", 24, "4.18");

        /** Receives {@code enum bpf_task_fd_type}; u32. */
        public static final long FD_TYPE = SHAPE.u32("fd_type", 28, "4.18");

        /** Receives the offset; u64. */
        public static final long PROBE_OFFSET = SHAPE.u64("probe_offset", 32, "4.18");

        /** Receives the address; u64. */
        public static final long PROBE_ADDR = SHAPE.u64("probe_addr", 40, "4.18");

        /** Bytes from the start of the attr to the end of this struct, rounded up to 8. */
        public static final int SIZE = 48;

        private TaskFdQuery() {}
    }

    /** {@link BpfCommand#LINK_CREATE}: a link to create; the members after flags belong to one kind of link each. */
    public static final class LinkCreate {
        private static final Shape SHAPE = new Shape("link_create.", BpfCommand.LINK_CREATE);

        /** The program; u32. */
        public static final long PROG_FD = SHAPE.u32("prog_fd", 0, "5.7");

        /** The struct_ops map; u32. */
        public static final long MAP_FD = SHAPE.u32("map_fd", 0, "6.4");

        /** What to attach to; u32. */
        public static final long TARGET_FD = SHAPE.u32("target_fd", 4, "5.7");

        /** Device to attach to; u32. */
        public static final long TARGET_IFINDEX = SHAPE.u32("target_ifindex", 4, "5.9");

        /** {@code enum bpf_attach_type}; u32. */
        public static final long ATTACH_TYPE = SHAPE.u32("attach_type", 8, "5.7");

        /** Flags of the kind; u32. */
        public static final long FLAGS = SHAPE.u32("flags", 12, "5.7");

        /** Function to attach an extension to; u32. */
        public static final long TARGET_BTF_ID = SHAPE.u32("target_btf_id", 16, "5.10");

        /** Address of {@code union bpf_iter_link_info}; u64. */
        public static final long ITER_INFO = SHAPE.u64("iter_info", 16, "5.9");

        /** Its bytes; u32. */
        public static final long ITER_INFO_LEN = SHAPE.u32("iter_info_len", 24, "5.9");

        /** Value the program can read; u64. */
        public static final long PERF_EVENT_BPF_COOKIE = SHAPE.u64("perf_event.bpf_cookie", 16, "5.15");

        /** {@code BPF_F_KPROBE_MULTI_RETURN}; u32. */
        public static final long KPROBE_MULTI_FLAGS = SHAPE.u32("kprobe_multi.flags", 16, "5.18");

        /** Number of functions; u32. */
        public static final long KPROBE_MULTI_CNT = SHAPE.u32("kprobe_multi.cnt", 20, "5.18");

        /** Address of the addresses of their names; u64. */
        public static final long KPROBE_MULTI_SYMS = SHAPE.u64("kprobe_multi.syms", 24, "5.18");

        /** Address of their addresses; u64. */
        public static final long KPROBE_MULTI_ADDRS = SHAPE.u64("kprobe_multi.addrs", 32, "5.18");

        /** Address of a value for each; u64. */
        public static final long KPROBE_MULTI_COOKIES = SHAPE.u64("kprobe_multi.cookies", 40, "5.18");

        /** Kernel type to attach to; u32. */
        public static final long TRACING_TARGET_BTF_ID = SHAPE.u32("tracing.target_btf_id", 16, "6.0");

        /** Value the program can read; u64. */
        public static final long TRACING_COOKIE = SHAPE.u64("tracing.cookie", 24, "6.0");

        /** Protocol family; u32. */
        public static final long NETFILTER_PF = SHAPE.u32("netfilter.pf", 16, "6.4");

        /** Hook; u32. */
        public static final long NETFILTER_HOOKNUM = SHAPE.u32("netfilter.hooknum", 20, "6.4");

        /** Order among hooks, signed; u32. */
        public static final long NETFILTER_PRIORITY = SHAPE.u32("netfilter.priority", 24, "6.4");

        /** {@code BPF_F_NETFILTER_IP_DEFRAG}; u32. */
        public static final long NETFILTER_FLAGS = SHAPE.u32("netfilter.flags", 28, "6.4");

        /** Program or link to stand next to; u32. */
        public static final long TCX_RELATIVE_FD = SHAPE.u32("tcx.relative_fd", 16, "6.6");

        /** The same, by id; u32. */
        public static final long TCX_RELATIVE_ID = SHAPE.u32("tcx.relative_id", 16, "6.6");

        /** Revision the list must have; u64. */
        public static final long TCX_EXPECTED_REVISION = SHAPE.u64("tcx.expected_revision", 24, "6.6");

        /** Address of the path of the binary; u64. */
        public static final long UPROBE_MULTI_PATH = SHAPE.u64("uprobe_multi.path", 16, "6.6");

        /** Address of the offsets; u64. */
        public static final long UPROBE_MULTI_OFFSETS = SHAPE.u64("uprobe_multi.offsets", 24, "6.6");

        /** Address of the offsets of semaphores; u64. */
        public static final long UPROBE_MULTI_REF_CTR_OFFSETS = SHAPE.u64("uprobe_multi.ref_ctr_offsets", 32, "6.6");

        /** Address of a value for each; u64. */
        public static final long UPROBE_MULTI_COOKIES = SHAPE.u64("uprobe_multi.cookies", 40, "6.6");

        /** Number of offsets; u32. */
        public static final long UPROBE_MULTI_CNT = SHAPE.u32("uprobe_multi.cnt", 48, "6.6");

        /** {@code BPF_F_UPROBE_MULTI_RETURN}; u32. */
        public static final long UPROBE_MULTI_FLAGS = SHAPE.u32("uprobe_multi.flags", 52, "6.6");

        /** Process, 0 for all; u32. */
        public static final long UPROBE_MULTI_PID = SHAPE.u32("uprobe_multi.pid", 56, "6.6");

        /** Program or link to stand next to; u32. */
        public static final long NETKIT_RELATIVE_FD = SHAPE.u32("netkit.relative_fd", 16, "6.7");

        /** The same, by id; u32. */
        public static final long NETKIT_RELATIVE_ID = SHAPE.u32("netkit.relative_id", 16, "6.7");

        /** Revision the list must have; u64. */
        public static final long NETKIT_EXPECTED_REVISION = SHAPE.u64("netkit.expected_revision", 24, "6.7");

        /** Program or link to stand next to; u32. */
        public static final long CGROUP_RELATIVE_FD = SHAPE.u32("cgroup.relative_fd", 16, "6.17");

        /** The same, by id; u32. */
        public static final long CGROUP_RELATIVE_ID = SHAPE.u32("cgroup.relative_id", 16, "6.17");

        /** Revision the list must have; u64. */
        public static final long CGROUP_EXPECTED_REVISION = SHAPE.u64("cgroup.expected_revision", 24, "6.17");

        /** Bytes from the start of the attr to the end of this struct, rounded up to 8. */
        public static final int SIZE = 64;

        private LinkCreate() {}
    }

    /** {@link BpfCommand#LINK_UPDATE}: another program for a link. */
    public static final class LinkUpdate {
        private static final Shape SHAPE = new Shape("link_update.", BpfCommand.LINK_UPDATE);

        /** The link; u32. */
        public static final long LINK_FD = SHAPE.u32("link_fd", 0, "5.7");

        /** The program to put in; u32. */
        public static final long NEW_PROG_FD = SHAPE.u32("new_prog_fd", 4, "5.7");

        /** The struct_ops map to put in; u32. */
        public static final long NEW_MAP_FD = SHAPE.u32("new_map_fd", 4, "6.4");

        /** {@code BPF_F_REPLACE}; u32. */
        public static final long FLAGS = SHAPE.u32("flags", 8, "5.7");

        /** The program it must have now; u32. */
        public static final long OLD_PROG_FD = SHAPE.u32("old_prog_fd", 12, "5.7");

        /** The struct_ops map it must have now; u32. */
        public static final long OLD_MAP_FD = SHAPE.u32("old_map_fd", 12, "6.4");

        /** Bytes from the start of the attr to the end of this struct, rounded up to 8. */
        public static final int SIZE = 16;

        private LinkUpdate() {}
    }

    /** {@link BpfCommand#LINK_DETACH}: a link to detach. */
    public static final class LinkDetach {
        private static final Shape SHAPE = new Shape("link_detach.", BpfCommand.LINK_DETACH);

        /** The link; u32. */
        public static final long LINK_FD = SHAPE.u32("link_fd", 0, "5.9");

        /** Bytes from the start of the attr to the end of this struct, rounded up to 8. */
        public static final int SIZE = 8;

        private LinkDetach() {}
    }

    /** {@link BpfCommand#ENABLE_STATS}: statistics to keep while the returned descriptor is open. */
    public static final class EnableStats {
        private static final Shape SHAPE = new Shape("enable_stats.", BpfCommand.ENABLE_STATS);

        /** {@code BPF_STATS_RUN_TIME}; u32. */
        public static final long TYPE = SHAPE.u32("type", 0, "5.8");

        /** Bytes from the start of the attr to the end of this struct, rounded up to 8. */
        public static final int SIZE = 8;

        private EnableStats() {}
    }

    /** {@link BpfCommand#ITER_CREATE}: a reader of an iterator link. */
    public static final class IterCreate {
        private static final Shape SHAPE = new Shape("iter_create.", BpfCommand.ITER_CREATE);

        /** The link; u32. */
        public static final long LINK_FD = SHAPE.u32("link_fd", 0, "5.8");

        /** 0; u32. */
        public static final long FLAGS = SHAPE.u32("flags", 4, "5.8");

        /** Bytes from the start of the attr to the end of this struct, rounded up to 8. */
        public static final int SIZE = 8;

        private IterCreate() {}
    }

    /** {@link BpfCommand#PROG_BIND_MAP}: a map that lives as long as a program. */
    public static final class ProgBindMap {
        private static final Shape SHAPE = new Shape("prog_bind_map.", BpfCommand.PROG_BIND_MAP);

        /** The program; u32. */
        public static final long PROG_FD = SHAPE.u32("prog_fd", 0, "5.10");

        /** The map; u32. */
        public static final long MAP_FD = SHAPE.u32("map_fd", 4, "5.10");

        /** 0; u32. */
        public static final long FLAGS = SHAPE.u32("flags", 8, "5.10");

        /** Bytes from the start of the attr to the end of this struct, rounded up to 8. */
        public static final int SIZE = 16;

        private ProgBindMap() {}
    }

    /** {@link BpfCommand#TOKEN_CREATE}: a BPF token. */
    public static final class TokenCreate {
        private static final Shape SHAPE = new Shape("token_create.", BpfCommand.TOKEN_CREATE);

        /** 0; u32. */
        public static final long FLAGS = SHAPE.u32("flags", 0, "6.9");

        /** The BPF file system that delegates; u32. */
        public static final long BPFFS_FD = SHAPE.u32("bpffs_fd", 4, "6.9");

        /** Bytes from the start of the attr to the end of this struct, rounded up to 8. */
        public static final int SIZE = 8;

        private TokenCreate() {}
    }

    /** {@link BpfCommand#PROG_STREAM_READ_BY_FD}: what a program printed to a stream. */
    public static final class StreamRead {
        private static final Shape SHAPE = new Shape("prog_stream_read.", BpfCommand.PROG_STREAM_READ_BY_FD);

        /** Address of the buffer; u64. */
        public static final long STREAM_BUF = SHAPE.u64("stream_buf", 0, "6.17");

        /** Its bytes; u32. */
        public static final long STREAM_BUF_LEN = SHAPE.u32("stream_buf_len", 8, "6.17");

        /** {@code BPF_STREAM_STDOUT} or {@code BPF_STREAM_STDERR}; u32. */
        public static final long STREAM_ID = SHAPE.u32("stream_id", 12, "6.17");

        /** The program; u32. */
        public static final long PROG_FD = SHAPE.u32("prog_fd", 16, "6.17");

        /** Bytes from the start of the attr to the end of this struct, rounded up to 8. */
        public static final int SIZE = 24;

        private StreamRead() {}
    }
}
