package io.ebpf4j.kernel;

/** The verifier refused a program. The message begins with the summary and ends with the whole log. */
public final class VerifierException extends BpfException {
    private static final long serialVersionUID = 1L;

    /** What the verifier said. */
    @SuppressWarnings("serial") // a record of strings and ints; exceptions are not sent anywhere
    private final VerifierDiagnostics diagnostics;

    /**
     * Makes the exception.
     *
     * @param diagnostics what the verifier said
     */
    public VerifierException(VerifierDiagnostics diagnostics) {
        super(message(diagnostics));
        this.diagnostics = diagnostics;
    }

    /** {@return what the verifier said} */
    public VerifierDiagnostics diagnostics() {
        return diagnostics;
    }

    private static String message(VerifierDiagnostics diagnostics) {
        StringBuilder text = new StringBuilder("program ")
                .append(diagnostics.program())
                .append(" was refused with ")
                .append(diagnostics.errno())
                .append(": ")
                .append(diagnostics.summary());
        if (diagnostics.instruction() >= 0) {
            text.append("\n  at instruction ").append(diagnostics.instruction());
        }
        if (!diagnostics.source().isEmpty()) {
            text.append("\n  at ").append(diagnostics.source());
        }
        if (!diagnostics.sourceLine().isEmpty()) {
            text.append("\n     ").append(diagnostics.sourceLine());
        }
        if (!diagnostics.hint().isEmpty()) {
            text.append("\n  hint: ").append(diagnostics.hint());
        }
        if (!diagnostics.log().isEmpty()) {
            text.append("\nverifier log:\n").append(diagnostics.log());
        }
        return text.toString();
    }
}
