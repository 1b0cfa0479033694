/// `ResourcePolicy` of an `Auth`: statements that allow, and others that deny, each for the operations of a path.
struct ServerlessResourcePolicy {
    private let reader: PropertyReader
    private static let extensionName = "x-amazon-apigateway-policy"

    init(_ reader: PropertyReader) {
        self.reader = reader
        reader.check(
            PropertyTable(
                emulated: [
                    "AwsAccountWhitelist", "AwsAccountBlacklist", "IpRangeWhitelist", "IpRangeBlacklist", "SourceVpcWhitelist",
                    "SourceVpcBlacklist", "IntrinsicVpcWhitelist", "IntrinsicVpceWhitelist", "IntrinsicVpcBlacklist",
                    "IntrinsicVpceBlacklist", "CustomStatements",
                ]))
    }

    private var location: SourceLocation { self.reader.location }

    func add(path: String, stage: String, to document: inout ServerlessDocument) {
        let resources = document.methods(of: path).map { method in
            let verb =
                method.lowercased() == ServerlessDocument.anyMethod || method.lowercased() == "any" ? "*" : method.uppercased()
            return "execute-api:/\(stage)/\(verb)\(Self.pattern(path))"
        }
        let list = TemplateNode.texts(resources, at: self.location)
        for (property, effect) in [("AwsAccountWhitelist", "Allow"), ("AwsAccountBlacklist", "Deny")] {
            guard let accounts = self.elements(property) else { continue }
            let principal = TemplateNode.map([("AWS", .list(accounts, at: self.location))], at: self.location)
            self.append([self.statement(effect, list, principal: principal)], to: &document, always: true)
        }
        for (property, condition) in [("IpRangeWhitelist", "NotIpAddress"), ("IpRangeBlacklist", "IpAddress")] {
            guard let ranges = self.elements(property) else { continue }
            self.restrict(list, condition, [("aws:SourceIp", .list(ranges, at: self.location))], in: &document)
        }
        self.restrictNetworks("Blacklist", "StringEquals", list, in: &document)
        self.restrictNetworks("Whitelist", "StringNotEquals", list, in: &document)
    }

    func addCustomStatements(to document: inout ServerlessDocument) {
        guard let statements = self.elements("CustomStatements") else { return }
        self.append(statements, to: &document)
    }

    /// `vpc-…` and `vpce-…` have keys of their own.
    private func restrictNetworks(
        _ ending: String, _ condition: String, _ resources: TemplateNode, in document: inout ServerlessDocument
    ) {
        let named = self.elements("SourceVpc" + ending) ?? []
        let networks = named.filter { $0.text?.hasPrefix("vpc-") == true } + (self.elements("IntrinsicVpc" + ending) ?? [])
        let endpoints = named.filter { $0.text?.hasPrefix("vpce-") == true } + (self.elements("IntrinsicVpce" + ending) ?? [])
        var keys: [(String, TemplateNode)] = []
        if !networks.isEmpty { keys.append(("aws:SourceVpc", .list(networks, at: self.location))) }
        if !endpoints.isEmpty { keys.append(("aws:SourceVpce", .list(endpoints, at: self.location))) }
        if !keys.isEmpty { self.restrict(resources, condition, keys, in: &document) }
    }

    /// All are allowed, and those for whom the condition holds are denied.
    private func restrict(
        _ resources: TemplateNode, _ condition: String, _ keys: [(String, TemplateNode)], in document: inout ServerlessDocument
    ) {
        let everyone = TemplateNode.text("*", at: self.location)
        var denial = self.statement("Deny", resources, principal: everyone)
        denial[member: "Condition"] = .map([(condition, .map(keys, at: self.location))], at: self.location)
        self.append([self.statement("Allow", resources, principal: everyone), denial], to: &document)
    }

    private func statement(_ effect: String, _ resources: TemplateNode, principal: TemplateNode) -> TemplateNode {
        .map(
            [
                ("Effect", .text(effect, at: self.location)), ("Action", .text("execute-api:Invoke", at: self.location)),
                ("Resource", resources), ("Principal", principal),
            ], at: self.location)
    }

    /// A statement that is there already is not repeated, but for those that name accounts.
    private func append(_ statements: [TemplateNode], to document: inout ServerlessDocument, always: Bool = false) {
        var policy = document[root: Self.extensionName] ?? .map([], at: self.location)
        policy[member: "Version"] = .text("2012-10-17", at: self.location)
        var existing = policy[member: "Statement"].map { $0.list ?? [$0] } ?? []
        for statement in statements where always || !existing.contains(where: { $0.json == statement.json }) {
            existing.append(statement)
        }
        policy[member: "Statement"] = .list(existing, at: self.location)
        document[root: Self.extensionName] = policy
    }

    private func elements(_ property: String) -> [TemplateNode]? {
        guard let value = self.reader.value(property) else { return nil }
        let elements = value.list ?? [value]
        return elements.isEmpty ? nil : elements
    }

    /// Variables of the path stand for anything.
    private static func pattern(_ path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).map { RoutePath.parameter($0) == nil ? String($0) : "*" }
            .joined(separator: "/")
    }
}
