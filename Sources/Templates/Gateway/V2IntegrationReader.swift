import APIGateway

/// `AWS::ApiGatewayV2::Integration`.
struct V2IntegrationReader {
    private let reader: PropertyReader

    init(_ reader: PropertyReader) { self.reader = reader }

    private static let known = PropertyTable(
        emulated: [
            "ApiId", "IntegrationType", "IntegrationUri", "IntegrationMethod", "IntegrationSubtype", "ConnectionType",
            "ConnectionId", "CredentialsArn", "PayloadFormatVersion", "RequestParameters", "ResponseParameters",
            "TimeoutInMillis", "TlsConfig",
        ],
        ignorable: [
            "ContentHandlingStrategy", "Description", "PassthroughBehavior", "RequestTemplates", "TemplateSelectionExpression",
        ])

    /// `nil` once an error is reported.
    func read() -> Integration? {
        self.reader.check(Self.known)
        guard self.reader.required("IntegrationType") != nil,
            let type = self.reader.choice("IntegrationType", of: [Integration.Kind.awsProxy, .httpProxy])
        else { return nil }
        var integration = Integration(
            type: type, httpMethod: self.reader.text("IntegrationMethod")?.uppercased(),
            uri: self.reader.text("IntegrationUri"))
        integration.subtype = self.reader.text("IntegrationSubtype")
        integration.connection = ConnectionReader.read(self.reader)
        integration.credentials = self.reader.text("CredentialsArn")
        integration.payloadFormat = self.reader.choice("PayloadFormatVersion", of: PayloadFormat.allCases) ?? .version1
        integration.requestParameters = (self.reader.textPairs("RequestParameters") ?? []).map {
            ParameterMapping($0.name, $0.value)
        }
        integration.timeoutMilliseconds = IntegrationCheck.timeout(
            "TimeoutInMillis", in: self.reader, kind: .http, streams: false)
        if let tls = self.reader.map("TlsConfig") {
            tls.check(PropertyTable(emulated: ["ServerNameToVerify"]))
            integration.tls = Integration.TLS(serverName: tls.text("ServerNameToVerify"))
        }
        if let responses = self.reader.map("ResponseParameters") {
            integration.responseParameters = responses.members.names.map {
                ResponseParameters(statusCode: $0, mappings: self.mappings($0, of: responses))
            }
        }
        IntegrationCheck.check(integration, kind: .http, in: self.reader, uri: "IntegrationUri", method: "IntegrationMethod")
        return integration
    }

    /// CloudFormation's list of `Destination` and `Source` under `ResponseParameters`, or a plain map.
    private func mappings(_ status: String, of responses: PropertyReader) -> [ParameterMapping] {
        guard let value = responses.members[status] else { return [] }
        if let reader = value.map == nil ? nil : responses.map(status), reader.members["ResponseParameters"] != nil {
            return (reader.maps("ResponseParameters") ?? []).compactMap { mapping in
                guard let destination = mapping.required("Destination"), let source = mapping.required("Source") else {
                    return nil
                }
                return ParameterMapping(destination, source)
            }
        }
        return (responses.textPairs(status) ?? []).map { ParameterMapping($0.name, $0.value) }
    }
}
