import APIGateway
import HTTPServing
import NIOCore
import NIOHTTP1
import NIOPosix

/// Sends requests to HTTP endpoints, HTTP/1.1 over TLS or plain, over connections that are kept. Lives on one event loop.
final class BackendClient {
    /// Open connections to all endpoints together; a request more fails.
    private static let connectionsMax = 1_024
    /// Kept per endpoint.
    private static let idleMax = 64
    /// A connection that was still for longer may be about to be closed by its server: requests that can't be repeated go on a new
    /// one. Servers keep theirs for two seconds at least (gunicorn's default, the shortest that we know).
    private static let stillMax = TimeAmount.seconds(1)
    private static let connectSecondsMax: Int64 = 10

    /// Connections that are as good as each other.
    struct Place: Hashable {
        let address: TargetAddress
        let security: BackendSecurity?
    }

    private let eventLoop: any EventLoop
    private let security: any EndpointSecurity
    private var idle: [Place: [(connection: BackendConnection, since: NIODeadline)]] = [:]
    private var open = 0
    let flushes: FlushBatch

    init(eventLoop: any EventLoop, security: any EndpointSecurity) {
        self.eventLoop = eventLoop
        self.security = security
        self.flushes = FlushBatch(eventLoop: eventLoop)
    }

    /// The completion is called once, on the event loop, unless the call is cancelled. Time-outs are the caller's.
    @discardableResult
    func send(
        _ request: BackendRequest, answerBytesMax: Int = GatewayLimits.payloadBytes,
        completion: @escaping (Result<BackendAnswer, BackendFailure>) -> Void
    ) -> BackendCall {
        let call = BackendCall(request, answerBytesMax: answerBytesMax, completion: completion)
        if !Self.isWellFormed(request) {
            call.end(.failure(.unresolvable))
        } else if let connection = self.take(for: call) {
            connection.send(call)
        } else {
            self.sendAnew(call)
        }
        return call
    }

    /// On a connection of its own.
    func sendAnew(_ call: BackendCall) {
        guard !call.isOver else { return }
        guard self.open < Self.connectionsMax else { return call.end(.failure(.exhausted)) }
        self.open += 1
        let address = call.request.address
        let place = Place(address: address, security: call.request.security)
        let bound = NIOLoopBound(self, eventLoop: self.eventLoop)
        let limit = min(Int64(call.request.timeoutMilliseconds), Self.connectSecondsMax * 1_000)
        let bootstrap = ClientBootstrap(group: self.eventLoop)
            .connectTimeout(.milliseconds(limit))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let security = place.security { try bound.value.secure(channel, security) }
                    let connection = BackendConnection(place: place, client: bound.value)
                    try channel.pipeline.syncOperations.addHandlers(connection.decoding, connection)
                }
            }
        let connected: EventLoopFuture<any Channel>
        if let literal = try? SocketAddress(ipAddress: address.host, port: address.port) {  // Anything else is a name.
            connected = bootstrap.connect(to: literal)
        } else {
            connected = bootstrap.connect(host: address.host, port: address.port)
        }
        connected.assumeIsolated().whenComplete { result in
            switch result {
            case .failure(let error):
                self.open -= 1
                call.end(.failure(Self.failure(for: error)))
            case .success(let channel):
                guard channel.isActive,
                    // Absent only where the channel closed at once.
                    let connection = try? channel.pipeline.syncOperations.handler(type: BackendConnection.self)
                else {
                    self.open -= 1
                    return call.end(.failure(.badAnswer))
                }
                connection.isCounted = true
                if call.isOver { connection.close() } else { connection.send(call) }
            }
        }
    }

    /// What the name of a server makes impossible, before anything is connected.
    private struct NotSecurable: Error {}

    private func secure(_ channel: any Channel, _ security: BackendSecurity) throws {
        do {
            try self.security.secure(channel, as: EndpointIdentity(security))
        } catch {
            throw NotSecurable()
        }
    }

    func isIdle(_ connection: BackendConnection) {
        guard self.idle[connection.place]?.count ?? 0 < Self.idleMax else { return connection.close() }
        self.idle[connection.place, default: []].append((connection, .now()))
    }

    func closed(_ connection: BackendConnection) {
        // Of several addresses of a name the first that answers is used; the others were never counted.
        guard connection.isCounted else { return }
        self.open -= 1
        self.idle[connection.place]?.removeAll { $0.connection === connection }
        if self.idle[connection.place]?.isEmpty ?? false { self.idle[connection.place] = nil }
    }

    /// The one that was used last: those below it grow old and are closed by their server.
    private func take(for call: BackendCall) -> BackendConnection? {
        let place = Place(address: call.request.address, security: call.request.security)
        guard let last = self.idle[place]?.last, call.isRepeatable || .now() - last.since < Self.stillMax else { return nil }
        self.idle[place]?.removeLast()
        return last.connection
    }

    /// Closes what is kept.
    func stop() {
        let kept = self.idle.values.flatMap { $0.map(\.connection) }
        self.idle = [:]
        for connection in kept { connection.close() }
    }

    /// Templates may have written anything: a line break would begin another header or request.
    private static func isWellFormed(_ request: BackendRequest) -> Bool {
        !request.method.isEmpty && self.holds(request.method) { 0x41...0x5A ~= $0 || $0 == 0x2D || $0 == 0x5F }
            && request.target.utf8.first == UInt8(ascii: "/") && self.holds(request.target) { 0x21...0x7E ~= $0 }
            && request.headers.allSatisfy { header in
                !header.name.isEmpty && self.holds(header.name) { 0x21...0x7E ~= $0 && $0 != UInt8(ascii: ":") }
                    && self.holds(header.value) { $0 != 0x0A && $0 != 0x0D && $0 != 0 }
            }
    }

    /// Whether all bytes are good. Without a way out of the loop, so that it takes many bytes at a time.
    @inline(__always)
    private static func holds(_ text: String, _ isGood: (UInt8) -> Bool) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var holds = true
            for byte in bytes { holds = holds && isGood(byte) }
            return holds
        }
    }

    private static func failure(for error: any Error) -> BackendFailure {
        if case ChannelError.connectTimeout = error { return .timedOut }
        if error is NotSecurable { return .tlsRefused }
        guard let failed = error as? NIOConnectionError else { return .refused }
        if failed.connectionErrors.isEmpty { return .unresolvable }
        let timedOut = failed.connectionErrors.contains { if case ChannelError.connectTimeout = $0.error { true } else { false } }
        return timedOut ? .timedOut : .refused
    }
}

extension EndpointIdentity {
    fileprivate init(_ security: BackendSecurity) {
        let verification: Verification =
            switch security.verification {
            case .full: .full
            case .nameAndDates: .nameAndDates
            case .none: .none
            }
        self.init(name: security.serverName, verification: verification)
    }
}
