/// One profile of the shared credentials and config files (AWS SDKs and Tools reference guide, "Shared config and credentials files").
struct CredentialProfile {
    let name: String
    let credentialsFile: String
    private let credentials: [String: String]?
    private let config: [String: String]?

    /// - Parameters:
    ///   - credentials, config: the files' texts, where there are any.
    init(name: String, credentialsFile: String, credentials: String?, config: String?) {
        self.name = name
        self.credentialsFile = credentialsFile
        self.credentials = credentials.flatMap { Self.section([name], of: $0) }
        self.config = config.flatMap { Self.section(["profile \(name)", name], of: $0) }
    }

    var exists: Bool { self.credentials != nil || self.config != nil }

    /// Keys of the credentials file, then a program, then keys of the config file; `nil` for none of them.
    func source() throws(CredentialChain.Missing) -> CredentialSource? {
        let values = (self.config ?? [:]).merging(self.credentials ?? [:]) { $1 }
        // Keys beside these belong to somebody else than who is meant.
        let others = values.keys.filter(Self.otherProviders.contains).sorted()
        guard others.isEmpty else {
            throw CredentialChain.Missing(
                message: "the profile \(self.name) gets its keys by \(others.joined(separator: ", ")), which is not done here: "
                    + CredentialChain.advice)
        }
        if let keys = try self.keys(self.credentials ?? [:]) { return .keys(keys) }
        if let command = values["credential_process"] {
            guard let words = Self.words(command), !words.isEmpty else {
                throw CredentialChain.Missing(
                    message: "the credential_process of the profile \(self.name) has a quote that is not closed, or is empty")
            }
            return .process(words)
        }
        return try self.keys(self.config ?? [:]).map { .keys($0) }
    }

    private static let otherProviders: Set<String> = [
        "credential_source", "role_arn", "sso_session", "sso_start_url", "sso_account_id", "source_profile",
        "web_identity_token_file", "login_session",
    ]

    private func keys(_ values: [String: String]) throws(CredentialChain.Missing) -> AWSCredentials? {
        switch (values["aws_access_key_id"], values["aws_secret_access_key"]) {
        case (let id?, let secret?):
            return AWSCredentials(accessKeyID: id, secretAccessKey: secret, sessionToken: values["aws_session_token"])
        case (nil, nil): return nil
        case (_, nil): throw CredentialChain.Missing(message: "the profile \(self.name) has no aws_secret_access_key")
        case (nil, _): throw CredentialChain.Missing(message: "the profile \(self.name) has no aws_access_key_id")
        }
    }

    /// The words of a command line without a shell: blanks part them, quotes of both kinds and a backslash keep blanks.
    /// - Returns: `nil` for a quote that is not closed.
    static func words(_ line: String) -> [String]? {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var isEscaped = false
        for character in line {
            if isEscaped {
                word = (word ?? "") + String(character)
                isEscaped = false
            } else if character == "\\", quote != "'" {
                isEscaped = true
            } else if let open = quote {
                if character == open { quote = nil } else { word = (word ?? "") + String(character) }
            } else if character == "\"" || character == "'" {
                quote = character
                word = word ?? ""
            } else if character.isWhitespace {
                if let done = word { words.append(done) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil, !isEscaped else { return nil }
        if let done = word { words.append(done) }
        return words
    }

    /// The values of the first of some sections that a file has; names in lower case.
    private static func section(_ names: [String], of text: String) -> [String: String]? {
        var values: [String: [String: String]] = [:]
        var current = ""
        for line in text.split(whereSeparator: \.isNewline) {
            let line = line.drop(while: \.isWhitespace)
            guard let first = line.first, first != "#", first != ";" else { continue }
            if first == "[" {
                current = line.dropFirst().prefix { $0 != "]" }.split(separator: " ").joined(separator: " ")
                values[current] = values[current] ?? [:]
            } else if let equals = line.firstIndex(of: "=") {
                let name = line[..<equals].split(separator: " ").joined().lowercased()
                values[current, default: [:]][name] = Self.trimmed(line[line.index(after: equals)...])
            }
        }
        return names.lazy.compactMap { values[$0] }.first
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop(while: \.isWhitespace)
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
