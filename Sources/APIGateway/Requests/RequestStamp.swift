package import CoreTypes

/// What the moment of a request decides: its time and the random parts of its ids.
package struct RequestStamp: Hashable, Sendable {
    package let time: Timestamp
    /// `requestContext.requestId` and `x-amzn-RequestId` of a REST API; the invocation's id for a function URL.
    package private(set) var requestID: RequestID
    /// The client of a REST API sent an id of its own that is no UUID.
    private(set) var hasInvalidClientID = false
    /// `x-amz-apigw-id` of a REST API; the one request id of an HTTP API (`apigw-requestid`). Eleven bytes as base64.
    package let extendedRequestID: String
    /// The 24 and 16 hexadecimal digits of a new trace.
    let traceDigits: String
    let parentDigits: String
    /// 0 up to, not including, 1: decides between a stage and its canary.
    let share: Double

    /// Draws six numbers.
    package init(time: Timestamp, using generator: inout some RandomNumberGenerator) {
        self.time = time
        self.requestID = RequestID(using: &generator)
        let (high, low) = (generator.next(), generator.next())
        var id: [UInt8] = []
        let bytes = (0..<11).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> UInt64($0 % 8 * 8)) }
        bytes.withUnsafeBytes { Base64.append($0, to: &id) }
        self.extendedRequestID = String(decoding: id, as: UTF8.self)
        self.traceDigits =
            HexadecimalText.text(generator.next(), digits: 16) + HexadecimalText.text(high ^ low, digits: 8)
        self.parentDigits = HexadecimalText.text(generator.next(), digits: 16)
        // Bits that no id shows.
        self.share = Double(low >> 32) / 4_294_967_296
    }

    /// Clients of REST APIs may name their requests by `x-amzn-RequestId` (developer guide, "Set up CloudWatch logging for REST APIs in
    /// API Gateway").
    mutating func adopt(clientID text: String) {
        if let id = RequestID(text) { self.requestID = id } else { self.hasInvalidClientID = true }
    }
}

/// The trace that a request belongs to (X-Ray developer guide, "Tracing header").
package struct RequestTrace: Hashable, Sendable {
    /// What the invocation and a REST client get.
    package let header: TraceHeader
    private let hasClientParent: Bool

    /// A client's `Root` and `Parent` are kept, so is its `Sampled`; without one a request counts as sampled only if the client
    /// sent a `Parent`.
    package init(client: String?, stamp: RequestStamp) {
        let given = client.flatMap { TraceHeader($0) }
        let parent = given?.parent.flatMap { $0.isEmpty ? nil : $0 }
        self.hasClientParent = parent != nil
        let seconds = HexadecimalText.text(UInt64(truncatingIfNeeded: stamp.time.seconds), digits: 8)
        self.header = TraceHeader(
            root: given?.root ?? "1-\(seconds)-\(stamp.traceDigits)", parent: parent ?? stamp.parentDigits,
            sampling: given?.sampling ?? (self.hasClientParent ? .sampled : .notSampled))
    }

    /// What the event's header says: the root alone, as the guides' sample events show it, unless the client began the trace.
    var forwarded: String { self.hasClientParent ? self.header.text : "Root=\(self.header.root)" }
}
