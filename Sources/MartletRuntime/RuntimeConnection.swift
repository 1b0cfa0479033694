#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// One blocking TCP connection to the Runtime API: bytes out in one write a message, answers in through one reused buffer.
///
/// A thread that waits in `read` is woken by the kernel alone; an event loop would add a hop between threads, which costs more
/// than all the rest of an invocation (15 to 30 µs each way where it was measured).
final class RuntimeConnection {
    /// The largest head of an answer: client context (3.5 KB) and Cognito identity are the only large headers.
    static let maximumHeadBytes = 64 << 10
    /// The largest event. The service stops at 6 MB, a local host may be told not to.
    static let maximumBodyBytes = 256 << 20
    private static let initialBufferBytes = 16 << 10

    let endpoint: RuntimeEndpoint
    private var descriptor: Int32 = -1
    private var buffer = [UInt8](repeating: 0, count: RuntimeConnection.initialBufferBytes)
    /// What was read and not yet taken is `buffer[start..<end]`.
    private var start = 0
    private var end = 0

    init(endpoint: RuntimeEndpoint) { self.endpoint = endpoint }

    deinit { self.disconnect() }

    var isConnected: Bool { self.descriptor >= 0 }

    /// Whether the host has closed the connection, as far as that is known here; costs one system call.
    var isClosedByHost: Bool {
        guard self.isConnected, self.start == self.end else { return false }
        var byte: UInt8 = 0
        return recv(self.descriptor, &byte, 1, Self.peekFlags) == 0
    }

    func connect() throws(LambdaRuntimeError) {
        self.disconnect()
        self.descriptor = try self.endpoint.connect()
    }

    func disconnect() {
        if self.descriptor >= 0 { close(self.descriptor) }
        self.descriptor = -1
        self.start = 0
        self.end = 0
    }

    // MARK: Sending

    /// Sends three runs of bytes as if they were one: one system call where the kernel takes them all.
    func send(_ head: [UInt8], _ body: ByteBuffer = ByteBuffer(), _ tail: [UInt8] = []) throws(LambdaRuntimeError) {
        let sent = head.withUnsafeBytes { head in
            body.withUnsafeReadableBytes { body in
                tail.withUnsafeBytes { tail in self.sendAll((head, body, tail)) }
            }
        }
        guard sent else {
            let reason = String(cString: strerror(errno))
            self.disconnect()
            throw LambdaRuntimeError(code: .connectionToControlPlaneGoingAway, detail: reason)
        }
    }

    /// SAFETY: the pointers are valid for the whole call (`send` holds them open), and the kernel only reads through them.
    private func sendAll(_ parts: (UnsafeRawBufferPointer, UnsafeRawBufferPointer, UnsafeRawBufferPointer)) -> Bool {
        withUnsafeTemporaryAllocation(of: iovec.self, capacity: 3) { vectors in
            vectors[0] = Self.vector(parts.0)
            vectors[1] = Self.vector(parts.1)
            vectors[2] = Self.vector(parts.2)
            var first = 0
            while true {
                while first < 3, vectors[first].iov_len == 0 { first += 1 }
                guard first < 3 else { return true }
                var message = msghdr()
                message.msg_iov = vectors.baseAddress?.advanced(by: first)
                message.msg_iovlen = .init(3 - first)
                var count = sendmsg(self.descriptor, &message, Self.sendFlags)
                if count < 0 {
                    guard errno == EINTR else { return false }
                    count = 0
                }
                for index in first..<3 {
                    let taken = min(count, vectors[index].iov_len)
                    vectors[index].iov_base = vectors[index].iov_base?.advanced(by: taken)
                    vectors[index].iov_len -= taken
                    count -= taken
                }
            }
        }
    }

    private static func vector(_ bytes: UnsafeRawBufferPointer) -> iovec {
        iovec(iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)
    }

