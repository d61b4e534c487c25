package io.ebpf4j.observability.identity;

/**
 * A program on a host without an orchestrator.
 *
 * @param unit the systemd unit that it runs in, as {@code nginx.service}; empty where it runs in none
 * @param executable its executable's path, or the kernel's name of the process where that is all that is known; empty where the unit alone is
 */
public record ProcessIdentity(String unit, String executable) implements Identity {
    /**
     * A program by unit or executable.
     *
     * @throws IllegalArgumentException when both are empty
     */
    public ProcessIdentity {
        if (unit.isEmpty() && executable.isEmpty()) {
            throw new IllegalArgumentException("a program with neither unit nor executable");
        }
    }

    /** {@return the unit without its suffix, or the last part of the executable's path} */
    @Override
    public String displayName() {
        if (!unit.isEmpty()) {
            return unit.endsWith(".service") ? unit.substring(0, unit.length() - ".service".length()) : unit;
        }
        String last = executable.substring(executable.lastIndexOf('/') + 1);
        return last.isEmpty() ? executable : last;
    }
}
