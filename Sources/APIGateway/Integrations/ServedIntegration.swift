import CoreTypes

/// The integration of a method in a stage: target resolved, templates compiled, answers prepared.
struct ServedIntegration: Sendable {
    enum Backend: Sendable {
        /// AWS_PROXY
        case functionProxy(FunctionTarget, format: PayloadFormat)
        /// AWS, to a function through templates.
        case function(FunctionTarget)
        /// AWS, to another service through templates.
        case service(ServiceTarget, method: String)
        /// HTTP APIs: a service's action by name.
        case action(HTTPServiceAction)
        case http(HTTPBackend)
        case httpProxy(HTTPBackend)
        case mock
        /// What can't work: the request ends with a configuration error.
        case broken(String)
    }

    let backend: Backend
    let timeoutMilliseconds: Int
    /// REST: AWS, HTTP, HTTP_PROXY and MOCK.
    let request: RequestTransformation
    /// REST: AWS, HTTP and MOCK.
    let responses: ResponseTransformations
    /// HTTP APIs.
    let httpMappings: HTTPMappings
    /// A proxied function's bytes go to the client as they come.
    let streams: Bool

    static func rest(
        _ method: RestAPI.Method, stage: ServedStage, note: (String) -> Void
    ) -> ServedIntegration {
        let integration = method.integration
        let request = RequestTransformation(integration, note: note)
        let responses = ResponseTransformations(integration, method: method, note: note)
        var backend = Self.backend(integration, stage: stage)
        if let problem = request.forbiddenTarget ?? responses.problem {
            backend = .broken(problem)
        } else if case .broken(let reason) = backend {
            note(reason)
        }
        let timeout = integration.timeoutMilliseconds ?? GatewayLimits.restIntegrationSeconds * 1_000
        return ServedIntegration(
            backend: backend, timeoutMilliseconds: timeout, request: request, responses: responses, httpMappings: .none,
            streams: integration.responseTransferMode == .stream)
    }

    static func http(_ route: HTTPAPI.Route, stage: ServedStage, note: (String) -> Void) -> ServedIntegration {
        var backend = Self.backend(route.integration, stage: stage)
        let mappings: HTTPMappings
        do throws(MappingExpressionError) {
            mappings = try HTTPMappings(route.integration)
        } catch {
            mappings = .none
            backend = .broken(error.description)
        }
        if case .broken(let reason) = backend { note(reason) }
        let timeout = route.integration.timeoutMilliseconds ?? GatewayLimits.httpIntegrationSeconds * 1_000
        return ServedIntegration(
            backend: backend, timeoutMilliseconds: timeout, request: .none, responses: .none, httpMappings: mappings,
            streams: false)
    }

    private static func backend(_ integration: Integration, stage: ServedStage) -> Backend {
        if integration.type == .mock { return .mock }
        let isProxy = integration.type == .awsProxy || integration.type == .httpProxy
        if let subtype = integration.subtype {
            do throws(HTTPServiceAction.Problem) {
                return .action(try HTTPServiceAction(subtype, integration.requestParameters))
            } catch {
                return .broken(error.reason)
            }
        }
        let uri = StageVariables.resolve(integration.uri ?? "", stage.variables)
        switch IntegrationTarget.parse(uri, type: integration.type) {
        case .failure(let problem): return .broken(problem.rawValue)
        case .success(.function(let function, streams: _)):
            guard isProxy else { return .function(function) }
            // Lambda's Invoke is a POST; any other verb fails (recorded).
            guard integration.httpMethod.map({ $0 == "POST" }) ?? true else {
                return .broken("a function is invoked by POST, not by \(integration.httpMethod ?? "")")
            }
            return .functionProxy(function, format: integration.payloadFormat)
        case .success(.service(let service)):
            guard service.service == "sqs" else { return .broken("the service \(service.service) is not emulated") }
            return .service(service, method: integration.httpMethod ?? "POST")
        case .success(.http(let uri)):
            guard let backend = HTTPBackend(integration, uri: uri, stage: stage) else {
                return .broken(IntegrationURIProblem.invalidEndpoint.rawValue)
            }
            return isProxy ? .httpProxy(backend) : .http(backend)
        case .success(.listener(let arn)): return .httpProxy(HTTPBackend(integration, listener: arn.description, stage: stage))
        case .success(.cloudMapService):
            return .broken("Cloud Map services are not emulated; name a listener of a load balancer, or an http:// address")
        case .success(.subtype), .success(.mock), .success(.stageVariable):
            return .broken(IntegrationURIProblem.invalidEndpoint.rawValue)
        }
    }
}
