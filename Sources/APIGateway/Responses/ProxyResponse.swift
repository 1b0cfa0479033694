import CoreTypes

/// A function's result read as an HTTP response, before the gateway's own headers.
struct ProxyResponse: Hashable {
    var status: Int
    var headers: [HTTPHeader]
    var body: GatewayResponse.Body

    /// How a result is read.
    enum Contract: Hashable {
        /// "Output format of a Lambda function for proxy integration": all five members optional, none other allowed. A body is
        /// decoded only when the client accepts what the API counts as binary.
        case rest(decodesBase64: Bool)
        /// Format 1.0 of an HTTP API: `statusCode` is required, and base64 is always decoded.
        case httpVersion1
        /// Format 2.0 and function URLs: without a `statusCode` the whole result is the body.
        case version2(Door)
    }

    init(_ payload: UnsafeRawBufferPointer, contract: Contract) throws(GatewayFault) {
        guard case .success(let value) = JSON.parse(payload) else { throw .integrationFailure }
        if case .version2(let door) = contract {
            self = try Self.version2(value, door: door)
            return
        }
        guard let object = value.objectValue, object.members.allSatisfy({ Self.members.contains($0.name) }),
            let headers = ResponseHeaders.merged(single: object["headers"], multi: object["multiValueHeaders"])
        else { throw .integrationFailure }
        var decodes = true
        var defaultStatus: Int?
        if case .rest(let decodesBase64) = contract {
            decodes = decodesBase64
            defaultStatus = 200
        }
        self.status = try Self.status(object["statusCode"], default: defaultStatus)
        self.headers = headers
        self.body = try Self.body(object, decodesBase64: decodes)
        if self.headers.first("content-type") == nil { self.headers.append(HTTPHeader("Content-Type", "application/json")) }
    }

    private static let members: Set<String> = [
        "statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded", "base64Encoded",
    ]

    private static func version2(_ value: JSON, door: Door) throws(GatewayFault) -> Self {
        guard let object = value.objectValue, let statusCode = object["statusCode"] else {
            let body: GatewayResponse.Body = if case .string(let text) = value { .text(text) } else { .bytes(value.bytes) }
            return Self(status: 200, headers: [HTTPHeader("Content-Type", "application/json")], body: body)
        }
        guard let headers = ResponseHeaders.merged(single: object["headers"], multi: nil) else { throw .integrationFailure }
        var response = Self(
            status: try self.status(statusCode, default: nil), headers: headers,
            body: try self.body(object, decodesBase64: true))
        if headers.first("content-type") == nil {
            // HTTP APIs call a body without a type text, function URLs JSON.
            let type = door == .http ? "text/plain;charset=UTF-8" : "application/json"
            response.headers.append(HTTPHeader("Content-Type", type))
        }
        response.headers = try self.cookies(object["cookies"]) + response.headers
        return response
    }

    init(status: Int, headers: [HTTPHeader], body: GatewayResponse.Body) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// One `Set-Cookie` line each, before any in `headers`.
    private static func cookies(_ value: JSON?) throws(GatewayFault) -> [HTTPHeader] {
        guard let value, value != .null else { return [] }
        guard let values = value.arrayValue else { throw .integrationFailure }
        var lines: [HTTPHeader] = []
        for value in values {
            guard let text = value.stringValue, ResponseHeaders.isValue(text) else { throw .integrationFailure }
            lines.append(HTTPHeader("Set-Cookie", text))
        }
        return lines
    }

    /// An integer, or a text of one. AWS takes any; 1xx would leave the client waiting for the rest, so it is refused.
    private static func status(_ value: JSON?, default missing: Int?) throws(GatewayFault) -> Int {
        let status: Int? =
            switch value {
            case nil, .null?: missing
            case .number(let number)?: number.intValue
            case .string(let text)?: Int(text)
            default: nil
            }
        guard let status, 200...599 ~= status else { throw .integrationFailure }
        return status
    }

    private static func body(_ object: JSONObject, decodesBase64: Bool) throws(GatewayFault) -> GatewayResponse.Body {
        let text: String
        switch object["body"] {
        case nil, .null?: return .text("")
        case .string(let value)?: text = value
        default: throw .integrationFailure
        }
        guard decodesBase64, try self.isBase64(object) else { return .text(text) }
        guard let bytes = Base64.decode(text) else { throw .configurationError }
        return .bytes(bytes)
    }

    private static func isBase64(_ object: JSONObject) throws(GatewayFault) -> Bool {
        switch object["isBase64Encoded"] ?? object["base64Encoded"] {
        case nil, .null?: return false
        case .bool(let flag)?: return flag
        case .string(let text)? where text == "true" || text == "false": return text == "true"
        default: throw .integrationFailure
        }
    }
}
