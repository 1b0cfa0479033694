import CoreTypes
import ExecutionEnvironments
import HTTPServing
package import NIOCore
import NIOHTTP1

/// Tells those who look that something has changed, by server-sent events (HTML standard, "Server-sent events"). What happens
/// within a short time is told once, as numbers; who wants more asks. So a client costs the same whatever the load, and one that
/// doesn't read has one event waiting at most. Without clients nothing runs.
/// ```
/// event: change
/// data: {"invocations":12,"requests":3,"queues":7,"functions":1}
/// ```
/// Each number grows with every change of its kind.
package final class EventFeed {
    package enum Kind: String, CaseIterable {
        case invocations, requests, queues, functions
    }

    static let clientsMax = 32
    private static let gatheringTime = TimeAmount.milliseconds(150)
    private static let heartbeatTime = TimeAmount.seconds(15)

    private let eventLoop: any EventLoop
    private var counts = [Int](repeating: 0, count: Kind.allCases.count)
    private var clients: [ObjectIdentifier: Client] = [:] {
        didSet { if oldValue.isEmpty != self.clients.isEmpty { self.onClients() } }
    }
    /// Told when the first client comes and when the last one goes.
    var onClients: () -> Void = {}
    private var isTold = true
    private var gathering: Scheduled<Void>?
    private var heartbeat: RepeatedTask?

    package init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    var hasClients: Bool { !self.clients.isEmpty }

    package func changed(_ kind: Kind) {
        self.counts[Self.place(kind)] += 1
        guard !self.clients.isEmpty else { return }
        self.isTold = false
        self.gather()
    }

    private static func place(_ kind: Kind) -> Int {
        switch kind {
        case .invocations: 0
        case .requests: 1
        case .queues: 2
        case .functions: 3
        }
    }

    private func gather() {
        guard self.gathering == nil else { return }
        let bound = NIOLoopBound(self, eventLoop: self.eventLoop)
        self.gathering = self.eventLoop.scheduleTask(in: Self.gatheringTime) { bound.value.tell() }
    }

    private func tell() {
        self.gathering = nil
        guard !self.isTold else { return }
        self.isTold = true
        let event = self.event
        for client in self.clients.values { client.send(event) }
    }

    private var event: ByteBuffer {
        let counts = JSONObject(Kind.allCases.map { ($0.rawValue, .number(JSONNumber(self.counts[Self.place($0)]))) })
        var buffer = ByteBuffer(staticString: "event: change\ndata: ")
        buffer.writeBytes(JSON.object(counts).bytes)
        buffer.writeStaticString("\n\n")
        return buffer
    }

    // MARK: Clients

    /// Begins an answer that lasts until the client goes.
    func follow(_ connection: HTTPConnection) {
        guard self.clients.count < Self.clientsMax else {
            let body = ByteBuffer(string: #"{"error":"\#(Self.clientsMax) clients follow events already"}"#)
            connection.respond(status: .serviceUnavailable, body: body) {
                $0.writeStaticString("content-type: application/json\r\n")
            }
            return
        }
        connection.startStream(status: .ok) {
            $0.writeStaticString("content-type: text/event-stream\r\ncache-control: no-store\r\n")
        }
        let id = ObjectIdentifier(connection)
        let client = Client(connection)
        self.clients[id] = client
        connection.onClose = { [weak self] in self?.leave(id) }
        client.send(self.event)
        self.beat()
    }

    private func leave(_ id: ObjectIdentifier) {
        self.clients[id] = nil
        guard self.clients.isEmpty else { return }
        self.heartbeat?.cancel()
        self.heartbeat = nil
        self.gathering?.cancel()
        self.gathering = nil
        self.isTold = true
    }

    /// So that a proxy keeps the connection, and the end of a client that went without a word is noticed.
    private func beat() {
        guard self.heartbeat == nil else { return }
        let bound = NIOLoopBound(self, eventLoop: self.eventLoop)
        self.heartbeat = self.eventLoop.scheduleRepeatedTask(
            initialDelay: Self.heartbeatTime, delay: Self.heartbeatTime
        ) { _ in
            for client in bound.value.clients.values { client.beat() }
        }
    }

    /// Ends all answers, so that the listener can close.
    package func stop() {
        for client in Array(self.clients.values) { client.end() }
    }

    private final class Client {
        private weak var connection: HTTPConnection?
        private var isBusy = false
        /// The latest that could not be sent; an older one is of no more use.
        private var waiting: ByteBuffer?

        init(_ connection: HTTPConnection) { self.connection = connection }

        func send(_ event: ByteBuffer) {
            if self.isBusy { self.waiting = event } else { self.write(event) }
        }

        /// A client that hasn't taken its last event needs none.
        func beat() {
            if !self.isBusy { self.write(ByteBuffer(staticString: ": still here\n\n")) }
        }

        private func write(_ event: ByteBuffer) {
            guard let connection, connection.isOpen else { return }
            self.isBusy = true
            let sent = connection.eventLoop.makePromise(of: Void.self)
            sent.futureResult.assumeIsolated().whenComplete { [weak self] _ in self?.wasSent() }
            connection.stream(event, completion: sent)
        }

        private func wasSent() {
            self.isBusy = false
            guard let waiting else { return }
            self.waiting = nil
            self.write(waiting)
        }

        func end() { self.connection?.close() }
    }
}
