import HTTPServing
import NIOCore
import NIOPosix
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A real socket: what a system's buffers do to an answer shows nowhere else.
struct HTTPListenerTests {
    /// One socket of a client that blocks.
    private final class Client {
        let descriptor: Int32

        init(port: Int) {
            #if canImport(Darwin)
                self.descriptor = socket(AF_INET, SOCK_STREAM, 0)
            #else
                self.descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            #endif
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
            let connected = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(self.descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            precondition(connected == 0, "the listener accepts")
        }

        func send(_ bytes: [UInt8]) -> Bool {
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { write(self.descriptor, $0.baseAddress, $0.count) }
                guard count > 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }

        /// All until the server closes; `nil` when it resets the connection.
        func receiveAll() -> [UInt8]? {
            var all: [UInt8] = []
            var block = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = block.withUnsafeMutableBytes { read(self.descriptor, $0.baseAddress, $0.count) }
                guard count >= 0 else { return nil }
                guard count > 0 else { return all }
                all += block[..<count]
            }
        }

        deinit { close(self.descriptor) }
    }

    private func withListener(_ body: (Int) throws -> Void) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let listener = try await loop.flatSubmit {
            HTTPListener.bind(
                host: "127.0.0.1", port: 0, eventLoop: loop, doors: HTTPDoors(HTTPDoor(service: TestService()), on: loop))
        }.get()
        try body(listener.port)
        try await listener.channel.close()
        try await group.shutdownGracefully()
    }

    @Test func aLargeAnswerIsWholeThoughTheConnectionClosesBehindIt() async throws {
        let size = 32 * 1024 * 1024
        try await self.withListener { port in
            let client = Client(port: port)
            #expect(client.send(Array("GET /bytes/\(size) HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".utf8)))
            let answer = client.receiveAll() ?? []
            #expect(answer.count == size + "HTTP/1.1 200 OK\r\ncontent-length: \(size)\r\nconnection: close\r\n\r\n".utf8.count)
        }
    }

    @Test func aClientWhoseBodyIsRefusedCanSendItAllAndReadWhy() async throws {
        try await self.withListener { port in
            let client = Client(port: port)
            let size = 32 * 1024 * 1024
            #expect(client.send(Array("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: \(size)\r\n\r\n".utf8)))
            #expect(client.send([UInt8](repeating: 1, count: size)))
            let answer = client.receiveAll().map { String(decoding: $0, as: UTF8.self) }
            #expect(answer?.hasPrefix("HTTP/1.1 413 ") == true)
            #expect(answer?.hasSuffix("too large") == true)
        }
    }
}