    private static let peekFlags = Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)

    #if canImport(Darwin)
        private static let sendFlags: Int32 = 0  // SO_NOSIGPIPE is set on the socket instead
    #else
        private static let sendFlags = Int32(MSG_NOSIGNAL)
    #endif

    // MARK: Receiving

    /// Reads one head. Its ranges are good for `text` until the body is read.
    func receiveHead() throws(LambdaRuntimeError) -> ResponseHead {
        var scanned = self.start
        while true {
            if let end = ResponseHead.end(in: self.buffer, from: scanned, to: self.end) {
                guard let head = ResponseHead(self.buffer, in: self.start..<end) else {
                    throw self.malformed("the answer's head is not HTTP/1.1")
                }
                self.start = end
                return head
            }
            guard self.end - self.start <= Self.maximumHeadBytes else { throw self.malformed("the answer's head has no end") }
            // The empty line may begin in what is there already: at most three of its four bytes.
            let keep = max(0, self.end - self.start - 3)
            try self.fill()
            scanned = self.start + keep
        }
    }

    func text(_ range: Range<Int>?) -> String? { range.map { String(decoding: self.buffer[$0], as: UTF8.self) } }

    /// Reads the body that belongs to a head, straight into memory of its own.
    func receiveBody(of head: ResponseHead) throws(LambdaRuntimeError) -> [UInt8] {
        if head.isChunked { return try self.receiveChunks() }
        guard let length = head.contentLength else { throw self.malformed("the answer has no length") }
        guard length <= Self.maximumBodyBytes else {
            throw self.malformed("the answer is larger than \(Self.maximumBodyBytes) bytes")
        }
        var body = [UInt8]()
        try self.receive(length, into: &body)
        return body
    }

    /// Reads a body and forgets it: what acknowledgements say is in their status.
    func skipBody(of head: ResponseHead) throws(LambdaRuntimeError) {
        if !head.isChunked, let length = head.contentLength, length <= self.end - self.start {
            self.start += length
        } else {
            _ = try self.receiveBody(of: head)
        }
    }

    /// Appends exactly `length` bytes to a body: first what the buffer has, the rest read in place.
    private func receive(_ length: Int, into body: inout [UInt8]) throws(LambdaRuntimeError) {
        let there = min(length, self.end - self.start)
        let offset = body.count
        var complete = true
        if there == length {
            body.append(contentsOf: self.buffer[self.start..<(self.start + there)])
        } else if offset == 0 {
            // Not zeroed first: at 6 MB that would cost as much as the copy out of the kernel.
            body = [UInt8](unsafeUninitializedCapacity: length) { memory, count in
                let target = UnsafeMutableRawBufferPointer(memory)
                target.copyBytes(from: self.buffer[self.start..<(self.start + there)])
                complete = self.readAll(UnsafeMutableRawBufferPointer(rebasing: target[there..<length]))
                count = complete ? length : there
            }
        } else {
            body.append(contentsOf: self.buffer[self.start..<(self.start + there)])
            body.append(contentsOf: repeatElement(0, count: length - there))
            body.withUnsafeMutableBytes { memory in
                complete = self.readAll(UnsafeMutableRawBufferPointer(rebasing: memory[(offset + there)...]))
            }
        }
        self.start += there
        if !complete { throw self.goneAway() }
    }

    /// Fills memory from the socket. False if the host closes the connection before.
    private func readAll(_ memory: UnsafeMutableRawBufferPointer) -> Bool {
        var count = 0
        while count < memory.count {
            let got = self.readSome(UnsafeMutableRawBufferPointer(rebasing: memory[count...]))
            guard got > 0 else { return false }
            count += got
        }
        return true
    }

    private func receiveChunks() throws(LambdaRuntimeError) -> [UInt8] {
        var body = [UInt8]()
        while true {
            let line = try self.receiveLine()
            let digits = line.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
            guard digits.count <= 8, let size = Int(String(decoding: digits, as: UTF8.self), radix: 16), size >= 0,
                body.count + size <= Self.maximumBodyBytes
            else { throw self.malformed("a chunk has no proper size") }
            if size == 0 { break }
            try self.receive(size, into: &body)
            guard try self.receiveLine().isEmpty else { throw self.malformed("a chunk is longer than it says") }
        }
        while try !self.receiveLine().isEmpty {}
        return body
    }

    /// The bytes up to the next line end, which is taken too.
    private func receiveLine() throws(LambdaRuntimeError) -> [UInt8] {
        while true {
            if let feed = self.buffer[self.start..<self.end].firstIndex(of: UInt8(ascii: "\n")) {
                let line = self.buffer[self.start..<feed]
                self.start = feed + 1
                return Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
            }
            guard self.end - self.start <= Self.maximumHeadBytes else { throw self.malformed("a line has no end") }
            try self.fill()
        }
    }

    /// Reads what there is, at least one byte; moves the untaken bytes to the front first, so that they never need more room.
    private func fill() throws(LambdaRuntimeError) {
        if self.start == self.end {
            self.start = 0
            self.end = 0
        } else if self.start > 0 {
            self.buffer.withUnsafeMutableBytes { memory in
                memory.copyBytes(from: UnsafeRawBufferPointer(rebasing: memory[self.start..<self.end]))
            }
            self.end -= self.start
            self.start = 0
        }
        if self.end == self.buffer.count { self.buffer.append(contentsOf: repeatElement(0, count: self.buffer.count)) }
        let count = self.buffer.withUnsafeMutableBytes { memory in
            self.readSome(UnsafeMutableRawBufferPointer(rebasing: memory[self.end...]))
        }
        guard count > 0 else { throw self.goneAway() }
        self.end += count
    }

    private func readSome(_ memory: UnsafeMutableRawBufferPointer) -> Int {
        while true {
            let count = read(self.descriptor, memory.baseAddress, memory.count)
            if count >= 0 || errno != EINTR { return count }
        }
    }

    private func goneAway() -> LambdaRuntimeError {
        self.disconnect()
        return LambdaRuntimeError(code: .connectionToControlPlaneGoingAway, detail: "the host closed the connection")
    }

    private func malformed(_ detail: String) -> LambdaRuntimeError {
        self.disconnect()
        return LambdaRuntimeError(code: .malformedResponse, detail: detail)
    }
}
