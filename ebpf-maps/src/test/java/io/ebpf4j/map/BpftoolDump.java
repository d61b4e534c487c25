package io.ebpf4j.map;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A map's content as bpftool sees it. */
final class BpftoolDump {
    private static final Pattern ENTRY = Pattern.compile(
            "\"key\":\\[([^]]*)],\"value\":\\[([^]]*)]|\"key\":\\[([^]]*)],\"values\":\\[((?:\\{[^}]*},?)*)]");
    private static final Pattern CPU = Pattern.compile("\"value\":\\[([^]]*)]");

    private BpftoolDump() {}

    /** Key and value as hexadecimal digits; the values of several CPUs are separated by a space. */
    static TreeMap<String, String> of(BpfMap map) {
        String json = run(
                "bpftool",
                "-j",
                "map",
                "dump",
                "id",
                Integer.toString(map.info().id()));
        TreeMap<String, String> entries = new TreeMap<>();
        Matcher entry = ENTRY.matcher(json);
        while (entry.find()) {
            if (entry.group(1) != null) {
                entries.put(hex(entry.group(1)), hex(entry.group(2)));
            } else {
                entries.put(
                        hex(entry.group(3)),
                        CPU.matcher(entry.group(4))
                                .results()
                                .map(cpu -> hex(cpu.group(1)))
                                .collect(Collectors.joining(" ")));
            }
        }
        return entries;
    }

    static String run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(String.join(" ", command) + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static String hex(String list) {
        return Arrays.stream(list.split(",", -1))
                .map(digit -> digit.replaceAll("\"|0x", ""))
                .collect(Collectors.joining());
    }
}
