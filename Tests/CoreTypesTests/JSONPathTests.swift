import CoreTypes
import Foundation
import Testing

/// The recorded results of the library itself; `Vectors/SOURCES.md` says how they are written.
struct JaywayVector: CustomTestStringConvertible, Sendable {
    let document: String
    let path: String
    let result: String

    var testDescription: String { "\(self.path) in \(self.document)" }

    static let all: [JaywayVector] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors/jsonpath.tsv")
        // A missing file fails the test that counts the vectors.
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map { line in
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map { Self.unescaped(String($0)) }
            return JaywayVector(document: parts[0], path: parts[1], result: parts[2])
        }
    }()

    /// `%` with four hexadecimal digits is a UTF-16 unit.
    private static func unescaped(_ text: String) -> String {
        var units: [UInt16] = []
        var rest = text.utf16[...]
        while let unit = rest.popFirst() {
            if unit == 0x25 {
                units.append(UInt16(String(decoding: rest.prefix(4), as: UTF16.self), radix: 16) ?? 0)
                rest = rest.dropFirst(4)
            } else {
                units.append(unit)
            }
        }
        return String(decoding: units, as: UTF16.self)
    }
}

@Suite("JSONPath")
struct JSONPathTests {
    @Test("the vectors are there")
    func count() { #expect(JaywayVector.all.count > 500) }

    @Test("gives what JsonPath 2.0 over json-smart gives", arguments: JaywayVector.all)
    func vectors(vector: JaywayVector) {
        #expect(Self.outcome(vector.document, vector.path) == Self.withoutClasses(vector.result))
    }

    /// The outcome in the words of the vectors, less the classes of numbers, which JSON doesn't have.
    private static func outcome(_ document: String, _ path: String) -> String {
        guard case .success(let json) = Result(catching: { () throws(JSONError) in try JSON(permissive: document) }) else {
            return "BADJSON"
        }
        guard !path.isEmpty else { return self.text(json) }
        do throws(JSONPathError) {
            return self.text(try JSONPath(path).read(json))
        } catch .notFound {
            return "NOTFOUND"
        } catch {
            return "ERROR"
        }
    }

    private static func text(_ json: JSON) -> String {
        switch json {
        case .null: "null"
        case .bool(let flag): "\(flag)"
        case .number(let number): self.canonical(number.text)
        case .string(let text): self.quoted(text)
        case .array(let elements): "[" + elements.map(self.text).joined(separator: ",") + "]"
        case .object(let object):
            "{" + object.members.map { self.quoted($0.name) + ":" + self.text($0.value) }.joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        let units = text.utf16.map { unit -> String in
            guard 0x20...0x7E ~= unit, unit != 0x22, unit != 0x5C else { return String(format: "\\u%04x", Int(unit)) }
            return String(decoding: [unit], as: UTF16.self)
        }
        return "\"" + units.joined() + "\""
    }

    /// Decimals by value, whole numbers by their digits.
    private static func canonical(_ number: String) -> String {
        number.contains { ".eE".contains($0) } ? "\(Double(number) ?? .nan)" : number
    }

    private static func withoutClasses(_ text: String) -> String {
        text.replacing(#/(Integer|Long|BigInteger|Double|BigDecimal):([-+.0-9eE]+)/#) { Self.canonical(String($0.2)) }
            .replacing("Float:NaN", with: "\"NaN\"")
    }

    @Test(
        "says what is wrong with a path",
        arguments: ["", "$.", "$..", "$store", "$.a b", "$.a[", "$[?(@.a", "$[?(@..a)]", "$[\"a\"]"])
    func refusals(path: String) throws {
        let error = try #require(throws: JSONPathError.self) { try JSONPath(path) }
        #expect(error.description.hasPrefix("invalid JSONPath: "))
    }

    @Test("paths and documents of any shape are answered", arguments: [1, 2, 3, 20_261_121] as [UInt64])
    func fuzz(seed: UInt64) {
        var generator = SplitMix(state: seed)
        let pieces = [
            "$", "@", ".", "..", "*", "[", "]", "'", "a", "(", ")", "?", "&&", "||", "==", "=~", "/", "-1", ":", ",", "0", " ",
            "é",
        ]
        let words = [
            "{", "}", "[", "]", ":", ",", "'", "\"", "\\", "u00e9", "a", "1", "-", ".", "e", "null", " ", "\u{1A}", "é", "\n",
        ]
        for _ in 0..<5_000 {
            let path = (0..<Int.random(in: 1...12, using: &generator)).map { _ in pieces.randomElement(using: &generator) ?? "" }
            let document = (0..<Int.random(in: 1...12, using: &generator)).map { _ in words.randomElement(using: &generator) ?? ""
            }
            // Any outcome is fine, a trap or a hang is not.
            _ = Self.outcome(document.joined(), path.joined())
            _ = Self.outcome(#"{"a":[{"a":1},[null,"é"]]}"#, path.joined())
        }
    }

    @Test("a pattern without end is given up")
    func hostilePattern() throws {
        let document = try JSON(permissive: #"{"a":[{"b":"\#(String(repeating: "a", count: 200))!"}]}"#)
        let path = try JSONPath("$.a[?(@.b =~ /(a+)+/)]")
        #expect(throws: JSONPathError.self) { try path.read(document) }
    }

    @Test("nesting is bounded in documents, and visits are")
    func bounds() throws {
        #expect(throws: JSONError.self) { try JSON(permissive: String(repeating: "[", count: 100_000)) }
        #expect(throws: JSONError.self) { try JSON(permissive: String(repeating: "{a:", count: 100_000)) }
        let deep = try JSON(permissive: String(repeating: "[", count: 200) + String(repeating: "]", count: 200))
        #expect(throws: JSONPathError.tooManyVisits) { try JSONPath("$" + String(repeating: "..*", count: 8)).read(deep) }
        #expect(throws: JSONPathError.self) { try JSONPath("$" + String(repeating: ".a", count: 1_000)) }
    }

    @Test("the first part of a text gives what is in it")
    func cut() throws {
        let whole = #"{"a":"x","b":[1,{"c":"é\n"}],"d":null}"#
        for end in whole.utf8.indices {
            let part = Array(whole.utf8[..<end])
            let json = try part.withUnsafeBytes { bytes in
                try Result { () throws(JSONError) in try PermissiveJSONReader.read(bytes, isCut: true) }.get()
            }
            if part.count > 8 { #expect(json["a"] == "x") }
        }
    }
}

private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var value = self.state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
