package io.ebpf4j.samples;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Says what will and will not work on this machine, and what to do about it. */
@Command(
        name = "doctor",
        description = "say what will and will not work on this machine, and what to do about it",
        mixinStandardHelpOptions = true,
        footer = "%nExit status: 1 when something is missing without which nothing works.")
final class DoctorCommand implements Callable<Integer> {
    @Mixin
    private final Output output = new Output();

    @Override
    public Integer call() {
        List<Check> checks = new MachineChecks().all();
        PrintWriter out = output.out();
        for (Check check : checks) {
            out.println(output.form() == Output.Form.JSON ? check.json() : check.text());
        }
        out.flush();
        return checks.stream().anyMatch(check -> check.state() == Check.State.MISSING) ? 1 : 0;
    }
}
