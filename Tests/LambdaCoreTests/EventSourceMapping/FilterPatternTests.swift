import CoreTypes
import LambdaCore
import Testing

/// Expected results come from the tables of the Lambda developer guide, "Filter rule syntax" and "Properly filtering Amazon SQS
/// messages", and from the rules of event patterns in the EventBridge user guide.
@Suite struct FilterPatternTests {
    private func passes(_ pattern: String, body: String, _ attributes: [String: String] = [:]) throws -> Bool {
        var message = MappingSamples.message("m1", body: body)
        for (name, value) in attributes { message.attributes[name] = value }
        return try FilterCriteria(patterns: [pattern]).passes(message, from: MappingSamples.source)
    }

    @Test(arguments: [
        // Equality: strict about type and case.
        (#"{"a":["x"]}"#, #"{"a":"x"}"#, true), (#"{"a":["x"]}"#, #"{"a":"X"}"#, false), (#"{"a":["x"]}"#, #"{}"#, false),
        (#"{"a":[1]}"#, #"{"a":1}"#, true), (#"{"a":[1]}"#, #"{"a":"1"}"#, false), (#"{"a":["1"]}"#, #"{"a":1}"#, false),
        (#"{"a":[true]}"#, #"{"a":true}"#, true), (#"{"a":[true]}"#, #"{"a":"true"}"#, false),
        (#"{"a":[null]}"#, #"{"a":null}"#, true), (#"{"a":[null]}"#, #"{}"#, false), (#"{"a":[""]}"#, #"{"a":""}"#, true),
        (#"{"a":["x","y"]}"#, #"{"a":"y"}"#, true),
        // Numbers by their spelling.
        (#"{"a":[300]}"#, #"{"a":300.0}"#, false), (#"{"a":[300]}"#, #"{"a":3.0e2}"#, false),
        (#"{"a":[{"numeric":["=",300]}]}"#, #"{"a":3.0e2}"#, true),
        // Texts by their bytes: a letter and a mark are not the one letter.
        (#"{"a":["é"]}"#, "{\"a\":\"e\u{301}\"}", false),
        // And over keys, nested.
        (#"{"a":["x"],"b":{"c":[1]}}"#, #"{"a":"x","b":{"c":1}}"#, true),
        (#"{"a":["x"],"b":{"c":[1]}}"#, #"{"a":"x","b":{"c":2}}"#, false),
        (#"{"b":{"c":[1]}}"#, #"{"b":1}"#, false),
        // Operators.
        (#"{"a":[{"equals-ignore-case":"Alice"}]}"#, #"{"a":"aLICE"}"#, true),
        (#"{"a":[{"prefix":"us-"}]}"#, #"{"a":"us-east-1"}"#, true), (#"{"a":[{"prefix":"us-"}]}"#, #"{"a":"eu-us-1"}"#, false),
        (#"{"a":[{"suffix":".png"}]}"#, #"{"a":"x.png"}"#, true), (#"{"a":[{"suffix":".png"}]}"#, #"{"a":"png"}"#, false),
        (#"{"a":[{"anything-but":["x"]}]}"#, #"{"a":"y"}"#, true), (#"{"a":[{"anything-but":["x"]}]}"#, #"{"a":"x"}"#, false),
        (#"{"a":[{"anything-but":"x"}]}"#, #"{"a":"y"}"#, true), (#"{"a":[{"anything-but":["x"]}]}"#, #"{}"#, false),
        (#"{"a":[{"anything-but":[1]}]}"#, #"{"a":2}"#, true),
        (#"{"a":[{"numeric":[">",10,"<=",20]}]}"#, #"{"a":20}"#, true),
        (#"{"a":[{"numeric":[">",10,"<=",20]}]}"#, #"{"a":10}"#, false),
        (#"{"a":[{"numeric":[">=",0]}]}"#, #"{"a":"5"}"#, false), (#"{"a":[{"numeric":["<",0]}]}"#, #"{"a":-0.5}"#, true),
        (#"{"a":[{"exists":true}]}"#, #"{"a":null}"#, true), (#"{"a":[{"exists":true}]}"#, #"{}"#, false),
        (#"{"a":[{"exists":false}]}"#, #"{"b":1}"#, true), (#"{"a":[{"exists":false}]}"#, #"{"a":1}"#, false),
        // Leaves only: an object does not exist.
        (#"{"a":[{"exists":true}]}"#, #"{"a":{"b":1}}"#, false), (#"{"a":[{"exists":false}]}"#, #"{"a":{"b":1}}"#, true),
        (#"{"a":{"b":[{"exists":false}]}}"#, #"{}"#, true),
        // Alternatives over several keys.
        (#"{"$or":[{"a":["x"]},{"b":[1]}]}"#, #"{"b":1}"#, true), (#"{"$or":[{"a":["x"]},{"b":[1]}]}"#, #"{"b":2}"#, false),
        (#"{"c":[1],"$or":[{"a":["x"]},{"b":[1]}]}"#, #"{"a":"x"}"#, false),
        // Arrays: any element.
        (#"{"a":["x"]}"#, #"{"a":["w","x"]}"#, true), (#"{"a":["x"]}"#, #"{"a":["w"]}"#, false),
        (#"{"a":["x"]}"#, #"{"a":[]}"#, false), (#"{"a":{"b":[1]}}"#, #"{"a":[{"b":0},{"b":1}]}"#, true),
        (#"{"a":{"b":[1],"c":[1]}}"#, #"{"a":[{"b":1},{"c":1}]}"#, false),
        // Repeated keys: the last one counts.
        (#"{"a":["x"],"a":["y"]}"#, #"{"a":"x"}"#, false), (#"{"a":["y"]}"#, #"{"a":"x","a":"y"}"#, true),
    ])
    func `a pattern for a JSON body follows the guide's table`(pattern: String, body: String, expected: Bool) throws {
        #expect(try self.passes(#"{"body":\#(pattern)}"#, body: body) == expected)
    }

    @Test(arguments: [
        (#"{"body":["hello"]}"#, "hello", true), (#"{"body":["hello"]}"#, "hello!", false),
        (#"{"body":[{"prefix":"he"}]}"#, "hello", true),
        // Plain text against a JSON pattern and the other way round: dropped.
        (#"{"body":{"a":["x"]}}"#, "hello", false), (#"{"body":{"a":[{"exists":false}]}}"#, "hello", false),
        (#"{"body":[{"exists":true}]}"#, #"{"a":1}"#, false), (#"{"body":["{}"]}"#, "{}", false),
        // Broken JSON is plain text.
        (#"{"body":[{"prefix":"{"}]}"#, "{\"a\":", true),
        (#"{"body":["17"]}"#, "17", true),
    ])
    func `plain bodies need plain patterns and JSON bodies JSON patterns`(pattern: String, body: String, expected: Bool) throws {
        #expect(try self.passes(pattern, body: body) == expected)
    }

    @Test func `other members of the record can be looked at`() throws {
        let attributes = ["SenderId": "AIDAEXAMPLE"]
        #expect(try self.passes(#"{"attributes":{"SenderId":["AIDAEXAMPLE"]}}"#, body: "x", attributes))
        #expect(try !self.passes(#"{"attributes":{"SenderId":["other"]}}"#, body: "x", attributes))
        #expect(try self.passes(#"{"$or":[{"body":["y"]},{"awsRegion":["us-east-1"]}]}"#, body: "x"))
        #expect(try self.passes(#"{"messageAttributes":{"kind":{"stringValue":[{"exists":false}]}}}"#, body: "x"))
    }

    @Test func `one of several filters is enough and none lets all pass`() throws {
        let criteria = try FilterCriteria(patterns: [#"{"body":["a"]}"#, #"{"body":["b"]}"#])
        #expect(criteria.passes(MappingSamples.message("1", body: "b"), from: MappingSamples.source))
        #expect(!criteria.passes(MappingSamples.message("1", body: "c"), from: MappingSamples.source))
        #expect(FilterCriteria.none.passes(MappingSamples.message("1"), from: MappingSamples.source))
    }

    @Test(arguments: [
        "", "[]", "\"x\"", "{", "{}", #"{"body":"x"}"#, #"{"body":[]}"#, #"{"body":[["x"]]}"#, #"{"body":{}}"#,
        #"{"body":[{"wildcard":"*"}]}"#, #"{"body":[{"cidr":"10.0.0.0/8"}]}"#, #"{"body":[{"prefix":1}]}"#,
        #"{"body":[{"prefix":"a","suffix":"b"}]}"#, #"{"body":[{"exists":"yes"}]}"#, #"{"body":[{"numeric":[">"]}]}"#,
        #"{"body":[{"numeric":["!=",1]}]}"#, #"{"body":[{"numeric":[">",20,"<",10]}]}"#, #"{"body":[{"numeric":["<",1,">",0]}]}"#,
        #"{"body":[{"anything-but":{"prefix":"x"}}]}"#, #"{"body":[{"anything-but":[]}]}"#, #"{"$or":{}}"#, #"{"$or":[]}"#,
        #"{"$or":["x"]}"#,
    ])
    func `a text that is no pattern is refused as the service does`(text: String) {
        #expect {
            _ = try FilterCriteria(patterns: [text])
        } throws: { error in
            guard let error = error as? LambdaAPIError else { return false }
            return error.status == 400 && error.code == "InvalidParameterValueException"
                && error.message.hasPrefix("Invalid filter pattern definition.")
        }
    }

    @Test func `at most five filters of 4,096 characters`() throws {
        let pattern = #"{"body":["a"]}"#
        _ = try FilterCriteria(patterns: Array(repeating: pattern, count: 5))
        #expect(throws: LambdaAPIError.self) { try FilterCriteria(patterns: Array(repeating: pattern, count: 6)) }
        let long = #"{"body":["\#(String(repeating: "x", count: 4_096 - 13))"]}"#
        _ = try FilterCriteria(patterns: [String(long.dropLast(3)) + "\"]}"])
        #expect(throws: LambdaAPIError.self) { try FilterCriteria(patterns: [long + " "]) }
    }

    @Test func `no pattern and no body makes the filter trap`() {
        var random = SeededNumbers(seed: 21)
        let alphabet = Array(#"{}[]:,"ab10$or.- existsprefixnumeric>=<\u"#)
        for _ in 0..<4_000 {
            func text() -> String {
                String((0..<Int.random(in: 0...60, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "x" })
            }
            let pattern = Bool.random(using: &random) ? text() : #"{"body":\#(text())}"#
            // Most of these texts are no pattern: that they are refused is the point.
            guard let criteria = try? FilterCriteria(patterns: [pattern]) else { continue }
            _ = criteria.passes(MappingSamples.message("1", body: text()), from: MappingSamples.source)
        }
    }
}
