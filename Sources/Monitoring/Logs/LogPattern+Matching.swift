import CoreTypes
import RegularExpressions

extension LogPattern {
    /// Whether a message passes. A pattern of JSON fields takes no message that is no JSON object, whatever it asks.
    package func matches(_ message: String) -> Bool {
        switch self.form {
        case .terms(let terms): terms.match { $0.isFound(in: message) }
        case .json(let expression): Self.object(message).map { expression.holds($0) } ?? false
        case .fields(let fields): fields.match(Self.split(message))
        }
    }

    /// The same for a message that is bytes. Terms without regular expressions are looked for in them as they lie; all else
    /// needs a text.
    func matches(utf8 message: ArraySlice<UInt8>) -> Bool {
        if case .terms(let terms) = self.form, terms.isPlain {
            return message.withUnsafeBufferPointer { bytes in terms.match { $0.isFound(inBytes: bytes) } }
        }
        // Most lines of a log are no JSON: a look at the first byte spares the text.
        if case .json = self.form, message.first(where: { $0 != 0x20 && $0 != 0x09 }) != UInt8(ascii: "{") { return false }
        return self.matches(String(decoding: message, as: UTF8.self))
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
    fileprivate var isPlain: Bool {
        (self.required + self.excluded + self.optional).allSatisfy { if case .text = $0 { true } else { false } }
    }

    fileprivate func match(_ isFound: (LogPattern.Term) -> Bool) -> Bool {
        guard self.required.allSatisfy(isFound), !self.excluded.contains(where: isFound) else { return false }
        guard !self.optional.isEmpty, self.required.isEmpty, self.excluded.isEmpty else { return true }
        return self.optional.contains(where: isFound)
    }
}

extension LogPattern.Term {
    fileprivate func isFound(in message: String) -> Bool {
        switch self {
        case .text:
            var message = message
            return message.withUTF8 { self.isFound(inBytes: $0) }
        // A search that would take too many steps finds nothing.
        case .regex(let regex): return (try? regex.isFound(in: message)) ?? false
        }
    }

    /// By bytes: terms are found inside of words, and text is compared as it was written.
    fileprivate func isFound(inBytes message: UnsafeBufferPointer<UInt8>) -> Bool {
        switch self {
        case .text(var text): text.withUTF8 { Self.contains(message, $0) }
        case .regex: self.isFound(in: String(decoding: message, as: UTF8.self))
        }
    }

    private static func contains(_ text: UnsafeBufferPointer<UInt8>, _ part: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = part.first else { return true }
        guard text.count >= part.count else { return false }
        for start in 0...(text.count - part.count) where text[start] == first {
            var length = 1
            while length < part.count, text[start + length] == part[length] { length += 1 }
            if length == part.count { return true }
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
