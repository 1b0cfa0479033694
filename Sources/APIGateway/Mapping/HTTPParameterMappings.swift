package import CoreTypes

/// `append:`, `overwrite:` and `remove:` of an HTTP API, for its requests (API Gateway developer guide, "Transform API requests and
/// responses for HTTP APIs in API Gateway").
package struct HTTPRequestMappings: Hashable, Sendable {
    /// - Throws: for the first key or value that an HTTP API can't have, header names that may not be mapped among them.
    package init(_ mappings: [ParameterMapping]) throws(MappingExpressionError) {}

    /// What the integration is sent, from what the client sent.
    package func apply(to request: inout MappedHTTPRequest, _ input: HTTPMappingInput) throws(MappingFailure) {}
}

/// The same for the responses of one status of the backend.
package struct HTTPResponseMappings: Hashable, Sendable {
    package init(_ mappings: [ParameterMapping]) throws(MappingExpressionError) {}

    package func apply(to response: inout MappedHTTPResponse, _ input: HTTPMappingInput) throws(MappingFailure) {}
}

package struct MappedHTTPRequest: Hashable, Sendable {
    package var path: String
    package var querystring: ValueLists
    package var headers: [HTTPHeader]

    package init(path: String, querystring: ValueLists, headers: [HTTPHeader]) {
        self.path = path
        self.querystring = querystring
        self.headers = headers
    }
}

package struct MappedHTTPResponse: Hashable, Sendable {
    package var statusCode: Int
    package var headers: [HTTPHeader]

    package init(statusCode: Int, headers: [HTTPHeader]) {
        self.statusCode = statusCode
        self.headers = headers
    }
}

/// What expressions of an HTTP API can see. `$request.body.…` reads the body of a request, `$response.body.…` that of a response.
package struct HTTPMappingInput {
    package var body: MappingBody
    /// `$request.path`
    package var path: String
    /// `$request.path.NAME`
    package var pathParameters: [String: String]
    package var querystring: ValueLists
    /// Of the request, or of the response for ``HTTPResponseMappings``. Names are compared without case.
    package var headers: [HTTPHeader]
    package var context: JSONObject
    package var stageVariables: [String: String]

    package init(
        body: MappingBody, path: String = "", pathParameters: [String: String] = [:], querystring: ValueLists = ValueLists(),
        headers: [HTTPHeader] = [], context: JSONObject = JSONObject(), stageVariables: [String: String] = [:]
    ) {
        self.body = body
        self.path = path
        self.pathParameters = pathParameters
        self.querystring = querystring
        self.headers = headers
        self.context = context
        self.stageVariables = stageVariables
    }
}
