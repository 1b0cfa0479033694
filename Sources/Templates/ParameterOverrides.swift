/// Reads `--parameter-overrides` in both spellings of SAM: `Key=Value Key2=Value2` and
/// `ParameterKey=Key,ParameterValue=Value`.
///
/// Each argument may hold several pairs with spaces between. Double quotes keep spaces together; a backslash takes the next
/// character as it is. The last of equal keys counts.
package enum ParameterOverrides {
    package static func parse(_ arguments: [String]) throws(TemplateError) -> [String: String] {
        var overrides: [String: String] = [:]
        for argument in arguments {
            for word in self.words(of: argument) {
                let (key, value) = try self.pair(word)
                overrides[key] = value
            }
        }
        return overrides
    }

    /// Words with quotes and backslashes taken away, but where they stood kept: a comma within quotes ends nothing.
    private static func words(of argument: String) -> [[(character: Character, isQuoted: Bool)]] {
        var words: [[(character: Character, isQuoted: Bool)]] = []
        var word: [(character: Character, isQuoted: Bool)] = []
        var isStarted = false
        var inQuotes = false
        var isEscaped = false
        for character in argument {
            if isEscaped {
                word.append((character, true))
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
                isStarted = true
            } else if character == "\"" {
                inQuotes.toggle()
                isStarted = true
            } else if character.isWhitespace, !inQuotes {
                if isStarted { words.append(word) }
                word = []
                isStarted = false
            } else {
                word.append((character, inQuotes))
                isStarted = true
            }
        }
        return isStarted ? words + [word] : words
    }

    private static func pair(_ word: [(character: Character, isQuoted: Bool)]) throws(TemplateError) -> (String, String) {
        let text = String(word.map(\.character))
        let prefix = "ParameterKey="
        if text.hasPrefix(prefix) {
            let rest = word.dropFirst(prefix.count)
            let key = rest.prefix { $0.isQuoted || $0.character != "," }
            let value = String(rest.dropFirst(key.count).map(\.character))
            let marker = ",ParameterValue="
            if !key.isEmpty, value.hasPrefix(marker) {
                return (String(key.map(\.character)), String(value.dropFirst(marker.count)))
            }
        } else if let equals = word.firstIndex(where: { $0.character == "=" && !$0.isQuoted }), equals > 0 {
            return (String(word[..<equals].map(\.character)), String(word[(equals + 1)...].map(\.character)))
        }
        throw TemplateError([
            TemplateDiagnostic(
                file: "--parameter-overrides", line: 1, column: 1, path: "",
                message:
                    "\"\(text)\" is not Key=Value or ParameterKey=Key,ParameterValue=Value. Put quotes around values with spaces."
            )
        ])
    }
}
