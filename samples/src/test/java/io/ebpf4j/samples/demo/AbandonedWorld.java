package io.ebpf4j.samples.demo;

import java.io.IOException;

/** Builds a world, says so, and leaves it: the process that a test kills. */
final class AbandonedWorld {
    private AbandonedWorld() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        World world = World.create();
        world.build();
        System.out.println(world.folder());
        Thread.sleep(600_000);
        world.close();
    }
}
