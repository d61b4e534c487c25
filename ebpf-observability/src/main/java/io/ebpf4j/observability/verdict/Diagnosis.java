package io.ebpf4j.observability.verdict;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** All that is not well, and which of it is to blame: the heaviest, or what explains it. */
final class Diagnosis {
    private final List<Symptom> symptoms = new ArrayList<>();
    private final List<Evidence> asides = new ArrayList<>();

    void add(Symptom symptom) {
        symptoms.add(symptom);
    }

    /** What was seen and is no fault by itself. */
    void aside(Evidence evidence) {
        asides.add(evidence);
    }

    boolean isEmpty() {
        return symptoms.isEmpty();
    }

    boolean has(Fault fault) {
        return symptoms.stream().anyMatch(symptom -> symptom.fault() == fault);
    }

    /** The verdict where something is not well. */
    LayerVerdict verdict(double sureness) {
        Symptom primary = symptoms.stream()
                .max(Comparator.comparingDouble(Symptom::weight)
                        .thenComparing(Comparator.comparing(Symptom::fault).reversed()))
                .orElseThrow();
        for (int i = 0; i < symptoms.size(); i++) { // a chain of causes is no longer than that, nor is a circle
            Symptom blamed = primary;
            primary = symptoms.stream()
                    .filter(other -> !other.equals(blamed) && other.explains().contains(blamed.fault()))
                    .min(Comparator.comparing(Symptom::fault))
                    .orElse(blamed);
            if (primary.equals(blamed)) {
                break;
            }
        }
        List<Evidence> evidence = new ArrayList<>(primary.evidence());
        for (Symptom other : symptoms) {
            if (!other.equals(primary)) {
                evidence.addAll(other.evidence());
            }
        }
        evidence.addAll(asides);
        return new LayerVerdict(
                primary.fault(), primary.side(), primary.confidence() * sureness, primary.sentence(), evidence);
    }

    /** The verdict where nothing is not well. */
    LayerVerdict verdict(Fault none, double confidence, String sentence) {
        return new LayerVerdict(none, Side.UNKNOWN, confidence, sentence, asides);
    }
}
