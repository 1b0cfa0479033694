/// Finds an alias within a key before the text is parsed.
///
/// The parser compares the keys of a map as whole trees, so that an alias of an alias of … in a key would cost time without
/// bound. No template needs one. The scan reads the text alone: a name counts as an alias only if an anchor of that name is
/// there.
enum AliasKeyScanner {
    static func find(in text: String) -> (line: Int, column: Int)? {
        let bytes = Array(text.utf8)
        let anchors = self.names(marked: UInt8(ascii: "&"), in: bytes[...])
        guard !anchors.isEmpty else { return nil }
        let known = Set(anchors.map(Array.init))
        for (number, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            for alias in self.names(marked: UInt8(ascii: "*"), in: line) where known.contains(Array(alias)) {
                let rest = line[alias.endIndex...]
                if self.startsKeyEnd(rest) || self.closesIntoKey(rest) {
                    return (number + 1, alias.startIndex - line.startIndex)
                }
            }
            if self.isExplicitKey(line) { return (number + 1, 1) }
        }
        return nil
    }

    /// Names behind `mark` where a token may begin: letters, digits, `_` and `-` are all that libyaml takes.
    private static func names(marked mark: UInt8, in bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var found: [ArraySlice<UInt8>] = []
        var previous = UInt8(ascii: " ")
        for index in bytes.indices {
            defer { previous = bytes[index] }
            guard bytes[index] == mark, " \t\r\n[{,:-?".utf8.contains(previous) else { continue }
            let name = bytes[(index + 1)...].prefix { $0.isLetterOrDigit || $0 == 0x5F || $0 == 0x2D }
            if !name.isEmpty { found.append(name) }
        }
        return found
    }

    private static func startsKeyEnd(_ rest: ArraySlice<UInt8>) -> Bool {
        rest.first { $0 != 0x20 && $0 != 0x09 } == UInt8(ascii: ":")
    }

    /// `[*a, x]: …` and `{*a: x}: …`
    private static func closesIntoKey(_ rest: ArraySlice<UInt8>) -> Bool {
        rest.indices.contains {
            (rest[$0] == UInt8(ascii: "]") || rest[$0] == UInt8(ascii: "}")) && self.startsKeyEnd(rest[($0 + 1)...])
        }
    }

    /// `? …`, also behind `- `.
    private static func isExplicitKey(_ line: ArraySlice<UInt8>) -> Bool {
        var rest = line.drop { $0 == 0x20 }
        while rest.starts(with: "- ".utf8) { rest = rest.dropFirst(2).drop { $0 == 0x20 } }
        return rest.first == UInt8(ascii: "?") && (rest.count == 1 || rest.dropFirst().first == 0x20)
    }
}
