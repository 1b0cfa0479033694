import Testing

@testable import HTTPEndpoints

@Suite("Event stream framing")
struct ResponseStreamEncoderTests {
    /// Published by AWS among the test vectors of its SDKs (`payload_one_str_header`, also in botocore `test_eventstream.py`).
    @Test("a frame with one header is the vector of AWS's SDKs")
    func publishedVector() {
        var bytes: [UInt8] = []
        Array("{'foo':'bar'}".utf8).withUnsafeBytes {
            EventStreamFrame.append(headers: [("content-type", "application/json")], payload: $0, to: &bytes)
        }
        #expect(
            hex(bytes)
                == "0000003d0000002007fd83960c636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e"
                + "7b27666f6f273a27626172277d8d9c08b1")
    }

    // The expected bytes below were packed by hand in Python (`struct`, `zlib.crc32`), and botocore 1.43.11's EventStreamBuffer
    // reads them back as the headers and payloads meant.

    @Test("a chunk carries its bytes as they are")
    func chunk() {
        var bytes: [UInt8] = []
        ResponseStreamEncoder.append(chunk: Array("\"세계\"".utf8), to: &bytes)
        #expect(
            hex(bytes)
                == "000000720000005a6d8ed42c0b3a6576656e742d7479706507000c5061796c6f61644368756e6b0d3a636f6e74656e742d74797065"
                + "0700186170706c69636174696f6e2f6f637465742d73747265616d0d3a6d6573736167652d747970650700056576656e74"
                + "22ec84b8eab38422f8d8e98d")
    }

    @Test("a success without log completes with an empty object")
    func success() {
        var bytes: [UInt8] = []
        ResponseStreamEncoder.append(completeWithErrorCode: nil, errorDetails: nil, logResult: nil, to: &bytes)
        #expect(
            hex(bytes)
                == "00000066000000541f56c8690b3a6576656e742d7479706507000e496e766f6b65436f6d706c6574650d3a636f6e74656e742d"
                + "747970650700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d747970650700056576656e747b7d7006d467")
    }

    @Test("a failure completes with code, details and log")
    func failure() {
        var bytes: [UInt8] = []
        ResponseStreamEncoder.append(completeWithErrorCode: "Unhandled", errorDetails: "boom", logResult: "U1RBUlQ=", to: &bytes)
        #expect(
            hex(bytes)
                == "000000aa0000005433b3cdb30b3a6576656e742d7479706507000e496e766f6b65436f6d706c6574650d3a636f6e74656e742d"
                + "747970650700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d747970650700056576656e74"
                + "7b224572726f72436f6465223a22556e68616e646c6564222c224572726f7244657461696c73223a22626f6f6d222c"
                + "224c6f67526573756c74223a2255315242556c513d227d11e29819")
    }

    @Test("an exception names itself in its headers")
    func exception() {
        var bytes: [UInt8] = []
        ResponseStreamEncoder.append(exception: "ServiceException", message: "closed", to: &bytes)
        #expect(
            hex(bytes)
                == "000000820000005e22d740680f3a657863657074696f6e2d7479706507001053657276696365457863657074696f6e"
                + "0d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d74797065070009"
                + "657863657074696f6e7b224d657373616765223a22636c6f736564227d8c4b56a1")
    }

    @Test(
        "bytes beyond one frame are split, none is lost",
        arguments: [
            (0, [Int]()), (1, [1]), (65_536, [65_536]), (65_537, [65_536, 1]), (200_000, [65_536, 65_536, 65_536, 3_392]),
        ])
    func split(count: Int, frames: [Int]) throws {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var bytes: [UInt8] = []
        ResponseStreamEncoder.append(chunk: payload, to: &bytes)
        let parts = try payloads(of: bytes)
        #expect(parts.map(\.count) == frames)
        #expect(parts.flatMap { $0 } == payload)
    }

    /// Reads lengths only: the checksums are held by the vectors.
    private func payloads(of bytes: [UInt8]) throws -> [[UInt8]] {
        func word(at index: Int) -> Int { bytes[index..<(index + 4)].reduce(0) { $0 << 8 | Int($1) } }
        var parts: [[UInt8]] = []
        var start = 0
        while start < bytes.count {
            let total = word(at: start)
            let headers = word(at: start + 4)
            try #require(total >= 16 + headers && start + total <= bytes.count)
            parts.append(Array(bytes[(start + 12 + headers)..<(start + total - 4)]))
            start += total
        }
        return parts
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
