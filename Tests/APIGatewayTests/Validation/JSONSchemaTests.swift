import CoreTypes
import Testing

@testable import APIGateway

/// Cases of the JSON Schema Test Suite's draft 4 folder, by hand; messages of `json-schema-validator`'s
/// `validation.properties`.
@Suite("JSON schema, draft 4")
struct JSONSchemaTests {
    static func faults(_ schema: String, _ value: String, models: [String: String] = [:]) throws -> [String] {
        let schema = try JSONSchema(try JSON(parsing: schema), models: try models.mapValues { try JSON(parsing: $0) })
        return schema.faults(of: try JSON(parsing: value))
    }

    @Test(
        "fits",
        arguments: [
            (#"{}"#, "1"), (#"{"type":"integer"}"#, "3"), (#"{"type":"number"}"#, "3"), (#"{"type":["string","null"]}"#, "null"),
            (#"{"enum":[1,"a"]}"#, "1.0"), (#"{"required":["a"]}"#, "3"), (#"{"required":["a"]}"#, #"{"a":null}"#),
            (
                #"{"properties":{"a":{"type":"string"}},"additionalProperties":false,"patternProperties":{"^x":{}}}"#,
                #"{"a":"","x1":2}"#
            ),
            (#"{"items":{"type":"integer"}}"#, "[1,2]"), (#"{"items":[{"type":"integer"}],"additionalItems":false}"#, "[1]"),
            (#"{"minLength":2,"maxLength":2}"#, #""책책""#), (#"{"pattern":"a+"}"#, #""xaay""#),
            (#"{"multipleOf":0.01}"#, "0.0075e2"),
            (#"{"minimum":3,"exclusiveMinimum":true}"#, "3.1"), (#"{"uniqueItems":true}"#, "[1,\"1\",[1]]"),
            (#"{"allOf":[{"type":"object"},{"required":["a"]}]}"#, #"{"a":1}"#),
            (#"{"oneOf":[{"type":"integer"},{"minimum":2}]}"#, "1"), (#"{"anyOf":[{"type":"integer"},{"minimum":2}]}"#, "2.5"),
            (#"{"not":{"type":"integer"}}"#, #""a""#), (#"{"dependencies":{"a":["b"]}}"#, #"{"b":1}"#),
            (##"{"properties":{"child":{"$ref":"#"}},"additionalProperties":false}"##, #"{"child":{"child":{}}}"#),
            (##"{"definitions":{"a":{"type":"integer"}},"$ref":"#/definitions/a"}"##, "1"),
        ])
    func fits(schema: String, value: String) throws {
        #expect(try Self.faults(schema, value) == [])
    }

    /// The cases of the JSON Schema Test Suite's `draft4/optional/format` folder, and what `json-schema-validator` says of them.
    @Test(
        "formats",
        arguments: [
            (
                "date-time", ["1963-06-19T08:30:06.283185Z", "1990-12-31T15:59:50+09:00", "2024-02-29T00:00:00+0000"],
                [
                    "1990-02-31T15:59:59Z", "1990-12-31T15:59:59-24:00", "06/19/1963 08:30:06 PST", "2013-350T01:01:01",
                    "2023-02-29T00:00:00Z",
                    "1963-06-19T08:30:06", "1963-06-19T08:30:06.Z", "1963-06-19 08:30:06Z", "1963-6-1T08:30:06Z",
                ],
                "is invalid against requested date format(s) [yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,12}Z]"
            ),
            (
                "email", ["joe.bloggs@example.com", "te~st@example.com"],
                ["2962", "a@", "@b", ".a@b.c", "a..b@c.d", "a b@c.d", "a@b@c", "김@a.b"],
                "is not a valid email address"
            ),
            (
                "hostname", ["www.example.com", "xn--4gbwdl.xn--wgbh1c", "한글.kr"],
                ["-bad.example.com", "host_name-.a", "a", "a..b", "a.1", "not valid.a"],
                "is not a valid hostname"
            ),
            (
                "ipv4", ["192.168.0.1"], ["127.0.0.0.1", "256.256.256.256", "127.0", "0x7f000001", "192.168.1.0/24", "::1"],
                "is not a valid IPv4 address"
            ),
            (
                "ipv6", ["::1", "::abef", "2001:db8::192.168.0.1"],
                ["12345::", "1:1:1:1:1:1:1:1:1", "::laptop", "127.0.0.1", "::1/64"], "is not a valid IPv6 address"
            ),
            ("regex", ["([abc])+\\s+$"], ["^(abc]"], "is not a valid ECMA 262 regular expression"),
            (
                "uri", ["http://foo.bar/?baz=qux#quux", "urn:oasis:names", "//host/path", "/abc", "http://한글.kr/%ED"],
                ["http:// x", "\\\\WINDOWS\\fileshare", "bar,baz:foo", ":// should fail", "a%2", "http://a/{b}", "a:"],
                "is not a valid URI"
            ),
            ("date", ["anything: no format of draft 4"], [], ""),
        ] as [(String, [String], [String], String)])
    func formats(format: String, good: [String], bad: [String], message: String) throws {
        let schema = try JSONSchema(["format": .string(format)])
        for text in good { #expect(schema.faults(of: .string(text)) == [], "\(text)") }
        for text in bad { #expect(schema.faults(of: .string(text)) == ["string \(JSON.string(text)) \(message)"], "\(text)") }
        // Other values have no format.
        #expect(schema.faults(of: 1) == [])
    }

    @Test(
        "does not fit, and says why",
        arguments: [
            (#"{"type":"object","required":["b","a"]}"#, "{}", #"object has missing required properties (["a","b"])"#),
            (
                #"{"type":"number"}"#, #""a""#,
                #"instance type (string) does not match any allowed primitive type (allowed: ["integer","number"])"#
            ),
            (
                #"{"type":"integer"}"#, "1.0",
                #"instance type (number) does not match any allowed primitive type (allowed: ["integer"])"#
            ),
            (
                #"{"enum":["dog","cat"]}"#, #""bird""#,
                #"instance value ("bird") not found in enum (possible values: ["dog","cat"])"#
            ),
            (#"{"minimum":25}"#, "1", "numeric instance is lower than the required minimum (minimum: 25, found: 1)"),
            (#"{"maximum":5}"#, "7", "numeric instance is greater than the required maximum (maximum: 5, found: 7)"),
            (
                #"{"maximum":3,"exclusiveMaximum":true}"#, "3",
                "numeric instance is not strictly lower than the required maximum 3"
            ),
            (#"{"minLength":3}"#, #""ab""#, #"string "ab" is too short (length: 2, required minimum: 3)"#),
            (#"{"maxLength":1}"#, #""ab""#, #"string "ab" is too long (length: 2, maximum allowed: 1)"#),
            (#"{"minItems":1}"#, "[]", "array is too short: must have at least 1 elements but instance has 0 elements"),
            (#"{"uniqueItems":true}"#, "[1,1.0]", "array must not contain duplicate elements"),
            (#"{"pattern":"^a$"}"#, #""b""#, #"ECMA 262 regex "^a$" does not match input string "b""#),
            (
                #"{"properties":{"a":{}},"additionalProperties":false}"#, #"{"z":1,"a":2}"#,
                #"object instance has properties which are not allowed by the schema: ["z"]"#
            ),
            (#"{"multipleOf":2}"#, "3", "remainder of division is not zero (3 / 2)"),
            (
                #"{"oneOf":[{"type":"integer"},{"minimum":2}]}"#, "3",
                "instance failed to match exactly one schema (matched 2 out of 2)"
            ),
            (
                #"{"anyOf":[{"type":"string"},{"type":"null"}]}"#, "3",
                "instance failed to match at least one required schema among 2"
            ),
        ])
    func faults(schema: String, value: String, message: String) throws {
        #expect(try Self.faults(schema, value) == [message])
    }

    /// The form of CreateModel's documentation.
    @Test("a reference to another model of the API, circular too")
    func models() throws {
        let url = RestAPI.Model.reference(to: "Node", apiID: "abc123")
        let node = #"{"type":"object","required":["v"],"properties":{"next":{"$ref":"\#(url)"},"v":{"type":"integer"}}}"#
        let schema = #"{"$ref":"\#(url)"}"#
        #expect(try Self.faults(schema, #"{"v":1,"next":{"v":2}}"#, models: ["Node": node]) == [])
        #expect(
            try Self.faults(schema, #"{"v":1,"next":{}}"#, models: ["Node": node])
                == [#"object has missing required properties (["v"])"#])
    }

    /// OpenAPI 3.0.3, "Schema Object": words that describe. Draft 4 passes over words that it doesn't know (section 5.6 of JSON
    /// Schema Core).
    @Test("words of OpenAPI that draft 4 doesn't know ask nothing")
    func descriptions() throws {
        let schema = """
            {"type":"object","required":["name"],"discriminator":"kind","externalDocs":{"url":"http://a"},"xml":{"name":"pet"},
             "properties":{"name":{"type":"string","nullable":true,"example":"개","deprecated":true},
                           "urls":{"type":"array","xml":{"wrapped":true},"items":{"type":"string","readOnly":true,"xml":{}}}}}
            """
        #expect(try Self.faults(schema, #"{"name":"개","urls":["a"]}"#) == [])
        #expect(try Self.faults(schema, #"{"urls":[]}"#) == [#"object has missing required properties (["name"])"#])
        // `nullable` is of OpenAPI alone.
        #expect(try !Self.faults(schema, #"{"name":null}"#).isEmpty)
    }

    @Test(
        "what is not checked is refused when the schema is read",
        arguments: [
            #"{"contentEncoding":"base64"}"#, #"{"const":1}"#, #"{"type":"file"}"#, #"{"properties":{"a":1}}"#, #"[]"#,
            #"{"$ref":"http://elsewhere/schema"}"#, ##"{"$ref":"#/definitions/none"}"##, #"{"pattern":"("}"#,
            #"{"minLength":-1}"#,
        ])
    func refused(schema: String) throws {
        let json = try JSON(parsing: schema)
        #expect(throws: JSONSchema.Problem.self) { try JSONSchema(json) }
    }

    @Test("schemas that only refer to themselves, and deep values, end")
    func bounded() throws {
        #expect(try !Self.faults(##"{"$ref":"#"}"##, "1").isEmpty)
        #expect(try !Self.faults(##"{"allOf":[{"$ref":"#"}]}"##, "1").isEmpty)
        for word in ["allOf", "anyOf", "oneOf"] {
            #expect(try !Self.faults(##"{"\##(word)":[{"$ref":"#"},{"$ref":"#"}]}"##, "1").isEmpty)
        }
        #expect(try !Self.faults(##"{"not":{"anyOf":[{"$ref":"#"},{"$ref":"#"}]}}"##, "1").isEmpty)
    }
}
