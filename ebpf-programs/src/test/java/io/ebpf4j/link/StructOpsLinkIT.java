package io.ebpf4j.link;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebpf4j.kernel.SystemCallException;
import io.ebpf4j.testing.RequiresKernel;
import org.junit.jupiter.api.Test;

@RequiresKernel(feature = "struct_ops link", since = "6.4")
class StructOpsLinkIT {

    @Test
    void aMapThatHoldsNoOperationsIsRefused() {
        try (Counter counter = Counter.create()) {
            assertThatThrownBy(() -> StructOpsLink.attach(new StructOpsLink.Options(counter.fd())))
                    .isInstanceOf(SystemCallException.class)
                    .hasMessageContaining("EINVAL")
                    .hasMessageContaining("struct_ops");
        }
    }
}
