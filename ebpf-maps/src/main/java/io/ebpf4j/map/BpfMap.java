package io.ebpf4j.map;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.codec.Codec;
import io.ebpf4j.codec.LayoutCheck;
import io.ebpf4j.kernel.BpfException;
import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.IncompatibleException;
import io.ebpf4j.kernel.sys.BpfAttr;
import io.ebpf4j.kernel.sys.BpfCommand;
import io.ebpf4j.kernel.sys.Constants;
import io.ebpf4j.kernel.sys.Failure;
import io.ebpf4j.kernel.sys.Fd;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.kernel.sys.Scratch;
import io.ebpf4j.spec.MapFlag;
import io.ebpf4j.spec.MapType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A map in the kernel, and one descriptor of it.
 *
 * <p>The map itself lives as long as anything refers to it: descriptors, programs, pins, other maps. Closing this object
 * closes its descriptor only. May be used from any thread until it is closed; each element operation is as atomic as the
 * kernel makes it for the map's type. Operations on elements allocate nothing, except that keys and values which are
 * together larger than {@link Scratch#DATA_SIZE} bytes take native memory for the call.
 *
 * <p>Keys and values given as memory are native segments, of at least {@link #keySize()} and {@link #valueSpan()} bytes,
 * in host byte order. Errors of the kernel are {@link BpfException}s that name the map.
 */
public final class BpfMap implements AutoCloseable {
    /** Bytes of a name with its terminating zero: {@code BPF_OBJ_NAME_LEN}. */
    private static final int NAME_LENGTH = 16;

    /** Room for {@code struct bpf_map_info} and {@code struct bpf_btf_info} with members to come. */
    private static final int INFO_ROOM = 256;

    private static final int ENOENT = -Errno.ENOENT.code();

    private final Kernel kernel;
    private final Fd fd;
    private final String name;
    private final MapType type;
    private final int keySize;
    private final int valueSize;
    private final int maxEntries;
    private final int flags;
    private final long valueSpan;
    private final int keyTypeId;
    private final int valueTypeId;
    private final int btfId;
    private volatile @Nullable Btf types;
    private volatile boolean frozen;

    private BpfMap(Kernel kernel, Fd fd, MapInfo shape, @Nullable Btf types) {
        this.kernel = kernel;
        this.fd = fd;
        this.name = shape.name();
        this.type = shape.type();
        this.keySize = shape.keySize();
        this.valueSize = shape.valueSize();
        this.maxEntries = shape.maxEntries();
        this.flags = shape.flags();
        this.keyTypeId = shape.keyTypeId();
        this.valueTypeId = shape.valueTypeId();
        this.btfId = shape.btfId();
        this.types = types;
        this.valueSpan = MapKind.isPerCpu(type)
                ? MapKind.roundUp8(Integer.toUnsignedLong(valueSize)) * kernel.possibleCpus()
                : Integer.toUnsignedLong(valueSize);
    }

    // ---- creating and opening ----

    /**
     * Creates a map.
     *
     * @param definition what to create
     * @return the map, to be closed
     * @throws BpfException if the kernel refuses
     */
    public static BpfMap create(MapDefinition definition) {
        return create(Kernel.system(), definition);
    }

    /**
     * Creates a map.
     *
     * @param kernel where
     * @param definition what to create
     * @return the map, to be closed
     * @throws BpfException if the kernel refuses
     */
    @SuppressWarnings("exports") // the seam is for ebpf4j's own modules and their tests
    public static BpfMap create(Kernel kernel, MapDefinition definition) {
        String name = kernelName(definition.name());
        int flags = effectiveFlags(definition);
        int keyType = 0;
        int valueType = 0;
        Btf types = null;
        try (Scratch scratch = Scratch.current()) {
            MemorySegment attr = scratch.attr();
            attr.set(
                    ValueLayout.JAVA_INT,
                    BpfAttr.MapCreate.MAP_TYPE,
                    definition.type().number());
            attr.set(ValueLayout.JAVA_INT, BpfAttr.MapCreate.KEY_SIZE, definition.keySize());
            attr.set(ValueLayout.JAVA_INT, BpfAttr.MapCreate.VALUE_SIZE, definition.valueSize());
            attr.set(ValueLayout.JAVA_INT, BpfAttr.MapCreate.MAX_ENTRIES, definition.maxEntries());
            if (definition.innerMapFd() >= 0) {
                attr.set(ValueLayout.JAVA_INT, BpfAttr.MapCreate.INNER_MAP_FD, definition.innerMapFd());
            }
            if (definition.numaNode() >= 0) {
                attr.set(ValueLayout.JAVA_INT, BpfAttr.MapCreate.NUMA_NODE, definition.numaNode());
            }
            attr.asSlice(BpfAttr.MapCreate.MAP_NAME, NAME_LENGTH).setString(0, name, StandardCharsets.US_ASCII);
            attr.set(ValueLayout.JAVA_INT, BpfAttr.MapCreate.MAP_IFINDEX, definition.interfaceIndex());
            attr.set(ValueLayout.JAVA_LONG, BpfAttr.MapCreate.MAP_EXTRA, definition.mapExtra());
            switch (definition.types()) {
                case MapTypes.None none -> {}
                case MapTypes.Declared declared -> {
                    attr.set(ValueLayout.JAVA_INT, BpfAttr.MapCreate.BTF_FD, declared.btfFd());
                    attr.set(ValueLayout.JAVA_INT, BpfAttr.MapCreate.BTF_KEY_TYPE_ID, declared.keyTypeId());
                    attr.set(ValueLayout.JAVA_INT, BpfAttr.MapCreate.BTF_VALUE_TYPE_ID, declared.valueTypeId());
                    keyType = declared.keyTypeId();
                    valueType = declared.valueTypeId();
                    types = declared.btf();
                }
                case MapTypes.StructOps structOps -> {
                    attr.set(ValueLayout.JAVA_INT, BpfAttr.MapCreate.BTF_FD, structOps.btfFd());
                    attr.set(
                            ValueLayout.JAVA_INT,
                            BpfAttr.MapCreate.BTF_VMLINUX_VALUE_TYPE_ID,
                            structOps.kernelValueTypeId());
                    if (structOps.moduleBtfFd() >= 0) {
                        flags |= MapFlag.VTYPE_BTF_OBJ_FD;
                        attr.set(
                                ValueLayout.JAVA_INT, BpfAttr.MapCreate.VALUE_TYPE_BTF_OBJ_FD, structOps.moduleBtfFd());
                    }
                }
            }
            attr.set(ValueLayout.JAVA_INT, BpfAttr.MapCreate.MAP_FLAGS, flags);
            int size = BpfAttr.usedSize(attr, BpfAttr.MapCreate.SIZE);
            String subject = "map " + definition.name() + " ("
                    + definition.type().name() + ", key "
                    + definition.keySize() + ", value " + definition.valueSize() + ", entries "
                    + Integer.toUnsignedString(definition.maxEntries()) + ", flags 0x" + Integer.toHexString(flags)
                    + ")";
            int number =
                    Failure.check(BpfCommand.MAP_CREATE, attr, kernel.bpf(BpfCommand.MAP_CREATE, attr, size), subject);
            MapInfo shape = new MapInfo(
                    definition.type(),
                    0,
                    definition.name(),
                    definition.keySize(),
                    definition.valueSize(),
                    definition.maxEntries(),
                    flags,
                    definition.mapExtra(),
                    definition.interfaceIndex(),
                    0,
                    keyType,
                    valueType,
                    0);
            return new BpfMap(kernel, Fd.own(kernel, number, "map " + definition.name()), shape, types);
        }
    }

    /**
     * Opens a map by its number, since Linux 4.13; needs CAP_SYS_ADMIN.
     *
     * @param id the kernel's number
     * @return the map, to be closed
     * @throws BpfException if there is none, or the kernel refuses
     */
    public static BpfMap open(int id) {
        return open(Kernel.system(), id);
    }

    /**
     * Opens a map by its number, since Linux 4.13; needs CAP_SYS_ADMIN.
     *
     * @param kernel where
     * @param id the kernel's number
     * @return the map, to be closed
     * @throws BpfException if there is none, or the kernel refuses
     */
    @SuppressWarnings("exports") // the seam is for ebpf4j's own modules and their tests
    public static BpfMap open(Kernel kernel, int id) {
        try (Scratch scratch = Scratch.current()) {
            MemorySegment attr = scratch.attr(BpfAttr.GetId.SIZE);
            attr.set(ValueLayout.JAVA_INT, BpfAttr.GetId.MAP_ID, id);
            int size = BpfAttr.usedSize(attr, BpfAttr.GetId.SIZE);
            int number = Failure.check(
                    BpfCommand.MAP_GET_FD_BY_ID,
                    attr,
                    kernel.bpf(BpfCommand.MAP_GET_FD_BY_ID, attr, size),
                    "map id " + id);
            return adopt(Fd.own(kernel, number, "map id " + id));
        }
    }

    /**
     * Opens a pinned map, since Linux 4.4.
     *
     * @param path the pin
     * @return the map, to be closed
     * @throws BpfException if there is nothing, or something that is not a map
     */
    public static BpfMap open(Path path) {
        return open(Kernel.system(), path);
    }

    /**
     * Opens a pinned map, since Linux 4.4.
     *
     * @param kernel where
     * @param path the pin
     * @return the map, to be closed
     * @throws BpfException if there is nothing, or something that is not a map
     */
    @SuppressWarnings("exports") // the seam is for ebpf4j's own modules and their tests
    public static BpfMap open(Kernel kernel, Path path) {
        try (Scratch scratch = Scratch.current()) {
            MemorySegment attr = scratch.attr();
            int number = Failure.check(
                    BpfCommand.OBJ_GET, attr, pinCall(kernel, attr, BpfCommand.OBJ_GET, path, 0), path.toString());
            return adopt(Fd.own(kernel, number, "map pinned at " + path));
        }
    }

    /**
     * Opens a map by a descriptor of someone else, which stays theirs.
     *
     * @param fd descriptor of a map
     * @return the map with a descriptor of its own, to be closed
     * @throws BpfException if the descriptor is not a map's
     */
    public static BpfMap duplicate(int fd) {
        return duplicate(Kernel.system(), fd);
    }

    /**
     * Opens a map by a descriptor of someone else, which stays theirs.
     *
     * @param kernel where
     * @param fd descriptor of a map
     * @return the map with a descriptor of its own, to be closed
     * @throws BpfException if the descriptor is not a map's
     */
    @SuppressWarnings("exports") // the seam is for ebpf4j's own modules and their tests
    public static BpfMap duplicate(Kernel kernel, int fd) {
        int result = kernel.fcntl(fd, Constants.F_DUPFD_CLOEXEC, 0);
        int number = Failure.check("fcntl(F_DUPFD_CLOEXEC)", result, "map descriptor " + fd);
        return adopt(Fd.own(kernel, number, "map"));
    }

    /**
     * Opens the map that is pinned at a path, or creates one and pins it there.
     *
     * @param definition what to create, and what a pinned map must agree with
     * @param path the pin, on a bpf file system; its folder exists
     * @return the map, to be closed
     * @throws IncompatibleException if what is pinned differs; it lists every attribute that does, on both sides
     * @throws BpfException if the kernel refuses
     */
    public static BpfMap createOrReuse(MapDefinition definition, Path path) {
        return createOrReuse(Kernel.system(), definition, path);
    }

    /**
     * Opens the map that is pinned at a path, or creates one and pins it there.
     *
     * @param kernel where
     * @param definition what to create, and what a pinned map must agree with
     * @param path the pin, on a bpf file system; its folder exists
     * @return the map, to be closed
     * @throws IncompatibleException if what is pinned differs; it lists every attribute that does, on both sides
     * @throws BpfException if the kernel refuses
     */
    @SuppressWarnings("exports") // the seam is for ebpf4j's own modules and their tests
    public static BpfMap createOrReuse(Kernel kernel, MapDefinition definition, Path path) {
        try (Scratch scratch = Scratch.current()) {
            // Two rounds: between the look and the pin someone else may have pinned theirs.
            for (int round = 0; ; round++) {
                MemorySegment attr = scratch.attr();
                int found = pinCall(kernel, attr, BpfCommand.OBJ_GET, path, 0);
                if (found >= 0) {
                    return reuse(adopt(Fd.own(kernel, found, "map pinned at " + path)), definition, path);
                }
                if (found != ENOENT) {
                    throw Failure.of(BpfCommand.OBJ_GET, attr, found, path.toString());
                }
                BpfMap map = create(kernel, definition);
                int pinned = pinCall(kernel, scratch.attr(), BpfCommand.OBJ_PIN, path, map.fd());
                if (pinned >= 0) {
                    return map;
                }
                map.close();
                if (pinned != -Errno.EEXIST.code() || round > 0) {
                    throw Failure.of(BpfCommand.OBJ_PIN, attr, pinned, map.subject() + " at " + path);
                }
            }
        }
    }

    private static BpfMap reuse(BpfMap map, MapDefinition definition, Path path) {
        try {
            PinCheck.require(definition, effectiveFlags(definition), map.info(), path);
            return map;
        } catch (RuntimeException e) {
            map.close();
            throw e;
        }
    }

    private static BpfMap adopt(Fd fd) {
        try {
            return new BpfMap(fd.kernel(), fd, info(fd.kernel(), fd), null);
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    /**
     * Walks the maps of this kernel, since Linux 4.13; needs CAP_SYS_ADMIN.
     *
     * @param id an id, 0 to begin
     * @return the smallest id of a map greater than that one, empty when there is none
     * @throws BpfException if the kernel refuses
     */
    public static OptionalInt nextId(int id) {
        return nextId(Kernel.system(), id);
    }

    /**
     * Walks the maps of this kernel, since Linux 4.13; needs CAP_SYS_ADMIN.
     *
     * @param kernel where
     * @param id an id, 0 to begin
     * @return the smallest id of a map greater than that one, empty when there is none
     * @throws BpfException if the kernel refuses
     */
    @SuppressWarnings("exports") // the seam is for ebpf4j's own modules and their tests
    public static OptionalInt nextId(Kernel kernel, int id) {
        try (Scratch scratch = Scratch.current()) {
            MemorySegment attr = scratch.attr(BpfAttr.GetId.SIZE);
            attr.set(ValueLayout.JAVA_INT, BpfAttr.GetId.START_ID, id);
            int result = kernel.bpf(BpfCommand.MAP_GET_NEXT_ID, attr, 8);
            if (result == ENOENT) {
                return OptionalInt.empty();
            }
            Failure.check(BpfCommand.MAP_GET_NEXT_ID, attr, result, "maps after id " + id);
            return OptionalInt.of(attr.get(ValueLayout.JAVA_INT, BpfAttr.GetId.NEXT_ID));
        }
    }

    // ---- what it is ----

    /**
     * {@return the descriptor, which stays this map's}
     *
     * @throws IllegalStateException if the map is closed
     */
    public int fd() {
        return fd.number();
    }

    /** {@return the owner of the descriptor, for ebpf4j's own modules} */
    @SuppressWarnings("exports") // see create
    public Fd descriptor() {
        return fd;
    }

    /** {@return the kernel the map is in, for ebpf4j's own modules} */
    @SuppressWarnings("exports") // see create
    public Kernel kernel() {
        return kernel;
    }

    /** {@return the name it was created with, or what the kernel says} */
    public String name() {
        return name;
    }

    /** {@return the type} */
    public MapType type() {
        return type;
    }

    /** {@return bytes of a key, 0 for maps without keys} */
    public int keySize() {
        return keySize;
    }

    /** {@return bytes of a value on one CPU} */
    public int valueSize() {
        return valueSize;
    }

    /**
     * {@return bytes of a value as bpf(2) hands it over: for per-CPU maps the value, rounded up to 8 bytes, once for
     * each possible CPU}
     */
    public long valueSpan() {
        return valueSpan;
    }

    /** {@return greatest number of entries, unsigned} */
    public int maxEntries() {
        return maxEntries;
    }

    /** {@return creation flags, see {@link MapFlag}} */
    public int flags() {
        return flags;
    }

    /** {@return whether {@link #freeze()} succeeded here} */
    boolean isFrozen() {
        return frozen;
    }

    /** {@return the map for messages: name and type} */
    String subject() {
        return "map " + name + " (" + type.name() + ")";
    }

    /**
     * Asks the kernel about the map, since Linux 4.13.
     *
     * @return what it says
     * @throws BpfException if the kernel refuses
     */
    public MapInfo info() {
        return info(kernel, fd);
    }

    private static MapInfo info(Kernel kernel, Fd fd) {
        try (Scratch scratch = Scratch.current()) {
            MemorySegment info = objectInfo(kernel, fd.number(), fd.what(), scratch, INFO_ROOM);
            return MapInfoLayout.read(info);
        }
    }

    private static MemorySegment objectInfo(Kernel kernel, int number, String subject, Scratch scratch, int room) {
        MemorySegment info = scratch.data().asSlice(0, room).fill((byte) 0);
        askInfo(kernel, number, subject, scratch, info);
        return info;
    }

    private static void askInfo(Kernel kernel, int number, String subject, Scratch scratch, MemorySegment info) {
        MemorySegment attr = scratch.attr(BpfAttr.ObjInfo.SIZE);
        attr.set(ValueLayout.JAVA_INT, BpfAttr.ObjInfo.BPF_FD, number);
        attr.set(ValueLayout.JAVA_INT, BpfAttr.ObjInfo.INFO_LEN, (int) info.byteSize());
        attr.set(ValueLayout.JAVA_LONG, BpfAttr.ObjInfo.INFO, info.address());
        Failure.check(
                BpfCommand.OBJ_GET_INFO_BY_FD,
                attr,
                kernel.bpf(BpfCommand.OBJ_GET_INFO_BY_FD, attr, BpfAttr.ObjInfo.SIZE),
                subject);
    }

    /**
     * {@return the types of keys and values, if the map has any}
     *
     * <p>For a map that was opened rather than created they are read from the kernel once, since Linux 4.18, which needs
     * CAP_SYS_ADMIN.
     *
     * @throws BpfException if the kernel refuses
     */
    public Optional<Btf> btf() {
        Btf known = types;
        if (known == null && btfId != 0) {
            known = KernelBtf.read(kernel, btfId, subject());
            types = known;
        }
        return Optional.ofNullable(known);
    }

    /** {@return type of the keys in {@link #btf()}, 0 for none} */
    public int keyTypeId() {
        return keyTypeId;
    }

    /** {@return type of the values in {@link #btf()}, 0 for none} */
    public int valueTypeId() {
        return valueTypeId;
    }

    // ---- elements ----

    /**
     * Looks a value up.
     *
     * @param key the key; {@link MemorySegment#NULL} for maps without keys
     * @param value where the value goes; {@link #valueSpan()} bytes
     * @return whether the key was found
     * @throws BpfException if the kernel refuses
     */
    public boolean lookup(MemorySegment key, MemorySegment value) {
        return lookup(key, value, 0);
    }

    /**
     * Looks a value up.
     *
     * @param key the key; {@link MemorySegment#NULL} for maps without keys
     * @param value where the value goes; {@link #valueSpan()} bytes
     * @param elementFlags {@link ElementFlag#LOCK} or 0
     * @return whether the key was found
     * @throws BpfException if the kernel refuses
     */
    public boolean lookup(MemorySegment key, MemorySegment value, long elementFlags) {
        checkKey(key);
        checkValue(value);
        return found(
                BpfCommand.MAP_LOOKUP_ELEM,
                element(BpfCommand.MAP_LOOKUP_ELEM, key.address(), value.address(), elementFlags));
    }

    /**
     * Sets the value of a key.
     *
     * @param key the key; {@link MemorySegment#NULL} for maps without keys
     * @param value the value; {@link #valueSpan()} bytes
     * @param mode what to do where the key exists, or does not
     * @throws io.ebpf4j.kernel.KeyExistsException if it exists and must not
     * @throws io.ebpf4j.kernel.KeyNotFoundException if it does not exist and must
     * @throws BpfException if the kernel refuses
     */
    public void update(MemorySegment key, MemorySegment value, UpdateMode mode) {
        update(key, value, mode, 0);
    }

    /**
     * Sets the value of a key.
     *
     * @param key the key; {@link MemorySegment#NULL} for maps without keys
     * @param value the value; {@link #valueSpan()} bytes
     * @param mode what to do where the key exists, or does not
     * @param elementFlags {@link ElementFlag#LOCK} or 0
     * @throws io.ebpf4j.kernel.KeyExistsException if it exists and must not
     * @throws io.ebpf4j.kernel.KeyNotFoundException if it does not exist and must
     * @throws BpfException if the kernel refuses
     */
    public void update(MemorySegment key, MemorySegment value, UpdateMode mode, long elementFlags) {
        checkKey(key);
        checkValue(value);
        int result = element(BpfCommand.MAP_UPDATE_ELEM, key.address(), value.address(), mode.flag() | elementFlags);
        if (result < 0) {
            throw failure(BpfCommand.MAP_UPDATE_ELEM, result);
        }
    }

    /**
     * Deletes a key.
     *
     * @param key the key
     * @return whether it was there
     * @throws BpfException if the kernel refuses; elements of arrays cannot be deleted
     */
    public boolean delete(MemorySegment key) {
        checkKey(key);
        return found(BpfCommand.MAP_DELETE_ELEM, element(BpfCommand.MAP_DELETE_ELEM, key.address(), 0, 0));
    }

    /**
     * Takes an element out: looks its value up and deletes it in one step, since Linux 4.20 for queues and stacks, 5.14
     * for hash maps.
     *
     * @param key the key; {@link MemorySegment#NULL} for maps without keys
     * @param value where the value goes; {@link #valueSpan()} bytes
     * @return whether it was there
     * @throws BpfException if the kernel refuses
     */
    public boolean lookupAndDelete(MemorySegment key, MemorySegment value) {
        checkKey(key);
        checkValue(value);
        return found(
                BpfCommand.MAP_LOOKUP_AND_DELETE_ELEM,
                element(BpfCommand.MAP_LOOKUP_AND_DELETE_ELEM, key.address(), value.address(), 0));
    }

    /**
     * Finds the first key in the kernel's order.
     *
     * @param key where the key goes
     * @return whether there is one
     * @throws BpfException if the kernel refuses
     */
    public boolean firstKey(MemorySegment key) {
        checkKey(key);
        return found(BpfCommand.MAP_GET_NEXT_KEY, element(BpfCommand.MAP_GET_NEXT_KEY, 0, key.address(), 0));
    }

    /**
     * Finds the key after a key in the kernel's order. Where the key is not in the map any more, this is the first key:
     * use {@link #cursor()} to iterate.
     *
     * @param key the key
     * @param next where the key after it goes; may be the same memory
     * @return whether there is one
     * @throws BpfException if the kernel refuses
     */
    public boolean nextKey(MemorySegment key, MemorySegment next) {
        checkKey(key);
        checkKey(next);
        return found(
                BpfCommand.MAP_GET_NEXT_KEY, element(BpfCommand.MAP_GET_NEXT_KEY, key.address(), next.address(), 0));
    }

    /**
     * One element command by addresses: what every form of access comes down to.
     *
     * @return 0, or the negative error number
     */
    int element(BpfCommand command, long key, long value, long elementFlags) {
        try (Scratch scratch = Scratch.current()) {
            return element(scratch, command, key, value, elementFlags);
        }
    }

    int element(Scratch scratch, BpfCommand command, long key, long value, long elementFlags) {
        MemorySegment attr = scratch.attr(BpfAttr.MapElement.SIZE);
        attr.set(ValueLayout.JAVA_INT, BpfAttr.MapElement.MAP_FD, fd.number());
        attr.set(ValueLayout.JAVA_LONG, BpfAttr.MapElement.KEY, key);
        attr.set(ValueLayout.JAVA_LONG, BpfAttr.MapElement.VALUE, value);
        attr.set(ValueLayout.JAVA_LONG, BpfAttr.MapElement.FLAGS, elementFlags);
        return kernel.bpf(command, attr, BpfAttr.MapElement.SIZE);
    }

    boolean found(BpfCommand command, int result) {
        if (result >= 0) {
            return true;
        }
        if (result == ENOENT) {
            return false;
        }
        throw failure(command, result);
    }

    BpfException failure(BpfCommand command, int result) {
        try (Scratch scratch = Scratch.current()) {
            return Failure.of(command, scratch.attr(), result, subject());
        }
    }

    private void checkKey(MemorySegment key) {
        if (keySize != 0 && (!key.isNative() || key.byteSize() < keySize)) {
            throw new IllegalArgumentException("a key of " + subject() + " is " + keySize + " bytes of native memory");
        }
    }

    private void checkValue(MemorySegment value) {
        if (!value.isNative() || value.byteSize() < valueSpan) {
            throw new IllegalArgumentException(
                    "a value of " + subject() + " is " + valueSpan + " bytes of native memory");
        }
    }

    // ---- the whole map ----

    /** {@return a cursor over the entries; see {@link MapCursor}} Close it. */
    public MapCursor cursor() {
        return new MapCursor(this, CursorMode.READ, MapCursor.defaultBatch(this));
    }

    /**
     * {@return a cursor that takes every entry out of the map as it goes, in batches since Linux 5.6} Close it.
     *
     * <p>Entries that were taken and not looked at before the cursor is closed are gone.
     */
    public MapCursor drain() {
        return new MapCursor(this, CursorMode.DRAIN, MapCursor.defaultBatch(this));
    }

    /**
     * Sets many values, in one call since Linux 5.6, one by one before. It is not atomic: an error leaves those before
     * it set.
     *
     * @param keys the keys, one after the other without gaps
     * @param values the values, one after the other without gaps, {@link #valueSpan()} bytes each
     * @param count how many
     * @param mode what to do where a key exists, or does not
     * @throws BpfException if the kernel refuses; the number of those set before is in its message
     */
    public void updateBatch(MemorySegment keys, MemorySegment values, int count, UpdateMode mode) {
        checkBatch(keys, keySize, count, "keys");
        checkBatch(values, valueSpan, count, "values");
        int done = batch(BpfCommand.MAP_UPDATE_BATCH, keys.address(), values.address(), count, mode.flag());
        for (int i = done; i < count; i++) {
            int result = element(
                    BpfCommand.MAP_UPDATE_ELEM,
                    keys.address() + (long) i * keySize,
                    values.address() + i * valueSpan,
                    mode.flag());
            if (result < 0) {
                try (Scratch scratch = Scratch.current()) {
                    throw Failure.of(
                            BpfCommand.MAP_UPDATE_ELEM,
                            scratch.attr(),
                            result,
                            subject() + ", after " + i + " updates");
                }
            }
        }
    }

    /**
     * Deletes many keys, in one call since Linux 5.6, one by one before. Keys that are not there are passed over.
     *
     * @param keys the keys, one after the other without gaps
     * @param count how many
     * @return how many were there
     * @throws BpfException if the kernel refuses
     */
    public int deleteBatch(MemorySegment keys, int count) {
        checkBatch(keys, keySize, count, "keys");
        int done = 0;
        int deleted = 0;
        while (done < count) {
            int batch = batch(BpfCommand.MAP_DELETE_BATCH, keys.address() + (long) done * keySize, 0, count - done, 0);
            deleted += batch;
            done += batch;
            if (done < count) {
                // The kernel stops at a key that is not there; whatever stopped it, this one call tells.
                int result = element(BpfCommand.MAP_DELETE_ELEM, keys.address() + (long) done * keySize, 0, 0);
                if (found(BpfCommand.MAP_DELETE_ELEM, result)) {
                    deleted++;
                }
                done++;
            }
        }
        return deleted;
    }

    private void checkBatch(MemorySegment segment, long size, int count, String what) {
        if (count < 0 || !segment.isNative() || segment.byteSize() / Math.max(1, size) < count) {
            throw new IllegalArgumentException(count + " " + what + " of " + subject() + " are " + size
                    + " bytes each of native memory, and there are " + segment.byteSize());
        }
    }

    /** How many elements one batch call did before it was done or stopped. What stopped it, the next element tells. */
    private int batch(BpfCommand command, long keys, long values, int count, long elementFlags) {
        if (count == 0) {
            return 0;
        }
        try (Scratch scratch = Scratch.current()) {
            MemorySegment attr = scratch.attr(BpfAttr.MapBatch.SIZE);
            attr.set(ValueLayout.JAVA_INT, BpfAttr.MapBatch.MAP_FD, fd.number());
            attr.set(ValueLayout.JAVA_LONG, BpfAttr.MapBatch.KEYS, keys);
            attr.set(ValueLayout.JAVA_LONG, BpfAttr.MapBatch.VALUES, values);
            attr.set(ValueLayout.JAVA_INT, BpfAttr.MapBatch.COUNT, count);
            attr.set(ValueLayout.JAVA_LONG, BpfAttr.MapBatch.ELEM_FLAGS, elementFlags);
            int result = kernel.bpf(command, attr, BpfAttr.MapBatch.SIZE);
            if (result >= 0) {
                return count;
            }
            if (MapCursor.isUnsupported(result) || result == -Errno.EFAULT.code()) {
                return 0; // the count is still what was asked for
            }
            int done = attr.get(ValueLayout.JAVA_INT, BpfAttr.MapBatch.COUNT);
            return done >= 0 && done < count ? done : 0;
        }
    }

    /**
     * Ends writing by user space, for ever, since Linux 5.2. Programs may still write unless the map was created with
     * {@link MapFlag#RDONLY_PROG}.
     *
     * @throws BpfException if the kernel refuses
     */
    public void freeze() {
        try (Scratch scratch = Scratch.current()) {
            MemorySegment attr = scratch.attr(BpfAttr.MapElement.SIZE);
            attr.set(ValueLayout.JAVA_INT, BpfAttr.MapElement.MAP_FD, fd.number());
            Failure.check(BpfCommand.MAP_FREEZE, attr, kernel.bpf(BpfCommand.MAP_FREEZE, attr, 8), subject());
            frozen = true;
        }
    }

    /**
     * Pins the map, since Linux 4.4: it lives until the pin is removed, by {@code Files.delete}.
     *
     * @param path where, on a bpf file system; the folder exists
     * @throws BpfException if there is something already, or the kernel refuses
     */
    public void pin(Path path) {
        try (Scratch scratch = Scratch.current()) {
            MemorySegment attr = scratch.attr();
            int result = pinCall(kernel, attr, BpfCommand.OBJ_PIN, path, fd.number());
            Failure.check(BpfCommand.OBJ_PIN, attr, result, subject() + " at " + path);
        }
    }

    private static int pinCall(Kernel kernel, MemorySegment attr, BpfCommand command, Path path, int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path.toString(), StandardCharsets.UTF_8);
            attr.set(ValueLayout.JAVA_LONG, BpfAttr.ObjPath.PATHNAME, name.address());
            attr.set(ValueLayout.JAVA_INT, BpfAttr.ObjPath.BPF_FD, fd);
            return kernel.bpf(command, attr, 16);
        }
    }

    // ---- views ----

    /**
     * Binds codecs to this map.
     *
     * @param key codec of the keys
     * @param value codec of the values
     * @param <K> keys
     * @param <V> values
     * @return typed access; it shares this map's descriptor
     * @throws IncompatibleException if sizes differ, or a member does where the map has types
     */
    public <K, V> TypedMap<K, V> typed(Codec<K> key, Codec<V> value) {
        requireNoPerCpu();
        return new TypedMap<>(this, checkedKey(key), checkedValue(value));
    }

    /**
     * Binds records, enums or boxed primitives to this map.
     *
     * @param key keys
     * @param value values
     * @param <K> keys
     * @param <V> values
     * @return typed access; it shares this map's descriptor
     * @throws IncompatibleException if sizes differ, or a member does where the map has types
     */
    public <K, V> TypedMap<K, V> typed(Class<K> key, Class<V> value) {
        return typed(Codec.of(key), Codec.of(value));
    }

    /**
     * Binds codecs to this per-CPU map.
     *
     * @param key codec of the keys
     * @param value codec of the value on one CPU
     * @param <K> keys
     * @param <V> values
     * @return typed access; it shares this map's descriptor
     * @throws IncompatibleException if sizes differ, or a member does where the map has types
     * @throws IllegalStateException if the map is not per-CPU
     */
    public <K, V> PerCpuMap<K, V> perCpu(Codec<K> key, Codec<V> value) {
        if (!MapKind.isPerCpu(type)) {
            throw new IllegalStateException(subject() + " has one value for all CPUs");
        }
        return new PerCpuMap<>(this, checkedKey(key), checkedValue(value));
    }

    /**
     * {@return integer keys and values of this map as {@code long}s, without boxing}
     *
     * @throws IncompatibleException if a key or a value is not 4 or 8 bytes
     */
    public LongMap longs() {
        requireNoPerCpu();
        return new LongMap(this);
    }

    /**
     * {@return this queue, stack or bloom filter}
     *
     * @param value codec of the values
     * @param <V> values
     * @throws IncompatibleException if sizes differ, or a member does where the map has types
     * @throws IllegalStateException if the map has keys
     */
    public <V> ValueMap<V> values(Codec<V> value) {
        if (keySize != 0) {
            throw new IllegalStateException(subject() + " has keys");
        }
        return new ValueMap<>(this, checkedValue(value));
    }

    /**
     * Maps the memory of an array, since Linux 5.5.
     *
     * @return the memory, to be closed; it outlives this map
     * @throws IllegalStateException if the map was not created with {@link MapFlag#MMAPABLE}
     * @throws BpfException if the kernel refuses
     */
    public MappedArray mapped() {
        return MappedArray.map(this);
    }

    private void requireNoPerCpu() {
        if (MapKind.isPerCpu(type)) {
            throw new IllegalStateException(subject() + " has a value for each CPU: use perCpu");
        }
    }

    private <K> Codec<K> checkedKey(Codec<K> codec) {
        return checked("keys", codec, keySize, keyTypeId);
    }

    private <V> Codec<V> checkedValue(Codec<V> codec) {
        return checked("values", codec, valueSize, valueTypeId);
    }

    private <T> Codec<T> checked(String what, Codec<T> codec, int size, int typeId) {
        if (typeId != 0) {
            Optional<Btf> btf = btf();
            if (btf.isPresent()) {
                LayoutCheck.require(what + " of " + subject(), codec.shape(), btf.get(), typeId);
            }
        }
        if (codec.size() != size) {
            throw new IncompatibleException(
                    "the size of the " + what + " of " + subject(), codec.size() + " bytes", size + " bytes");
        }
        return codec;
    }

    /** Closes the descriptor, once. */
    @Override
    public void close() {
        fd.close();
    }

    @Override
    public String toString() {
        return subject();
    }

    private static int effectiveFlags(MapDefinition definition) {
        return definition.numaNode() >= 0 ? definition.flags() | MapFlag.NUMA_NODE : definition.flags();
    }

    /** The kernel takes letters, digits, underscores and dots, up to 15. */
    static String kernelName(String name) {
        StringBuilder clean = new StringBuilder(NAME_LENGTH);
        for (int i = 0; i < name.length() && clean.length() < NAME_LENGTH - 1; i++) {
            char c = name.charAt(i);
            boolean allowed =
                    c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '.';
            clean.append(allowed ? c : '_');
        }
        return clean.toString();
    }
}
