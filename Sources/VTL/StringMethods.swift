import RegularExpressions

/// A `java.lang.String`'s. Positions count UTF-16 code units; text of ASCII alone is worked on as bytes.
struct StringMethods {
    let text: String
    let bytesMax: Int

    init(_ text: String, bytesMax: Int) {
        self.text = text
        self.bytesMax = bytesMax
    }

    func call(_ method: Method, _ arguments: [Value], work: inout Int) throws(MethodFailure) -> Value? {
        work = self.text.utf8.count / 64
        switch arguments.count {
        case 0: return self.callPlain(method)
        case 1: return try self.call(method, arguments[0], work: &work)
        case 2: return try self.call(method, arguments[0], arguments[1], work: &work)
        default: return try self.callLonger(method, arguments, work: &work)
        }
    }

    private func callPlain(_ method: Method) -> Value? {
        switch method {
        case .length: .int(Int32(truncatingIfNeeded: self.text.utf16.count))
        case .isEmpty: .bool(self.text.isEmpty)
        case .isBlank: .bool(Self.isBlank(self.text))
        case .trim: .string(Self.trimmed(self.text))
        case .strip, .stripLeading, .stripTrailing: .string(self.stripped(method))
        case .toUpperCase: .string(self.text.uppercased())
        case .toLowerCase: .string(self.text.lowercased())
        case .intern: .string(self.text)
        case .toCharArray: .object(ArrayObject(self.text.utf16.map { .character($0) }, typeName: "[C"))
        case .getBytes: .object(ArrayObject.bytes(of: self.text))
        default: nil
        }
    }

    /// Without the characters up to U+0020 at both ends.
    static func trimmed(_ text: String) -> String {
        let bytes = text.utf8
        guard let first = bytes.firstIndex(where: { $0 > 0x20 }), let last = bytes.lastIndex(where: { $0 > 0x20 }) else {
            return ""
        }
        return String(text[first...last])
    }

    /// `isBlank` and the `strip` methods go by `Character.isWhitespace`, `trim` by the number of the character.
    static func isBlank(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy(self.isWhitespace)
    }

