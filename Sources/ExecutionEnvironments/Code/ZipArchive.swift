import CZlib

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Reads zip archives as they come from untrusted callers (PKWARE APPNOTE.TXT 6.3.10): the central directory with Zip64 sizes,
/// entries stored or deflated. What an entry holds goes out in pieces, so that memory stays bounded whatever its size.
///
/// Nothing in the archive is trusted: offsets, sizes and counts are checked before use, and each entry must inflate to exactly
/// the size and CRC-32 that the directory announces.
struct ZipArchive {
    enum Fault: Error, Hashable {
        /// No zip, or a damaged one.
        case damaged(String)
        /// A zip with something that is not taken.
        case refused(String)
    }

    struct Entry: Hashable {
        enum Kind: Hashable {
            case file
            case folder
            case symbolicLink
        }
        /// Relative, without empty and `.` parts; never holds `..`.
        var path: String
        var kind: Kind
        /// The permission bits for a file.
        var permissions: UInt16
        var compressedSize: Int
        var size: Int
        fileprivate var isDeflated: Bool
        fileprivate var checksum: UInt32
        fileprivate var headerOffset: Int
    }

    /// More entries than any deployment package holds.
    static let entryLimit = 100_000
    private static let pathBytes = 4_095
    private static let partBytes = 255
    private static let pieceBytes = 65_536

    private let source: ZipSource
    let entries: [Entry]

    init(_ source: ZipSource) throws {
        self.source = source
        let directory = try ZipDirectory.locate(in: source)
        guard directory.count <= Self.entryLimit else {
            throw Fault.refused("more than \(Self.entryLimit) entries")
        }
        let bytes = try source.read(at: directory.offset, count: directory.size)
        var reader = ZipFieldReader(bytes)
        var entries: [Entry] = []
        for _ in 0..<directory.count {
            if let entry = try Self.entry(&reader) { entries.append(entry) }
        }
        self.entries = entries
    }

    // MARK: The central directory

    /// One central directory header (APPNOTE 4.3.12); `nil` for the archive's own root.
    private static func entry(_ reader: inout ZipFieldReader) throws -> Entry? {
        guard try reader.uint32() == 0x0201_4B50 else { throw Fault.damaged("a directory entry without its signature") }
        let madeBy = try reader.uint16()
        try reader.skip(2)
        let flags = try reader.uint16()
        let method = try reader.uint16()
        try reader.skip(4)
        let checksum = try reader.uint32()
        let compressedSize = try reader.uint32()
        let size = try reader.uint32()
        let nameLength = Int(try reader.uint16())
        let extraLength = Int(try reader.uint16())
        let commentLength = Int(try reader.uint16())
        try reader.skip(4)
        let attributes = try reader.uint32()
        let headerOffset = try reader.uint32()
        let nameBytes = try reader.bytes(nameLength)
        var extra = ZipFieldReader(try reader.bytes(extraLength))
        try reader.skip(commentLength)
        guard let name = String(validating: nameBytes, as: UTF8.self) else {
            throw Fault.refused("an entry's name is not UTF-8: \(String(decoding: nameBytes, as: UTF8.self))")
        }
        guard flags & 0x2041 == 0 else { throw Fault.refused("\(name) is encrypted") }
        guard method == 0 || method == 8 else {
            throw Fault.refused("\(name) is compressed by method \(method); only stored (0) and deflated (8) entries are read")
        }
        let wide = try extra.zip64(size: size, compressedSize: compressedSize, offset: headerOffset)
        // Upper byte 3 is Unix, 19 is macOS: only then do the upper attribute bits hold a Unix mode.
        let isUnix = [3, 19].contains(madeBy >> 8)
        let mode = isUnix ? UInt16(attributes >> 16) : 0
        guard let path = try Self.checkedPath(name) else { return nil }
        return Entry(
            path: path, kind: try Self.kind(mode, name), permissions: mode & 0o777 == 0 ? 0o644 : mode & 0o777 | 0o400,
            compressedSize: wide.compressedSize, size: wide.size, isDeflated: method == 8, checksum: checksum,
            headerOffset: wide.offset)
    }

    private static func kind(_ mode: UInt16, _ name: String) throws -> Entry.Kind {
        if name.hasSuffix("/") { return .folder }
        switch mode & 0o170000 {
        case 0, 0o100000: return .file
        case 0o040000: return .folder
        case 0o120000: return .symbolicLink
        default: throw Fault.refused("\(name) is neither file, folder nor symbolic link")
        }
    }

