import CZlib

/// One message of `application/vnd.amazon.eventstream`, the framing of streamed AWS answers (Smithy, "Amazon Event Stream
/// Specification"). Big endian:
/// ```
/// u32 total length | u32 headers length | u32 CRC32 of these 8 bytes | headers | payload | u32 CRC32 of all before
/// header: u8 name length, name, u8 type (7 = string), u16 value length, value
/// ```
enum EventStreamFrame {
    /// Lengths and the two checksums; what a frame has besides headers and payload.
    static let overheadBytes = 16
    /// The specification's bound of one payload (24 MiB in current SDKs, 16 MiB in older ones).
    static let payloadBytesMax = 16_777_216
    private static let stringType: UInt8 = 7

    /// Appends one frame. O(n), one copy of the payload.
    /// - Precondition: the payload keeps to ``payloadBytesMax``, header names to 255 bytes and values to 65,535; all are our own.
    static func append(headers: [(name: StaticString, value: String)], payload: UnsafeRawBufferPointer, to bytes: inout [UInt8]) {
        precondition(payload.count <= self.payloadBytesMax, "a payload is split before it is framed")
        let start = bytes.count
        let headerBytes = headers.reduce(0) { $0 + 4 + $1.name.utf8CodeUnitCount + $1.value.utf8.count }
        let total = self.overheadBytes + headerBytes + payload.count
        bytes.reserveCapacity(start + total)
        self.append(UInt32(total), to: &bytes)
        self.append(UInt32(headerBytes), to: &bytes)
        self.append(self.checksum(of: bytes, from: start), to: &bytes)
        for header in headers {
            bytes.append(UInt8(header.name.utf8CodeUnitCount))
            header.name.withUTF8Buffer { bytes.append(contentsOf: $0) }
            bytes.append(self.stringType)
            let length = UInt16(header.value.utf8.count)
            bytes.append(UInt8(length >> 8))
            bytes.append(UInt8(truncatingIfNeeded: length))
            bytes.append(contentsOf: header.value.utf8)
        }
        bytes.append(contentsOf: payload)
        self.append(self.checksum(of: bytes, from: start), to: &bytes)
    }

    private static func append(_ word: UInt32, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: word.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// CRC-32 as in gzip (RFC 1952 section 8).
    private static func checksum(of bytes: [UInt8], from start: Int) -> UInt32 {
        bytes.withUnsafeBufferPointer { buffer in
            let part = UnsafeBufferPointer(rebasing: buffer[start...])
            // A frame stays far below zlib's 4 GiB a call.
            return UInt32(truncatingIfNeeded: crc32(0, part.baseAddress, uInt(part.count)))
        }
    }
}
