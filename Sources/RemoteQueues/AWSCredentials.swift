import Foundation

/// What requests are signed with.
package struct AWSCredentials: Hashable, Sendable {
    package let accessKeyID: String
    package let secretAccessKey: String
    package let sessionToken: String?

    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }
}

/// Where credentials are looked for, in the order of AWS's own tools (AWS SDKs and Tools reference guide, "Standardized credential
/// providers"): the environment, then the profile `AWS_PROFILE` in the shared credentials and config files. Keys that another
/// program makes (`credential_process`, SSO, roles, containers, instances) are not fetched: a profile with them is told.
package struct CredentialChain: Sendable {
    private let environment: [String: String]
    private let read: @Sendable (String) -> String?

    /// - Parameter read: the text of a file, `nil` when there is none.
    package init(environment: [String: String], read: @escaping @Sendable (String) -> String?) {
        self.environment = environment
        self.read = read
    }

    /// Of this process.
    package static var ofProcess: CredentialChain {
        CredentialChain(environment: ProcessInfo.processInfo.environment) { path in
            FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    package struct Missing: Error, Hashable, Sendable {
        package let message: String
    }

    /// Read anew each time: files and their temporary keys change.
    package func credentials() throws(Missing) -> AWSCredentials {
        if let id = self.value("AWS_ACCESS_KEY_ID"), let secret = self.value("AWS_SECRET_ACCESS_KEY") {
            return AWSCredentials(accessKeyID: id, secretAccessKey: secret, sessionToken: self.value("AWS_SESSION_TOKEN"))
        }
        let profile = self.value("AWS_PROFILE") ?? "default"
        let home = self.value("HOME") ?? ""
        let files = [
            (self.value("AWS_SHARED_CREDENTIALS_FILE") ?? "\(home)/.aws/credentials", [profile]),
            (self.value("AWS_CONFIG_FILE") ?? "\(home)/.aws/config", ["profile \(profile)", profile]),
        ]
        var others: Set<String> = []
        for (path, sections) in files {
            guard let text = self.read(path) else { continue }
            let values = Self.section(sections, of: text)
            if let id = values["aws_access_key_id"], let secret = values["aws_secret_access_key"] {
                return AWSCredentials(accessKeyID: id, secretAccessKey: secret, sessionToken: values["aws_session_token"])
            }
            others.formUnion(values.keys.filter { Self.otherProviders.contains($0) })
        }
        guard others.isEmpty else {
            throw Missing(
                message:
                    "the profile \(profile) gets its keys by \(others.sorted().joined(separator: ", ")), which is not done here: "
                    + "export them, for example with 'aws configure export-credentials --format env'")
        }
        throw Missing(
            message:
                "there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile with keys in \(files[0].0)"
        )
    }

    private static let otherProviders: Set<String> = [
        "credential_process", "credential_source", "role_arn", "sso_session", "sso_start_url", "source_profile",
        "web_identity_token_file", "login_session",
    ]

    private func value(_ name: String) -> String? { self.environment[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// The values of the first of some sections that a file has; names in lower case.
    private static func section(_ names: [String], of text: String) -> [String: String] {
        var values: [String: [String: String]] = [:]
        var current = ""
        for line in text.split(whereSeparator: \.isNewline) {
            let line = line.drop(while: \.isWhitespace)
            guard let first = line.first, first != "#", first != ";" else { continue }
            if first == "[" {
                current = line.dropFirst().prefix { $0 != "]" }.split(separator: " ").joined(separator: " ")
            } else if let equals = line.firstIndex(of: "=") {
                let name = line[..<equals].split(separator: " ").joined().lowercased()
                let value = line[line.index(after: equals)...].split(separator: " ").joined(separator: " ")
                values[current, default: [:]][name] = value
            }
        }
        return names.lazy.compactMap { values[$0] }.first ?? [:]
    }
}
