import Foundation
import Templates
import Testing

/// No template about APIs traps or hangs, whatever stands where something else belongs: it loads, or is refused with a place.
@Suite struct APIRobustnessTests {
    static let rounds = 60
    /// What is put in the place of a value: every kind, and what names something that isn't there.
    static let values = [
        "", "[]", "{}", "[[]]", "[{}]", "{a: {b: c}}", "1", "-1", "1.5e300", "true", "~", "x", "\"\"", "/", "/{", "${", "'${a'",
        "!Ref Nobody", "!GetAtt Nobody.Arn", "{Ref: AWS::NoValue}", "!Sub '${AWS::Region}'", "arn:aws:lambda:::function:",
        "arn:aws:apigateway:::path/", "'{proxy+}'", "integrations/", "$default", "999999999999999999999", "한글",
    ]

    @Test(
        arguments: SAMTranslationTests.names.flatMap { ["sam/\($0).yaml", "sam/\($0).cfn.json"] } + [
            "../EndToEndTests/python/vpc-link/template.yaml"
        ])
    func everyReplacedValueLoadsOrIsRefusedWithAPlace(file: String) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
        var generator = SplitMix(state: UInt64(text.utf8.count))
        for round in 0..<Self.rounds {
            var changed = Array(text)
            for _ in 0...Int(generator.next() % 3) { Self.replaceOne(in: &changed, &generator) }
            let lines = errors(String(changed))
            #expect(lines.allSatisfy { $0.hasPrefix("template.yaml:") }, "round \(round): \(lines)")
        }
    }

    /// Puts another value behind one of the colons, up to the comma, brace or line end that follows.
    private static func replaceOne(in text: inout [Character], _ generator: inout SplitMix) {
        let colons = text.indices.dropLast().filter { text[$0] == ":" && text[$0 + 1] == " " }
        guard !colons.isEmpty else { return }
        let start = colons[Int(generator.next() % UInt64(colons.count))] + 2
        let end = text[start...].firstIndex { ",}]\n".contains($0) } ?? text.endIndex
        text.replaceSubrange(start..<end, with: Array(Self.values[Int(generator.next() % UInt64(Self.values.count))]))
    }

    /// The same numbers from the same seed.
    struct SplitMix: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            self.state &+= 0x9E37_79B9_7F4A_7C15
            var z = self.state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }
}
