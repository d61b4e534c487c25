package io.ebpf4j.observability.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/**
 * Each of the facts M1 to M23 about the kernel's hooks has a regression test whose name begins with it: {@code
 * m16BytesOfSendfile...}, or {@code m3AndM4Each...} for two. The list of the facts is here, so that a test that goes leaves
 * a hole that shows.
 */
class FactsTest {
    private static final int FACTS = 23;
    private static final Pattern NAME = Pattern.compile("^m(\\d+)((?:AndM\\d+)*)(?=[A-Z])");
    private static final Pattern FURTHER = Pattern.compile("AndM(\\d+)");

    @Test
    void eachFactHasATestThatIsNamedAfterIt() throws IOException, URISyntaxException, ClassNotFoundException {
        Map<Integer, List<String>> tests = new TreeMap<>();
        for (Class<?> type : testClasses()) {
            if (type.isAnnotationPresent(Disabled.class)) {
                continue;
            }
            for (Method method : type.getDeclaredMethods()) {
                boolean runs =
                        (method.isAnnotationPresent(Test.class) || method.isAnnotationPresent(ParameterizedTest.class))
                                && !method.isAnnotationPresent(Disabled.class);
                if (runs) {
                    for (int fact : facts(method.getName())) {
                        tests.computeIfAbsent(fact, any -> new ArrayList<>())
                                .add(type.getSimpleName() + "." + method.getName());
                    }
                }
            }
        }
        tests.forEach((fact, names) -> System.out.println("M" + fact + ": " + String.join(", ", names)));
        assertThat(IntStream.rangeClosed(1, FACTS)
                        .filter(fact -> !tests.containsKey(fact))
                        .mapToObj(fact -> "M" + fact))
                .as("facts without a test")
                .isEmpty();
    }

    private static List<Integer> facts(String method) {
        List<Integer> facts = new ArrayList<>();
        Matcher name = NAME.matcher(method);
        if (name.find()) {
            facts.add(Integer.parseInt(name.group(1)));
            Matcher further = FURTHER.matcher(name.group(2));
            while (further.find()) {
                facts.add(Integer.parseInt(further.group(1)));
            }
        }
        return facts;
    }

    /** The classes of this module's tests, from where this one is. */
    private static List<Class<?>> testClasses() throws IOException, URISyntaxException, ClassNotFoundException {
        String name = FactsTest.class.getName().replace('.', '/') + ".class";
        URL location = FactsTest.class.getResource("/" + name);
        assertThat(location).isNotNull();
        URI uri = location.toURI();
        Path root = Path.of(uri);
        for (int i = 0; i < Path.of(name).getNameCount(); i++) {
            root = root.resolveSibling("").toAbsolutePath().normalize();
        }
        List<Path> files;
        try (Stream<Path> all = Files.walk(root)) {
            files = all.filter(file -> file.toString().endsWith("IT.class")
                            || file.toString().endsWith("Test.class"))
                    .sorted(Comparator.naturalOrder())
                    .toList();
        }
        List<Class<?>> classes = new ArrayList<>();
        for (Path file : files) {
            String path = root.relativize(file).toString();
            classes.add(Class.forName(
                    path.substring(0, path.length() - ".class".length()).replace('/', '.'),
                    false,
                    FactsTest.class.getClassLoader()));
        }
        return classes;
    }
}
