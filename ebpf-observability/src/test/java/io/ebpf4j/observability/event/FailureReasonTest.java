package io.ebpf4j.observability.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebpf4j.observability.event.FailureReason.Stage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailureReasonTest {

    @ParameterizedTest
    @CsvSource({
        "0,NETWORK,0,CANCELLED",
        "111,NETWORK,0,REFUSED",
        "104,NETWORK,0,RESET",
        "110,NETWORK,0,TIMED_OUT",
        "110,NETWORK,2,NEIGHBOUR_UNRESOLVED",
        "113,NETWORK,0,HOST_UNREACHABLE",
        "113,NETWORK,3,NEIGHBOUR_UNRESOLVED",
        "113,CALL,0,NO_ROUTE",
        "101,NETWORK,0,NETWORK_UNREACHABLE",
        "101,CALL,0,NO_ROUTE",
        "1,CALL,0,DENIED",
        "13,CALL,0,DENIED",
        "99,CALL,0,NO_LOCAL_ADDRESS",
        "98,CALL,0,NO_LOCAL_ADDRESS",
        "22,CALL,0,OTHER"
    })
    void followsFromErrorAndStage(int error, Stage stage, int unsent, FailureReason reason) {
        assertThat(FailureReason.of(error, stage, unsent)).isEqualTo(reason);
    }
}
