import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.app.event.EventCartridge;
import org.apache.velocity.app.event.InvalidReferenceEventHandler;
import org.apache.velocity.context.Context;
import org.apache.velocity.exception.ParseErrorException;
import org.apache.velocity.runtime.RuntimeInstance;
import org.apache.velocity.util.introspection.Info;

/**
 * Renders templates with Apache Velocity 1.7, a case a line of standard input:
 * {"template": text, "variables": {name: value}, "profile": "Velocity 1.7" | "API Gateway"}
 * and answers each with a line {"output": text}, or {"error": "syntax" | "evaluation", "message": text}.
 */
public final class Render {
    public static void main(String[] arguments) throws Exception {
        Map<String, RuntimeInstance> engines = new LinkedHashMap<>();
        engines.put("Velocity 1.7", engine(false));
        engines.put("API Gateway", engine(true));
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream output = new PrintStream(System.out, false, "UTF-8");
        String line;
        while ((line = input.readLine()) != null) {
            output.println(answer((Map<?, ?>) new Json(line).value(), engines));
            output.flush();
        }
    }

    /** The settings under which API Gateway's recorded renderings come out. */
    static RuntimeInstance engine(boolean isGateway) {
        RuntimeInstance engine = new RuntimeInstance();
        engine.setProperty("runtime.log.logsystem.class", "org.apache.velocity.runtime.log.NullLogChute");
        engine.setProperty("velocimacro.library", "");
        if (isGateway) {
            engine.setProperty("velocimacro.permissions.allow.inline", "false");
            engine.setProperty("directive.foreach.maxloops", "1000");
        } else {
            // A macro of one case must not be seen by the next.
            engine.setProperty("velocimacro.permissions.allow.inline.local.scope", "true");
        }
        engine.init();
        if (isGateway) engine.removeDirective("evaluate");
        return engine;
    }

    private static int cases = 0;

    static String answer(Map<?, ?> test, Map<String, RuntimeInstance> engines) {
        boolean isGateway = "API Gateway".equals(test.get("profile"));
        VelocityContext context = new VelocityContext((Map<?, ?>) test.get("variables"));
        if (isGateway) {
            EventCartridge handlers = new EventCartridge();
            handlers.addEventHandler(new EmptyText());
            handlers.attachToContext(context);
        }
        StringWriter writer = new StringWriter();
        try {
            engines.get(isGateway ? "API Gateway" : "Velocity 1.7")
                .evaluate(context, writer, "case" + cases++, (String) test.get("template"));
            return "{\"output\":" + Json.quoted(writer.toString()) + "}";
        } catch (ParseErrorException error) {
            return "{\"error\":\"syntax\",\"message\":" + Json.quoted(String.valueOf(error.getMessage())) + "}";
        } catch (Throwable error) {
            return "{\"error\":\"evaluation\",\"message\":" + Json.quoted(String.valueOf(error)) + "}";
        }
    }

    /** What is missing is the empty text. */
    public static final class EmptyText implements InvalidReferenceEventHandler {
        public Object invalidGetMethod(Context context, String reference, Object object, String property, Info info) {
            return "";
        }

        public boolean invalidSetMethod(Context context, String left, String right, Info info) {
            return false;
        }

        public Object invalidMethod(Context context, String reference, Object object, String method, Info info) {
            return "";
        }
    }
}

/** As much of JSON as the cases need. */
final class Json {
    private final String text;
    private int place = 0;

    Json(String text) {
        this.text = text;
    }

    Object value() {
        skip();
        char first = text.charAt(place);
        if (first == '{') return object();
        if (first == '[') return array();
        if (first == '"') return string();
        int start = place;
        while (place < text.length() && ",]} \t".indexOf(text.charAt(place)) < 0) place++;
        String word = text.substring(start, place);
        switch (word) {
            case "null": return null;
            case "true": return true;
            case "false": return false;
            default: return number(word);
        }
    }

    /** A number with an m behind it is a BigDecimal. */
    private static Object number(String word) {
        if (word.endsWith("m")) return new BigDecimal(word.substring(0, word.length() - 1));
        if (word.matches(".*[.eE].*")) return Double.valueOf(word);
        BigInteger number = new BigInteger(word);
        if (number.bitLength() < 32) return number.intValue();
        return number.bitLength() < 64 ? (Object) number.longValue() : number;
    }

    private Map<String, Object> object() {
        Map<String, Object> object = new LinkedHashMap<>();
        for (place++, skip(); text.charAt(place) != '}'; skip()) {
            String key = string();
            skip();
            place++;
            object.put(key, value());
            skip();
            if (text.charAt(place) == ',') place++;
            skip();
        }
        place++;
        return object;
    }

    private List<Object> array() {
        List<Object> array = new ArrayList<>();
        for (place++, skip(); text.charAt(place) != ']'; skip()) {
            array.add(value());
            skip();
            if (text.charAt(place) == ',') place++;
        }
        place++;
        return array;
    }

    private String string() {
        StringBuilder result = new StringBuilder();
        for (place++; text.charAt(place) != '"'; place++) {
            char unit = text.charAt(place);
            if (unit != '\\') {
                result.append(unit);
                continue;
            }
            unit = text.charAt(++place);
            int plain = "\"\\/bfnrt".indexOf(unit);
            if (plain >= 0) {
                result.append("\"\\/\b\f\n\r\t".charAt(plain));
            } else {
                result.append((char) Integer.parseInt(text.substring(place + 1, place + 5), 16));
                place += 4;
            }
        }
        place++;
        return result.toString();
    }

    private void skip() {
        while (place < text.length() && Character.isWhitespace(text.charAt(place))) place++;
    }

    static String quoted(String text) {
        StringBuilder result = new StringBuilder("\"");
        for (char unit : text.toCharArray()) {
            if (unit >= ' ' && unit < 127 && unit != '"' && unit != '\\') result.append(unit);
            else result.append(String.format("\\u%04x", (int) unit));
        }
        return result.append('"').toString();
    }
}
