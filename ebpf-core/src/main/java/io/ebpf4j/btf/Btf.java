package io.ebpf4j.btf;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/** BTF as a lazy index over its bytes. */
public final class Btf {
    private Btf() {}

    public static Btf parse(MemorySegment bytes, String origin) {
        throw new UnsupportedOperationException();
    }

    public static Btf parse(byte[] bytes, String origin) {
        throw new UnsupportedOperationException();
    }

    public static Btf parseSplit(MemorySegment bytes, Btf base, String origin) {
        throw new UnsupportedOperationException();
    }

    public static Btf open(Path path) throws IOException {
        throw new UnsupportedOperationException();
    }

    public static Btf vmlinux() {
        throw new UnsupportedOperationException();
    }

    public static Btf openModule(String name, Btf base) {
        throw new UnsupportedOperationException();
    }

    public int lastId() {
        throw new UnsupportedOperationException();
    }

    public int firstId() {
        throw new UnsupportedOperationException();
    }

    public Optional<Btf> base() {
        throw new UnsupportedOperationException();
    }

    public ByteOrder order() {
        throw new UnsupportedOperationException();
    }

    public String origin() {
        throw new UnsupportedOperationException();
    }

    public MemorySegment bytes() {
        throw new UnsupportedOperationException();
    }

    public int pointerSize() {
        throw new UnsupportedOperationException();
    }

    public BtfKind kind(int id) {
        throw new UnsupportedOperationException();
    }

    public int kindNumber(int id) {
        throw new UnsupportedOperationException();
    }

    public String name(int id) {
        throw new UnsupportedOperationException();
    }

    public boolean isAnonymous(int id) {
        throw new UnsupportedOperationException();
    }

    public boolean nameEquals(int id, String name) {
        throw new UnsupportedOperationException();
    }

    public int vlen(int id) {
        throw new UnsupportedOperationException();
    }

    public boolean kindFlag(int id) {
        throw new UnsupportedOperationException();
    }

    public int ref(int id) {
        throw new UnsupportedOperationException();
    }

    public long rawSize(int id) {
        throw new UnsupportedOperationException();
    }

    public String memberName(int id, int member) {
        throw new UnsupportedOperationException();
    }

    public int memberType(int id, int member) {
        throw new UnsupportedOperationException();
    }

    public long memberBitOffset(int id, int member) {
        throw new UnsupportedOperationException();
    }

    public int memberBitfieldSize(int id, int member) {
        throw new UnsupportedOperationException();
    }

    public String enumName(int id, int enumerator) {
        throw new UnsupportedOperationException();
    }

    public long enumValue(int id, int enumerator) {
        throw new UnsupportedOperationException();
    }

    public boolean enumSigned(int id) {
        throw new UnsupportedOperationException();
    }

    public int arrayElement(int id) {
        throw new UnsupportedOperationException();
    }

    public int arrayIndex(int id) {
        throw new UnsupportedOperationException();
    }

    public long arrayLength(int id) {
        throw new UnsupportedOperationException();
    }

    public int intBits(int id) {
        throw new UnsupportedOperationException();
    }

    public int intOffset(int id) {
        throw new UnsupportedOperationException();
    }

    public boolean intSigned(int id) {
        throw new UnsupportedOperationException();
    }

    public boolean intBool(int id) {
        throw new UnsupportedOperationException();
    }

    public boolean intChar(int id) {
        throw new UnsupportedOperationException();
    }

    public String paramName(int id, int parameter) {
        throw new UnsupportedOperationException();
    }

    public int paramType(int id, int parameter) {
        throw new UnsupportedOperationException();
    }

    public BtfType.Linkage linkage(int id) {
        throw new UnsupportedOperationException();
    }

    public int sectionVarType(int id, int variable) {
        throw new UnsupportedOperationException();
    }

    public long sectionVarOffset(int id, int variable) {
        throw new UnsupportedOperationException();
    }

    public long sectionVarSize(int id, int variable) {
        throw new UnsupportedOperationException();
    }

    public int componentIndex(int id) {
        throw new UnsupportedOperationException();
    }

    public boolean fwdIsUnion(int id) {
        throw new UnsupportedOperationException();
    }

    public OptionalInt find(String name, BtfKind kind) {
        throw new UnsupportedOperationException();
    }

    public int[] findAll(String name) {
        throw new UnsupportedOperationException();
    }

    public int skipModifiers(int id) {
        throw new UnsupportedOperationException();
    }

    public int resolve(int id) {
        throw new UnsupportedOperationException();
    }

    public long sizeOf(int id) {
        throw new UnsupportedOperationException();
    }

    public long alignOf(int id) {
        throw new UnsupportedOperationException();
    }

    public BtfType type(int id) {
        throw new UnsupportedOperationException();
    }

    public String cName(int id) {
        throw new UnsupportedOperationException();
    }

    public String string(long offset) {
        throw new UnsupportedOperationException();
    }
}
