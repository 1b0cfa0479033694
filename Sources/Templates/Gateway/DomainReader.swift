import APIGateway

/// Custom domains and what they serve: `DomainName`, `BasePathMapping` and `ApiMapping` of both versions.
struct DomainReader {
    let evaluation: Evaluation

    /// API Gateway developer guide, "Custom domain names": characters of a mapping and their number.
    private static let mappingLength = 300
    private static let mappingCharacters = "$-_.+!*'()/"

    func read(into configuration: inout GatewayConfiguration) {
        for resource in GatewayReader.resources("AWS::ApiGateway::DomainName", in: self.evaluation) {
            if let domain = self.restDomain(resource) { configuration.domains.append(domain) }
        }
        for resource in GatewayReader.resources("AWS::ApiGatewayV2::DomainName", in: self.evaluation) {
            if let domain = self.v2Domain(resource) { configuration.domains.append(domain) }
        }
        for resource in GatewayReader.resources(
            "AWS::ApiGateway::BasePathMapping", "AWS::ApiGatewayV2::ApiMapping", in: self.evaluation)
        {
            self.readMapping(resource, into: &configuration)
        }
    }

    // MARK: Domains

    private func restDomain(_ resource: Resource) -> CustomDomain? {
        let reader = PropertyReader(self.evaluation, resource)
        reader.check(
            PropertyTable(
                emulated: [
                    "DomainName", "CertificateArn", "RegionalCertificateArn", "EndpointConfiguration", "MutualTlsAuthentication",
                    "SecurityPolicy",
                ],
                ignorable: ["OwnershipVerificationCertificateArn", "Tags", "EndpointAccessMode"], unemulated: ["RoutingMode"]))
        guard let name = self.name(reader) else { return nil }
        var domain = CustomDomain(name: name, logicalID: resource.logicalID)
        domain.certificateARN = reader.text("RegionalCertificateArn") ?? reader.text("CertificateArn")
        domain.securityPolicy = reader.text("SecurityPolicy")
        domain.endpointType = reader.members["RegionalCertificateArn"] == nil ? .edge : .regional
        if let endpoint = reader.map("EndpointConfiguration"), let type = EndpointReader.type(endpoint) {
            domain.endpointType = type
        }
        domain.mutualTLS = self.mutualTLS(reader)
        return domain
    }

    private func v2Domain(_ resource: Resource) -> CustomDomain? {
        let reader = PropertyReader(self.evaluation, resource)
        reader.check(
            PropertyTable(
                emulated: ["DomainName", "DomainNameConfigurations", "MutualTlsAuthentication"], ignorable: ["Tags"],
                unemulated: ["RoutingMode"]))
        guard let name = self.name(reader) else { return nil }
        var domain = CustomDomain(name: name, logicalID: resource.logicalID)
        domain.endpointType = .regional
        if let configuration = reader.maps("DomainNameConfigurations")?.first {
            configuration.check(
                PropertyTable(
                    emulated: ["CertificateArn", "EndpointType", "SecurityPolicy"],
                    ignorable: ["CertificateName", "IpAddressType", "OwnershipVerificationCertificateArn"]))
            domain.certificateARN = configuration.text("CertificateArn")
            domain.securityPolicy = configuration.text("SecurityPolicy")
            if let type = configuration.choice("EndpointType", of: EndpointType.allCases) { domain.endpointType = type }
        }
        domain.mutualTLS = self.mutualTLS(reader)
        return domain
    }

    private func name(_ reader: PropertyReader) -> String? {
        guard let name = reader.required("DomainName") else { return nil }
        let isValid = name.utf8.allSatisfy { $0.isLetterOrDigit || "-.*".utf8.contains($0) }
        guard isValid, name.contains("."), !name.contains("..") else {
            reader.error("\"\(name)\" is no domain name such as api.example.com.", at: "DomainName")
            return nil
        }
        return name.lowercased()
    }

    private func mutualTLS(_ reader: PropertyReader) -> CustomDomain.MutualTLS? {
        guard let settings = reader.map("MutualTlsAuthentication") else { return nil }
        settings.check(PropertyTable(emulated: ["TruststoreUri", "TruststoreVersion"]))
        guard let uri = settings.required("TruststoreUri") else { return nil }
        return CustomDomain.MutualTLS(truststoreURI: uri, truststoreVersion: settings.text("TruststoreVersion"))
    }

    // MARK: Mappings

    private func readMapping(_ resource: Resource, into configuration: inout GatewayConfiguration) {
        let reader = PropertyReader(self.evaluation, resource)
        let isREST = resource.type == "AWS::ApiGateway::BasePathMapping"
        reader.check(
            PropertyTable(
                emulated: isREST
                    ? ["BasePath", "DomainName", "RestApiId", "Stage"] : ["ApiId", "ApiMappingKey", "DomainName", "Stage"],
                ignorable: isREST ? ["Id"] : []))
        guard let domainName = reader.required("DomainName")?.lowercased(),
            let apiID = isREST ? reader.text("RestApiId") : reader.required("ApiId")
        else { return }
        let property = isREST ? "BasePath" : "ApiMappingKey"
        var path = reader.text(property) ?? ""
        if path == "(none)" { path = "" }
        let isValid = path.utf8.allSatisfy { $0.isLetterOrDigit || Self.mappingCharacters.utf8.contains($0) }
        guard isValid, path.utf8.count <= Self.mappingLength, !path.hasPrefix("/"), !path.hasSuffix("/") else {
            reader.error(
                "A mapping has letters, digits and \(Self.mappingCharacters) only, \(Self.mappingLength) at most, "
                    + "and no slash at its ends; this is \"\(path)\".",
                at: property)
            return
        }
        guard let place = configuration.domains.firstIndex(where: { $0.name == domainName }) else {
            if self.evaluation.diagnostics.errors.isEmpty {
                reader.error("The template has no domain \(domainName). Use !Ref of one.", at: "DomainName")
            }
            return
        }
        let stage = reader.text("Stage")
        if self.evaluation.diagnostics.errors.isEmpty {
            guard let api = configuration.apis.first(where: { $0.id == apiID }) else {
                reader.error("\"\(apiID)\" is no API of this template.", at: isREST ? "RestApiId" : "ApiId")
                return
            }
            if let stage, !api.stageNames.contains(stage) {
                reader.error("Invalid stage identifier specified: \(stage).", at: "Stage")
                return
            }
        }
        guard !configuration.domains[place].mappings.contains(where: { $0.path == path }) else {
            reader.error("Base path already exists for this domain name: \(path.isEmpty ? "(none)" : path).", at: property)
            return
        }
        configuration.domains[place].mappings.append(CustomDomain.Mapping(path: path, apiID: apiID, stage: stage))
    }
}
