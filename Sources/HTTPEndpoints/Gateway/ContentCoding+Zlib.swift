import APIGateway
import CZlib

extension ContentCoding {
    enum Failure: Error, Hashable {
        /// It isn't what its coding says.
        case damaged
        case tooLarge
    }

    /// zlib's way to say the format: the largest window, and 16 for gzip's header around it.
    private var windowBits: Int32 { self == .gzip ? 15 + 16 : 15 }
    private static let pieceBytes = 64 * 1024

    func compress(_ bytes: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        let opened = deflateInit2_(
            &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, self.windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        precondition(opened == Z_OK, "zlib takes these settings")
        defer { deflateEnd(&stream) }
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
        // A body is far below zlib's 4 GB, and the bound makes one call enough.
        let ended = Self.feed(&stream, bytes) { stream in
            Self.fill(&stream, &output) { CZlib.deflate(&$0, Z_FINISH) }
        }
        precondition(ended == Z_STREAM_END, "the bound holds the whole output")
        return Array(output.prefix(Int(stream.total_out)))
    }

    /// - Parameter limit: more than that is refused before it takes memory.
    func decompress(_ bytes: [UInt8], limit: Int) throws(Failure) -> [UInt8] {
        var stream = z_stream()
        let opened = inflateInit2_(&stream, self.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(opened == Z_OK, "zlib takes these settings")
        defer { inflateEnd(&stream) }
        var whole: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: Self.pieceBytes)
        let status = Self.feed(&stream, bytes) { stream in
            while true {
                let status = Self.fill(&stream, &piece) { CZlib.inflate(&$0, Z_NO_FLUSH) }
                whole += piece.prefix(piece.count - Int(stream.avail_out))
                // What follows the end is none of the body; one that ends too early gives Z_BUF_ERROR.
                guard status == Z_OK, whole.count <= limit else { return status }
            }
        }
        guard whole.count <= limit else { throw .tooLarge }
        guard status == Z_STREAM_END else { throw .damaged }
        return whole
    }

    // SAFETY: zlib keeps `next_in` and `next_out` only while the closures run; both buffers outlive the calls in them.

    private static func feed(
        _ stream: inout z_stream, _ input: [UInt8], _ body: (inout z_stream) -> Int32
    ) -> Int32 {
        var input = input
        return input.withUnsafeMutableBufferPointer { input in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            return body(&stream)
        }
    }

    private static func fill(
        _ stream: inout z_stream, _ output: inout [UInt8], _ step: (inout z_stream) -> Int32
    ) -> Int32 {
        output.withUnsafeMutableBufferPointer { output in
            stream.next_out = output.baseAddress
            stream.avail_out = UInt32(output.count)
            return step(&stream)
        }
    }
}
