import Foundation

@testable import MartletRuntime

/// A Runtime API that plays a script on a thread of its own, over blocking sockets. When the script has ended it goes away, which
/// ends the run loop under test.
///
/// JUSTIFICATION of `@unchecked Sendable`: the script's thread alone writes `outcome`, before it signals; the test reads it after
/// the signal.
final class ScriptedHost<Outcome>: @unchecked Sendable {
    let address: String
    private let finished = DispatchSemaphore(value: 0)
    private var outcome: Result<Outcome, any Error>?

    init(_ script: @escaping @Sendable (HostListener) throws -> Outcome) throws {
        let listener = try HostListener()
        self.address = "127.0.0.1:\(listener.port)"
        // SAFETY: from here on the script's thread alone uses the listener.
        nonisolated(unsafe) let scripted = listener
        let thread = Thread { [self] in
            self.outcome = Result { try script(scripted) }
            scripted.close()
            self.finished.signal()
        }
        thread.start()
    }

    /// What the script returned.
    func result() throws -> Outcome {
        self.finished.wait()
        return try self.outcome!.get()
    }
}

/// What goes wrong in a script: the client did something else than it says.
struct ScriptError: Error {
    let message: String
}

/// The listening socket of a scripted host.
final class HostListener {
    let port: UInt16
    private var descriptor: Int32
    private var accepted: [HostConnection] = []

    init() throws {
        self.descriptor = socket(AF_INET, SystemSocket.stream, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = self.descriptor
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && listen(descriptor, 8) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard bound else { throw ScriptError(message: "cannot listen") }
        self.port = UInt16(bigEndian: address.sin_port)
        SystemSocket.limitWaiting(descriptor)
    }

    func accept() throws -> HostConnection {
        let connection = SystemSocket.accept(self.descriptor)
        guard connection >= 0 else { throw ScriptError(message: "nobody connects") }
        SystemSocket.limitWaiting(connection)
        let result = HostConnection(descriptor: connection)
        self.accepted.append(result)
        return result
    }

    /// A script may close its host before its end does: the second time would close a descriptor that is another test's by then.
    func close() {
        if self.descriptor >= 0 { SystemSocket.close(self.descriptor) }
        self.descriptor = -1
        for connection in self.accepted { connection.close() }
    }
}

/// A request as it came.
struct HostRequest {
    var line = ""
    var headers: [String: String] = [:]
    var body: [UInt8] = []
    var trailers: [String: String] = [:]
    /// How many chunks the body came in, 0 if it had a length.
    var chunks = 0

    var text: String { String(decoding: self.body, as: UTF8.self) }
}

/// One connection of a client.
final class HostConnection {
    private var descriptor: Int32
    private var buffer: [UInt8] = []

    init(descriptor: Int32) { self.descriptor = descriptor }

    func close() {
        if self.descriptor >= 0 { SystemSocket.close(self.descriptor) }
        self.descriptor = -1
    }

    func readRequest() throws -> HostRequest {
        var request = HostRequest(line: try self.readLine())
        request.headers = try self.readFields()
        guard request.headers["transfer-encoding"] == "chunked" else {
            request.body = try self.read(Int(request.headers["content-length"] ?? "0")!)
            return request
        }
        while let size = Int(try self.readLine(), radix: 16), size > 0 {
            request.chunks += 1
            request.body += try self.read(size)
            guard try self.readLine().isEmpty else { throw ScriptError(message: "a chunk is too long") }
        }
        request.trailers = try self.readFields()
        return request
    }

    /// Waits for `/next` and answers it with an event.
    func deliver(_ event: some Collection<UInt8>, id: String = "id-1", headers: String = "", pieceSize: Int = .max) throws {
        let request = try self.readRequest()
        guard request.line == "GET /2018-06-01/runtime/invocation/next HTTP/1.1" else { throw ScriptError(message: request.line) }
        let head = """
            HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: \(id)\r\n\
            Lambda-Runtime-Deadline-Ms: 1767225600000\r\n\
            Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:000000000000:function:f\r\n\
            \(headers)Content-Length: \(event.count)\r\n\r\n
            """
        self.send(Array(head.utf8) + event, pieceSize: pieceSize)
    }

    /// Waits for a request and answers 202.
    func acknowledge() throws -> HostRequest {
        let request = try self.readRequest()
        self.send(Array("HTTP/1.1 202 Accepted\r\nContent-Length: 16\r\n\r\n{\"status\":\"OK\"}\n".utf8))
        return request
    }

    func send(_ bytes: [UInt8], pieceSize: Int = .max) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.prefix(pieceSize).withUnsafeBytes { SystemSocket.send(self.descriptor, $0) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private func readFields() throws -> [String: String] {
        var fields: [String: String] = [:]
        while true {
            let line = try self.readLine()
            guard let colon = line.firstIndex(of: ":") else { return fields }
            fields[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
    }

    private func readLine() throws -> String {
        while true {
            if let feed = self.buffer.firstIndex(of: 10) {
                let line = String(decoding: self.buffer[..<feed].dropLast(), as: UTF8.self)
                self.buffer.removeFirst(feed + 1)
                return line
            }
            try self.fill()
        }
    }

    private func read(_ count: Int) throws -> [UInt8] {
        while self.buffer.count < count { try self.fill() }
        let result = Array(self.buffer[..<count])
        self.buffer.removeFirst(count)
        return result
    }

    private func fill() throws {
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(self.descriptor, &piece, piece.count, 0)
        guard count > 0 else { throw ScriptError(message: "the client closed the connection or sent nothing") }
        self.buffer += piece[..<count]
    }
}

/// What differs between platforms.
private enum SystemSocket {
    #if canImport(Darwin)
        static let stream = SOCK_STREAM
        static let noSignal: Int32 = 0
    #else
        static let stream = Int32(SOCK_STREAM.rawValue)
        static let noSignal = Int32(MSG_NOSIGNAL)
    #endif

    /// A script that waits in vain fails instead of hanging.
    static func limitWaiting(_ descriptor: Int32) {
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    static func accept(_ descriptor: Int32) -> Int32 { Foundation.accept(descriptor, nil, nil) }
    static func close(_ descriptor: Int32) { _ = Foundation.close(descriptor) }
    static func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        Foundation.send(descriptor, bytes.baseAddress, bytes.count, noSignal)
    }
}
