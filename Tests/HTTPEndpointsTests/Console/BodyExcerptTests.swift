import CoreTypes
import NIOCore
import Testing

@testable import HTTPEndpoints

struct BodyExcerptTests {
    @Test func aSmallBodyIsWhole() {
        #expect(BodyExcerpt(ByteBuffer(string: "세계")).json == ["bytes": 6, "text": "세계"])
        #expect(BodyExcerpt([UInt8]()).json == ["bytes": 0, "text": ""])
    }

    @Test func bytesThatAreNoTextAreGivenAsBase64() {
        // RFC 4648 section 10 has no such vector; by hand: FF FE 00 is 111111 111111 111000 000000.
        #expect(BodyExcerpt([0xFF, 0xFE, 0x00]).json == ["bytes": 3, "base64": "//4A"])
    }

    @Test(arguments: 0..<4)
    func aCutNeverLeavesPartOfACharacter(shift: Int) {
        let text = String(repeating: "a", count: shift) + String(repeating: "🐦", count: 20_000)
        let excerpt = BodyExcerpt(Array(text.utf8))
        #expect(excerpt.isTruncated)
        let json = excerpt.json
        #expect(json["bytes"]?.intValue == 80_000 + shift)
        #expect(json["truncated"] == true)
        let kept = json["text"]?.stringValue ?? ""
        #expect(text.hasPrefix(kept))
        #expect(kept.utf8.count >= BodyExcerpt.bytesMax - 4 && kept.utf8.count <= BodyExcerpt.bytesMax)
    }

    @Test func aLogIsKeptToItsBound() {
        var log = KeptLog()
        for _ in 0..<100 { log.append([UInt8](repeating: UInt8(ascii: "x"), count: 1_000)) }
        #expect(log.byteCount == 100_000)
        #expect(log.kept.count == InvocationRecorder.logBytesMax)
        #expect(log.json["truncated"] == true)
    }
}
