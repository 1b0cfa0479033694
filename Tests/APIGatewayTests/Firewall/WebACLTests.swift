import CoreTypes
import Testing

@testable import APIGateway

/// Expected values by the AWS WAF API reference ("Statement", "FieldToMatch" and the types that they name) and the developer guide
/// ("Label match examples", "How AWS WAF handles rule and rule group actions in a web ACL").
@Suite("Web ACLs")
struct WebACLTests {
    static let namespace = "awswaf:000000000000:webacl:acl:"

    static func rule(
        _ name: String, _ statement: WebACL.Statement, _ action: WebACL.Action = .block(nil), labels: [String] = [],
        namespace: String = namespace
    ) -> WebACL.Rule {
        var rule = WebACL.Rule(name: name, labelNamespace: namespace, statement: statement, action: action)
        rule.labels = labels.map { namespace + $0 }
        return rule
    }

    static func acl(_ rules: WebACL.Rule..., default action: WebACL.Action = .allow(insertedHeaders: [])) -> WebACL {
        var acl = WebACL(arn: "arn:acl", name: "acl", defaultAction: action)
        acl.steps = rules.map(WebACL.Step.rule)
        return acl
    }

    static func inspected(
        _ method: String = "GET", _ target: String = "/stage/a", headers: [(String, String)] = [], body: String = "",
        bodyBytesMax: Int = WebACL.bodyBytesDefault
    ) -> InspectedRequest {
        InspectedRequest(
            method: method, target: RequestTarget(target), headers: headers.map { HTTPHeader($0.0, $0.1) },
            sourceIP: "203.0.113.24", body: Array(body.utf8), bodyBytesMax: bodyBytesMax)
    }

    /// Whether a rule of this statement blocks the request.
    static func matches(_ statement: WebACL.Statement, _ request: InspectedRequest) -> Bool {
        self.acl(self.rule("R", statement)).verdict(on: request) { _, _ in 0 }.isBlocked
    }

    static func bytes(
        _ component: WebACL.Component, _ constraint: WebACL.PositionalConstraint, _ wanted: String,
        _ transformations: [TextTransformation] = [.none]
    ) -> WebACL.Statement {
        .byteMatch(WebACL.Inspection(component, transformations), constraint, Array(wanted.utf8))
    }

    /// Rules that look at every component, and only count.
    static let everything: WebACL = {
        let json = WebACL.JSONBody(scope: .all, paths: [["a"], []], fallback: .evaluateAsString, oversize: .continue)
        let components: [WebACL.Component] = [
            .method, .path, .query, .header("cookie"), .queryArgument("a"), .allQueryArguments, .headers(.all, .all, .continue),
            .cookies(.excluded(["a"]), .all, .match), .cookie("a"), .headerOrder(.noMatch), .body(.continue), .jsonBody(json),
        ]
        let address = WebACL.ForwardedAddress(header: "Accept", position: .any, matchesWithoutAddress: true)
        var acl = Self.acl()
        acl.steps = components.enumerated().flatMap { index, component -> [WebACL.Step] in
            let inspection = WebACL.Inspection(component, [.urlDecode, .htmlEntityDecode, .compressWhiteSpace])
            let rate = WebACL.RateLimit(
                keys: [.component(inspection), .forwardedIP(address)], limit: 10, windowSeconds: 60,
                scope: .byteMatch(inspection, .containsWord, Array("b".utf8)))
            return [.rule(Self.rule("R\(index)", .rate(rate), .count(insertedHeaders: [])))]
        }
        return acl
    }()

    // MARK: Where the bytes stand

    @Test(
        "positional constraints",
        arguments: [
            (.exactly, "bot", true), (.exactly, "bots", false), (.startsWith, "botnet", true), (.startsWith, "a bot", false),
            (.endsWith, "a bot", true), (.endsWith, "bots", false), (.contains, "robots", true), (.contains, "b o t", false),
            (.containsWord, "a ;bot", true), (.containsWord, "bot;", true), (.containsWord, "-bot;", true),
            (.containsWord, "robot", false), (.containsWord, "bot_", false), (.containsWord, "robot bot", true),
            (.containsWord, "bot1", false), (.containsWord, "나bot", true),
        ] as [(WebACL.PositionalConstraint, String, Bool)])
    func constraints(constraint: WebACL.PositionalConstraint, value: String, expected: Bool) {
        let statement = Self.bytes(.header("user-agent"), constraint, "bot")
        #expect(Self.matches(statement, Self.inspected(headers: [("User-Agent", value)])) == expected)
    }

