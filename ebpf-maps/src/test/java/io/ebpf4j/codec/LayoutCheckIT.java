package io.ebpf4j.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.btf.Btf;
import io.ebpf4j.btf.BtfKind;
import io.ebpf4j.kernel.IncompatibleException;
import io.ebpf4j.testing.RequiresKernel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.net.Inet4Address;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;

/** Against the running kernel's own types, whose members the UAPI headers fix. */
@RequiresKernel(
        since = "5.4",
        feature = "/sys/kernel/btf/vmlinux",
        capability = {})
class LayoutCheckIT {
    /** {@code struct sockaddr_in}, include/uapi/linux/in.h. */
    private record SockaddrIn(
            short sinFamily,
            @BigEndian short sinPort,
            Inet4Address sinAddr,
            @Member("__pad") @Length(8) byte[] pad) {}

    private record WrongOrder(
            short sinFamily,
            short sinPort,
            Inet4Address sinAddr,
            @Member("__pad") @Length(8) byte[] pad) {}

    /** {@code struct __kernel_timespec}, include/uapi/linux/time_types.h. */
    private record Timespec(@Signed long tvSec, @Signed long tvNsec) {}

    private record UnsignedTimespec(
            @Unsigned long tvSec, @Signed long tvNsec) {}

    /** Members of {@code struct task_struct} that every kernel has; where they lie, only BTF knows. */
    private record Task(
            @Signed int pid, @Signed int tgid, @Length(16) byte[] comm) {}

    private static int struct(Btf btf, String name) {
        return btf.find(name, BtfKind.STRUCT).orElseThrow();
    }

    @Test
    void uapiStructsAgreeWithTheirRecords() throws Exception {
        Btf btf = Btf.vmlinux();
        assertThatCode(() ->
                        LayoutCheck.require("t", Codec.of(SockaddrIn.class).shape(), btf, struct(btf, "sockaddr_in")))
                .doesNotThrowAnyException();
        assertThatCode(() -> LayoutCheck.require(
                        "t", Codec.of(Timespec.class).shape(), btf, struct(btf, "__kernel_timespec")))
                .doesNotThrowAnyException();
        MemorySegment memory = MemorySegment.ofArray(new byte[16]);
        Inet4Address home = (Inet4Address) InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        Codec.of(SockaddrIn.class).encode(new SockaddrIn((short) 2, (short) 80, home, new byte[8]), memory, 0);
        assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).startsWith(2, 0, 0, 80, 127, 0, 0, 1);
    }

    @Test
    void aWrongByteOrderOrSignIsFound() {
        Btf btf = Btf.vmlinux();
        assertThatThrownBy(() ->
                        LayoutCheck.require("t", Codec.of(WrongOrder.class).shape(), btf, struct(btf, "sockaddr_in")))
                .isInstanceOf(IncompatibleException.class)
                .hasMessageContaining("__be16");
        assertThatThrownBy(() -> LayoutCheck.require(
                        "t", Codec.of(UnsignedTimespec.class).shape(), btf, struct(btf, "__kernel_timespec")))
                .isInstanceOf(IncompatibleException.class);
    }

    @Test
    void aBoundRecordFindsMembersOfAKernelStruct() {
        Btf btf = Btf.vmlinux();
        int task = struct(btf, "task_struct");
        Codec<Task> codec = Codec.bound(MethodHandles.lookup(), Task.class, btf, task);
        assertThat(codec.size()).isEqualTo(btf.sizeOf(task));
        Shape.Struct shape = (Shape.Struct) codec.shape();
        assertThat(shape.members()).extracting(Shape.Field::name).contains("pid", "tgid", "comm");
    }
}
