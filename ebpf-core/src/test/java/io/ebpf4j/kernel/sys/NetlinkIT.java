package io.ebpf4j.kernel.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.Capability;
import io.ebpf4j.kernel.SystemCallException;
import io.ebpf4j.testing.RequiresKernel;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@RequiresKernel(
        since = "4.12",
        capability = {Capability.NET_ADMIN, Capability.SYS_ADMIN},
        feature = "rtnetlink")
@Timeout(60)
class NetlinkIT {
    private static final int RTM_NEWLINK = 16;
    private static final int RTM_DELLINK = 17;
    private static final int RTM_GETLINK = 18;
    private static final int IFINFO = 16;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_MTU = 4;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_INFO_KIND = 1;
    private static final int IFLA_INFO_DATA = 2;
    private static final int VETH_INFO_PEER = 1;
    private static final int IFF_UP = 1;

    private final Kernel kernel = Kernel.system();

    @Test
    void aDumpListsTheDevicesThatJavaSees() throws IOException {
        TreeSet<String> java = new TreeSet<>();
        NetworkInterface.networkInterfaces().forEach(each -> java.add(each.getName()));
        try (Netlink route = Netlink.route(kernel)) {
            assertThat(names(route)).containsAll(java);
        }
    }

    @Test
    void createsConfiguresAndDeletesAPairInANamespaceOfItsOwn() throws InterruptedException {
        inNewNetwork(() -> {
            try (Netlink route = Netlink.route(kernel)) {
                assertThat(names(route)).contains("lo").doesNotContain("left", "right");
                NetlinkRequest pair = link(RTM_NEWLINK, NetlinkRequest.NLM_F_CREATE | NetlinkRequest.NLM_F_EXCL, 0, 0)
                        .attributeText(IFLA_IFNAME, "left")
                        .attributeU32(IFLA_MTU, 1400)
                        .nest(
                                IFLA_LINKINFO,
                                info -> info.attributeText(IFLA_INFO_KIND, "veth")
                                        .nest(
                                                IFLA_INFO_DATA,
                                                data -> data.nest(VETH_INFO_PEER, peer -> {
                                                    header(peer, 0, 0);
                                                    peer.attributeText(IFLA_IFNAME, "right");
                                                })));
                route.execute(pair, "veth pair left, right");
                assertThat(names(route)).contains("left", "right");
                // another reader of the same kernel: /proc/thread-self/net/dev belongs to this thread's namespace
                assertThat(run("cat", "/proc/net/dev")).contains("left:", "right:");

                int index = index(route, "left");
                route.execute(link(RTM_NEWLINK, 0, index, IFF_UP), "left up");
                assertThat(run("ip", "-o", "link", "show", "dev", "left"))
                        .contains("mtu 1400")
                        .contains(",UP");

                assertThatThrownBy(() -> route.execute(pair, "veth pair left, right"))
                        .isInstanceOf(SystemCallException.class)
                        .hasMessageContaining("EEXIST");
                route.execute(link(RTM_DELLINK, 0, index, 0), "left");
                assertThat(names(route)).doesNotContain("left", "right");
            }
        });
    }

    @Test
    void anErrorHasTheKernelsOwnWords() throws InterruptedException {
        inNewNetwork(() -> {
            try (Netlink route = Netlink.route(kernel)) {
                NetlinkRequest bad = link(RTM_NEWLINK, NetlinkRequest.NLM_F_CREATE | NetlinkRequest.NLM_F_EXCL, 0, 0)
                        .attributeText(IFLA_IFNAME, "x")
                        .nest(IFLA_LINKINFO, info -> info.attributeText(IFLA_INFO_KIND, "no-such-kind"));
                assertThatThrownBy(() -> route.execute(bad, "device x"))
                        .hasMessageContaining("device x")
                        .hasMessageContaining("Unknown device type");
            }
        });
    }

    private static NetlinkRequest link(int type, int flags, int index, int up) {
        return header(new NetlinkRequest(type, flags), index, up);
    }

    /** struct ifinfomsg. */
    private static NetlinkRequest header(NetlinkRequest request, int index, int flags) {
        return request.u8(0).u8(0).u16(0).u32(index).u32(flags).u32(flags);
    }

    private static List<String> names(Netlink route) {
        return route.dump(link(RTM_GETLINK, 0, 0, 0), "devices").stream()
                .map(message -> NetlinkMessage.text(
                        message.attribute(IFINFO, IFLA_IFNAME).orElseThrow()))
                .toList();
    }

    private static int index(Netlink route, String name) {
        List<NetlinkMessage> answer =
                route.query(link(RTM_GETLINK, 0, 0, 0).attributeText(IFLA_IFNAME, name), "device " + name);
        assertThat(answer).hasSize(1);
        return answer.getFirst().payload().get(ValueLayout.JAVA_INT_UNALIGNED, 4);
    }

    /** Runs on a thread that has a network of its own; the network ends with the thread. */
    private void inNewNetwork(Runnable test) throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = Thread.ofPlatform().start(() -> {
            long result = kernel.call(SystemCall.UNSHARE, Constants.CLONE_NEWNET, 0, 0, 0, 0, 0);
            try {
                Failure.check("unshare", result, "network namespace");
                test.run();
            } catch (Throwable e) {
                thrown.set(e);
            }
        });
        thread.join();
        if (thrown.get() != null) {
            throw new AssertionError(thrown.get());
        }
    }

    private static String run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(text).isZero();
            return text;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