    private static func checkedPath(_ name: String) throws -> String? {
        guard !name.utf8.contains(0) else { throw Fault.refused("an entry's name holds a NUL byte") }
        guard !name.hasPrefix("/") else { throw Fault.refused("\(name) is an absolute path") }
        let parts = name.split(separator: "/").filter { $0 != "." }
        guard !parts.contains("..") else { throw Fault.refused("\(name) leads out of the folder") }
        guard name.utf8.count <= Self.pathBytes, parts.allSatisfy({ $0.utf8.count <= Self.partBytes }) else {
            throw Fault.refused("an entry's name is too long: \(name.prefix(80))…")
        }
        return parts.isEmpty ? nil : parts.joined(separator: "/")
    }

    // MARK: Contents

    /// Hands the entry's bytes over in pieces of at most 64 KB.
    func read(_ entry: Entry, _ receive: (UnsafeRawBufferPointer) throws -> Void) throws {
        var header = ZipFieldReader(try self.source.read(at: entry.headerOffset, count: 30))
        guard try header.uint32() == 0x0403_4B50 else { throw Fault.damaged("\(entry.path) has no local header") }
        try header.skip(22)
        let start = entry.headerOffset + 30 + Int(try header.uint16()) + Int(try header.uint16())
        var total = 0
        var checksum: UInt = 0
        func take(_ piece: UnsafeRawBufferPointer) throws {
            total += piece.count
            guard total <= entry.size else { throw Fault.damaged("\(entry.path) is larger than announced") }
            checksum = crc32(checksum, piece.bindMemory(to: UInt8.self).baseAddress, UInt32(piece.count))
            try receive(piece)
        }
        if entry.isDeflated {
            try self.inflate(entry, from: start, take)
        } else {
            try self.copy(entry, from: start, take)
        }
        guard total == entry.size else { throw Fault.damaged("\(entry.path) is shorter than announced") }
        guard UInt32(truncatingIfNeeded: checksum) == entry.checksum else {
            throw Fault.damaged("\(entry.path) does not match its checksum")
        }
    }

    private func copy(_ entry: Entry, from start: Int, _ take: (UnsafeRawBufferPointer) throws -> Void) throws {
        var done = 0
        while done < entry.compressedSize {
            let piece = try self.source.read(at: start + done, count: min(Self.pieceBytes, entry.compressedSize - done))
            try piece.withUnsafeBytes(take)
            done += piece.count
        }
    }

    /// Raw deflate (RFC 1951) by zlib.
    private func inflate(_ entry: Entry, from start: Int, _ take: (UnsafeRawBufferPointer) throws -> Void) throws {
        var stream = z_stream()
        guard inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw Fault.damaged("zlib could not start")
        }
        defer { inflateEnd(&stream) }
        var output = [UInt8](repeating: 0, count: Self.pieceBytes)
        var done = 0
        var status = Z_OK
        while status != Z_STREAM_END {
            guard done < entry.compressedSize else { throw Fault.damaged("\(entry.path) ends too early") }
            var input = try self.source.read(at: start + done, count: min(Self.pieceBytes, entry.compressedSize - done))
            done += input.count
            // SAFETY: zlib keeps `next_in` and `next_out` only while the two closures run; both buffers outlive the calls in
            // them.
            try input.withUnsafeMutableBufferPointer { inputBuffer in
                stream.next_in = inputBuffer.baseAddress
                stream.avail_in = UInt32(inputBuffer.count)
                repeat {
                    let produced = try output.withUnsafeMutableBufferPointer { outputBuffer -> Int in
                        stream.next_out = outputBuffer.baseAddress
                        stream.avail_out = UInt32(outputBuffer.count)
                        status = CZlib.inflate(&stream, Z_NO_FLUSH)
                        guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
                            throw Fault.damaged("\(entry.path) does not inflate")
                        }
                        return outputBuffer.count - Int(stream.avail_out)
                    }
                    try output.withUnsafeBytes { try take(UnsafeRawBufferPointer(rebasing: $0[..<produced])) }
                } while status != Z_STREAM_END && stream.avail_out == 0
            }
        }
    }
}
