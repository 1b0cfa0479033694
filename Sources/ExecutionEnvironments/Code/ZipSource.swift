#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Where the bytes of an archive are: in memory, or in a file that is read piece by piece. A file is not mapped, as one that is
/// cut short meanwhile would end the process.
enum ZipSource {
    case memory([UInt8])
    case file(descriptor: Int32, size: Int)

    /// Opens a file for the time of `body`.
    static func withFile<Result>(_ path: String, _ body: (ZipSource) throws -> Result) throws -> Result {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFault("open \(path)") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileFault("read \(path)") }
        return try body(.file(descriptor: descriptor, size: Int(status.st_size)))
    }

    var size: Int {
        switch self {
        case .memory(let bytes): bytes.count
        case .file(_, let size): size
        }
    }

    /// Exactly `count` bytes.
    func read(at offset: Int, count: Int) throws -> [UInt8] {
        guard offset >= 0, count >= 0, offset <= self.size, count <= self.size - offset else {
            throw ZipArchive.Fault.damaged("it ends too early")
        }
        switch self {
        case .memory(let bytes): return Array(bytes[offset..<(offset + count)])
        case .file(let descriptor, _):
            return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                while filled < count {
                    let result = pread(descriptor, buffer.baseAddress! + filled, count - filled, off_t(offset + filled))
                    if result < 0, errno == EINTR { continue }
                    guard result >= 0 else { throw FileFault("read the archive") }
                    guard result > 0 else { throw ZipArchive.Fault.damaged("it ends too early") }
                    filled += result
                }
            }
        }
    }
}

/// A system call on a file that failed.
struct FileFault: Error, CustomStringConvertible {
    let description: String

    /// Takes `errno` of the call that just failed.
    init(_ attempt: String) {
        let number = errno
        self.description = "could not \(attempt): \(String(cString: strerror(number)))"
    }
}
