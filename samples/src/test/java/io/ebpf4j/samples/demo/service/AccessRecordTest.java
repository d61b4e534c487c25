package io.ebpf4j.samples.demo.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class AccessRecordTest {
    @Test
    void isReadAsItWasWritten() {
        AccessRecord record = new AccessRecord(
                17,
                "resumes",
                "GET",
                "core-api",
                "/v1/candidates/3",
                500,
                4_200_000,
                "0af7651916cd43dd8448eb211c80319c");
        assertThat(record.line())
                .isEqualTo(
                        "17\tresumes\tGET\tcore-api\t/v1/candidates/3\t500\t4200000\t0af7651916cd43dd8448eb211c80319c");
        assertThat(AccessRecord.parse(record.line())).isEqualTo(record);
    }

    @Test
    void aTraceMayBeMissingButNoField() {
        assertThat(AccessRecord.parse("17\tresumes\tGET\tcore-api\t/\t200\t1\t").traceId())
                .isEmpty();
        assertThatThrownBy(() -> AccessRecord.parse("17\tresumes\tGET\tcore-api\t/\t200\t1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no line of an access log");
    }
}