    /// Blanks that may break a line, and the separators among the control characters.
    static func isWhitespace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09...0x0D, 0x1C...0x20: return true
        case 0xA0, 0x2007, 0x202F: return false
        default:
            let category = scalar.properties.generalCategory
            return category == .spaceSeparator || category == .lineSeparator || category == .paragraphSeparator
        }
    }

    private func stripped(_ method: Method) -> String {
        var rest = self.text.unicodeScalars[...]
        if method != .stripTrailing { rest = rest.drop(while: Self.isWhitespace) }
        if method != .stripLeading {
            while let last = rest.last, Self.isWhitespace(last) { rest.removeLast() }
        }
        return String(rest)
    }

    // MARK: One argument

    private func call(_ method: Method, _ argument: Value, work: inout Int) throws(MethodFailure) -> Value? {
        switch (method, argument) {
        case (.substring, .int(let from)): return .string(try self.substring(from, nil))
        case (.charAt, .int(let index)):
            let units = self.text.utf16
            guard index >= 0, Int(index) < units.count else {
                throw MethodFailure("StringIndexOutOfBoundsException: index \(index), length \(units.count)")
            }
            return .character(units[units.index(units.startIndex, offsetBy: Int(index))])
        case (.codePointAt, .int(let index)): return .int(try self.codePoint(at: index))
        case (.codePointBefore, .int(let index)): return .int(try self.codePoint(before: index))
        case (.repeat, .int(let count)):
            guard count >= 0 else { throw MethodFailure("IllegalArgumentException: count is negative: \(count)") }
            return .string(try self.bounded(String(repeating: self.text, count: self.repetitions(count))))
        case (.valueOf, _), (.copyValueOf, _):
            if let units = Self.characters(argument) { return .string(String(decoding: units, as: UTF16.self)) }
            if method == .valueOf { return .string(argument.text) }
            if argument.isNull { throw MethodFailure("NullPointerException") }
            return nil
        case (.format, _), (.join, _): return try self.callStatic(method, [argument], work: &work)
        case (_, .string(let other)): return try self.callText(method, other, work: &work)
        case (.indexOf, .int(let code)), (.lastIndexOf, .int(let code)):
            guard let scalar = UInt32(exactly: code).flatMap(Unicode.Scalar.init) else { return .int(-1) }
            return .int(self.index(of: String(Character(scalar)), isLast: method == .lastIndexOf, from: nil))
        case (_, .null):
            switch method {
            case .concat, .contains, .indexOf, .lastIndexOf, .startsWith, .endsWith, .compareTo, .matches, .split, .contentEquals,
                .compareToIgnoreCase:
                throw MethodFailure("NullPointerException")
            case .equalsIgnoreCase: return .bool(false)
            default: return nil
            }
        case (.compareTo, _): throw JavaMethods.uncomparable(argument)
        default: return nil
        }
    }

    private func repetitions(_ count: Int32) -> Int {
        // One byte too many is enough for the check that follows.
        min(Int(count), self.bytesMax / max(self.text.utf8.count, 1) + 1)
    }

    private func callText(_ method: Method, _ other: String, work: inout Int) throws(MethodFailure) -> Value? {
        switch method {
        case .indexOf: return .int(self.index(of: other, isLast: false, from: nil))
        case .lastIndexOf: return .int(self.index(of: other, isLast: true, from: nil))
        case .contains: return .bool(self.index(of: other, isLast: false, from: nil) >= 0)
        case .startsWith: return .bool(self.text.utf8.starts(with: other.utf8))
        case .endsWith: return .bool(self.text.utf8.reversed().starts(with: other.utf8.reversed()))
        case .equalsIgnoreCase: return .bool(self.text.lowercased() == other.lowercased())
        case .concat: return .string(try self.bounded(self.text + other))
        case .compareTo: return .int(Self.compare(self.text, other))
        case .compareToIgnoreCase: return .int(Self.compare(self.text.lowercased(), other.lowercased()))
        case .matches:
            return .bool(try Self.regex(other) { (regex) throws(RegexFailure) in try regex.matches(self.text, work: &work) })
        case .split: return try self.split(other, limit: 0, work: &work)
        case .contentEquals: return .bool(self.text.utf8.elementsEqual(other.utf8))
        case .getBytes: return try self.bytes(in: other)
        default: return nil
        }
    }

    private static func compare(_ left: String, _ right: String) -> Int32 {
        for (one, other) in zip(left.utf16, right.utf16) where one != other { return Int32(one) - Int32(other) }
        return Int32(truncatingIfNeeded: left.utf16.count - right.utf16.count)
    }

    // MARK: Two arguments and more

    private func call(_ method: Method, _ first: Value, _ second: Value, work: inout Int) throws(MethodFailure) -> Value? {
        switch (method, first, second) {
        case (.substring, .int(let from), .int(let to)), (.subSequence, .int(let from), .int(let to)):
            return .string(try self.substring(from, to))
        case (.indexOf, .string(let other), .int(let from)), (.lastIndexOf, .string(let other), .int(let from)):
            return .int(self.index(of: other, isLast: method == .lastIndexOf, from: from))
        case (.startsWith, .string(let other), .int(let from)):
            guard from >= 0, Int(from) <= self.text.utf16.count else { return .bool(false) }
            return .bool(self.text.utf16.dropFirst(Int(from)).starts(with: other.utf16))
        case (.replace, .string(let old), .string(let new)): return .string(try self.replacing(old, with: new))
        case (.replace, .character(let old), .character(let new)):
            let units = self.text.utf16.map { $0 == old ? new : $0 }
            return .string(String(decoding: units, as: UTF16.self))
        case (.replaceAll, .string(let pattern), .string(let replacement)):
            return .string(try self.replacing(pattern, by: replacement, once: false, work: &work))
        case (.replaceFirst, .string(let pattern), .string(let replacement)):
            return .string(try self.replacing(pattern, by: replacement, once: true, work: &work))
        case (.split, .string(let pattern), .int(let limit)): return try self.split(pattern, limit: Int(limit), work: &work)
        case (.replaceAll, .string(let pattern), .null):
            // Java looks at the replacement only where the pattern is found.
            let isFound = try Self.regex(pattern) { (regex) throws(RegexFailure) in
                try regex.isFound(in: self.text, work: &work)
            }
            guard isFound else { return .string(self.text) }
            throw MethodFailure("NullPointerException")
        case (.replace, .null, _), (.replaceAll, .null, _), (.replaceFirst, .null, _),
            (.replace, .string, .null), (.replaceFirst, .string, .null),
            (.indexOf, .null, .int), (.lastIndexOf, .null, .int), (.startsWith, .null, .int), (.split, .null, .int):
            throw MethodFailure("NullPointerException")
        default: return try self.callLonger(method, [first, second], work: &work)
        }
    }

    // MARK: Parts

    func bounded(_ text: String) throws(MethodFailure) -> String {
        guard text.utf8.count <= self.bytesMax else {
            throw MethodFailure("OutOfMemoryError: a text grew beyond \(self.bytesMax) bytes")
        }
        return text
    }

    private func substring(_ from: Int32, _ to: Int32?) throws(MethodFailure) -> String {
        let units = self.text.utf16
        let count = units.count
        let end = to.map(Int.init) ?? count
        guard from >= 0, Int(from) <= end, end <= count else {
            throw MethodFailure("StringIndexOutOfBoundsException: begin \(from), end \(end), length \(count)")
        }
        let low = units.index(units.startIndex, offsetBy: Int(from))
        let high = units.index(low, offsetBy: end - Int(from))
        // A cut through a pair of surrogates leaves a half that UTF-8 can't hold.
        return String(units[low..<high]) ?? String(decoding: units[low..<high], as: UTF16.self)
    }

    private func index(of other: String, isLast: Bool, from: Int32?) -> Int32 {
        let units = Array(self.text.utf16)
        let sought = Array(other.utf16)
        guard sought.count <= units.count else { return -1 }
        let lastPlace = units.count - sought.count
        if isLast {
            let start = min(lastPlace, from.map(Int.init) ?? lastPlace)
            guard start >= 0 else { return -1 }
            // The last one is the first one of the text read backwards.
            let backwards = SubstringSearch(Array(sought.reversed()))
            let place = backwards.first(in: Array(units[..<(start + sought.count)].reversed()), from: 0)
            return Int32(truncatingIfNeeded: place.map { start - $0 } ?? -1)
        }
        let start = max(0, from.map(Int.init) ?? 0)
        guard start <= lastPlace else { return sought.isEmpty ? Int32(truncatingIfNeeded: units.count) : -1 }
        return Int32(truncatingIfNeeded: SubstringSearch(sought).first(in: units, from: start) ?? -1)
    }

    private func replacing(_ old: String, with new: String) throws(MethodFailure) -> String {
        let text = Array(self.text.utf8)
        let sought = Array(old.utf8)
        var result: [UInt8] = []
        if sought.isEmpty {
            for scalar in self.text.unicodeScalars where result.count <= self.bytesMax {
                result.append(utf8: new)
                result.append(utf8: String(Character(scalar)))
            }
            result.append(utf8: new)
        } else {
            let search = SubstringSearch(sought)
            var index = 0
            while result.count <= self.bytesMax, let place = search.first(in: text, from: index) {
                result += text[index..<place]
                result.append(utf8: new)
                index = place + sought.count
            }
            result += text[index...]
        }
        return try self.bounded(String(decoding: result, as: UTF8.self))
    }

    private func replacing(
        _ pattern: String, by replacement: String, once: Bool, work: inout Int
    ) throws(MethodFailure) -> String {
        try Self.regex(pattern) { (regex) throws(RegexFailure) in
            try regex.replace(in: self.text, with: replacement, once: once, bytesMax: self.bytesMax, work: &work)
        }
    }

    /// What a pattern comes to; its failures are the method's.
    private static func regex<Result>(
        _ pattern: String, _ use: (JavaRegex) throws(RegexFailure) -> Result
    ) throws(MethodFailure) -> Result {
        do { return try use(JavaRegex(pattern)) } catch { throw MethodFailure(error.message) }
    }

    private func split(_ pattern: String, limit: Int, work: inout Int) throws(MethodFailure) -> Value {
        let parts = try Self.regex(pattern) { (regex) throws(RegexFailure) in
            try regex.split(self.text, limit: limit, work: &work)
        }
        return .object(ArrayObject(parts.map { .string($0) }, typeName: "[Ljava.lang.String;"))
    }
}
