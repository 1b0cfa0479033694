/// A method of a resource in a stage (REST), or a route in a stage (HTTP API), with everything that can be known before a
/// request: a request looks it up and reads no configuration.
final class ServedMethod: Sendable {
    let api: ServedAPI
    let stage: ServedStage
    /// `ANY`, or a verb in capitals; `nil` for the route `$default`.
    let verb: String?
    /// `/orders/{id}`, `$default`.
    let path: String
    let resourceID: String
    /// `GET /orders/{id}`, `$default`.
    let routeKey: String
    let authorization: ServedAuthorization
    let apiKeyRequired: Bool
    /// Of the stage for this method or route.
    let throttle: Throttle.Check?
    let validation: RequestValidation
    let integration: ServedIntegration
    /// `nil` where answers are not kept.
    let cache: ServedCache?

    /// False for what stands for requests that no method takes.
    var isMethod: Bool { !self.path.isEmpty }

    /// What requests that no method takes are told of as: without path, resource and route key.
    convenience init(unroutedIn stage: ServedStage, of api: ServedAPI) {
        let nothing = Integration(type: .mock)
        let operation = Operation(
            method: nil, path: "", authorization: .none, apiKeyRequired: false, integration: nothing, resourceID: nil)
        self.init(
            api: api, stage: stage, operation: operation, throttle: nil, validation: .none,
            integration: .rest(RestAPI.Method(httpMethod: "ANY", integration: nothing), stage: stage, note: { _ in }))
    }

    init(
        api: ServedAPI, stage: ServedStage, operation: Operation, throttle: ThrottleSettings?,
        validation: RequestValidation, integration: ServedIntegration, cache: ServedCache? = nil
    ) {
        self.api = api
        self.stage = stage
        self.verb = operation.method
        self.path = operation.path
        self.resourceID = operation.resourceID ?? ""
        let routeKey = operation.method.map { "\($0) \(operation.path)" } ?? operation.path
        self.routeKey = routeKey
        self.authorization = ServedAuthorization(operation.authorization, authorizers: api.authorizers)
        self.apiKeyRequired = operation.apiKeyRequired
        self.throttle = throttle.flatMap(ThrottleLimit.init).map {
            Throttle.Check(.method(apiID: api.id, stage: stage.name, method: routeKey), $0)
        }
        self.validation = validation
        self.integration = integration
        self.cache = cache
    }
}

/// What lets a caller in, with the authorizer at hand.
enum ServedAuthorization: Sendable {
    case none
    case iam
    case authorizer(ServedAuthorizer, scopes: [String])
    /// An authorizer that the API does not have: every request fails.
    case missing(String)

    init(_ authorization: Authorization, authorizers: [String: ServedAuthorizer]) {
        switch authorization {
        case .none: self = .none
        case .iam: self = .iam
        case .authorizer(let name, let scopes):
            self = authorizers[name].map { .authorizer($0, scopes: scopes) } ?? .missing(name)
        }
    }
}
