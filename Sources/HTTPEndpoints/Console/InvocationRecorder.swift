package import Billing
package import CoreTypes
package import ExecutionEnvironments
import NIOCore

/// Writes down what has become of invocations: the record of each, and of the latest ones what went in, what came out and what
/// they printed. The hot path pays for a copy of small bodies and an append; everything else is worked out for those who ask.
/// Lives on the event loop.
package final class InvocationRecorder: ExecutionObserver {
    /// Details are kept of so many invocations, and of so many bytes, whichever is less.
    static let detailsMax = 5_000
    static let detailBytesMax = 4 * 1024 * 1024
    /// Of one invocation: the beginning.
    static let logBytesMax = 64 * 1024

    let ring = InvocationRing()
    let activity = ActivityMeter()
    /// Told after each invocation.
    var onChange: () -> Void = {}

    private var details = CircularBuffer<InvocationDetails>()
    private var detailBytes = 0
    /// Output of invocations under way.
    private var logs: [RequestID: KeptLog] = [:]

    package init() {}

    func details(of id: RequestID) -> InvocationDetails? { self.details.last { $0.requestID == id } }

    func removeAll() {
        self.ring.removeAll()
        self.details.removeAll()
        self.detailBytes = 0
        self.activity.removeAll()
        self.onChange()
    }

    package func finished(_ record: InvocationRecord, of invocation: Invocation, in environment: EnvironmentDescription) {
        self.ring.append(record, receivedAt: invocation.receivedAt)
        self.activity.add(record)
        self.keep(
            InvocationDetails(
                requestID: record.requestID, payload: BodyExcerpt(invocation.payload),
                response: BodyExcerpt(invocation.response ?? ByteBuffer(), of: record.responseBytes),
                log: self.logs.isEmpty ? nil : self.logs.removeValue(forKey: record.requestID),
                traceHeader: record.traceHeader, logGroup: environment.logGroup, logStream: environment.logStream))
        self.onChange()
    }

    private func keep(_ details: InvocationDetails) {
        self.details.append(details)
        self.detailBytes += details.byteCount
        while self.details.count > Self.detailsMax || self.detailBytes > Self.detailBytesMax {
            guard let oldest = self.details.popFirst() else { return }
            self.detailBytes -= oldest.byteCount
        }
    }

    package func logged(
        _ line: ArraySlice<UInt8>, from origin: LogOrigin, requestID: RequestID?, at time: Timestamp,
        in environment: EnvironmentDescription
    ) {
        // What is printed between two invocations belongs to none.
        guard origin != .platform, let requestID else { return }
        self.logs[requestID, default: KeptLog()].append(line)
    }
}

/// The beginning of what an invocation printed.
struct KeptLog: Hashable, Sendable {
    private(set) var kept: [UInt8] = []
    private(set) var byteCount = 0

    mutating func append(_ bytes: some Collection<UInt8>) {
        self.byteCount += bytes.count
        let room = InvocationRecorder.logBytesMax - self.kept.count
        if room > 0 { self.kept.append(contentsOf: bytes.prefix(room)) }
    }

    /// As ``BodyExcerpt/json``, but always as text: logs are lines, whatever a function wrote into them.
    var json: JSON {
        var object: JSONObject = [
            "bytes": .number(JSONNumber(self.byteCount)), "text": .string(String(decoding: self.kept, as: UTF8.self)),
        ]
        if self.kept.count < self.byteCount { object["truncated"] = true }
        return .object(object)
    }
}

/// What is kept of one of the latest invocations besides its record.
struct InvocationDetails {
    let requestID: RequestID
    let payload: BodyExcerpt
    /// Of one that was streamed the size alone: nothing of it stays here.
    let response: BodyExcerpt
    let log: KeptLog?
    let traceHeader: String
    let logGroup: String
    let logStream: String

    /// With what the entry itself takes, roughly.
    var byteCount: Int { 512 + self.payload.kept.count + self.response.kept.count + (self.log?.kept.count ?? 0) }
}
