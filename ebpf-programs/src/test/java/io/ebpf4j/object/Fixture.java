package io.ebpf4j.object;

import io.ebpf4j.spec.ObjectSpec;
import java.io.IOException;
import java.io.InputStream;

/** The objects that the loader's tests load; build.sh beside them makes them. */
final class Fixture {
    private Fixture() {}

    static ObjectSpec spec(String name) throws IOException {
        try (InputStream in = Fixture.class.getResourceAsStream(name + ".bpf.o")) {
            return ObjectSpec.parse(in.readAllBytes(), name + ".bpf.o");
        }
    }
}
