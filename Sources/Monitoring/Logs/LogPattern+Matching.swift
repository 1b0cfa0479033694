import CoreTypes
import RegularExpressions

extension LogPattern {
    /// Whether a message passes. A pattern of JSON fields takes no message that is no JSON object, whatever it asks.
    package func matches(_ message: String) -> Bool {
        switch self.form {
        case .terms(let terms): terms.match(message)
        case .json(let expression): Self.object(message).map { expression.holds($0) } ?? false
        case .fields(let fields): fields.match(Self.split(message))
        }
    }

    private static func object(_ message: String) -> JSON? {
        guard message.utf8.first(where: { $0 != 0x20 && $0 != 0x09 }) == UInt8(ascii: "{") else { return nil }
        var message = message
        guard case .success(let json) = message.withUTF8({ JSON.parse(UnsafeRawBufferPointer($0)) }) else { return nil }
        return json
    }

    /// An event's fields: what stands between blanks, in brackets or in double quotes.
    private static func split(_ message: String) -> [Substring] {
        var fields: [Substring] = []
        var rest = message[...]
        while let start = rest.firstIndex(where: { !$0.isWhitespace }) {
            rest = rest[start...]
            let closing: Character? = rest.first == "[" ? "]" : rest.first == "\"" ? "\"" : nil
            let inner = rest.dropFirst()
            if let closing, let end = inner.firstIndex(of: closing) {
                fields.append(inner[..<end])
                rest = inner[inner.index(after: end)...]
            } else {
                let end = rest.firstIndex(where: \.isWhitespace) ?? rest.endIndex
                fields.append(rest[..<end])
                rest = rest[end...]
            }
        }
        return fields
    }
}

extension LogPattern.Terms {
    fileprivate func match(_ message: String) -> Bool {
        guard self.required.allSatisfy({ $0.isFound(in: message) }), !self.excluded.contains(where: { $0.isFound(in: message) })
        else { return false }
        guard !self.optional.isEmpty, self.required.isEmpty, self.excluded.isEmpty else { return true }
        return self.optional.contains { $0.isFound(in: message) }
    }
}

extension LogPattern.Term {
    fileprivate func isFound(in message: String) -> Bool {
        switch self {
        case .text(let text): Self.contains(message.utf8, text.utf8)
        // A search that would take too many steps finds nothing.
        case .regex(let regex): (try? regex.isFound(in: message)) ?? false
        }
    }

    /// By bytes: terms are found inside of words, and text is compared as it was written.
    private static func contains(_ text: String.UTF8View, _ part: String.UTF8View) -> Bool {
        guard let first = part.first else { return true }
        var rest = text[...]
        while let found = rest.firstIndex(of: first) {
            if rest[found...].starts(with: part) { return true }
            rest = rest[rest.index(after: found)...]
        }
        return false
    }
}

extension LogPattern.Expression<[LogPattern.JSONStep]> {
    fileprivate func holds(_ object: JSON) -> Bool {
        switch self {
        case .test(let selector, let test): test.holds(object.find(selector))
        case .all(let parts): parts.allSatisfy { $0.holds(object) }
        case .any(let parts): parts.contains { $0.holds(object) }
        }
    }
}

extension JSON {
    fileprivate func find(_ steps: [LogPattern.JSONStep]) -> JSON? {
        var value = self
        for step in steps {
            let next: JSON? =
                switch step {
                case .member(let name): value[name]
                case .element(let index): value.arrayValue.flatMap { index < $0.count ? $0[index] : nil }
                }
            guard let next else { return nil }
            value = next
        }
        return value
    }
}

extension LogPattern.Test {
    fileprivate func holds(_ value: JSON?) -> Bool {
        switch self {
        case .isNull: value == .null
        case .isTrue: value == .bool(true)
        case .isFalse: value == .bool(false)
        case .exists: value != nil
        case .notExists: value == nil
        case .compare(let sign, let literal): value.flatMap { literal.compare($0, sign) } ?? false
        }
    }
}

extension LogPattern.Literal {
    /// `nil` where the value can't be compared: an array, an object, null, or text with a number's order.
    fileprivate func compare(_ value: JSON, _ sign: LogPattern.Operator) -> Bool? {
        switch value {
        case .null, .array, .object: nil
        case .bool(let flag): self.compare(text: String(flag), sign)
        case .string(let text): self.compare(text: text, sign)
        case .number(let number):
            if let own = self.number {
                Self.compare(number.doubleValue, own, sign)
            } else {
                self.compare(text: number.text, sign)
            }
        }
    }

    /// A field's text, which may be a number.
    fileprivate func compare(field: Substring, _ sign: LogPattern.Operator) -> Bool? {
        if let own = self.number, let number = Double(field) { return Self.compare(number, own, sign) }
        return self.compare(text: String(field), sign)
    }

    private func compare(text: String, _ sign: LogPattern.Operator) -> Bool? {
        switch sign {
        case .equal: self.isMatched(by: text)
        case .notEqual: !self.isMatched(by: text)
        case .less, .lessOrEqual, .greater, .greaterOrEqual: nil
        }
    }

    private func isMatched(by text: String) -> Bool {
        switch self.match {
        // As for terms.
        case .regex(let regex): return (try? regex.isFound(in: text)) ?? false
        case .text(let own, let openStart, let openEnd):
            switch (openStart, openEnd) {
            case (false, false): return text == own
            case (true, false): return text.hasSuffix(own)
            case (false, true): return text.hasPrefix(own)
            case (true, true): return LogPattern.Term.text(own).isFound(in: text)
            }
        }
    }

    private static func compare(_ left: Double, _ right: Double, _ sign: LogPattern.Operator) -> Bool {
        switch sign {
        case .equal: left == right
        case .notEqual: left != right
        case .less: left < right
        case .lessOrEqual: left <= right
        case .greater: left > right
        case .greaterOrEqual: left >= right
        }
    }
}

extension LogPattern.Fields {
    fileprivate func match(_ fields: [Substring]) -> Bool {
        guard let last = self.last else {
            return fields.count == self.first.count && zip(self.first, fields).allSatisfy { $0.matches($1) }
        }
        return fields.count >= self.first.count + last.count && zip(self.first, fields).allSatisfy { $0.matches($1) }
            && zip(last, fields.suffix(last.count)).allSatisfy { $0.matches($1) }
    }
}

extension LogPattern.Field {
    fileprivate func matches(_ field: Substring) -> Bool { self.condition?.holds(field) ?? true }
}

extension LogPattern.Expression<LogPattern.NoSelector> {
    fileprivate func holds(_ field: Substring) -> Bool {
        switch self {
        case .all(let parts): parts.allSatisfy { $0.holds(field) }
        case .any(let parts): parts.contains { $0.holds(field) }
        case .test(_, let test):
            switch test {
            case .compare(let sign, let literal): literal.compare(field: field, sign) ?? false
            case .exists: true
            // Of a field that is text and there.
            case .isNull, .isTrue, .isFalse, .notExists: false
            }
        }
    }
}
