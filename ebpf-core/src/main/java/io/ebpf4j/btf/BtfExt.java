package io.ebpf4j.btf;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;

/** The .BTF.ext section. */
public final class BtfExt {
    private BtfExt() {}

    /** Function info: byte offset of the function's first instruction in its ELF section, and its FUNC type. */
    public record FuncInfo(int instructionByteOffset, int typeId) {}

    /** Line info; offsets are into the BTF's strings. */
    public record LineInfo(int byteOffset, int fileNameOffset, int lineOffset, int line, int column) {}

    /** A CO-RE relocation of the instruction at a byte offset of its ELF section. */
    public record CoreRelocation(int byteOffset, int typeId, String access, CoreRelocationKind kind) {}

    public static BtfExt parse(MemorySegment bytes, Btf btf, String origin) {
        throw new UnsupportedOperationException();
    }

    /** Names of ELF sections that any of the three kinds of record is about. */
    public Set<String> sections() {
        throw new UnsupportedOperationException();
    }

    public List<FuncInfo> funcInfos(String section) {
        throw new UnsupportedOperationException();
    }

    public List<LineInfo> lineInfos(String section) {
        throw new UnsupportedOperationException();
    }

    public List<CoreRelocation> coreRelocations(String section) {
        throw new UnsupportedOperationException();
    }

    public String fileName(LineInfo line) {
        throw new UnsupportedOperationException();
    }

    public String sourceLine(LineInfo line) {
        throw new UnsupportedOperationException();
    }
}
