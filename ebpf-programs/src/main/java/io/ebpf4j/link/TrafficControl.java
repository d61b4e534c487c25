package io.ebpf4j.link;

import io.ebpf4j.kernel.Errno;
import io.ebpf4j.kernel.InvalidTargetException;
import io.ebpf4j.kernel.SystemCallException;
import io.ebpf4j.kernel.sys.Kernel;
import io.ebpf4j.kernel.sys.Netlink;
import io.ebpf4j.kernel.sys.NetlinkMessage;
import io.ebpf4j.kernel.sys.NetlinkRequest;
import io.ebpf4j.program.BpfProgram;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;

/**
 * Traffic control of one interface over rtnetlink, in the network namespace of the thread that opened it.
 *
 * <p>Source: include/uapi/linux/rtnetlink.h, pkt_sched.h, pkt_cls.h.
 */
final class TrafficControl implements AutoCloseable {
    private static final int RTM_NEWQDISC = 36;
    private static final int RTM_DELQDISC = 37;
    private static final int RTM_NEWTFILTER = 44;
    private static final int RTM_DELTFILTER = 45;
    private static final int RTM_GETTFILTER = 46;
    private static final int NLM_F_ECHO = 8;
    private static final int TCA_KIND = 1;
    private static final int TCA_OPTIONS = 2;
    private static final int TCA_BPF_FD = 6;
    private static final int TCA_BPF_NAME = 7;
    private static final int TCA_BPF_FLAGS = 8;
    private static final int TCA_BPF_ID = 11;
    private static final int TCA_BPF_FLAG_ACT_DIRECT = 1;
    private static final int TC_H_CLSACT = 0xffff_fff1;
    private static final int CLSACT_HANDLE = 0xffff_0000;
    private static final int CLSACT_INGRESS = 0xffff_fff2;
    private static final int CLSACT_EGRESS = 0xffff_fff3;
    private static final int ETH_P_ALL = 3;

    /** {@code struct tcmsg} and its members. */
    private static final int TCMSG_BYTES = 20;

    private static final long TCMSG_HANDLE = 8;
    private static final long TCMSG_INFO = 16;

    /** Whether a clsact qdisc was there. */
    enum Clsact {
        CREATED,
        FOUND
    }

    /**
     * Where a filter is.
     *
     * @param priority 16 bits, never 0
     * @param handle never 0
     * @param programId the program; 0 where the filter is of another kind
     */
    record Filter(int priority, int handle, int programId) {}

    private final Netlink netlink;
    private final int interfaceIndex;

    private TrafficControl(Netlink netlink, int interfaceIndex) {
        this.netlink = netlink;
        this.interfaceIndex = interfaceIndex;
    }

    static TrafficControl open(Kernel kernel, NetworkInterface networkInterface) {
        return new TrafficControl(Netlink.route(kernel), networkInterface.index());
    }

    /** Makes the qdisc that holds filters of both directions, unless one is there. */
    Clsact requireClsact() {
        NetlinkRequest request = message(
                        RTM_NEWQDISC,
                        NetlinkRequest.NLM_F_CREATE | NetlinkRequest.NLM_F_EXCL,
                        CLSACT_HANDLE,
                        TC_H_CLSACT,
                        0)
                .attributeText(TCA_KIND, "clsact");
        try {
            netlink.execute(request, "create clsact on interface " + interfaceIndex);
            return Clsact.CREATED;
        } catch (SystemCallException e) {
            if (e.errno().equals(Errno.EEXIST)) {
                return Clsact.FOUND;
            }
            if (e.errno().equals(Errno.ENODEV)) {
                throw new InvalidTargetException(
                        "network interface " + interfaceIndex, "none of that number in this network namespace");
            }
            throw e;
        }
    }

    /** Removes the clsact qdisc if no filter is left in it. */
    void removeEmptyClsact() {
        if (filters(Direction.INGRESS).isEmpty() && filters(Direction.EGRESS).isEmpty()) {
            netlink.execute(
                    message(RTM_DELQDISC, 0, CLSACT_HANDLE, TC_H_CLSACT, 0).attributeText(TCA_KIND, "clsact"),
                    "remove clsact from interface " + interfaceIndex);
        }
    }

    /** Adds a filter; 0 leaves priority or handle to the kernel. The answer says which it is. */
    Filter add(Direction direction, int priority, int handle, BpfProgram program) {
        return put(NetlinkRequest.NLM_F_EXCL, direction, priority, handle, program);
    }

