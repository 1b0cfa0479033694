#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Where the Runtime API listens: what `AWS_LAMBDA_RUNTIME_API` says.
///
/// `host:port`; `[v6]:port` and a path behind the port are taken too, because emulators exist that tell functions apart by it.
struct RuntimeEndpoint: Equatable {
    let host: String
    let port: UInt16
    /// Empty, or a path that begins with a slash.
    let prefix: String

    init(_ address: String) throws(LambdaRuntimeError) {
        let slash = address.firstIndex(of: "/") ?? address.endIndex
        let authority = address[..<slash]
        let path = address[slash...]
        guard let colon = authority.lastIndex(of: ":"), colon != authority.startIndex,
            let port = UInt16(authority[authority.index(after: colon)...]), port > 0
        else {
            throw LambdaRuntimeError(code: .invalidPort, detail: "AWS_LAMBDA_RUNTIME_API is \"\(address)\", not host:port")
        }
        let host = authority[..<colon]
        self.host = String(host.hasPrefix("[") && host.hasSuffix("]") ? host.dropFirst().dropLast() : host)
        self.port = port
        self.prefix = String(path.hasSuffix("/") ? path.dropLast() : path)
    }

    /// A connected socket. Numeric addresses, the usual case, cost no look-up.
    func connect() throws(LambdaRuntimeError) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = self.port.bigEndian
        if inet_pton(AF_INET, self.host, &address.sin_addr) == 1 {
            let size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let connected = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Self.open(AF_INET, $0, size) }
            }
            if let connected { return connected }
        } else if let connected = self.connectByName() {
            return connected
        }
        let reason = String(cString: strerror(errno))
        throw LambdaRuntimeError(code: .cannotConnectToControlPlane, detail: "\(self.host):\(self.port): \(reason)")
    }

    private func connectByName() -> Int32? {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Self.streamType
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(self.host, String(self.port), &hints, &list) == 0 else { return nil }
        defer { freeaddrinfo(list) }
        var entry = list
        while let current = entry?.pointee {
            if let connected = Self.open(current.ai_family, current.ai_addr, current.ai_addrlen) { return connected }
            entry = current.ai_next
        }
        return nil
    }

    private static func open(_ family: Int32, _ address: UnsafePointer<sockaddr>, _ size: socklen_t) -> Int32? {
        let descriptor = socket(family, streamType, 0)
        guard descriptor >= 0 else { return nil }
        // Children of the handler must not hold the connection open.
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        var one: Int32 = 1
        let flag = socklen_t(MemoryLayout<Int32>.size)
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, flag)
        #if canImport(Darwin)
            setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &one, flag)
        #endif
        guard systemConnect(descriptor, address, size) == 0 else {
            let reason = errno
            close(descriptor)
            errno = reason
            return nil
        }
        return descriptor
    }

    private static func systemConnect(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ size: socklen_t) -> Int32 {
        #if canImport(Darwin)
            Darwin.connect(descriptor, address, size)
        #elseif canImport(Glibc)
            Glibc.connect(descriptor, address, size)
        #elseif canImport(Musl)
            Musl.connect(descriptor, address, size)
        #endif
    }

    #if canImport(Glibc)
        private static let streamType = Int32(SOCK_STREAM.rawValue)
    #else
        private static let streamType = SOCK_STREAM
    #endif
}
