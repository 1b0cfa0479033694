import APIGateway
import CoreTypes

// What API Gateway says of its resources, by the shapes of its API reference; members that nothing here gives a value are left
// out, as all of them are optional.

extension RestAPI {
    var wire: JSONObject {
        var endpoint: JSONObject = ["types": [.string(self.endpointType.rawValue)]]
        if !self.vpcEndpointIDs.isEmpty { endpoint["vpcEndpointIds"] = .array(self.vpcEndpointIDs.map(JSON.string)) }
        var json: JSONObject = [
            "id": .string(self.id), "name": .string(self.name), "apiKeySource": .string(self.apiKeySource.rawValue),
            "endpointConfiguration": .object(endpoint),
            "disableExecuteApiEndpoint": .bool(self.disablesExecuteAPIEndpoint),
        ]
        if !self.description.isEmpty { json["description"] = .string(self.description) }
        if !self.version.isEmpty { json["version"] = .string(self.version) }
        if !self.binaryMediaTypes.isEmpty { json["binaryMediaTypes"] = .array(self.binaryMediaTypes.map(JSON.string)) }
        if let bytes = self.minimumCompressionBytes { json["minimumCompressionSize"] = .number(JSONNumber(bytes)) }
        if let root = self.resources.first(where: { $0.path == "/" }) { json["rootResourceId"] = .string(root.id) }
        return json
    }

    /// Of the API reference's "Resource".
    func wire(of resource: Resource, embedsMethods: Bool) -> JSON {
        var json: JSONObject = ["id": .string(resource.id), "path": .string(resource.path)]
        if resource.path != "/" {
            let parts = resource.path.split(separator: "/")
            let parent = "/" + parts.dropLast().joined(separator: "/")
            json["pathPart"] = .string(parts.last.map(String.init) ?? "")
            json["parentId"] = self.resources.first { $0.path == parent }.map { .string($0.id) }
        }
        if !resource.methods.isEmpty {
            var methods = JSONObject()
            for method in resource.methods { methods[method.httpMethod] = embedsMethods ? method.wire : [:] }
            json["resourceMethods"] = .object(methods)
        }
        return .object(json)
    }
}

extension RestAPI.Method {
    fileprivate var wire: JSON {
        let authorization =
            switch self.authorization {
            case .none: "NONE"
            case .iam: "AWS_IAM"
            case .authorizer: "CUSTOM"
            }
        var integration: JSONObject = ["type": .string(self.integration.type.rawValue)]
        if let uri = self.integration.uri { integration["uri"] = .string(uri) }
        return [
            "httpMethod": .string(self.httpMethod), "authorizationType": .string(authorization),
            "apiKeyRequired": .bool(self.apiKeyRequired), "methodIntegration": .object(integration),
        ]
    }
}

extension RestAPI.Stage {
    var wire: JSON {
        var json: JSONObject = [
            "stageName": .string(self.name), "deploymentId": .string(self.deploymentID),
            "tracingEnabled": .bool(self.tracingEnabled),
        ]
        if !self.variables.isEmpty { json["variables"] = .object(JSONObject(sorted: self.variables)) }
        if let webACL { json["webAclArn"] = .string(webACL.arn) }
        return .object(json)
    }
}

extension UsagePlan {
    var wire: JSONObject {
        var json: JSONObject = ["id": .string(self.id), "name": .string(self.name)]
        if !self.description.isEmpty { json["description"] = .string(self.description) }
        json["apiStages"] = .array(self.stages.map { .object($0.wire) })
        if !self.throttle.isEmpty { json["throttle"] = .object(self.throttle.wire) }
        if let quota {
            json["quota"] = [
                "limit": .number(JSONNumber(quota.limit)), "offset": .number(JSONNumber(quota.offset)),
                "period": .string(quota.period.rawValue),
            ]
        }
        return json
    }
}

extension APIKey {
    func wire(showsValue: Bool) -> JSON {
        var json: JSONObject = ["id": .string(self.id), "name": .string(self.name), "enabled": .bool(self.isEnabled)]
        if showsValue { json["value"] = .string(self.value) }
        if !self.description.isEmpty { json["description"] = .string(self.description) }
        return .object(json)
    }
}

extension UsagePlan.Stage {
    /// `ApiStage`; limits of methods by `/path/VERB`.
    fileprivate var wire: JSONObject {
        var json: JSONObject = ["apiId": .string(self.apiID), "stage": .string(self.stage)]
        guard !self.throttles.isEmpty else { return json }
        var throttles = JSONObject()
        for (method, settings) in self.throttles.sorted(by: { $0.key < $1.key }) { throttles[method] = .object(settings.wire) }
        json["throttle"] = .object(throttles)
        return json
    }
}

extension ThrottleSettings {
    /// `ThrottleSettings`
    fileprivate var wire: JSONObject {
        [
            "burstLimit": .number(JSONNumber(self.burstLimit ?? 0)),
            "rateLimit": .number(JSONNumber(self.rateLimit ?? 0)),
        ]
    }
}
