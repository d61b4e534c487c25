package io.ebpf4j.samples;

import picocli.CommandLine.Command;

/** What can be done with an eBPF object file. */
@Command(
        name = "object",
        description = "look at eBPF object files, plan their loading, load them",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {ObjectInspectCommand.class, ObjectPlanCommand.class, ObjectLoadCommand.class})
final class ObjectCommand {}
