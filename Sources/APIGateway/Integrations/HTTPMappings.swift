import CoreTypes

/// Parameter mapping of an HTTP API's integration, both ways.
struct HTTPMappings: Sendable {
    private let request: HTTPRequestMappings?
    private let responses: [Int: HTTPResponseMappings]

    static let none = HTTPMappings(request: nil, responses: [:])

    private init(request: HTTPRequestMappings?, responses: [Int: HTTPResponseMappings]) {
        self.request = request
        self.responses = responses
    }

    /// - Throws: for the first mapping that can't be read.
    init(_ integration: Integration) throws(MappingExpressionError) {
        var request: HTTPRequestMappings?
        var responses: [Int: HTTPResponseMappings] = [:]
        // The parameters of a service action are no mappings.
        if integration.subtype == nil, !integration.requestParameters.isEmpty {
            request = try HTTPRequestMappings(integration.requestParameters)
        }
        for entry in integration.responseParameters {
            guard let status = Int(entry.statusCode) else {
                throw MappingExpressionError(expression: entry.statusCode, reason: "response parameters are by status code")
            }
            responses[status] = try HTTPResponseMappings(entry.mappings)
        }
        self.init(request: request, responses: responses)
    }

    var changesRequests: Bool { self.request != nil }

    func apply(to mapped: inout MappedHTTPRequest, context: RequestContext) throws(GatewayFault) {
        guard let request else { return }
        do throws(MappingFailure) {
            try request.apply(to: &mapped, context.httpMappingInput(body: context.body, headers: context.headers))
        } catch {
            throw .badRequest
        }
    }

    func apply(to response: inout GatewayResponse, context: RequestContext) throws(GatewayFault) {
        guard let mappings = self.responses[response.status] else { return }
        var mapped = MappedHTTPResponse(statusCode: response.status, headers: response.headers)
        do throws(MappingFailure) {
            try mappings.apply(to: &mapped, context.httpMappingInput(body: response.body.bytes, headers: response.headers))
        } catch {
            throw .integrationFailure
        }
        if 200...599 ~= mapped.statusCode { response.status = mapped.statusCode }
        response.headers = mapped.headers.filter { ResponseHeaders.isValue($0.value) }
    }
}

extension RequestContext {
    func httpMappingInput(body: [UInt8], headers: [HTTPHeader]) -> HTTPMappingInput {
        var parameters: [String: String] = [:]
        for (name, value) in self.pathParameters { parameters[name] = PercentEncoding.decode(value, plusIsSpace: false) }
        return HTTPMappingInput(
            body: MappingBody(body), path: PercentEncoding.decode(self.path, plusIsSpace: false), pathParameters: parameters,
            querystring: self.query, headers: headers, context: MappingContext(self), stageVariables: self.stage.variables)
    }
}
