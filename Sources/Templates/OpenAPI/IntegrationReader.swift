import APIGateway
import CoreTypes

/// Reads an `x-amazon-apigateway-integration` object (API Gateway developer guide, page of that name; api-gateway facts,
/// section 11.2).
struct IntegrationReader {
    let kind: API.Kind
    let reader: PropertyReader

    private static let known = PropertyTable(
        emulated: [
            "type", "httpMethod", "uri", "credentials", "connectionType", "connectionId", "contentHandling",
            "passthroughBehavior", "timeoutInMillis", "requestParameters", "requestTemplates", "responses",
            "responseParameters", "tlsConfig", "payloadFormatVersion", "integrationSubtype", "responseTransferMode",
            "integrationTarget", "cacheKeyParameters", "cacheNamespace",
        ],
        ignorable: ["description", "$ref"])

    func read() -> Integration? {
        self.reader.check(Self.known)
        guard let type = self.type() else { return nil }
        var integration = Integration(
            type: type, httpMethod: self.reader.text("httpMethod")?.uppercased(), uri: self.reader.text("uri"))
        // AWS drops the verb of a MOCK.
        if type == .mock { integration.httpMethod = nil }
        integration.credentials = self.reader.text("credentials")
        integration.connection = self.connection()
        integration.integrationTarget = self.reader.text("integrationTarget")
        integration.subtype = self.reader.text("integrationSubtype")
        integration.passthroughBehavior = self.folded("passthroughBehavior", Integration.PassthroughBehavior.self) ?? .whenNoMatch
        integration.contentHandling = self.folded("contentHandling", Integration.ContentHandling.self)
        integration.responseTransferMode =
            self.folded("responseTransferMode", Integration.ResponseTransferMode.self) ?? .buffered
        integration.timeoutMilliseconds = IntegrationCheck.timeout(
            "timeoutInMillis", in: self.reader, kind: self.kind, streams: integration.responseTransferMode == .stream)
        integration.requestParameters = self.mappings("requestParameters", of: self.reader)
        integration.requestTemplates = MappingTemplates.read("requestTemplates", of: self.reader)
        integration.cacheKeyParameters = self.reader.texts("cacheKeyParameters") ?? []
        integration.cacheNamespace = self.reader.text("cacheNamespace")
        integration.payloadFormat =
            self.reader.choice("payloadFormatVersion", of: PayloadFormat.allCases) ?? .version1
        if let tls = self.reader.map("tlsConfig") {
            tls.check(PropertyTable(emulated: ["insecureSkipVerification", "serverNameToVerify"]))
            integration.tls = Integration.TLS(
                skipsVerification: tls.boolean("insecureSkipVerification") ?? false,
                serverName: tls.text("serverNameToVerify"))
        }
        if self.kind == .rest {
            integration.responses = self.responses()
        } else {
            integration.responseParameters = self.responseParameters()
        }
        IntegrationCheck.check(integration, kind: self.kind, in: self.reader, uri: "uri", method: "httpMethod")
        return integration
    }

    private func type() -> Integration.Kind? {
        guard self.reader.members["type"] != nil else {
            self.reader.error("An integration needs a type: \(Self.types(self.kind)).", at: "type")
            return nil
        }
        guard let type = self.folded("type", Integration.Kind.self) else { return nil }
        if self.kind == .http, ![.awsProxy, .httpProxy].contains(type) {
            self.reader.error("An HTTP API has integrations of type \(Self.types(.http)) only.", at: "type")
            return nil
        }
        return type
    }

    private static func types(_ kind: API.Kind) -> String {
        kind == .rest ? "aws, aws_proxy, http, http_proxy or mock" : "aws_proxy or http_proxy"
    }

    private func connection() -> Integration.Connection {
        let id = self.reader.text("connectionId")
        switch self.reader.text("connectionType")?.uppercased() {
        case nil, "INTERNET": return .internet
        case "VPC_LINK":
            if let id { return .vpcLink(id: id) }
            self.reader.error("connectionType VPC_LINK needs a connectionId: the id of a VPC link.", at: "connectionType")
        case let other?:
            self.reader.error("connectionType is \"\(other)\"; it has to be INTERNET or VPC_LINK.", at: "connectionType")
        }
        return .internet
    }

    /// A word of AWS in any case: `aws_proxy`, `when_no_match`.
    private func folded<Word: RawRepresentable & CaseIterable>(_ name: String, _ type: Word.Type) -> Word?
    where Word.RawValue == String {
        guard let text = self.reader.text(name) else { return nil }
        if let word = Word.allCases.first(where: { $0.rawValue == text.uppercased() }) { return word }
        let known = Word.allCases.map(\.rawValue)
        self.reader.error(
            "\(name) is \"\(text)\"; it has to be one of \(known.joined(separator: ", "))."
                + Suggestion.sentence(for: text, among: known), at: name)
        return nil
    }

    /// AWS skips a value that is no text, with this warning (recorded).
    private func mappings(_ name: String, of reader: PropertyReader) -> [ParameterMapping] {
        guard let map = reader.map(name) else { return [] }
        return map.members.entries.compactMap { entry in
            guard let value = map.value(entry.name) else { return nil }
            if case .string(let text) = value.value { return ParameterMapping(entry.name, text) }
            map.warning(
                "Invalid format for '\(name)'. Expected type string for property \(entry.name); it has no effect.", at: entry.name
            )
            return nil
        }
    }

    // MARK: Responses

    private func responses() -> [IntegrationResponse] {
        guard let map = self.reader.map("responses") else { return [] }
        return map.members.entries.compactMap { entry in
            guard let response = map.map(entry.name) else { return nil }
            response.check(
                PropertyTable(emulated: ["statusCode", "responseParameters", "responseTemplates", "contentHandling"]))
            guard let status = response.required("statusCode", hint: "Give the status of the method response.") else {
                return nil
            }
            var read = IntegrationResponse(
                statusCode: status, selectionPattern: entry.name == "default" ? nil : entry.name)
            read.parameters = self.mappings("responseParameters", of: response)
            read.templates = MappingTemplates.read("responseTemplates", of: response)
            read.contentHandling = response.text("contentHandling").flatMap {
                Integration.ContentHandling(rawValue: $0.uppercased())
            }
            return read
        }
    }

    /// HTTP APIs: a map of mappings for each status code.
    private func responseParameters() -> [ResponseParameters] {
        guard let map = self.reader.map("responseParameters") else { return [] }
        return map.members.entries.map {
            ResponseParameters(statusCode: $0.name, mappings: self.mappings($0.name, of: map))
        }
    }
}

/// A map from content types to templates, each with its place.
enum MappingTemplates {
    /// API Gateway quotas: "Mapping template size", 300 KB.
    private static let templateBytes = 307_200

    static func read(_ name: String, of reader: PropertyReader) -> [TemplateForContentType] {
        guard let map = reader.map(name) else { return [] }
        return map.members.entries.compactMap { entry in
            guard let value = map.value(entry.name) else { return nil }
            // A template written as JSON in place of a text, as AWS takes it on import.
            guard let text = value.text ?? (value.map != nil || value.list != nil ? value.json.description : nil) else {
                return nil
            }
            if text.utf8.count > Self.templateBytes {
                map.error("A mapping template may have \(Self.templateBytes) bytes at most.", at: entry.name)
                return nil
            }
            let origin = MappingTemplate.Origin(
                file: value.location.file, line: value.location.line, column: value.location.column)
            return TemplateForContentType(entry.name, MappingTemplate(text, origin: origin))
        }
    }
}
