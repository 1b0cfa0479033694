import CoreTypes

extension OpenAPIExport {
    /// `x-amazon-apigateway-integration`; members with their default are left out.
    static func integration(_ integration: Integration, _ kind: API.Kind) -> JSON {
        var json = JSONObject()
        json["type"] = .string(integration.type.rawValue.lowercased())
        if let method = integration.httpMethod { json["httpMethod"] = .string(method) }
        if let uri = integration.uri { json["uri"] = .string(uri) }
        if let subtype = integration.subtype { json["integrationSubtype"] = .string(subtype) }
        if let credentials = integration.credentials { json["credentials"] = .string(credentials) }
        if case .vpcLink(let id) = integration.connection {
            json["connectionType"] = "VPC_LINK"
            json["connectionId"] = .string(id)
        }
        if let target = integration.integrationTarget { json["integrationTarget"] = .string(target) }
        if let milliseconds = integration.timeoutMilliseconds { json["timeoutInMillis"] = .number(JSONNumber(milliseconds)) }
        if let tls = integration.tls {
            var members = JSONObject()
            if tls.skipsVerification { members["insecureSkipVerification"] = true }
            if let name = tls.serverName { members["serverNameToVerify"] = .string(name) }
            json["tlsConfig"] = .object(members)
        }
        if !integration.requestParameters.isEmpty { json["requestParameters"] = self.mappings(integration.requestParameters) }
        switch kind {
        case .rest: self.addREST(integration, to: &json)
        case .http:
            json["payloadFormatVersion"] = .string(integration.payloadFormat.rawValue)
            if !integration.responseParameters.isEmpty {
                json["responseParameters"] = .object(
                    JSONObject(integration.responseParameters.map { ($0.statusCode, self.mappings($0.mappings)) }))
            }
        }
        return .object(json)
    }

    private static func addREST(_ integration: Integration, to json: inout JSONObject) {
        json["passthroughBehavior"] = .string(integration.passthroughBehavior.rawValue.lowercased())
        if let handling = integration.contentHandling { json["contentHandling"] = .string(handling.rawValue) }
        if integration.responseTransferMode != .buffered {
            json["responseTransferMode"] = .string(integration.responseTransferMode.rawValue)
        }
        if !integration.requestTemplates.isEmpty { json["requestTemplates"] = self.templates(integration.requestTemplates) }
        if !integration.cacheKeyParameters.isEmpty {
            json["cacheKeyParameters"] = .array(integration.cacheKeyParameters.map(JSON.string))
        }
        if let namespace = integration.cacheNamespace { json["cacheNamespace"] = .string(namespace) }
        guard !integration.responses.isEmpty else { return }
        json["responses"] = .object(
            JSONObject(integration.responses.map { ($0.selectionPattern ?? "default", self.response($0)) }))
    }

    private static func response(_ response: IntegrationResponse) -> JSON {
        var json = JSONObject()
        json["statusCode"] = .string(response.statusCode)
        if !response.parameters.isEmpty { json["responseParameters"] = self.mappings(response.parameters) }
        if !response.templates.isEmpty { json["responseTemplates"] = self.templates(response.templates) }
        if let handling = response.contentHandling { json["contentHandling"] = .string(handling.rawValue) }
        return .object(json)
    }
}
