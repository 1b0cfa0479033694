/// An HTTP endpoint as an integration names it, its URI taken apart once.
struct HTTPBackend: Sendable {
    private enum Part: Sendable {
        case text(String)
        /// `{name}`: a mapped path parameter; left as it is where nothing is mapped.
        case parameter(String)
    }

    enum Connection: Sendable {
        case internet
        /// The load balancer of the link; the port of the URI chooses the listener.
        case link(id: String, target: String?)
        /// HTTP APIs.
        case listener(arn: String)
    }

    /// `https`
    let scheme: String
    let host: String
    let port: Int
    /// `host`, or `host:port` where the port is not the scheme's.
    let authority: String
    private let path: [Part]
    /// Of the URI: behind the `?`.
    let query: Substring?
    /// `nil`: the client's verb.
    let method: String?
    let connection: Connection
    private let tls: Integration.TLS?
    /// The path is the request's own: a listener's ARN says none.
    let takesRequestPath: Bool

    init?(_ integration: Integration, uri: String, stage: ServedStage) {
        guard let separator = uri.firstRange(of: "://") else { return nil }
        let scheme = uri[..<separator.lowerBound].lowercased()
        let rest = uri[separator.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        var target = rest[authority.endIndex...].prefix { $0 != "#" }
        guard scheme == "http" || scheme == "https", let (host, port) = Self.split(authority, scheme: scheme) else { return nil }
        guard port == 80 || port == 443 || 1_024...65_535 ~= port else { return nil }
        self.scheme = scheme
        self.host = host
        self.port = port
        self.authority = String(authority)
        if let mark = target.firstIndex(of: "?") {
            self.query = target[target.index(after: mark)...]
            target = target[..<mark]
        } else {
            self.query = nil
        }
        self.path = Self.parts(target.isEmpty ? "/" : target)
        self.method = Self.method(integration)
        self.tls = integration.tls
        self.takesRequestPath = false
        switch integration.connection {
        case .internet: self.connection = .internet
        case .vpcLink(let id):
            self.connection = .link(
                id: StageVariables.resolve(id, stage.variables),
                target: integration.integrationTarget.map { StageVariables.resolve($0, stage.variables) })
        }
    }

    /// Behind a VPC link of an HTTP API.
    init(_ integration: Integration, listener arn: String, stage: ServedStage) {
        self.scheme = integration.tls == nil ? "http" : "https"
        self.host = ""
        self.port = 0
        self.authority = ""
        self.path = []
        self.query = nil
        self.method = Self.method(integration)
        self.tls = integration.tls
        self.connection = .listener(arn: arn)
        self.takesRequestPath = true
    }

    /// `nil`: plain HTTP.
    /// - Parameter name: of the server, where neither address nor `tlsConfig` says one.
    func security(default name: String) -> BackendSecurity? {
        guard self.scheme == "https" else { return nil }
        return BackendSecurity(
            serverName: self.tls?.serverName ?? (self.host.isEmpty ? name : self.host),
            verification: self.tls?.skipsVerification ?? false ? .nameAndDates : .full)
    }

    private static func method(_ integration: Integration) -> String? {
        integration.httpMethod.flatMap { $0 == "ANY" ? nil : $0 }
    }

    private static func split(_ authority: Substring, scheme: String) -> (host: String, port: Int)? {
        let standard = scheme == "https" ? 443 : 80
        guard let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") else {
            return authority.isEmpty ? nil : (String(authority), standard)
        }
        guard let port = Int(authority[authority.index(after: colon)...]), colon > authority.startIndex else { return nil }
        return (String(authority[..<colon]), port)
    }

    private static func parts(_ path: Substring) -> [Part] {
        var parts: [Part] = []
        var rest = path
        while let opening = rest.firstIndex(of: "{"), let closing = rest[opening...].firstIndex(of: "}") {
            if opening > rest.startIndex { parts.append(.text(String(rest[..<opening]))) }
            let name = rest[rest.index(after: opening)..<closing]
            parts.append(.parameter(String(name.hasSuffix("+") ? name.dropLast() : name)))
            rest = rest[rest.index(after: closing)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        return parts
    }

    /// The path with the mapped parameters in it.
    func path(_ value: (String) -> String?) -> String {
        var text = ""
        for part in self.path {
            switch part {
            case .text(let literal): text += literal
            case .parameter(let name): text += value(name) ?? "{\(name)}"
            }
        }
        return text
    }
}
