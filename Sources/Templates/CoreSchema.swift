/// What a plain scalar is, by YAML 1.1 ("Language-Independent Types": null, bool, int, float).
enum CoreSchema {
    private static let nulls: Set<String> = ["", "~", "null", "Null", "NULL"]
    private static let yes: Set<String> = ["true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"]
    private static let no: Set<String> = ["false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"]

    static func value(of text: String) -> TemplateNode.Value {
        if self.nulls.contains(text) { return .null }
        if self.yes.contains(text) { return .bool(true) }
        if self.no.contains(text) { return .bool(false) }
        return self.number(text).map(TemplateNode.Value.number) ?? .string(text)
    }

    /// Decimal, octal (`017`), hexadecimal, binary and floating numbers in their decimal spelling: `1_000` is `1000`, `1.10` is
    /// `1.1`. `nil` for other texts, among them digits that begin with 0 and are no octal number, such as many account ids.
    private static func number(_ text: String) -> String? {
        guard let first = text.utf8.first, text.utf8.count <= 64 else { return nil }
        guard (0x30...0x39).contains(first) || first == 0x2B || first == 0x2D || first == 0x2E else { return nil }
        let plain = text.filter { $0 != "_" }
        let isNegative = plain.hasPrefix("-")
        let digits = isNegative || plain.hasPrefix("+") ? String(plain.dropFirst()) : plain
        guard let leading = digits.utf8.first, (0x30...0x39).contains(leading) || leading == 0x2E else { return nil }
        let sign = isNegative ? "-" : ""
        if digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            if digits.utf8.count == 1 || leading != 0x30 { return sign + digits }
            return Int(digits, radix: 8).map { sign + String($0) }
        }
        for (prefix, radix) in [("0x", 16), ("0b", 2)] where digits.hasPrefix(prefix) {
            let rest = digits.dropFirst(2)
            guard !rest.hasPrefix("-"), !rest.hasPrefix("+") else { return nil }
            return Int(rest, radix: radix).map { sign + String($0) }
        }
        // A dot is what makes a float in YAML 1.1; `1e3` counts as one too, as in JSON.
        let isFloat = digits.utf8.allSatisfy { (0x30...0x39).contains($0) || [0x2E, 0x65, 0x45, 0x2B, 0x2D].contains($0) }
        guard isFloat, let value = Double(digits), value.isFinite else { return nil }
        return sign + "\(value)"
    }
}
