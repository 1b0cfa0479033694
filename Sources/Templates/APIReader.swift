import APIGateway
import LambdaCore

/// Reads the APIs of a template: those that functions' events imply, and `AWS::Serverless::Api` and `AWS::Serverless::HttpApi`
/// with the events that name them (api-gateway facts, sections 12.1 and 12.2).
struct APIReader {
    let evaluation: Evaluation

    /// REST and HTTP APIs with routes or a resource of their own, those of the template first, in its order.
    func read(_ functions: [DeployedFunction]) -> [API] {
        var builders: [String: APIBuilder] = [:]
        var order: [String] = []
        for name in self.evaluation.resourceOrder {
            guard let resource = self.evaluation.resources[name] else { continue }
            let api: API? =
                switch resource.type {
                case "AWS::Serverless::Api": self.restAPI(resource)
                case "AWS::Serverless::HttpApi": self.httpAPI(resource)
                default: nil
                }
            if let api {
                builders[api.id] = APIBuilder(evaluation: self.evaluation, api: api)
                order.append(api.id)
            }
        }
        for name in self.evaluation.resourceOrder {
            guard let resource = self.evaluation.resources[name], resource.type == "AWS::Serverless::Function" else { continue }
            let configuration = functions.first { $0.logicalID == name }?.configuration
            for event in EventReader(evaluation: self.evaluation, resource: resource).read() {
                let api = event.apiID.map { id in builders[id].map { $0.api } } ?? self.implicit(event.kind)
                guard let api, api.kind == event.kind else {
                    self.refuse(event)
                    continue
                }
                if builders[api.id] == nil {
                    builders[api.id] = APIBuilder(evaluation: self.evaluation, api: api)
                    order.append(api.id)
                }
                builders[api.id]?.add(
                    event,
                    integration: .function(
                        FunctionTarget(name: configuration?.name ?? name, qualifier: configuration?.alias),
                        payload: event.payload,
                        region: self.evaluation.options.region, account: self.evaluation.options.accountID))
            }
        }
        return order.compactMap { builders[$0]?.api }
    }

    private func refuse(_ event: RouteEvent) {
        let type = event.kind == .rest ? "AWS::Serverless::Api" : "AWS::Serverless::HttpApi"
        let property = event.kind == .rest ? "RestApiId" : "ApiId"
        self.evaluation.error(
            "\(property) names no \(type) of this template. Use !Ref with the logical id of one, or leave \(property) out.",
            at: event.location, path: "\(event.path)/Properties/\(property)")
    }

    // MARK: APIs

    private func implicit(_ kind: API.Kind) -> API {
        let logicalID = kind == .rest ? Evaluation.implicitRestAPI : Evaluation.implicitHTTPAPI
        let section = kind == .rest ? "Api" : "HttpApi"
        let globals = self.evaluation.globals[section] ?? TemplateMap()
        let resource = Resource(
            logicalID: logicalID, type: "AWS::Serverless::\(section)",
            location: globals.entries.first?.location ?? SourceLocation(file: self.evaluation.file, line: 1, column: 1),
            properties: globals,
            ownProperties: TemplateMap(), metadata: TemplateMap(), globalSection: section)
        return kind == .rest ? self.restAPI(resource, stageName: "Prod") : self.httpAPI(resource)
    }

    /// - Parameter stageName: Of the implicit API, which has no `StageName`.
    private func restAPI(_ resource: Resource, stageName: String? = nil) -> API {
        let reader = PropertyReader(self.evaluation, resource)
        reader.check(.api)
        let name = stageName ?? self.stageName(reader)
        if stageName == nil, reader.members["StageName"] == nil {
            reader.error("Property 'StageName' is required. Set it, for example to Prod.", at: "StageName")
        }
        var stages = [RestAPI.Stage(name: name ?? "Prod", variables: self.variables("Variables", reader))]
        // SAM's deployment makes a stage of that very name, unless the API is written in OpenAPI 3.
        if reader.members["OpenApiVersion"] == nil, stages[0].name != "Stage" { stages.append(RestAPI.Stage(name: "Stage")) }
        var api = RestAPI(
            id: API.id(forLogicalID: resource.logicalID), logicalID: resource.logicalID,
            name: reader.text("Name") ?? self.evaluation.options.stackName, stages: stages)
        api.binaryMediaTypes = (reader.texts("BinaryMediaTypes") ?? []).map {
            $0.pieces(separatedBy: "~1").joined(separator: "/")
        }
        return .rest(api)
    }

    private func httpAPI(_ resource: Resource) -> API {
        let reader = PropertyReader(self.evaluation, resource)
        reader.check(.httpAPI)
        let stage = HTTPAPI.Stage(name: self.stageName(reader) ?? "$default", variables: self.variables("StageVariables", reader))
        return .http(
            HTTPAPI(
                id: API.id(forLogicalID: resource.logicalID), logicalID: resource.logicalID,
                name: reader.text("Name") ?? self.evaluation.options.stackName, stages: [stage]))
    }

    // MARK: Stages (api-gateway facts, section 5.3)

    private static let stageNameLength = 128

    private func stageName(_ reader: PropertyReader) -> String? {
        guard let name = reader.text("StageName") else { return nil }
        if name == "$default" { return name }
        let isValid = name.utf8.allSatisfy { $0.isLetterOrDigit || $0 == 0x2D || $0 == 0x5F }
        guard isValid, !name.isEmpty, name.utf8.count <= Self.stageNameLength else {
            reader.error(
                "Stage name only allows a-zA-Z0-9_ and hyphens, \(Self.stageNameLength) at most; this is \"\(name)\".",
                at: "StageName")
            return nil
        }
        return name
    }

    private func variables(_ property: String, _ reader: PropertyReader) -> [String: String] {
        let variables = reader.textMap(property) ?? [:]
        for (name, value) in variables.sorted(by: { $0.key < $1.key }) {
            if !name.utf8.allSatisfy({ $0.isLetterOrDigit || $0 == 0x5F }) {
                reader.error(
                    "The name of a stage variable has letters, digits and underscores only; this is \"\(name)\".", at: property)
            }
            if !value.utf8.allSatisfy({ $0.isLetterOrDigit || "-._~:/?#&=,".utf8.contains($0) }) {
                reader.error("The stage variable \(name) may hold letters, digits and -._~:/?#&=, only.", at: property)
            }
        }
        return variables
    }
}
