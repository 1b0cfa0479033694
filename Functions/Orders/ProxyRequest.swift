#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What this service reads of a proxy event, payload format 1.0 (`httpMethod`) or 2.0 (`requestContext.http.method`).
struct Request: Decodable {
    let httpMethod: String?
    let pathParameters: [String: String]?
    let body: String?
    let isBase64Encoded: Bool?
    let requestContext: Context?

    struct Context: Decodable {
        let http: HTTP?
        struct HTTP: Decodable {
            let method: String
        }
    }

    var method: String { self.httpMethod ?? self.requestContext?.http?.method ?? "" }

    /// The body as text, decoded if API Gateway took it for binary.
    var text: String {
        get throws(OrderProblem) {
            guard let body = self.body, !body.isEmpty else { throw OrderProblem(400, "The request has no body.") }
            guard self.isBase64Encoded == true else { return body }
            guard let data = Data(base64Encoded: body), let text = String(validating: data, as: UTF8.self) else {
                throw OrderProblem(400, "The body is not UTF-8.")
            }
            return text
        }
    }
}

/// An answer with a JSON body.
struct Response: Encodable {
    let statusCode: Int
    let headers: [String: String]
    let body: String
    let isBase64Encoded = false

    init(status: Int, body: some Encodable, headers: [String: String] = [:]) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        self.statusCode = status
        self.headers = headers.merging(["Content-Type": "application/json; charset=utf-8"]) { $1 }
        do {
            self.body = String(decoding: try encoder.encode(body), as: UTF8.self)
        } catch {
            preconditionFailure("strings and whole numbers always encode, and the bodies have no others: \(error)")
        }
    }
}
