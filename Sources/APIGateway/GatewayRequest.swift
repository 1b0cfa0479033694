package import CoreTypes

/// One header line, in the casing it was sent or is to be sent with.
package struct HTTPHeader: Hashable, Sendable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// Header names match whatever their casing (RFC 9110 section 5.1).
    package func isNamed(_ name: String) -> Bool { equalIgnoringCase(self.name, name) }
}

extension [HTTPHeader] {
    /// The value of the first line of that name.
    package func first(_ name: String) -> String? { self.first { $0.isNamed(name) }?.value }
    /// The value of the last line of that name.
    package func last(_ name: String) -> String? { self.last { $0.isNamed(name) }?.value }
}

/// ASCII letters compare without case; all other bytes must be equal.
func equalIgnoringCase(_ left: String, _ right: String) -> Bool {
    left.utf8.count == right.utf8.count && zip(left.utf8, right.utf8).allSatisfy { lowercased($0) == lowercased($1) }
}

func lowercased(_ byte: UInt8) -> UInt8 { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte }

/// The head of an HTTP request as the listener parsed it. The body travels beside it as borrowed bytes, so that it is copied
/// once only: into the event.
package struct GatewayRequest: Hashable, Sendable {
    package var method: String
    /// As sent: `/Prod/hello/%EC%84%B8?a=1`; the absolute form (`http://host/path`) is understood too.
    package var target: String
    /// In order, with the client's casing.
    package var headers: [HTTPHeader]
    package var sourceIP: String
    /// `HTTP/1.1`; API Gateway writes that for HTTP/2 clients too.
    package var protocolName = "HTTP/1.1"
    /// What `X-Forwarded-Proto` and `X-Forwarded-Port` say: how the client reached the listener.
    package var scheme = "http"
    package var port = 80

    package init(method: String, target: String, headers: [HTTPHeader] = [], sourceIP: String = "127.0.0.1") {
        self.method = method
        self.target = target
        self.headers = headers
        self.sourceIP = sourceIP
    }
}

/// What the moment of a request decides: its time and the random parts of its ids.
package struct RequestStamp: Hashable, Sendable {
    package let time: Timestamp
    /// `requestContext.requestId` and `x-amzn-RequestId` of a REST API; the invocation's id for a function URL.
    package let requestID: RequestID
    /// `x-amz-apigw-id` of a REST API; the one request id of an HTTP API (`apigw-requestid`). Eleven bytes as base64.
    package let extendedRequestID: String
    /// The 24 and 16 hexadecimal digits of a new trace.
    let traceDigits: String
    let parentDigits: String

    /// Draws six numbers.
    package init(time: Timestamp, using generator: inout some RandomNumberGenerator) {
        self.time = time
        self.requestID = RequestID(using: &generator)
        let (high, low) = (generator.next(), generator.next())
        var id: [UInt8] = []
        let bytes = (0..<11).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> UInt64($0 % 8 * 8)) }
        bytes.withUnsafeBytes { Base64.append($0, to: &id) }
        self.extendedRequestID = String(decoding: id, as: UTF8.self)
        self.traceDigits = hexadecimal(generator.next(), digits: 16) + hexadecimal(high ^ low, digits: 8)
        self.parentDigits = hexadecimal(generator.next(), digits: 16)
    }
}

/// The low digits of a number, with leading zeros.
func hexadecimal(_ value: UInt64, digits: Int) -> String {
    String(unsafeUninitializedCapacity: digits) { buffer in
        for index in 0..<digits {
            let nibble = UInt8(truncatingIfNeeded: value >> UInt64(4 * (digits - 1 - index))) & 15
            buffer[index] = nibble < 10 ? 48 + nibble : 87 + nibble
        }
        return digits
    }
}
