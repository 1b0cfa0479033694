/// Where a gateway stands: parts of every ARN.
package struct GatewayPlace: Hashable, Sendable {
    package var region: String
    package var accountID: String
    package var partition: String

    package init(region: String = "us-east-1", accountID: String = "000000000000", partition: String = "aws") {
        self.region = region
        self.accountID = accountID
        self.partition = partition
    }
}

/// An API as it is served: all that its methods share and no request changes, worked out once.
final class ServedAPI: Sendable {
    let kind: API.Kind
    let id: String
    let name: String
    let place: GatewayPlace
    let endpointType: EndpointType
    let disablesDefaultEndpoint: Bool
    let binaryMediaTypes: BinaryMediaTypes
    let minimumCompressionBytes: Int?
    let apiKeySource: RestAPI.APIKeySource
    let policy: ResourcePolicy
    let gatewayResponses: CustomizedResponses
    let cors: CORSHeaders?
    let authorizers: [String: ServedAuthorizer]
    /// See ``GatewayConfiguration/vpcEndpoints``.
    let vpcEndpoints: [String: String]

    init(
        _ api: RestAPI, place: GatewayPlace, vpcEndpoints: [String: String] = [:], problems: inout [GatewayProblem]
    ) {
        self.kind = .rest
        self.id = api.id
        self.name = api.name
        self.place = place
        self.endpointType = api.endpointType
        self.disablesDefaultEndpoint = api.disablesExecuteAPIEndpoint
        self.binaryMediaTypes = BinaryMediaTypes(api.binaryMediaTypes)
        self.minimumCompressionBytes = api.minimumCompressionBytes
        self.apiKeySource = api.apiKeySource
        self.policy = ResourcePolicy(api.policy, apiID: api.id, isPrivate: api.endpointType == .private, place: place, &problems)
        self.gatewayResponses = CustomizedResponses(api.gatewayResponses)
        self.cors = nil
        self.authorizers = ServedAuthorizer.byName(api.authorizers, apiID: api.id, kind: .rest, problems: &problems)
        self.vpcEndpoints = vpcEndpoints
    }

    init(_ api: HTTPAPI, place: GatewayPlace, problems: inout [GatewayProblem]) {
        self.kind = .http
        self.id = api.id
        self.name = api.name
        self.place = place
        self.endpointType = .regional
        self.disablesDefaultEndpoint = api.disablesExecuteAPIEndpoint
        self.binaryMediaTypes = BinaryMediaTypes([])
        self.minimumCompressionBytes = nil
        self.apiKeySource = .header
        self.policy = .none
        self.gatewayResponses = CustomizedResponses([])
        self.cors = api.cors.map(CORSHeaders.init)
        self.authorizers = ServedAuthorizer.byName(api.authorizers, apiID: api.id, kind: .http, problems: &problems)
        self.vpcEndpoints = [:]
    }

    var door: Door { self.kind == .rest ? .rest : .http }

    /// `arn:aws:execute-api:{region}:{account}:{api}/{stage}/{VERB}/{path}`, with the path of the request, not of the resource.
    func methodARN(stage: String, verb: String, path: Substring) -> String {
        "arn:\(self.place.partition):execute-api:\(self.place.region):\(self.place.accountID):\(self.id)/\(stage)/\(verb)/"
            + path.drop { $0 == "/" }
    }
}

/// What of a configuration can't be served as it is written. Requests that meet it are refused, never served wrongly.
package struct GatewayProblem: Hashable, Sendable, CustomStringConvertible {
    package let apiID: String
    /// `GET /orders`, `authorizer Tokens`, `resource policy`.
    package let place: String
    package let reason: String
    /// Where not every stage has it.
    package let stages: [String]

    package init(apiID: String, place: String, reason: String, stages: [String] = []) {
        self.apiID = apiID
        self.place = place
        self.reason = reason
        self.stages = stages
    }

    /// `GET /orders in dev, test: …`
    package var text: String {
        let stages = self.stages.isEmpty ? "" : " in \(self.stages.joined(separator: ", "))"
        return "\(self.place)\(stages): \(self.reason)"
    }

    package var description: String { "API \(self.apiID), \(self.text)" }
}
