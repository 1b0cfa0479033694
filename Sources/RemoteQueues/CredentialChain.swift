import Foundation

/// Where credentials come from.
package enum CredentialSource: Hashable, Sendable {
    case keys(AWSCredentials)
    /// A program with its arguments, which writes them to its standard output.
    case process([String])
    /// An agent beside the process, asked by GET.
    case container(url: String, authorization: Authorization?)

    /// The `Authorization` header for a container's agent.
    package enum Authorization: Hashable, Sendable {
        case token(String)
        /// Read at each request, as it is written anew.
        case file(String)
    }
}

/// Which credentials are meant, in the order of AWS's own tools (AWS SDKs and Tools reference guide, "Standardized credential
/// providers"): the environment, then the profile `AWS_PROFILE` in the shared credentials and config files with its keys or its
/// `credential_process`, then a container's agent. Roles, SSO and web identities are asked of AWS, and an instance's keys of its
/// metadata service: none of them is done here, and a profile that wants one is refused with what to do instead.
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

    /// Looked for anew each time: files and their temporary keys change.
    package func source() throws(Missing) -> CredentialSource {
        if let keys = try self.keysOfEnvironment() { return .keys(keys) }
        let profile = try self.profile()
        if let source = try profile.source() { return source }
        if let container = try self.container() { return container }
        if self.value("AWS_WEB_IDENTITY_TOKEN_FILE") != nil {
            throw Missing(
                message: "AWS_WEB_IDENTITY_TOKEN_FILE is set, but a role is not assumed here: \(Self.advice)")
        }
        throw Missing(
            message: "there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile with keys or a "
                + "credential_process in \(profile.credentialsFile) (the keys of an EC2 instance are not asked for)")
    }

    static let advice = "export its keys, for example with 'aws configure export-credentials --format env'"

    func value(_ name: String) -> String? { self.environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    func text(of path: String) -> String? { self.read(path) }

    private func keysOfEnvironment() throws(Missing) -> AWSCredentials? {
        switch (self.value("AWS_ACCESS_KEY_ID"), self.value("AWS_SECRET_ACCESS_KEY")) {
        case (let id?, let secret?):
            return AWSCredentials(accessKeyID: id, secretAccessKey: secret, sessionToken: self.value("AWS_SESSION_TOKEN"))
        case (nil, nil): return nil
        case (nil, _?): throw Missing(message: "AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID isn't")
        case (_?, nil): throw Missing(message: "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY isn't")
        }
    }

    private func profile() throws(Missing) -> CredentialProfile {
        let name = self.value("AWS_PROFILE")
        let home = self.value("HOME") ?? ""
        func path(_ variable: String, _ usual: String) -> String {
            let path = self.value(variable) ?? usual
            return path.hasPrefix("~/") ? home + path.dropFirst() : path
        }
        let credentialsFile = path("AWS_SHARED_CREDENTIALS_FILE", "\(home)/.aws/credentials")
        let configFile = path("AWS_CONFIG_FILE", "\(home)/.aws/config")
        let profile = CredentialProfile(
            name: name ?? "default", credentialsFile: credentialsFile, credentials: self.read(credentialsFile),
            config: self.read(configFile))
        if let name, !profile.exists {
            throw Missing(message: "AWS_PROFILE names \(name), which is neither in \(credentialsFile) nor in \(configFile)")
        }
        return profile
    }

    // MARK: - Containers

    /// The agent of ECS, at its own address.
    private static let agent = "http://169.254.170.2"
    /// Of ECS and EKS: beside loopback, all that may be asked without TLS.
    private static let plainHosts = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "localhost", "[::1]"]

    private func container() throws(Missing) -> CredentialSource? {
        let authorization = try self.containerAuthorization()
        if let path = self.value("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
            guard path.hasPrefix("/") else {
                throw Missing(message: "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is \"\(path)\", which is no path")
            }
            return .container(url: Self.agent + path, authorization: authorization)
        }
        guard let url = self.value("AWS_CONTAINER_CREDENTIALS_FULL_URI") else { return nil }
        guard let parsed = URLComponents(string: url), let host = parsed.host, parsed.user == nil,
            parsed.scheme == "https" || parsed.scheme == "http" && Self.isNear(host)
        else {
            throw Missing(
                message:
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI is \"\(url)\": an https URL, or an http URL of this machine or of the "
                    + "container's agent, is asked for keys, and no other")
        }
        return .container(url: url, authorization: authorization)
    }

    private static func isNear(_ host: String) -> Bool {
        if self.plainHosts.contains(host) || self.plainHosts.contains("[\(host)]") { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    private func containerAuthorization() throws(Missing) -> CredentialSource.Authorization? {
        if let path = self.value("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") { return .file(path) }
        guard let token = self.value("AWS_CONTAINER_AUTHORIZATION_TOKEN") else { return nil }
        try Self.check(token, "AWS_CONTAINER_AUTHORIZATION_TOKEN")
        return .token(token)
    }

    /// The value of the `Authorization` header. A line break in it would begin another header.
    func header(_ authorization: CredentialSource.Authorization) throws(Missing) -> String {
        switch authorization {
        case .token(let token): return token
        case .file(let path):
            guard let text = self.read(path) else {
                throw Missing(message: "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names \(path), which can't be read")
            }
            try Self.check(text, path)
            return text
        }
    }

    private static func check(_ token: String, _ origin: String) throws(Missing) {
        if token.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            throw Missing(message: "the token of \(origin) has a line break or another control character in it")
        }
    }
}
