import APIGateway
import Testing

@testable import HTTPEndpoints

/// Bytes made by Python's `gzip.compress(b"martlet", mtime=0)` and `zlib.compress(b"martlet")`.
struct ContentCodingTests {
    private static let made: [ContentCoding: [UInt8]] = [
        .gzip: [
            0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xcb, 0x4d, 0x2c, 0x2a, 0xc9, 0x49, 0x2d, 0x01, 0x00,
            0x43, 0xb2, 0xc5, 0xdd, 0x07, 0x00, 0x00, 0x00,
        ],
        .deflate: [0x78, 0x9c, 0xcb, 0x4d, 0x2c, 0x2a, 0xc9, 0x49, 0x2d, 0x01, 0x00, 0x0b, 0xd4, 0x02, 0xfa],
    ]

    @Test(arguments: ContentCoding.allCases)
    func bodiesOfOthersAreRead(coding: ContentCoding) throws {
        let bytes = try #require(Self.made[coding])
        #expect(try coding.decompress(bytes, limit: 7) == Array("martlet".utf8))
        #expect(throws: ContentCoding.Failure.tooLarge) { try coding.decompress(bytes, limit: 6) }
    }

    @Test(arguments: ContentCoding.allCases)
    func whatIsCompressedComesBack(coding: ContentCoding) throws {
        for count in [0, 1, 70_000, 3_000_000] {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
            #expect(try coding.decompress(coding.compress(bytes), limit: count) == bytes)
        }
    }

    @Test(arguments: ContentCoding.allCases)
    func damagedBodiesAreRefused(coding: ContentCoding) throws {
        let bytes = try #require(Self.made[coding])
        for end in 0..<bytes.count {
            #expect(throws: ContentCoding.Failure.damaged) { try coding.decompress(Array(bytes[..<end]), limit: 100) }
        }
        for other in ContentCoding.allCases where other != coding {
            #expect(throws: ContentCoding.Failure.damaged) { try other.decompress(bytes, limit: 100) }
        }
        #expect(throws: ContentCoding.Failure.damaged) { try coding.decompress(Array("plain text".utf8), limit: 100) }
    }

    @Test func aBombEndsAtTheLimit() {
        let bomb = ContentCoding.gzip.compress([UInt8](repeating: 0, count: 50_000_000))
        #expect(bomb.count < 100_000)
        #expect(throws: ContentCoding.Failure.tooLarge) { try ContentCoding.gzip.decompress(bomb, limit: 10_485_760) }
    }
}
