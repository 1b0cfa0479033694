import CoreTypes

/// What the client gets. `Date`, `Content-Length` and `Connection` are the listener's to add: they belong to the connection.
package struct GatewayResponse: Hashable, Sendable {
    package enum Body: Hashable, Sendable {
        case text(String)
        case bytes([UInt8])

        package var bytes: [UInt8] {
            switch self {
            case .text(let text): Array(text.utf8)
            case .bytes(let bytes): bytes
            }
        }

        package var count: Int {
            switch self {
            case .text(let text): text.utf8.count
            case .bytes(let bytes): bytes.count
            }
        }
    }

    /// 200 to 599.
    package var status: Int
    package var headers: [HTTPHeader]
    package var body: Body
    /// How the listener is to compress the body; the header that says so is among the headers.
    package internal(set) var coding: ContentCoding?

    init(status: Int, headers: [HTTPHeader], body: Body) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// The ids that every answer carries, by door.
struct ResponseIdentity: Hashable, Sendable {
    let door: Door
    let stamp: RequestStamp

    var headers: [HTTPHeader] {
        switch self.door {
        case .rest:
            [
                HTTPHeader("x-amzn-RequestId", self.stamp.requestID.description),
                HTTPHeader("x-amz-apigw-id", self.stamp.extendedRequestID),
            ]
        case .http: [HTTPHeader("apigw-requestid", self.stamp.extendedRequestID)]
        case .functionURL: [HTTPHeader("x-amzn-RequestId", self.stamp.requestID.description)]
        }
    }

    func response(for fault: GatewayFault) -> GatewayResponse {
        let answer = fault.answer(at: self.door)
        var headers = [HTTPHeader("Content-Type", answer.isPlainText ? "text/plain" : "application/json")]
        if !answer.errorType.isEmpty { headers.append(HTTPHeader("x-amzn-ErrorType", answer.errorType)) }
        if self.door == .http, let challenge = fault.challenge {
            headers.append(HTTPHeader("www-authenticate", challenge))
        }
        headers += self.headers
        if answer.isPlainText {
            return GatewayResponse(status: answer.status, headers: headers, body: .text(answer.message ?? ""))
        }
        var writer = EventWriter(capacity: 96)
        writer.begin()
        writer.member(answer.key, answer.message, isSpaced: self.door == .rest && fault.isSpaced)
        writer.end()
        return GatewayResponse(status: answer.status, headers: headers, body: .bytes(writer.bytes))
    }
}
