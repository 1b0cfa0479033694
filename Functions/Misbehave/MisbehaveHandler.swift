import MartletRuntime

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Does the deeds.
struct MisbehaveHandler: StreamingLambdaHandler {
    /// What `memory` has taken, kept for the life of the process.
    private var taken: [UnsafeMutableRawPointer] = []

    mutating func handle(
        _ event: ByteBuffer, responseWriter: some LambdaResponseStreamWriter, context: LambdaContext
    ) async throws {
        var order = try JSONDecoder().decode(Order.self, from: Data(event.readableBytesView))
        if let body = order.body { order = try JSONDecoder().decode(Order.self, from: Data(body.utf8)) }
        guard let name = order.do else { return try await responseWriter.writeAndFinish(Self.json("well behaved")) }
        guard let deed = Deed(rawValue: name) else {
            let known = Deed.allCases.map(\.rawValue).joined(separator: ", ")
            throw Misdeed(description: "\"\(name)\" is nothing it can do; it can do: \(known)")
        }
        context.logger.info("misbehaving", metadata: ["do": deed.rawValue])
        switch deed {
        case .crash, .abort, .exit, .exitZero, .hang: Self.end(deed, order)
        case .stream, .streamError, .background: try await Self.respond(deed, order, to: responseWriter)
        case .throw: throw Misdeed(description: order.message ?? "thrown on request")
        case .memory: try await responseWriter.writeAndFinish(Self.json(try self.takeMemory(order.megabytes ?? 64)))
        case .huge: try await responseWriter.writeAndFinish(Self.text(ofBytes: order.bytes ?? 6_291_557))
        case .standardError:
            Self.log(order.count ?? 1, order.message ?? "a line on standard error", to: [2])
            try await responseWriter.writeAndFinish(Self.json("written"))
        case .spam:
            Self.log(order.count ?? 100_000, order.message ?? "a line of many", to: [1, 2])
            try await responseWriter.writeAndFinish(Self.json("written"))
        case .fork: try await responseWriter.writeAndFinish(Self.json(try Self.startSleep(order.seconds ?? 60)))
        case .fileDescriptors: try await responseWriter.writeAndFinish(Self.json(Self.openFiles(order.count ?? Int.max)))
        case .slow:
            try await Task.sleep(for: .milliseconds(order.milliseconds ?? 1000))
            try await responseWriter.writeAndFinish(Self.json("late"))
        case .sigtermIgnore:
            signal(SIGTERM, SIG_IGN)
            try await responseWriter.writeAndFinish(Self.json("deaf"))
        }
    }

    // MARK: Ends

    private static func end(_ deed: Deed, _ order: Order) -> Never {
        switch deed {
        case .crash: fatalError(order.message ?? "crashed on request")
        case .exit: Self.leave(order.code ?? 1)
        case .exitZero: Self.leave(0)
        case .hang: while true { sleep(UInt32.max) }
        default: abort()
        }
    }

    private static func leave(_ status: Int32) -> Never {
        #if canImport(Darwin)
            Darwin.exit(status)
        #elseif canImport(Glibc)
            Glibc.exit(status)
        #elseif canImport(Musl)
            Musl.exit(status)
        #endif
    }

    // MARK: Responses

    private static func respond(_ deed: Deed, _ order: Order, to writer: some LambdaResponseStreamWriter) async throws {
        switch deed {
        case .background:
            try await writer.writeAndFinish(Self.json("answered"))
            try await Task.sleep(for: .milliseconds(order.milliseconds ?? 1000))
            Self.log(1, "background work done", to: [2])
        case .streamError:
            try await writer.write(ByteBuffer(string: "a beginning"))
            throw Misdeed(description: order.message ?? "broken off on request")
        default:
            try await writer.writeStatusAndHeaders(
                StreamingLambdaStatusAndHeadersResponse(statusCode: 200, headers: ["Content-Type": "text/plain"]))
            for piece in 1...max(1, order.count ?? 5) {
                if piece > 1 { try await Task.sleep(for: .milliseconds(order.milliseconds ?? 100)) }
                try await writer.write(ByteBuffer(string: "piece \(piece)\n"))
            }
            try await writer.finish()
        }
    }

    private static func json(_ value: some Encodable) throws -> ByteBuffer {
        ByteBuffer(bytes: try JSONEncoder().encode(["result": value]))
    }

    /// A JSON string of exactly so many bytes, quotes included.
    private static func text(ofBytes count: Int) -> ByteBuffer {
        var bytes = [UInt8](repeating: UInt8(ascii: "x"), count: max(2, count))
        bytes[0] = UInt8(ascii: "\"")
        bytes[bytes.count - 1] = UInt8(ascii: "\"")
        return ByteBuffer(bytes: bytes)
    }

    // MARK: Resources

    private mutating func takeMemory(_ megabytes: Int) throws -> Int {
        let page = 4096
        for _ in 0..<max(0, megabytes) {
            guard let block = malloc(1 << 20) else { throw Misdeed(description: "no memory after \(self.taken.count) MB") }
            for offset in stride(from: 0, to: 1 << 20, by: page) { block.storeBytes(of: 1, toByteOffset: offset, as: UInt8.self) }
            self.taken.append(block)
        }
        return self.taken.count
    }

    private static func log(_ count: Int, _ message: String, to descriptors: [Int32]) {
        for number in 1...max(1, count) {
            let line = "\(message) \(number)\n"
            for descriptor in descriptors { _ = line.withCString { write(descriptor, $0, strlen($0)) } }
        }
    }

    private static func openFiles(_ count: Int) -> Int {
        var opened = 0
        while opened < count, open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0 { opened += 1 }
        return opened
    }

    private static func startSleep(_ seconds: Int) throws -> pid_t {
        #if canImport(Darwin)
            var attributes: posix_spawnattr_t?
            let newSession = Int16(POSIX_SPAWN_SETSID)
        #else
            var attributes = posix_spawnattr_t()
            let newSession: Int16 = 0x80  // POSIX_SPAWN_SETSID, which the headers show to GNU sources only
        #endif
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, newSession)
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup(String(seconds)), nil]
        defer { for argument in arguments { free(argument) } }
        var child: pid_t = 0
        let status = posix_spawnp(&child, "sleep", nil, &attributes, &arguments, environ)
        guard status == 0 else { throw Misdeed(description: "posix_spawn: \(String(cString: strerror(status)))") }
        return child
    }
}
