import Testing

@testable import Monitoring

/// Patterns and events of Amazon CloudWatch Logs user guide, "Filter pattern syntax" ("Using filter patterns to match terms in
/// unstructured / JSON / space-delimited log events", and the edition of the guide published on GitHub until 2023). Examples
/// that contradict themselves there are left out.
@Suite struct LogPatternTests {
    private static let requests = [
        "[ERROR 400] BAD REQUEST", "[ERROR 401] UNAUTHORIZED REQUEST", "[ERROR 419] MISSING ARGUMENTS",
        "[ERROR 420] INVALID ARGUMENTS",
    ]

    @Test(arguments: [
        ("", [0, 1, 2, 3]), ("ERROR", [0, 1, 2, 3]), ("ERROR ARGUMENTS", [2, 3]), ("?ERROR ?ARGUMENTS", [0, 1, 2, 3]),
        ("ERROR -ARGUMENTS", [0, 1]), ("\"BAD REQUEST\"", [0]), ("\" \"", [0, 1, 2, 3]), ("%[45]19%", [2]), ("%4[12]%", [2, 3]),
        ("error", []), ("?BAD ?INVALID", [0, 3]), ("-REQUEST -INVALID", [2]), ("\"[ERROR 4\" -\"01]\"", [0, 2, 3]),
        // Beside other terms, those with a question mark say nothing.
        ("?INVALID REQUEST", [0, 1]),
    ])
    func termsAreFoundInText(pattern: String, expected: [Int]) throws {
        let pattern = try LogPattern(pattern)
        #expect(Self.requests.indices.filter { pattern.matches(Self.requests[$0]) } == expected)
    }

    @Test(arguments: [
        ("ERROR", [0, 1]), ("?ERROR ?WARN", [0, 1, 2]), ("ERROR WARN", [0]), ("ERROR -WARN", [1]), ("[w1=ERROR, w2]", [1]),
        ("[w1=ERROR || w1=WARN, w2]", [1, 2]), ("[w1, w2, w3]", [0]), ("[..., last=message]", [0, 1, 2]),
        ("\"ERROR\" - \"WARN\"", [1]),
    ])
    func alternativesInTermsAndFields(pattern: String, expected: [Int]) throws {
        let pattern = try LogPattern(pattern)
        let events = ["ERROR WARN message", "ERROR message", "WARN message"]
        #expect(events.indices.filter { pattern.matches(events[$0]) } == expected)
    }

    private static let trail = """
        {"eventType": "UpdateTrail", "sourceIPAddress": "111.111.111.111", "arrayKey": ["value", "another value"],
         "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}], "SomeObject": null, "ThisFlag": true, "cluster.name": "c"}
        """

