package io.ebpf4j.samples;

/** The command line's entry. */
public final class Ebpf4j {
    private Ebpf4j() {}

    /**
     * Runs one subcommand.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        System.exit(2);
    }
}
