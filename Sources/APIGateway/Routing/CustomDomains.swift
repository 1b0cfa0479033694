/// Hosts of the user's own with their base path mappings (API Gateway developer guide, "Custom domain name for public REST
/// APIs").
struct CustomDomains: Sendable {
    struct Domain: Sendable {
        /// The longest first; the empty path takes what no other does.
        private let mappings: [CustomDomain.Mapping]
        let name: String
        let asksForCertificates: Bool

        init(_ domain: CustomDomain) {
            self.name = domain.name.lowercased()
            self.asksForCertificates = domain.mutualTLS != nil
            self.mappings = domain.mappings.sorted { Self.segments($0.path).count > Self.segments($1.path).count }
        }

        private static func segments(_ path: String) -> [Substring] { path.split(separator: "/") }

        /// The mapping whose segments begin a path, and what follows them.
        func mapping(for path: Substring) -> (mapping: CustomDomain.Mapping, rest: Substring)? {
            for mapping in self.mappings {
                var rest = path
                var fits = true
                for segment in Self.segments(mapping.path) where fits {
                    let (first, behind) = RequestTarget.splitFirstSegment(rest)
                    fits = first == segment
                    rest = behind
                }
                if fits { return (mapping, rest) }
            }
            return nil
        }
    }

    private let exact: [String: Domain]
    /// Behind the star: `.example.com`.
    private let wildcards: [(suffix: String, domain: Domain)]

    init(_ domains: [CustomDomain]) {
        var exact: [String: Domain] = [:]
        var wildcards: [(String, Domain)] = []
        for domain in domains {
            let name = domain.name.lowercased()
            if name.hasPrefix("*.") {
                wildcards.append((String(name.dropFirst()), Domain(domain)))
            } else if exact[name] == nil {
                exact[name] = Domain(domain)
            }
        }
        self.exact = exact
        self.wildcards = wildcards.sorted { $0.0.utf8.count > $1.0.utf8.count }
    }

    /// A domain's own name, else a wildcard that stands for one label.
    func domain(ofHost host: String) -> Domain? {
        guard !self.exact.isEmpty || !self.wildcards.isEmpty else { return nil }
        let name = host.prefix { $0 != ":" }.lowercased()
        if let domain = self.exact[name] { return domain }
        return self.wildcards.first { name.hasSuffix($0.suffix) && !name.dropLast($0.suffix.count).contains(".") }?.domain
    }
}
