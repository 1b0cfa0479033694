import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.lang.StringEscapeUtils;
import org.apache.velocity.Template;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.runtime.RuntimeInstance;
import org.apache.velocity.runtime.parser.node.SimpleNode;

/**
 * Renders the request template over and over and prints the microseconds of its thread's processor time that one rendering takes on a
 * warm virtual machine; the collector and the compiler have threads of their own, which are not counted.
 */
public final class Warm {
    public static final class Input {
        private final Object root;
        private final Map<String, String> parameters =
            Map.of("customerId", "c-1001", "User-Agent", "Mozilla/5.0 (\"test\")");

        Input(Object root) {
            this.root = root;
        }

        public Object path(String path) {
            Object value = root;
            for (String name : path.split("\\.")) {
                if (!name.equals("$")) value = value instanceof Map ? ((Map<?, ?>) value).get(name) : "";
            }
            return value;
        }

        public String json(String path) {
            StringBuilder text = new StringBuilder();
            write(path(path), text);
            return text.toString();
        }

        public String params(String name) {
            return parameters.getOrDefault(name, "");
        }

        private static void write(Object value, StringBuilder text) {
            if (value instanceof Map) {
                String separator = "{";
                for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                    text.append(separator).append('"').append(entry.getKey()).append("\":");
                    write(entry.getValue(), text);
                    separator = ",";
                }
                text.append('}');
            } else if (value instanceof List) {
                String separator = "[";
                for (Object element : (List<?>) value) {
                    text.append(separator);
                    write(element, text);
                    separator = ",";
                }
                text.append(']');
            } else if (value instanceof String) {
                text.append('"').append(value).append('"');
            } else {
                text.append(value);
            }
        }
    }

    public static final class Util {
        public String escapeJavaScript(String text) {
            return StringEscapeUtils.escapeJavaScript(text);
        }
    }

    public static void main(String[] arguments) throws Exception {
        RuntimeInstance engine = Render.engine(true);
        Path folder = Path.of(arguments[0]);
        Template template = new Template();
        template.setRuntimeServices(engine);
        SimpleNode tree = engine.parse(Files.readString(folder.resolve("request.vtl")), "request");
        template.setData(tree);
        template.initDocument();
        Map<String, Object> variables = new LinkedHashMap<>();
        variables.put("input", new Input(new Json(Files.readString(folder.resolve("body.json"))).value()));
        variables.put("util", new Util());
        variables.put("context", Map.of("requestId", "6f9c1a52-8f0e-4a43-9f3c-0d1f2b3c4d5e", "stage", "prod"));
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        double best = Double.MAX_VALUE;
        long bytes = 0;
        for (int round = 0; round < 20; round++) {
            long start = threads.getCurrentThreadCpuTime();
            for (int i = 0; i < 3000; i++) {
                StringWriter writer = new StringWriter();
                template.merge(new VelocityContext(new LinkedHashMap<>(variables)), writer);
                bytes += writer.toString().getBytes(StandardCharsets.UTF_8).length;
            }
            best = Math.min(best, (threads.getCurrentThreadCpuTime() - start) / 3000.0 / 1000);
        }
        if (bytes == 0) throw new IllegalStateException("nothing was rendered");
        System.out.printf("%.2f%n", best);
    }
}
