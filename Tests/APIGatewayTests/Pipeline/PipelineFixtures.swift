import CoreTypes

@testable import APIGateway

/// A REST API with one method on one resource, in the stage `stage`. Unless the method says which responses it has, it has those
/// that its integration needs.
func restMethod(
    _ verb: String = "ANY", _ path: String = "/{proxy+}", integration: Integration = .function(FunctionTarget(name: "F")),
    api change: (inout RestAPI) -> Void = { _ in }, stage changeStage: (inout RestAPI.Stage) -> Void = { _ in },
    method changeMethod: (inout RestAPI.Method) -> Void = { _ in }
) -> RestAPI {
    var method = RestAPI.Method(httpMethod: verb, integration: integration)
    method.responses = integration.responses.map { RestAPI.MethodResponse(statusCode: $0.statusCode) }
    changeMethod(&method)
    var stage = RestAPI.Stage(name: "stage")
    stage.deploymentID = "dep123"
    changeStage(&stage)
    var api = RestAPI(
        id: "rest000000", name: "rest", stages: [stage],
        resources: [RestAPI.Resource(id: "res123", path: path, methods: [method])])
    api.endpointType = .regional
    change(&api)
    return api
}

func authorizerURI(_ name: String) -> String {
    FunctionTarget(name: name).invocationURI(region: "us-east-1", account: "000000000000")
}

/// A TOKEN authorizer `Auth` on the header `Authorization`.
func tokenAuthorizer(ttlSeconds: Int = 300, expression: String? = nil) -> Authorizer {
    Authorizer(
        id: "auth123", name: "Auth",
        kind: .token(LambdaAuthorizer(uri: authorizerURI("Authorize")), validationExpression: expression),
        identitySources: ["method.request.header.Authorization"], resultTTLSeconds: ttlSeconds)
}

func guarded(_ authorizer: Authorizer, scopes: [String] = [], path: String = "/{proxy+}") -> RestAPI {
    restMethod(
        "ANY", path, api: { $0.authorizers = [authorizer] },
        method: { $0.authorization = .authorizer(name: authorizer.name, scopes: scopes) })
}

func policy(_ effect: String, _ resource: String) -> String {
    #"{"Version":"2012-10-17","Statement":[{"Effect":"\#(effect)","Action":"execute-api:Invoke","Resource":"\#(resource)"}]}"#
}

func authorizerAnswer(_ policy: String, context: String = "{}", key: String? = nil) -> String {
    let usage = key.map { #","usageIdentifierKey":"\#($0)""# } ?? ""
    return #"{"principalId":"me","policyDocument":\#(policy),"context":\#(context)\#(usage)}"#
}

extension Drive {
    mutating func fail(_ payload: String) throws -> GatewayResponse {
        try Array(payload.utf8).withUnsafeBytes { try self.resume(.functionEnded(.failed($0))).response }
    }

    mutating func authorize(_ payload: String) -> GatewayAction {
        Array(payload.utf8).withUnsafeBytes { self.resume(.functionEnded(.success($0))) }
    }
}

extension Gateway {
    convenience init(_ api: RestAPI) { self.init(apis: [.rest(api)]) }
    convenience init(_ api: HTTPAPI) { self.init(apis: [.http(api)]) }
}
