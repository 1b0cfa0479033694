import Synchronization

/// How much the last rendering of a template wrote, so that the next asks for memory once. More than a few megabytes it doesn't
/// say: a template that wrote so much once should not take it each time.
final class OutputSize: Sendable {
    private let last = Atomic(0)
    private static let bytesMax = 8 << 20

    var expected: Int {
        get { self.last.load(ordering: .relaxed) }
        set { self.last.store(min(newValue, Self.bytesMax), ordering: .relaxed) }
    }
}

/// Bytes that grow at their end: what a rendering writes. Appending is most of what a template does, so this leaves out what an
/// array does at each turn: to look whether somebody else holds its memory.
struct OutputBuffer: ~Copyable {
    private var start: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = max(capacity, 64)
        self.start = .allocate(capacity: self.capacity)
    }

    deinit {
        self.start.deallocate()
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        if self.count == self.capacity { self.grow(by: 1) }
        self.start[self.count] = byte
        self.count += 1
    }

    @inline(__always)
    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress else { return }
        if bytes.count > self.capacity - self.count { self.grow(by: bytes.count) }
        (self.start + self.count).update(from: source, count: bytes.count)
        self.count += bytes.count
    }

    @inline(__always)
    mutating func append(utf8 text: String) {
        // A native string lends its bytes; one that doesn't is walked.
        if text.utf8.withContiguousStorageIfAvailable({ self.append($0) }) == nil {
            for byte in text.utf8 { self.append(byte) }
        }
    }

    mutating func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { self.append($0) }
    }

    mutating func append(decimal number: Int64) {
        // The digits of the largest number, and a sign.
        if self.capacity - self.count < 20 { self.grow(by: 20) }
        var rest = number.magnitude
        if number < 0 { self.append(UInt8(ascii: "-")) }
        var width = 1
        var bound: UInt64 = 10
        while width < 19, rest >= bound {
            width += 1
            bound *= 10
        }
        for place in stride(from: self.count + width - 1, through: self.count, by: -1) {
            self.start[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        self.count += width
    }

    /// Takes the last character away, however many bytes it has.
    mutating func removeLastCharacter() {
        while self.count > 0 {
            self.count -= 1
            if self.start[self.count] & 0xC0 != 0x80 { break }
        }
    }

    var bytes: [UInt8] { Array(UnsafeBufferPointer(start: self.start, count: self.count)) }
    var text: String { String(decoding: UnsafeBufferPointer(start: self.start, count: self.count), as: UTF8.self) }

    @inline(never)
    private mutating func grow(by size: Int) {
        let capacity = max(self.capacity * 2, self.count + size)
        let start = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        start.update(from: self.start, count: self.count)
        self.start.deallocate()
        self.start = start
        self.capacity = capacity
    }
}