    /** Swaps the program of a filter. */
    void replace(Direction direction, Filter filter, BpfProgram program) {
        put(NetlinkRequest.NLM_F_REPLACE, direction, filter.priority(), filter.handle(), program);
    }

    private Filter put(int flag, Direction direction, int priority, int handle, BpfProgram program) {
        int programId = program.info().id();
        NetlinkRequest request = message(
                        RTM_NEWTFILTER,
                        NetlinkRequest.NLM_F_CREATE | NLM_F_ECHO | flag,
                        handle,
                        parent(direction),
                        info(priority))
                .attributeText(TCA_KIND, "bpf")
                .nest(
                        TCA_OPTIONS,
                        options -> options.attributeU32(TCA_BPF_FD, program.fd())
                                .attributeText(
                                        TCA_BPF_NAME, program.name() + ":[" + Integer.toUnsignedString(programId) + "]")
                                .attributeU32(TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT));
        String what = "tc filter on " + direction + " of interface " + interfaceIndex;
        try {
            return netlink.query(request, what).stream()
                    .flatMap(message -> filter(message).stream())
                    .filter(filter -> filter.programId() == programId)
                    .findFirst()
                    .orElseThrow(
                            () -> new SystemCallException("netlink request " + RTM_NEWTFILTER, Errno.ENOMSG, what));
        } catch (SystemCallException e) {
            if (e.errno().equals(Errno.EEXIST)) {
                throw new InvalidTargetException(
                        what, "another filter has priority " + priority + " and handle " + handle);
            }
            throw e;
        }
    }

    /** Removes a filter if it is still there with this program; whatever else took its place stays. */
    void remove(Direction direction, Filter filter) {
        if (filters(direction).contains(filter)) {
            netlink.execute(
                    message(RTM_DELTFILTER, 0, filter.handle(), parent(direction), info(filter.priority()))
                            .attributeText(TCA_KIND, "bpf"),
                    "remove tc filter from " + direction + " of interface " + interfaceIndex);
        }
    }

    /** All filters of a direction. */
    List<Filter> filters(Direction direction) {
        return netlink
                .dump(
                        message(RTM_GETTFILTER, 0, 0, parent(direction), 0),
                        "tc filters on " + direction + " of interface " + interfaceIndex)
                .stream()
                .flatMap(message -> filter(message).stream())
                .toList();
    }

    private static Optional<Filter> filter(NetlinkMessage message) {
        if (message.type() != RTM_NEWTFILTER || message.payload().byteSize() < TCMSG_BYTES) {
            return Optional.empty();
        }
        int handle = message.payload().get(ValueLayout.JAVA_INT_UNALIGNED, TCMSG_HANDLE);
        int info = message.payload().get(ValueLayout.JAVA_INT_UNALIGNED, TCMSG_INFO);
        boolean bpf = message.attribute(TCMSG_BYTES, TCA_KIND)
                .map(NetlinkMessage::text)
                .filter("bpf"::equals)
                .isPresent();
        int programId = !bpf
                ? 0
                : message.attribute(TCMSG_BYTES, TCA_OPTIONS)
                        .flatMap(options -> NetlinkMessage.attribute(options, 0, TCA_BPF_ID))
                        .map(TrafficControl::number)
                        .orElse(0);
        return Optional.of(new Filter(info >>> 16, handle, programId));
    }

    private static int number(MemorySegment value) {
        return value.byteSize() < Integer.BYTES ? 0 : value.get(ValueLayout.JAVA_INT_UNALIGNED, 0);
    }

    /** {@code tcm_info}: the priority, and the protocol in network byte order. */
    private static int info(int priority) {
        int protocol =
                java.nio.ByteOrder.nativeOrder() == java.nio.ByteOrder.LITTLE_ENDIAN ? ETH_P_ALL << 8 : ETH_P_ALL;
        return priority << 16 | protocol;
    }

    private static int parent(Direction direction) {
        return switch (direction) {
            case INGRESS -> CLSACT_INGRESS;
            case EGRESS -> CLSACT_EGRESS;
        };
    }

    private NetlinkRequest message(int type, int flags, int handle, int parent, int info) {
        return new NetlinkRequest(type, flags)
                .u8(0)
                .u8(0)
                .u16(0)
                .u32(interfaceIndex)
                .u32(handle)
                .u32(parent)
                .u32(info);
    }

    @Override
    public void close() {
        netlink.close();
    }
}
