import Testing

@testable import MartletRuntime

struct ResponseHeadTests {
    private static let head = Array(
        "HTTP/1.1 200 OK\r\ncontent-LENGTH:  12 \r\nConnection: close\r\nLambda-Runtime-Aws-Request-Id: r\r\nEmpty:\r\n\r\n".utf8)

    @Test func aHeadIsFoundOnlyWhenItIsComplete() throws {
        for count in 0..<Self.head.count { #expect(ResponseHead.end(in: Self.head, from: 0, to: count) == nil) }
        #expect(ResponseHead.end(in: Self.head, from: 0, to: Self.head.count) == Self.head.count)
    }

    @Test func namesIgnoreCaseAndValuesLoseSpaces() throws {
        let head = try #require(ResponseHead(Self.head, in: 0..<Self.head.count))
        #expect(head.status == 200)
        #expect(head.contentLength == 12)
        #expect(head.closesConnection)
        #expect(head.requestID.map { String(decoding: Self.head[$0], as: UTF8.self) } == "r")
    }

    @Test(arguments: [
        "HTTP/2 200 OK\r\n\r\n", "200 OK\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", "\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\nA: b\r\n\r\n",
    ])
    func whatIsNotHTTPIsRefused(text: String) {
        let bytes = Array(text.utf8)
        #expect(ResponseHead(bytes, in: 0..<bytes.count) == nil)
    }

    @Test func noBytesMakeTheParserTrap() {
        var generator = SeededGenerator(state: 0x5EED)
        for _ in 0..<20_000 {
            var bytes = Self.head
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[index] = [13, 10, 58, 32, 0, 255].randomElement(using: &generator)!
            }
            if let end = ResponseHead.end(in: bytes, from: 0, to: bytes.count) { _ = ResponseHead(bytes, in: 0..<end) }
        }
    }

    /// SplitMix64.
    private struct SeededGenerator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            self.state &+= 0x9E37_79B9_7F4A_7C15
            var value = self.state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return value ^ (value >> 31)
        }
    }
}

struct RuntimeEndpointTests {
    @Test func hostPortAndPathAreTakenApart() throws {
        let plain = try RuntimeEndpoint("127.0.0.1:9001")
        #expect(plain.host == "127.0.0.1" && plain.port == 9001 && plain.prefix.isEmpty)
        let full = try RuntimeEndpoint("[::1]:9001/.rt/function/")
        #expect(full.host == "::1" && full.port == 9001 && full.prefix == "/.rt/function")
    }

    @Test(arguments: ["", "localhost", ":9001", "a:b", "a:0", "a:65536", "/x:1"])
    func anythingElseIsRefused(address: String) {
        let error = #expect(throws: LambdaRuntimeError.self) { try RuntimeEndpoint(address) }
        #expect(error?.code == .invalidPort)
    }
}

struct LambdaLoggerTests {
    // `date -u -d @1767225600` and 2024-02-29 by the calendar; 951782400 is 2000-02-29.
    @Test(arguments: [
        (Int64(1_767_225_600_123), "2026-01-01T00:00:00.123Z"), (951_782_399_999, "2000-02-28T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"), (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
    ])
    func timestampsAreRFC3339(milliseconds: Int64, text: String) {
        #expect(LambdaClock.Instant(millisecondsSinceEpoch: milliseconds).timestamp == text)
    }

    private func line(isJSON: Bool, _ level: LambdaLogger.Level, _ message: String, _ metadata: [String: String]?) -> String {
        var logger = LambdaLogger(label: "test", isJSON: isJSON, logLevel: .trace)
        logger.requestID = "id"
        let time = LambdaClock.Instant(millisecondsSinceEpoch: 0)
        return String(decoding: logger.line(level, message, metadata, at: time), as: UTF8.self)
    }

    @Test func textLinesHaveTimeRequestLevelMessageAndMetadata() {
        #expect(
            self.line(isJSON: false, .warning, "안녕", ["b": "2", "a": "1"]) == "1970-01-01T00:00:00.000Z\tid\tWARN\t안녕 a=1 b=2\n")
    }

    @Test func jsonLinesAreEscaped() {
        #expect(
            self.line(isJSON: true, .info, "a\"\\\n\u{1}안", ["k": "v"])
                == #"{"timestamp":"1970-01-01T00:00:00.000Z","level":"INFO","requestId":"id","message":"a\"\\\n\u0001안","metadata":{"k":"v"}}"#
                + "\n")
    }
}

struct ByteBufferTests {
    @Test func readingMovesThroughWhatWasWritten() {
        var buffer = ByteBuffer(string: "안녕")
        #expect(buffer.writeString("ab") == 2)
        #expect(buffer.readableBytes == 8)
        #expect(buffer.readString(length: 6) == "안녕")
        #expect(buffer.readString(length: 3) == nil)
        #expect(buffer.getString(at: 6, length: 2) == "ab")
        #expect(buffer.getString(at: 7, length: 2) == nil)
        #expect(buffer.getBytes(at: -1, length: 1) == nil)
        #expect(buffer == ByteBuffer(bytes: [97, 98]))
        var other = ByteBuffer()
        #expect(other.writeBuffer(&buffer) == 2)
        #expect(buffer.readableBytes == 0)
        #expect(String(buffer: other) == "ab")
    }

    // RFC 4648 section 10.
    @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")])
    func base64IsThatOfTheRFC(text: String, encoded: String) {
        var output: [UInt8] = []
        Base64.append(Array(text.utf8), to: &output)
        #expect(String(decoding: output, as: UTF8.self) == encoded)
    }
}
