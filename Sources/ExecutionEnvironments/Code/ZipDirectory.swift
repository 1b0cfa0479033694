/// Where an archive's central directory lies.
struct ZipDirectory {
    var offset: Int
    var size: Int
    var count: Int

    private static let endBytes = 22
    private static let commentBytes = 65_535

    /// Finds the end of central directory record (APPNOTE 4.3.16) from behind, and the Zip64 one (4.3.14) where it refers to it.
    static func locate(in source: ZipSource) throws -> ZipDirectory {
        guard source.size >= Self.endBytes else { throw ZipArchive.Fault.damaged("it is too short for a zip archive") }
        let start = max(0, source.size - Self.endBytes - Self.commentBytes)
        let tail = try source.read(at: start, count: source.size - start)
        for position in stride(from: tail.count - Self.endBytes, through: 0, by: -1)
        where tail[position] == 0x50 && tail[position + 1] == 0x4B && tail[position + 2] == 5 && tail[position + 3] == 6 {
            var reader = ZipFieldReader(Array(tail[position...]))
            try reader.skip(4)
            let disk = try reader.uint16()
            let directoryDisk = try reader.uint16()
            try reader.skip(2)
            let count = try reader.uint16()
            let size = try reader.uint32()
            let offset = try reader.uint32()
            // A comment must reach to the end; else these four bytes stand inside one.
            guard position + Self.endBytes + Int(try reader.uint16()) == tail.count else { continue }
            if count == .max || size == .max || offset == .max {
                return try Self.zip64(in: source, before: start + position)
            }
            guard disk == 0, directoryDisk == 0 else { throw ZipArchive.Fault.refused("it is one part of several") }
            return try ZipDirectory(offset: Int(offset), size: Int(size), count: Int(count)).checked(against: source)
        }
        throw ZipArchive.Fault.damaged("it has no central directory")
    }

    private static func zip64(in source: ZipSource, before end: Int) throws -> ZipDirectory {
        guard end >= 20 else { throw ZipArchive.Fault.damaged("it has no Zip64 locator") }
        var locator = ZipFieldReader(try source.read(at: end - 20, count: 20))
        guard try locator.uint32() == 0x0706_4B50 else { throw ZipArchive.Fault.damaged("it has no Zip64 locator") }
        try locator.skip(4)
        let offset = try locator.size()
        var record = ZipFieldReader(try source.read(at: offset, count: 56))
        guard try record.uint32() == 0x0606_4B50 else { throw ZipArchive.Fault.damaged("it has no Zip64 directory record") }
        try record.skip(28)
        let count = try record.size()
        let size = try record.size()
        return try ZipDirectory(offset: try record.size(), size: size, count: count).checked(against: source)
    }

    /// An entry takes 46 bytes at least, so that a count cannot promise more than the directory holds.
    private func checked(against source: ZipSource) throws -> Self {
        guard self.offset <= source.size, self.size <= source.size - self.offset, self.count <= self.size / 46 else {
            throw ZipArchive.Fault.damaged("its central directory lies outside of it")
        }
        return self
    }
}

/// Takes little-endian fields off bytes; running out is a damaged archive.
struct ZipFieldReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func bytes(_ count: Int) throws -> [UInt8] {
        guard count <= self.bytes.count - self.position else { throw ZipArchive.Fault.damaged("it ends too early") }
        defer { self.position += count }
        return Array(self.bytes[self.position..<(self.position + count)])
    }

    mutating func skip(_ count: Int) throws {
        guard count <= self.bytes.count - self.position else { throw ZipArchive.Fault.damaged("it ends too early") }
        self.position += count
    }

    mutating func uint16() throws -> UInt16 { try self.integer() }
    mutating func uint32() throws -> UInt32 { try self.integer() }

    /// An eight-byte size or offset.
    mutating func size() throws -> Int {
        guard let size = Int(exactly: try self.integer() as UInt64) else {
            throw ZipArchive.Fault.damaged("a size is beyond all measure")
        }
        return size
    }

    private mutating func integer<Value: FixedWidthInteger>() throws -> Value {
        let width = MemoryLayout<Value>.size
        guard width <= self.bytes.count - self.position else { throw ZipArchive.Fault.damaged("it ends too early") }
        var value: Value = 0
        for place in (0..<width).reversed() { value = value << 8 | Value(self.bytes[self.position + place]) }
        self.position += width
        return value
    }

    /// The sizes of an entry, from its Zip64 extra field (APPNOTE 4.5.3) where the short fields are full; for a reader that
    /// stands at the beginning of the extra fields.
    mutating func zip64(
        size: UInt32, compressedSize: UInt32, offset: UInt32
    ) throws -> (size: Int, compressedSize: Int, offset: Int) {
        var result = (size: Int(size), compressedSize: Int(compressedSize), offset: Int(offset))
        guard size == .max || compressedSize == .max || offset == .max else { return result }
        while self.bytes.count - self.position >= 4 {
            let id = try self.uint16()
            let length = Int(try self.uint16())
            guard id == 1 else {
                try self.skip(length)
                continue
            }
            if size == .max { result.size = try self.size() }
            if compressedSize == .max { result.compressedSize = try self.size() }
            if offset == .max { result.offset = try self.size() }
            return result
        }
        throw ZipArchive.Fault.damaged("an entry lacks its Zip64 sizes")
    }
}
