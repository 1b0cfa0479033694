import CZlib

/// Bodies that clients compressed: SDKs do so with PutMetricData of more than 10 KB.
enum GzipBody {
    /// - Returns: `nil` for what is no gzip, and for more bytes than `limit`.
    static func inflate(_ body: [UInt8], limit: Int) -> [UInt8]? {
        var stream = z_stream()
        // Window bits and 16: a gzip header is expected.
        guard inflateInit2_(&stream, MAX_WBITS + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
        defer { inflateEnd(&stream) }
        var output: [UInt8] = []
        var input = body
        let isWhole = input.withUnsafeMutableBufferPointer { input -> Bool in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            while true {
                var status = Z_OK
                let piece = [UInt8](unsafeUninitializedCapacity: Self.pieceBytes) { buffer, count in
                    stream.next_out = buffer.baseAddress
                    stream.avail_out = UInt32(buffer.count)
                    status = CZlib.inflate(&stream, Z_NO_FLUSH)
                    count = buffer.count - Int(stream.avail_out)
                }
                output += piece
                guard output.count <= limit else { return false }
                if status == Z_STREAM_END { return true }
                // Without progress the text ends too early.
                guard status == Z_OK, !piece.isEmpty || stream.avail_in > 0 else { return false }
            }
        }
        return isWhole ? output : nil
    }

    private static let pieceBytes = 65_536
}
