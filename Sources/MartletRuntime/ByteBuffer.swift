/// Bytes with a read position: what an event arrives in and a response leaves in.
///
/// The names are those of SwiftNIO's `ByteBuffer`, as far as handlers use them, so that a handler moves to the official runtime
/// unchanged. It is a value: copies share their bytes until one of them is written to.
public struct ByteBuffer: Sendable {
    var storage: [UInt8]

    /// The offset of the next byte to read.
    public private(set) var readerIndex = 0

    /// An empty buffer.
    public init() { self.storage = [] }

    /// A buffer with the UTF-8 bytes of a text.
    public init(string: String) { self.storage = Array(string.utf8) }

    /// A buffer with the UTF-8 bytes of a part of a text.
    public init(substring: Substring) { self.storage = Array(substring.utf8) }

    /// A buffer with these bytes; an array's are taken over without a copy.
    public init(bytes: some Sequence<UInt8>) { self.storage = Array(bytes) }

    /// A copy of what is readable in another buffer.
    public init(buffer: ByteBuffer) { self.storage = Array(buffer.readableBytesView) }

    /// The offset at which the next write appends.
    public var writerIndex: Int { self.storage.count }

    /// How many bytes are left to read.
    public var readableBytes: Int { self.storage.count - self.readerIndex }

    /// What is left to read, without moving the read position.
    public var readableBytesView: ArraySlice<UInt8> { self.storage[self.readerIndex...] }

    /// Calls `body` with the bytes that are left to read; the pointer must not leave the closure.
    public func withUnsafeReadableBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try self.storage.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[self.readerIndex...])) }
    }

    /// Removes everything but keeps the memory for what is written next.
    public mutating func clear() {
        self.storage.removeAll(keepingCapacity: true)
        self.readerIndex = 0
    }

    /// Makes room for this many bytes in total.
    public mutating func reserveCapacity(_ minimumCapacity: Int) { self.storage.reserveCapacity(minimumCapacity) }
}

// MARK: - Writing

extension ByteBuffer {
    /// Appends the UTF-8 bytes of a text and returns their number.
    @discardableResult
    public mutating func writeString(_ string: String) -> Int { self.writeBytes(string.utf8) }

    /// Appends bytes and returns their number.
    @discardableResult
    public mutating func writeBytes(_ bytes: some Sequence<UInt8>) -> Int {
        let before = self.storage.count
        self.storage.append(contentsOf: bytes)
        return self.storage.count - before
    }

    /// Appends the bytes behind a pointer and returns their number.
    @discardableResult
    public mutating func writeBytes(_ bytes: UnsafeRawBufferPointer) -> Int {
        self.storage.append(contentsOf: bytes)
        return bytes.count
    }

    /// Moves everything readable from another buffer to the end of this one and returns how many bytes that were.
    @discardableResult
    public mutating func writeBuffer(_ buffer: inout ByteBuffer) -> Int {
        let written = self.writeImmutableBuffer(buffer)
        buffer.readerIndex = buffer.writerIndex
        return written
    }

    /// Copies everything readable in another buffer to the end of this one and returns how many bytes that were.
    @discardableResult
    public mutating func writeImmutableBuffer(_ buffer: ByteBuffer) -> Int { self.writeBytes(buffer.readableBytesView) }
}

// MARK: - Reading

extension ByteBuffer {
    /// Bytes at an offset, or nil if they are not all there.
    public func getBytes(at index: Int, length: Int) -> [UInt8]? { self.slice(at: index, length: length).map(Array.init) }

    /// A text at an offset, malformed UTF-8 replaced; nil if the bytes are not all there.
    public func getString(at index: Int, length: Int) -> String? {
        self.slice(at: index, length: length).map { String(decoding: $0, as: UTF8.self) }
    }

    /// A buffer with the bytes at an offset, or nil if they are not all there.
    public func getSlice(at index: Int, length: Int) -> ByteBuffer? {
        self.slice(at: index, length: length).map { ByteBuffer(bytes: $0) }
    }

    /// Reads bytes and moves the read position behind them; nil, and no move, if there are fewer.
    public mutating func readBytes(length: Int) -> [UInt8]? {
        self.getBytes(at: self.readerIndex, length: length).map { self.moveReaderIndex(forwardBy: length, returning: $0) }
    }

    /// Reads a text of this many bytes; nil, and no move of the read position, if there are fewer.
    public mutating func readString(length: Int) -> String? {
        self.getString(at: self.readerIndex, length: length).map { self.moveReaderIndex(forwardBy: length, returning: $0) }
    }

    /// Reads a buffer of this many bytes; nil, and no move of the read position, if there are fewer.
    public mutating func readSlice(length: Int) -> ByteBuffer? {
        self.getSlice(at: self.readerIndex, length: length).map { self.moveReaderIndex(forwardBy: length, returning: $0) }
    }

    /// Skips bytes. The caller answers for there being that many.
    public mutating func moveReaderIndex(forwardBy offset: Int) {
        precondition(offset >= 0 && offset <= self.readableBytes, "a read position stays between the first and the last byte")
        self.readerIndex += offset
    }

    private mutating func moveReaderIndex<Value>(forwardBy offset: Int, returning value: Value) -> Value {
        self.readerIndex += offset
        return value
    }

    private func slice(at index: Int, length: Int) -> ArraySlice<UInt8>? {
        guard index >= 0, length >= 0, index <= self.storage.count - length else { return nil }
        return self.storage[index..<(index + length)]
    }
}

// MARK: - Conversions

/// Two buffers are equal when what is left to read in them is.
extension ByteBuffer: Hashable {
    /// Whether the readable bytes are the same.
    public static func == (left: ByteBuffer, right: ByteBuffer) -> Bool {
        left.readableBytesView.elementsEqual(right.readableBytesView)
    }

    /// Hashes the readable bytes.
    public func hash(into hasher: inout Hasher) { self.withUnsafeReadableBytes { hasher.combine(bytes: $0) } }
}

extension ByteBuffer: CustomStringConvertible {
    /// How much there is to read, never the bytes themselves: they may be secrets.
    public var description: String { "ByteBuffer { readerIndex: \(self.readerIndex), writerIndex: \(self.writerIndex) }" }
}

extension String {
    /// The readable bytes of a buffer as text, malformed UTF-8 replaced.
    public init(buffer: ByteBuffer) { self.init(decoding: buffer.readableBytesView, as: UTF8.self) }
}

extension Array where Element == UInt8 {
    /// The readable bytes of a buffer.
    public init(buffer: ByteBuffer) { self = Array(buffer.readableBytesView) }
}
