import CoreTypes
import Testing

@Suite("JSON")
struct JSONTests {
    @Test(
        "keeps member order, number text and text of any script",
        arguments: [
            #"{"b":1,"a":2}"#, #"[1.10,1e2,123456789012345678901234567890,-0]"#, #"{"주문":"세계","e":"é😀"}"#, "[]", "{}", "null",
            #""\"\\\b\f\n\r\t\u0001""#,
        ])
    func roundTrip(text: String) throws {
        #expect(try JSON(parsing: text).description == text)
    }

    @Test("reads escapes as RFC 8259 section 7 gives them")
    func escapes() throws {
        #expect(try JSON(parsing: #""\ud83d\ude00\ucc45\/""#) == .string("😀책/"))
        #expect(try JSON(parsing: #""\ud83d""#) == .string("\u{FFFD}"))
    }

    @Test("a repeated name keeps its first place and its last value")
    func repeatedNames() throws {
        #expect(try JSON(parsing: #"{"a":1,"b":2,"a":3}"#).description == #"{"a":3,"b":2}"#)
    }

    @Test(
        "says what is wrong and where",
        arguments: [
            (#"{"a":1,}"#, "1:8: expected a member name in quotes"), ("{\n  \"세계\": tru }", "2:9: unexpected text"),
            ("[1 2]", "1:4: expected ',' or ']'"), ("", "1:1: unexpected end of JSON text"),
            (#""a"#, "1:1: a string without its closing quote"),
            ("01", "1:2: unexpected text after the JSON value"), ("1.", "1:3: expected digits after the decimal point"),
            ("\"\u{1}\"", "1:2: a control character in a string: write it as an escape"),
            (#""\x""#, "1:2: unknown escape in a string"),
        ])
    func faults(text: String, message: String) throws {
        let error = try #require(throws: JSONError.self) { try JSON(parsing: text) }
        #expect("\(error)" == message)
        let scanned = Array(text.utf8).withUnsafeBytes { JSONScanner.fault(in: $0) }
        #expect(scanned == error, "the parser and the scanner give the same fault")
    }

    @Test(
        "refuses bytes that are not UTF-8",
        arguments: [[0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0xFF]] as [[UInt8]])
    func notUTF8(bytes: [UInt8]) {
        #expect(throws: JSONError.self) { try JSON(parsing: [0x22] + bytes + [0x22]) }
    }

    @Test("nesting is bounded")
    func depth() throws {
        let deepest = String(repeating: "[", count: JSON.depthLimit) + String(repeating: "]", count: JSON.depthLimit)
        _ = try JSON(parsing: deepest)
        #expect(throws: JSONError.self) { try JSON(parsing: "[" + deepest + "]") }
        #expect(throws: JSONError.self) { try JSON(parsing: String(repeating: #"{"a":"#, count: 100_000)) }
    }

    @Test("finds members of large objects, and removes them")
    func largeObject() {
        var object = JSONObject((0..<100).map { ("k\($0)", .number(JSONNumber($0))) })
        #expect(object["k77"]?.intValue == 77)
        object["k77"] = nil
        #expect(object["k77"] == nil && object["k78"]?.intValue == 78 && object.count == 99)
    }

    @Test("every cut and every single-byte change of a text is answered, never trapped on")
    func mutations() {
        let text = Array(#"{"a":[1,-2.5e+3,true,null,"\u00e9세"],"b":{"c":"😀"}}"#.utf8)
        for index in text.indices {
            _ = try? JSON(parsing: text[..<index])
            for byte: UInt8 in [0x00, 0x22, 0x5C, 0x7B, 0x80, 0xFF] {
                var changed = text
                changed[index] = byte
                let parsed = Result { () throws(JSONError) in try JSON(parsing: changed) }
                let fault = changed.withUnsafeBytes { JSONScanner.fault(in: $0) }
                if case .failure(let error) = parsed { #expect(fault == error) } else { #expect(fault == nil) }
            }
        }
    }
}
