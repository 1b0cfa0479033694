package import CoreTypes

/// One line of what a gateway serves: an operation in a stage, with who may call it and what it calls.
package struct ServedRoute: Hashable, Sendable {
    package var api: API.Kind
    package var apiID: String
    /// The logical id of the template.
    package var logicalID: String
    package var stage: String
    /// `GET`, `ANY`; `$default` for the route of that name.
    package var method: String
    /// With the stage in front, as the default endpoint has it: `/Prod/orders/{id}`; `/*` for the route `$default`.
    package var path: String
    /// `NONE`, `AWS_IAM`, or the type and name of the authorizer: `CUSTOM Token`, with scopes behind.
    package var authorization: String
    package var apiKeyRequired: Bool
    /// Names of the usage plans that open the stage to keys.
    package var usagePlans: [String]
    /// The name of what stands before the stage; `nil` for nothing.
    package var webACL: String?
    /// `AWS_PROXY`, `MOCK`, …
    package var integrationType: String
    /// `function Orders:live`, `http://…`, `sqs action SendMessage`, a VPC link with its address.
    package var integration: String
    /// Where the operation is served besides: `https://api.example.com/v1/orders/{id}`.
    package var domains: [String]
}

extension ServedRoute {
    /// What is called, in a word: the name of a function, `MOCK`, `HTTP_PROXY http://…`.
    package var target: String {
        if let name = self.integration.removing(prefix: "function "), self.integrationType == "AWS_PROXY" { return name }
        return self.integration == "-" ? self.integrationType : "\(self.integrationType) \(self.integration)"
    }
}

extension GatewayConfiguration {
    /// Every operation in every stage, in the order of the template.
    package var servedRoutes: [ServedRoute] {
        self.apis.flatMap { api in
            api.stageNames.flatMap { stage in
                api.operations.map { self.servedRoute($0, stage: stage, api) }
            }
        }
    }

    private func servedRoute(_ operation: Operation, stage: String, _ api: API) -> ServedRoute {
        let path = operation.path == "$default" ? "/*" : operation.path
        let plans = self.usagePlans.filter { plan in
            operation.apiKeyRequired && plan.stages.contains { $0.apiID == api.id && $0.stage == stage }
        }
        return ServedRoute(
            api: api.kind, apiID: api.id, logicalID: api.logicalID, stage: stage, method: operation.method ?? "$default",
            path: stage == "$default" ? path : "/\(stage)\(path)",
            authorization: Self.text(operation.authorization, api.authorizers), apiKeyRequired: operation.apiKeyRequired,
            usagePlans: plans.map(\.name), webACL: api.webACL(stage: stage)?.name,
            integrationType: operation.integration.type.rawValue,
            integration: self.text(operation.integration), domains: self.addresses(of: path, stage: stage, api))
    }

    private static func text(_ authorization: Authorization, _ authorizers: [Authorizer]) -> String {
        let type = authorization.type(authorizers)
        guard case .authorizer(let name, let scopes) = authorization else { return type }
        return ([type, name] + (scopes.isEmpty ? [] : ["[\(scopes.joined(separator: " "))]"])).joined(separator: " ")
    }

    private func text(_ integration: Integration) -> String {
        let target: String
        switch integration.target {
        case .success(.function(let function, let streams)):
            target = "function \(function.name)" + (function.qualifier.map { ":\($0)" } ?? "") + (streams ? ", streamed" : "")
        case .success(.service(let service)):
            switch service.call {
            case .path(let path): target = "\(service.service) path \(path)"
            case .action(let action): target = "\(service.service) action \(action)"
            }
        case .success(.subtype(let subtype)): target = subtype
        case .success(.http(let url)): target = url
        case .success(.listener(let arn)), .success(.cloudMapService(let arn)): target = arn.description
        case .success(.stageVariable(let variable)): target = variable
        case .success(.mock): target = "-"
        case .failure: target = integration.uri ?? "-"
        }
        guard case .vpcLink(let id) = integration.connection else { return target }
        return "\(target) by VPC link \(self.vpcLinks.first { $0.id == id }?.name ?? id)"
    }

    private func addresses(of path: String, stage: String, _ api: API) -> [String] {
        self.domains.flatMap { domain in
            domain.mappings.compactMap { mapping in
                guard mapping.apiID == api.id, mapping.stage == nil || mapping.stage == stage else { return nil }
                let base = mapping.path.isEmpty ? "" : "/" + mapping.path
                return "https://\(domain.name)\(base)\(mapping.stage == nil ? "/\(stage)" : "")\(path)"
            }
        }
    }
}

extension ServedRoute {
    package var json: JSON {
        [
            "api": .string(self.logicalID), "apiId": .string(self.apiID), "type": self.api == .rest ? "REST" : "HTTP",
            "stage": .string(self.stage), "method": .string(self.method), "path": .string(self.path),
            "authorization": .string(self.authorization), "apiKeyRequired": .bool(self.apiKeyRequired),
            "usagePlans": .array(self.usagePlans.map(JSON.string)), "webACL": JSON(self.webACL),
            "integrationType": .string(self.integrationType),
            "integration": .string(self.integration), "domains": .array(self.domains.map(JSON.string)),
        ]
    }
}
