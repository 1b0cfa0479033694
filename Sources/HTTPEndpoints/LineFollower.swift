import CoreTypes
import HTTPServing
import NIOCore
import NIOHTTP1

/// A client that follows something, a line of JSON for each thing that happens. One that reads slowly misses lines, and is told
/// how many: `{"skipped":12}`.
final class LineFollower {
    private weak var connection: HTTPConnection?
    private var unsent = 0
    private var skipped = 0
    /// Lines that the network has not taken yet.
    private static let unsentMax = 1_000

    /// Begins the answer.
    init(_ connection: HTTPConnection) {
        self.connection = connection
        connection.startStream(status: .ok) { $0.writeStaticString("content-type: application/x-ndjson\r\n") }
    }

    func send(_ json: JSON) {
        guard let connection, connection.isOpen else { return }
        guard self.unsent < Self.unsentMax else {
            self.skipped += 1
            return
        }
        if self.skipped > 0 {
            self.write(["skipped": .number(JSONNumber(self.skipped))], to: connection)
            self.skipped = 0
        }
        self.write(json, to: connection)
    }

    /// What is there already, all of it: its sender knows a bound.
    func send(all lines: [JSON]) {
        guard let connection, connection.isOpen, !lines.isEmpty else { return }
        var bytes: [UInt8] = []
        for line in lines { bytes += line.bytes + [0x0A] }
        connection.stream(ByteBuffer(bytes: bytes))
    }

    private func write(_ json: JSON, to connection: HTTPConnection) {
        self.unsent += 1
        let sent = connection.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { [self] _ in self.unsent -= 1 }
        connection.stream(ByteBuffer(bytes: json.bytes + [0x0A]), completion: sent)
    }
}
