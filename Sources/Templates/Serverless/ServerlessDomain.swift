import APIGateway

/// `Domain` of a REST or HTTP API: a domain name and a mapping for each base path.
struct ServerlessDomain {
    private let expansion: ServerlessExpansion
    private let resource: Resource
    private let reader: PropertyReader
    private let kind: API.Kind

    init(_ expansion: ServerlessExpansion, _ resource: Resource, _ reader: PropertyReader, kind: API.Kind) {
        self.expansion = expansion
        self.resource = resource
        self.reader = reader
        self.kind = kind
    }

    private static let known = PropertyTable(
        emulated: [
            "DomainName", "CertificateArn", "BasePath", "EndpointConfiguration", "MutualTlsAuthentication", "NormalizeBasePath",
            "SecurityPolicy",
        ],
        ignorable: ["IpAddressType", "OwnershipVerificationCertificateArn", "Route53", "AccessAssociation", "Policy"])

    func expand(stage: TemplateNode) {
        self.reader.check(Self.known)
        let location = self.reader.location
        guard let domain = self.reader.required("DomainName"), let certificate = self.reader.required("CertificateArn") else {
            return
        }
        let logicalID = "ApiGatewayDomainName" + (self.kind == .http ? "V2" : "") + API.id(forLogicalID: domain)
        let type = self.reader.text("EndpointConfiguration") ?? "REGIONAL"
        let certificateNode = TemplateNode.text(certificate, at: location)
        let typeNode = TemplateNode.text(type, at: location)
        var properties: [(String, TemplateNode?)] = [
            ("DomainName", .text(domain, at: location)),
            ("MutualTlsAuthentication", self.reader.value("MutualTlsAuthentication")),
        ]
        if self.kind == .rest {
            properties += [
                (type == "REGIONAL" ? "RegionalCertificateArn" : "CertificateArn", certificateNode),
                ("EndpointConfiguration", .map([("Types", .list([typeNode], at: location))], at: location)),
                ("SecurityPolicy", self.reader.value("SecurityPolicy")),
            ]
        } else {
            var configuration = TemplateNode.map([("CertificateArn", certificateNode), ("EndpointType", typeNode)], at: location)
            configuration[member: "SecurityPolicy"] = self.reader.value("SecurityPolicy")
            properties.append(("DomainNameConfigurations", .list([configuration], at: location)))
        }
        let base = self.reader.path("")
        let path: @Sendable (String) -> String = { base + $0 }
        self.expansion.add(
            logicalID, self.kind == .rest ? "AWS::ApiGateway::DomainName" : "AWS::ApiGatewayV2::DomainName", properties,
            from: self.resource, path: path)
        self.expansion.name("\(self.resource.logicalID).DomainName", logicalID)
        self.addMappings(domain, stage, path: path)
    }

    private func addMappings(_ domain: String, _ stage: TemplateNode, path: @escaping @Sendable (String) -> String) {
        let location = self.reader.location
        let value = self.reader.value("BasePath")
        let written = value?.list?.compactMap(\.text) ?? value?.text.map { [$0] } ?? []
        let normalizes = self.reader.boolean("NormalizeBasePath") ?? true
        let id = TemplateNode.text(API.id(forLogicalID: self.resource.logicalID), at: location)
        let isREST = self.kind == .rest
        for basePath in written.isEmpty ? [""] : written {
            let letters = String(decoding: basePath.utf8.filter(\.isLetterOrDigit), as: UTF8.self)
            let mapped = isREST && normalizes ? letters : isREST ? basePath : Self.withoutOuterSlashes(basePath)
            let mapping: TemplateNode? = mapped.isEmpty ? nil : .text(mapped, at: location)
            self.expansion.add(
                self.resource.logicalID + letters + (isREST ? "BasePathMapping" : "ApiMapping"),
                isREST ? "AWS::ApiGateway::BasePathMapping" : "AWS::ApiGatewayV2::ApiMapping",
                [
                    ("DomainName", .text(domain, at: location)), (isREST ? "RestApiId" : "ApiId", id), ("Stage", stage),
                    (isREST ? "BasePath" : "ApiMappingKey", mapping),
                ], from: self.resource, path: path)
        }
    }

    private static func withoutOuterSlashes(_ text: String) -> String {
        text.split(separator: "/", omittingEmptySubsequences: true).joined(separator: "/")
    }
}
