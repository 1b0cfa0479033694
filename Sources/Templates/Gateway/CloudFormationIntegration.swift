import APIGateway

/// `Integration` of an `AWS::ApiGateway::Method`.
struct CloudFormationIntegration {
    private let reader: PropertyReader

    init(_ reader: PropertyReader) { self.reader = reader }

    private static let known = PropertyTable(
        emulated: [
            "Type", "IntegrationHttpMethod", "Uri", "Credentials", "ConnectionType", "ConnectionId", "ContentHandling",
            "PassthroughBehavior", "TimeoutInMillis", "RequestParameters", "RequestTemplates", "IntegrationResponses",
            "ResponseTransferMode", "IntegrationTarget", "TlsConfig", "CacheKeyParameters", "CacheNamespace",
        ])

    func read() -> Integration? {
        self.reader.check(Self.known)
        guard self.reader.required("Type") != nil,
            let type = self.reader.choice("Type", of: Integration.Kind.allCases)
        else { return nil }
        var integration = Integration(
            type: type, httpMethod: self.reader.text("IntegrationHttpMethod")?.uppercased(), uri: self.reader.text("Uri"))
        if type == .mock { integration.httpMethod = nil }
        integration.credentials = self.reader.text("Credentials")
        integration.integrationTarget = self.reader.text("IntegrationTarget")
        integration.connection = ConnectionReader.read(self.reader)
        integration.passthroughBehavior =
            self.reader.choice("PassthroughBehavior", of: Integration.PassthroughBehavior.allCases) ?? .whenNoMatch
        integration.contentHandling = self.reader.choice("ContentHandling", of: Integration.ContentHandling.allCases)
        integration.responseTransferMode =
            self.reader.choice("ResponseTransferMode", of: Integration.ResponseTransferMode.allCases) ?? .buffered
        integration.timeoutMilliseconds = IntegrationCheck.timeout(
            "TimeoutInMillis", in: self.reader, kind: .rest, streams: integration.responseTransferMode == .stream)
        integration.requestParameters = (self.reader.textPairs("RequestParameters") ?? []).map {
            ParameterMapping($0.name, $0.value)
        }
        integration.requestTemplates = MappingTemplates.read("RequestTemplates", of: self.reader)
        integration.cacheKeyParameters = self.reader.texts("CacheKeyParameters") ?? []
        integration.cacheNamespace = self.reader.text("CacheNamespace")
        if let tls = self.reader.map("TlsConfig") {
            tls.check(PropertyTable(emulated: ["InsecureSkipVerification"]))
            integration.tls = Integration.TLS(skipsVerification: tls.boolean("InsecureSkipVerification") ?? false)
        }
        integration.responses = (self.reader.maps("IntegrationResponses") ?? []).compactMap(self.response)
        IntegrationCheck.check(integration, kind: .rest, in: self.reader, uri: "Uri", method: "IntegrationHttpMethod")
        return integration
    }

    private func response(_ reader: PropertyReader) -> IntegrationResponse? {
        reader.check(
            PropertyTable(
                emulated: ["StatusCode", "SelectionPattern", "ContentHandling", "ResponseParameters", "ResponseTemplates"]))
        guard let status = reader.required("StatusCode", hint: "Give the status of the method response.") else { return nil }
        // An empty pattern is the default response too.
        let pattern = reader.text("SelectionPattern").flatMap { $0.isEmpty ? nil : $0 }
        var response = IntegrationResponse(statusCode: status, selectionPattern: pattern)
        response.contentHandling = reader.choice("ContentHandling", of: Integration.ContentHandling.allCases)
        response.parameters = (reader.textPairs("ResponseParameters") ?? []).map { ParameterMapping($0.name, $0.value) }
        response.templates = MappingTemplates.read("ResponseTemplates", of: reader)
        return response
    }
}

/// `ConnectionType` and `ConnectionId`, as both versions of the API write them.
enum ConnectionReader {
    private enum ConnectionType: String, CaseIterable {
        case internet = "INTERNET"
        case vpcLink = "VPC_LINK"
    }

    static func read(_ reader: PropertyReader) -> Integration.Connection {
        guard reader.choice("ConnectionType", of: ConnectionType.allCases) == .vpcLink else { return .internet }
        return reader.required("ConnectionId", hint: "Give the id of a VPC link.").map { .vpcLink(id: $0) } ?? .internet
    }
}
