import CoreTypes

/// A receipt handle: names a queue, a message and one receive of it, with a check so that other text is told from a handle.
/// 40 characters of base64: version, queue, serial, receive count, check.
struct ReceiptHandle: Hashable, Sendable {
    let queue: QueueID
    let serial: MessageSerial
    let receiveCount: UInt32

    init(queue: QueueID, serial: MessageSerial, receiveCount: UInt32) {
        self.queue = queue
        self.serial = serial
        self.receiveCount = receiveCount
    }

    /// `nil` for text that is no handle.
    init?(_ text: String) {
        guard text.utf8.count == Self.textLength, let bytes = Base64.decode(text), bytes.count == Self.byteCount,
            bytes[0] == Self.version
        else { return nil }
        func number(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
        self.queue = QueueID(number(1..<9))
        self.serial = MessageSerial(number(9..<17))
        self.receiveCount = UInt32(number(17..<21))
        guard number(21..<29) == self.check else { return nil }
    }

    var text: String {
        withUnsafeTemporaryAllocation(byteCount: Self.byteCount, alignment: 1) { bytes in
            bytes[0] = Self.version
            bytes.storeBytes(of: self.queue.value.bigEndian, toByteOffset: 1, as: UInt64.self)
            bytes.storeBytes(of: self.serial.value.bigEndian, toByteOffset: 9, as: UInt64.self)
            bytes.storeBytes(of: self.receiveCount.bigEndian, toByteOffset: 17, as: UInt32.self)
            bytes.storeBytes(of: self.check.bigEndian, toByteOffset: 21, as: UInt64.self)
            var output: [UInt8] = []
            Base64.append(UnsafeRawBufferPointer(bytes), to: &output)
            return String(decoding: output, as: UTF8.self)
        }
    }

    private static let version: UInt8 = 1
    private static let byteCount = 29
    private static let textLength = 40

    /// The finalizer of SplitMix64 over the parts: tells handles from chance and mistakes, not from a forger.
    private var check: UInt64 {
        var value = self.queue.value
        for part in [self.serial.value, UInt64(self.receiveCount)] {
            value = (value ^ part) &+ 0x9E37_79B9_7F4A_7C15
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            value ^= value >> 31
        }
        return value
    }
}