    @Test("components, as they were sent")
    func components() {
        let request = Self.inspected(
            "POST", "/stage/%EC%84%B8?City=a%20b&x=1&x=2&flag",
            headers: [("X-A", "one"), ("x-a", "two"), ("Cookie", "session=s1; Theme=dark")], body: "hello")
        let holding: [(WebACL.Component, String)] = [
            (.method, "POST"), (.path, "/stage/%EC%84%B8"), (.query, "City=a%20b&x=1&x=2&flag"), (.header("X-A"), "one"),
            (.header("X-A"), "two"), (.queryArgument("city"), "a%20b"), (.queryArgument("x"), "2"), (.queryArgument("flag"), ""),
            (.allQueryArguments, "City"), (.allQueryArguments, "2"), (.cookie("Theme"), "dark"),
            (.headers(.all, .value, .continue), "one"), (.headers(.included(["Cookie"]), .key, .continue), "Cookie"),
            (.cookies(.all, .all, .continue), "session"), (.cookies(.excluded(["theme"]), .value, .continue), "s1"),
            (.headerOrder(.continue), "x-a:x-a:cookie"), (.body(.continue), "hello"),
        ]
        for (component, text) in holding {
            #expect(Self.matches(Self.bytes(component, .exactly, text), request), "\(component) \(text)")
        }
        let lacking: [(WebACL.Component, String)] = [
            (.headers(.all, .key, .continue), "one"), (.headers(.excluded(["x-a"]), .value, .continue), "one"),
            (.cookies(.excluded(["theme"]), .value, .continue), "dark"), (.cookies(.all, .value, .continue), "session"),
            (.queryArgument("y"), "1"), (.header("X-B"), ""),
        ]
        for (component, text) in lacking {
            #expect(!Self.matches(Self.bytes(component, .exactly, text), request), "\(component) \(text)")
        }
    }

    @Test("sizes, in bytes after the transformations; a header that isn't there has none")
    func sizes() {
        func size(_ component: WebACL.Component, _ comparison: WebACL.Comparison, _ size: Int) -> WebACL.Statement {
            .size(WebACL.Inspection(component, [.urlDecode]), comparison, size)
        }
        // "The URI /logo.jpg is nine characters long."
        let request = Self.inspected("GET", "/logo.jpg?q=%EC%84%B8", headers: [("X", "a")])
        #expect(Self.matches(size(.path, .equal, 9), request) && !Self.matches(size(.path, .notEqual, 9), request))
        #expect(Self.matches(size(.path, .lessOrEqual, 9), request) && !Self.matches(size(.path, .less, 9), request))
        #expect(Self.matches(size(.path, .greaterOrEqual, 9), request) && !Self.matches(size(.path, .greater, 9), request))
        #expect(Self.matches(size(.queryArgument("q"), .equal, 3), request))
        #expect(Self.matches(size(.body(.continue), .equal, 0), request))
        #expect(!Self.matches(size(.header("Y"), .less, 100), request))
    }

    @Test("what is larger than is looked at")
    func oversize() {
        let long = Self.inspected(body: String(repeating: "a", count: 16_384) + "bot")
        #expect(!Self.matches(Self.bytes(.body(.continue), .contains, "bot"), long))
        #expect(Self.matches(Self.bytes(.body(.match), .contains, "bot"), long))
        #expect(!Self.matches(Self.bytes(.body(.noMatch), .contains, "a"), long))
        #expect(Self.matches(Self.bytes(.body(.continue), .endsWith, "bot"), Self.inspected(body: "robot")))
        let raised = Self.inspected(body: String(repeating: "a", count: 16_384) + "bot", bodyBytesMax: 32_768)
        #expect(Self.matches(Self.bytes(.body(.continue), .contains, "bot"), raised))
        // 200 headers, 8 KB.
        let many = Self.inspected(headers: (0...200).map { ("x-\($0)", "v") })
        #expect(!Self.matches(Self.bytes(.headers(.all, .key, .continue), .exactly, "x-200"), many))
        #expect(Self.matches(Self.bytes(.headers(.all, .key, .continue), .exactly, "x-199"), many))
        #expect(Self.matches(Self.bytes(.headers(.all, .key, .match), .exactly, "none"), many))
        let large = Self.inspected(headers: [("a", String(repeating: "v", count: 8_191)), ("b", "v")])
        #expect(!Self.matches(Self.bytes(.headers(.all, .key, .continue), .exactly, "b"), large))
        #expect(Self.matches(Self.bytes(.headerOrder(.continue), .exactly, "a"), large))
    }

