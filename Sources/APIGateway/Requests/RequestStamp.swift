package import CoreTypes

/// What the moment of a request decides: its time and the random parts of its ids.
package struct RequestStamp: Hashable, Sendable {
    package let time: Timestamp
    /// `requestContext.requestId` and `x-amzn-RequestId` of a REST API; the invocation's id for a function URL.
    package private(set) var requestID: RequestID
    /// The client of a REST API sent an id of its own that is no UUID.
    private(set) var hasInvalidClientID = false
    /// What ``extendedRequestID`` is written from: eleven bytes, the lowest first.
    private let extendedLow: UInt64
    private let extendedHigh: UInt64
    /// Of a new trace.
    let traceRandomness: TraceRandomness
    /// 0 up to, not including, 1: decides between a stage and its canary.
    let share: Double

    /// Draws six numbers.
    package init(time: Timestamp, using generator: inout some RandomNumberGenerator) {
        self.time = time
        self.requestID = RequestID(using: &generator)
        let (high, low) = (generator.next(), generator.next())
        (self.extendedLow, self.extendedHigh) = (high, low)
        self.traceRandomness = TraceRandomness(traceHigh: generator.next(), traceLow: high ^ low, segment: generator.next())
        // Bits that no id shows.
        self.share = Double(low >> 32) / 4_294_967_296
    }

    /// `x-amz-apigw-id` of a REST API; the one request id of an HTTP API (`apigw-requestid`). Eleven bytes as base64. Written when
    /// it is asked for, as many requests show it nowhere.
    package var extendedRequestID: String {
        withUnsafeTemporaryAllocation(byteCount: 16, alignment: 8) { bytes in
            bytes.storeBytes(of: self.extendedLow.littleEndian, as: UInt64.self)
            bytes.storeBytes(of: self.extendedHigh.littleEndian, toByteOffset: 8, as: UInt64.self)
            return Base64.encode(UnsafeRawBufferPointer(rebasing: bytes[..<11]))
        }
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
        let fresh = TraceHeader(newTraceAt: stamp.time, random: stamp.traceRandomness)
        self.header = TraceHeader(
            root: given?.root ?? fresh.root, parent: parent ?? fresh.parent,
            sampling: given?.sampling ?? (self.hasClientParent ? .sampled : .notSampled))
    }

    /// What the event's header says: the root alone, as the guides' sample events show it, unless the client began the trace.
    var forwarded: String { self.hasClientParent ? self.header.text : "Root=\(self.header.root)" }
}
