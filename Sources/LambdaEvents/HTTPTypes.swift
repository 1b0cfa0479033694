/// One value for each header name.
public typealias HTTPHeaders = [String: String]
/// All values of each header name.
public typealias HTTPMultiValueHeaders = [String: [String]]

extension HTTPHeaders {
    /// The value of a header whatever the casing of its name; payload format 2.0 writes names in lower case, format 1.0 as sent.
    public func first(name: String) -> String? {
        if let value = self[name] { return value }
        let wanted = name.lowercased()
        return self.first { $0.key.lowercased() == wanted }?.value
    }
}

/// The parts of an HTTP request that events name. A namespace, as in swift-http-types.
public enum HTTPRequest {
    /// A request method as sent: `GET`.
    public struct Method: RawRepresentable, Hashable, Sendable, Codable, ExpressibleByStringLiteral, CustomStringConvertible {
        public let rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }
        public init(stringLiteral value: String) { self.rawValue = value }

        public static let get = Method(rawValue: "GET")
        public static let head = Method(rawValue: "HEAD")
        public static let post = Method(rawValue: "POST")
        public static let put = Method(rawValue: "PUT")
        public static let delete = Method(rawValue: "DELETE")
        public static let patch = Method(rawValue: "PATCH")
        public static let options = Method(rawValue: "OPTIONS")

        public var description: String { self.rawValue }
    }
}

/// The parts of an HTTP response that results name. A namespace, as in swift-http-types.
public enum HTTPResponse {
    /// A status code, 200 to 599; written as a number.
    public struct Status: Hashable, Sendable, Codable, ExpressibleByIntegerLiteral, CustomStringConvertible {
        public let code: Int

        public init(code: Int) { self.code = code }
        public init(integerLiteral value: Int) { self.code = value }

        public init(from decoder: any Decoder) throws {
            self.code = try decoder.singleValueContainer().decode(Int.self)
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(self.code)
        }

        public static let ok: Status = 200
        public static let created: Status = 201
        public static let accepted: Status = 202
        public static let noContent: Status = 204
        public static let movedPermanently: Status = 301
        public static let found: Status = 302
        public static let seeOther: Status = 303
        public static let notModified: Status = 304
        public static let temporaryRedirect: Status = 307
        public static let badRequest: Status = 400
        public static let unauthorized: Status = 401
        public static let forbidden: Status = 403
        public static let notFound: Status = 404
        public static let methodNotAllowed: Status = 405
        public static let conflict: Status = 409
        public static let gone: Status = 410
        public static let contentTooLarge: Status = 413
        public static let unsupportedMediaType: Status = 415
        public static let unprocessableContent: Status = 422
        public static let tooManyRequests: Status = 429
        public static let internalServerError: Status = 500
        public static let badGateway: Status = 502
        public static let serviceUnavailable: Status = 503
        public static let gatewayTimeout: Status = 504

        public var description: String { String(self.code) }
    }
}