    @Test("a body as JSON")
    func jsonBody() {
        func holds(
            _ text: String, in body: String, _ scope: WebACL.Scope = .all, _ paths: [[String]]? = nil,
            _ fallback: WebACL.JSONBody.Fallback = .noMatch
        ) -> Bool {
            let json = WebACL.JSONBody(scope: scope, paths: paths, fallback: fallback, oversize: .continue)
            return Self.matches(Self.bytes(.jsonBody(json), .exactly, text), Self.inspected(body: body))
        }
        let dogs = #"{"dogs": [{"name": "ella", "age": 3}, {"name": "\uc138", "good": true}]}"#
        #expect(holds("ella", in: dogs) && holds("3", in: dogs) && holds("true", in: dogs) && holds("세", in: dogs))
        #expect(holds("name", in: dogs, .key) && !holds("name", in: dogs, .value) && !holds("ella", in: dogs, .key))
        #expect(
            holds("ella", in: dogs, .value, [["dogs", "0", "name"]]) && !holds("세", in: dogs, .value, [["dogs", "0", "name"]]))
        #expect(holds("세", in: dogs, .value, [["dogs", "1"]]) && !holds("ella", in: dogs, .value, [["dogs", "7"], ["cats"]]))
        #expect(
            !holds("{", in: "{") && holds("x", in: "{", .all, nil, .match) && holds("{", in: "{", .all, nil, .evaluateAsString))
    }

    @Test("patterns are found anywhere, unless they say where")
    func patterns() throws {
        let inspection = WebACL.Inspection(.path, [.lowercase])
        let statement = WebACL.Statement.regexMatch(
            inspection, [try #require(TextPattern("^/admin")), try #require(TextPattern(#"\.php$"#))])
        #expect(Self.matches(statement, Self.inspected("GET", "/Admin/x")))
        #expect(Self.matches(statement, Self.inspected("GET", "/a/index.PHP")))
        #expect(!Self.matches(statement, Self.inspected("GET", "/a/admin")))
    }

    // MARK: Addresses

    @Test("addresses, of the connection or of a header")
    func addresses() throws {
        let ranges = [try #require(AddressRange("203.0.113.0/24")), try #require(AddressRange("2001:db8::/32"))]
        #expect(Self.matches(.addresses(ranges, nil), Self.inspected()))
        #expect(!Self.matches(.addresses([try #require(AddressRange("198.51.100.0/24"))], nil), Self.inspected()))
        func matches(_ value: String?, _ position: WebACL.ForwardedAddress.Position, fallback: Bool = false) -> Bool {
            let forwarded = WebACL.ForwardedAddress(
                header: "X-Forwarded-For", position: position, matchesWithoutAddress: fallback)
            let headers = value.map { [("x-forwarded-for", $0)] } ?? []
            return Self.matches(.addresses(ranges, forwarded), Self.inspected(headers: headers))
        }
        let chain = "10.1.1.1, 203.0.113.7, 10.10.10.10"
        #expect(!matches(chain, .first) && !matches(chain, .last) && matches(chain, .any))
        #expect(matches("203.0.113.7,10.1.1.1", .first) && matches("10.1.1.1, 2001:db8::1", .last))
        // "If the header contains more than 10 IP addresses, WAF inspects the last 10."
        let eleven = (["203.0.113.7"] + Array(repeating: "10.1.1.1", count: 10)).joined(separator: ", ")
        #expect(!matches(eleven, .any) && matches("10.1.1.1, " + eleven, .any) == false)
        #expect(matches("nobody", .first, fallback: true) && !matches("nobody", .first))
        // "If the specified header isn't present in the request, WAF doesn't apply the rule to the web request at all."
        #expect(!matches(nil, .first, fallback: true))
        let forwarded = WebACL.ForwardedAddress(header: "X", position: .first, matchesWithoutAddress: false)
        #expect(!Self.matches(.not(.addresses(ranges, forwarded)), Self.inspected()))
    }

    // MARK: Rules among themselves

    @Test("the first rule that allows or blocks decides; those that count go on")
    func order() {
        let always = Self.bytes(.method, .exactly, "GET")
        let never = WebACL.Statement.not(always)
        func verdict(_ acl: WebACL) -> FirewallVerdict { acl.verdict(on: Self.inspected()) { _, _ in 0 } }
        let counted = WebACL.Action.count(insertedHeaders: [HTTPHeader("x-amzn-waf-a", "1")])
        let allowed = verdict(
            Self.acl(
                Self.rule("A", never), Self.rule("B", always, counted),
                Self.rule("C", always, .allow(insertedHeaders: [HTTPHeader("x-amzn-waf-b", "2")])), Self.rule("D", always)))
        #expect(!allowed.isBlocked && allowed.responseCode == "WAF_ALLOW")
        #expect(allowed.insertedHeaders == [HTTPHeader("x-amzn-waf-a", "1"), HTTPHeader("x-amzn-waf-b", "2")])
        #expect(allowed.text == "Web ACL acl: COUNT by B, ALLOW by C")
        let blocked = verdict(Self.acl(Self.rule("B", always, counted), default: .block(nil)))
        #expect(blocked.isBlocked && blocked.responseCode == "WAF_BLOCK" && blocked.insertedHeaders.isEmpty)
        #expect(blocked.text == "Web ACL acl: COUNT by B, BLOCK by default")
        #expect(Self.matches(.and([always, .or([never, always])]), Self.inspected()))
        #expect(!Self.matches(.and([always, never]), Self.inspected()) && !Self.matches(.or([never, never]), Self.inspected()))
    }

    @Test("a rule group ends with its first decision, which the web ACL may only count")
    func groups() {
        let always = Self.bytes(.method, .exactly, "GET")
        let group = [
            Self.rule(
                "First", always, .count(insertedHeaders: []), labels: ["seen"], namespace: "awswaf:000000000000:rulegroup:g:"),
            Self.rule("Second", always, .block(nil)), Self.rule("Third", always, .allow(insertedHeaders: [])),
        ]
        var acl = Self.acl()
        acl.steps = [.group(name: "g", group, countsOnly: false)]
        #expect(acl.verdict(on: Self.inspected()) { _, _ in 0 }.text == "Web ACL acl: COUNT by g/First, BLOCK by g/Second")
        acl.steps = [
            .group(name: "g", group, countsOnly: true),
            .rule(Self.rule("Own", .label(WebACL.LabelKey(.label, "awswaf:000000000000:rulegroup:g:seen")))),
        ]
        #expect(
            acl.verdict(on: Self.inspected()) { _, _ in 0 }.text
                == "Web ACL acl: COUNT by g/First, COUNT by g/Second, BLOCK by Own")
    }

    @Test(
        "labels, by their ends or by neighbouring namespaces",
        arguments: [
            (.label, "header:encoding:utf8", true), (.label, "encoding:utf8", true), (.label, "utf8", true),
            (.label, "ding:utf8", false), (.label, "header:encoding", false), (.label, "header:utf8", false),
            (.label, "UTF8", false), (.namespace, "header:encoding:", true), (.namespace, "header", true),
            (.namespace, "encoding:", true), (.namespace, "utf8", false), (.namespace, "head", false),
            (.label, "awswaf:000000000000:webacl:acl:header:encoding:utf8", true),
            (.label, "awswaf:000000000000:webacl:b:utf8", false),
            (.namespace, "awswaf:000000000000:webacl:acl:header:", true), (.namespace, "awswaf:000000000000:webacl:b:", false),
        ] as [(WebACL.LabelKey.Scope, String, Bool)])
    func labels(scope: WebACL.LabelKey.Scope, key: String, expected: Bool) {
        let acl = Self.acl(
            Self.rule("A", Self.bytes(.method, .exactly, "GET"), .count(insertedHeaders: []), labels: ["header:encoding:utf8"]),
            Self.rule("B", .label(WebACL.LabelKey(scope, key))))
        #expect(acl.verdict(on: Self.inspected()) { _, _ in 0 }.isBlocked == expected)
    }

    /// What `header:encoding:utf8` matches and what not, as the guide's examples have it.
    @Test(
        "the guide's labels",
        arguments: [
            ("awswaf:111122223333:webacl:testWebACL:header:encoding:utf8", true),
            ("awswaf:111122223333:webacl:testWebACL:testNS1:testNS2:header:encoding:utf8", true),
            ("awswaf:111122223333:webacl:testWebACL:header:encoding2:utf8", false),
            ("awswaf:111122223333:rulegroup:productionRules:header:encoding:utf8", false),
        ])
    func guideLabels(label: String, expected: Bool) {
        let key = WebACL.LabelKey(.label, "header:encoding:utf8")
        #expect(key.matches(label, namespace: "awswaf:111122223333:webacl:testWebACL:") == expected)
    }

    @Test("labels of another context need their whole name, and no rule sees those of later ones")
    func labelContexts() {
        let labelled = Self.rule(
            "A", Self.bytes(.method, .exactly, "GET"), .count(insertedHeaders: []), labels: ["bot"],
            namespace: "awswaf:000000000000:rulegroup:g:")
        let asking = Self.rule("B", .label(WebACL.LabelKey(.label, "bot")))
        #expect(!Self.acl(labelled, asking).verdict(on: Self.inspected()) { _, _ in 0 }.isBlocked)
        let whole = Self.rule("B", .label(WebACL.LabelKey(.label, "awswaf:000000000000:rulegroup:g:bot")))
        #expect(Self.acl(labelled, whole).verdict(on: Self.inspected()) { _, _ in 0 }.isBlocked)
        #expect(!Self.acl(whole, labelled).verdict(on: Self.inspected()) { _, _ in 0 }.isBlocked)
    }
}