    @Test(arguments: [
        #"{ $.eventType = "UpdateTrail" }"#, "{ $.sourceIPAddress != 123.123.* }", #"{ $.arrayKey[0] = "value" }"#,
        "{ $.objectList[1].id = 2 }", "{ $.SomeObject IS NULL }", "{ $.SomeOtherObject NOT EXISTS }", "{ $.ThisFlag IS TRUE }",
        #"{ $.['cluster.name'] = "c" }"#, "{ $.eventType = *Trail }", "{ $.eventType = Update* }", "{ $.eventType = \"*\" }",
        "{ $.eventType = * }", "{ $.sourceIPAddress = %111\\.1+% }", "{$.ThisFlag EXISTS}",
    ])
    func fieldsOfJSONMatch(pattern: String) throws { #expect(try LogPattern(pattern).matches(Self.trail)) }

    @Test(arguments: [
        "{ $.eventType = UpdateTrai }", "{ $.sourceIPAddress != 111.* }", "{ $.arrayKey[1] = value }",
        "{ $.SomeObject NOT EXISTS }",
        "{ $.missing = 1 }", "{ $.missing != 1 }", "{ $.ThisFlag IS FALSE }", "{ $.eventType IS NULL }",
        "{ $.objectList[7].id = 2 }",
        // A selector that finds an array or an object has nothing to compare.
        "{ $.arrayKey = value }", "{ $.arrayKey != value }", "{ $.objectList[0] != 1 }",
        // An asterisk within is itself.
        "{ $.eventType = Up*Trail }",
    ])
    func fieldsOfJSONDoNotMatch(pattern: String) throws { #expect(try !LogPattern(pattern).matches(Self.trail)) }

    @Test(arguments: [
        (#"{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }"#, true),
        (#"{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }"#, false),
        (#"{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch && $.actions[2] = nomatch }"#, true),
        (#"{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch) && $.actions[2] = nomatch }"#, false),
        ("{ $.users = 1 }", false), ("{ $.users != 1 }", false), ("{ $.coordinates[1][2] >= 6 }", true),
    ])
    func conditionsAreCombined(pattern: String, expected: Bool) throws {
        let event = """
            {"user": {"id": 1, "email": "John.Stiles@example.com"}, "users": [{"id": 2, "email": "John.Doe@example.com"},
             {"id": 3, "email": "Jane.Doe@example.com"}], "actions": ["GET", "PUT", "DELETE"],
             "coordinates": [[0, 1, 2], [4, 5, 6], [7, 8, 9]]}
            """
        #expect(try LogPattern(pattern).matches(event) == expected)
    }

    @Test(arguments: [
        ("{ $.latency >= 500 }", true), ("{ $.numbers[0] < 10e3 }", true), ("{ $.numbers[0] < 10e-3 }", false),
        ("{ $.processes[4].averageRuntime <= 55.5 }", false), ("{ $.errorCode = 400 }", true), ("{ $.errorCode != 500 }", true),
        ("{ $.latency > +1000 }", false), ("{ $.errorCode = 4* }", true), ("{ $.errorCode = 5* }", false),
        ("{ $.errorCode = 400.0 }", true), ("{ $.text > 5 }", false),
    ])
    func numbersAreCompared(pattern: String, expected: Bool) throws {
        let event = #"{"latency": 999.5, "numbers": [12], "errorCode": 400, "text": "9"}"#
        #expect(try LogPattern(pattern).matches(event) == expected)
    }

    @Test(arguments: [
        ("[ip, id, user, timestamp, request, status_code, bytes]", [0, 1, 2]), ("[..., status_code, bytes]", [0, 1, 2]),
        ("[ip, id, user, ...]", [0, 1, 2]), ("[ip, user, ..., status_code, bytes]", [0, 1, 2]),
        ("[ip, id, user, timestamp, request, status_code, bytes > 5000]", [1]),
        ("[ip, id, user, timestamp, request, status_code = 200, bytes]", [0, 2]),
        ("[ip, id, user, timestamp, request, status_code = 5*, bytes]", [1]),
        ("[..., request = *.gif*, status_code = 2*, ]", [0, 2]),
        ("[ip, id, user, timestamp, request, status_code != 200 && status_code != 403, bytes]", [1]),
        ("[ip, id, user = frank, ...]", [0, 1, 2]), ("[ip, id]", []), ("[..., a, b, c, d, e, f, g, h]", []),
        (#"[ip, id, user, timestamp, request = "GET /apache_pb.gif HTTP/1.0", ...]"#, [0, 1, 2]),
        ("[ip = %127\\.0\\.0\\.[12]%, ...]", [0, 1, 2]),
    ])
    func fieldsApartBySpaces(pattern: String, expected: [Int]) throws {
        let events = [
            #"127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /apache_pb.gif HTTP/1.0" 200 1534"#,
            #"127.0.0.1 - frank [10/Oct/2000:13:35:22 -0700] "GET /apache_pb.gif HTTP/1.0" 500 5324"#,
            #"127.0.0.1 - frank [10/Oct/2000:13:50:35 -0700] "GET /apache_pb.gif HTTP/1.0" 200 4355"#,
        ]
        let pattern = try LogPattern(pattern)
        #expect(events.indices.filter { pattern.matches(events[$0]) } == expected)
    }

    @Test func textThatIsNoObjectHasNoFields() throws {
        #expect(try !LogPattern("{ $.a NOT EXISTS }").matches("START RequestId: 1"))
        #expect(try LogPattern("{ $.a NOT EXISTS }").matches("{}\n"))
    }

    @Test(arguments: [
        "a:b", "\"open", "%open", "%(a)%", "%a!%", "{ $.a }", "{ $.a = }", "{ a = 1 }", "{ $.a = 1", "{ $.a = 1 } x",
        "{ $.a > x }",
        "{ ($.a = 1 }", "{ $.a[x] = 1 }", "[a, ..., b, ...]", "[a = 1 && b = 2]", "[a", "[= 1]", "? a", "-",
        String(repeating: "a ", count: 600), "{" + String(repeating: "(", count: 100) + "$.a = 1",
    ])
    func whatIsNoPatternIsRefused(pattern: String) {
        #expect(throws: LogPatternError.self) { try LogPattern(pattern) }
    }

    @Test func refusalsSayWhatToDo() {
        #expect {
            try LogPattern("START RequestId:")
        } throws: { error in
            "\(error)"
                == "Invalid character(s) in term 'RequestId:': a term with ':' must stand in double quotes, as \"RequestId:\"."
        }
    }

    @Test func noTextTraps() {
        var generator = SeededGenerator(seed: 20_261_121)
        let parts = [
            "{", "}", "[", "]", "(", ")", "$", ".", "a", "=", "!=", "<", "&&", "||", "\"", "%", "*", " ", ",", "...", "?", "-",
            "IS", "NULL", "1", "가", "\\", "'",
        ]
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0...14, using: &generator)).map { _ in parts.randomElement(using: &generator)! }
                .joined()
            if let pattern = try? LogPattern(text) {
                _ = pattern.matches(#"{"a":[1,"x"]}"#)
                _ = pattern.matches("a \"b [c 가")
            }
        }
    }
}
