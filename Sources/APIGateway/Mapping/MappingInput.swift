package import CoreTypes
package import VTL

/// What templates and parameter expressions can see. On the way in the body is the client's; on the way out it is the
/// integration's, while the parameters stay those of the method request.
package struct MappingInput {
    package var body: MappingBody
    private var parameterSource: ParameterSource
    /// The headers of the integration's response; empty in the request phase.
    package var integrationHeaders: ValueLists
    /// `$context`. `requestOverride` and `responseOverride` are added by the rendering and don't belong in it.
    package var context: MappingContext
    package var stageVariables: [String: String]

    package init(
        body: MappingBody, parameters: RequestParameters = RequestParameters(), integrationHeaders: ValueLists = ValueLists(),
        context: MappingContext = MappingContext(), stageVariables: [String: String] = [:]
    ) {
        self.body = body
        self.parameterSource = .values(parameters)
        self.integrationHeaders = integrationHeaders
        self.context = context
        self.stageVariables = stageVariables
    }

    init(body: MappingBody, of request: RequestContext, integrationHeaders: ValueLists) {
        self.body = body
        self.parameterSource = .request(request)
        self.integrationHeaders = integrationHeaders
        self.context = MappingContext(request)
        self.stageVariables = request.stage.variables
    }

    /// A request's parameters are gathered when something asks for them: many templates don't.
    private enum ParameterSource {
        case values(RequestParameters)
        case request(RequestContext)
    }

    /// Of the method request, in both phases.
    package var parameters: RequestParameters {
        get {
            switch self.parameterSource {
            case .values(let parameters): parameters
            case .request(let request): request.parameters
            }
        }
        set { self.parameterSource = .values(newValue) }
    }
}

/// What templates wrote to `$context.requestOverride` and `$context.responseOverride` (API Gateway developer guide,
/// "Override your API's request and response parameters and status codes for REST APIs in API Gateway"). A list as value
/// becomes several values.
package struct MappingOverrides: Hashable, Sendable {
    package var requestPath = ValueLists()
    package var requestQuerystring = ValueLists()
    package var requestHeaders = ValueLists()
    package var responseHeaders = ValueLists()
    /// Only a whole number of 100 to 599 counts; anything else that a template sets is ignored.
    package var responseStatus: Int?

    package init() {}

    package var isEmpty: Bool { self == MappingOverrides() }
}

/// What a template came to.
package struct RenderedMapping: Hashable, Sendable {
    package var body: [UInt8]
    /// Those handed in with those that this template made.
    package var overrides: MappingOverrides
}

/// Why mapping failed. The pipeline turns it into an answer: an unreadable body is the client's fault on the way in (400,
/// `Invalid JSON in request body`), everything else is 500.
package enum MappingFailure: Error, Equatable, CustomStringConvertible {
    /// The template can't be parsed, or a method in it failed, or a limit was reached.
    case template(TemplateError)
    /// The body is no JSON, not even for the permissive reader, and something asked for a value in it.
    case unreadableBody(JSONError)
    /// A MOCK's request template rendered no object with a whole number `statusCode`.
    case noStatusCode

    package var description: String {
        switch self {
        case .template(let error): error.description
        case .unreadableBody(let error): "the body can't be read as JSON: \(error)"
        case .noStatusCode: "the request template of a MOCK integration gives no object with a whole number statusCode"
        }
    }

    /// Whether the answer is the client's 400 (`Invalid JSON in request body`) instead of 500.
    package func isClientFault(in phase: CompiledTemplate.Phase) -> Bool {
        guard case .unreadableBody = self else { return false }
        return phase == .request
    }
}
