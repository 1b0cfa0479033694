import APIGateway
import LambdaCore
import Templates
import Testing

/// `AWS::WAFv2::*` of templates (CloudFormation template reference, "AWS WAFv2").
@Suite("Web ACLs of templates")
struct WebACLTests {
    /// A template with an API `A` of the stage `s`, the web ACL `W` with these rules, and what else is given.
    private static func template(rules: String = "[]", more: String = "") -> String {
        """
        Resources:
          A: {Type: 'AWS::ApiGateway::RestApi', Properties: {Body: {openapi: 3.0.1, info: {title: a, version: '1'}, paths: {/a: {get: {responses: {}, x-amazon-apigateway-integration: {type: mock}}}}}}}
          D: {Type: 'AWS::ApiGateway::Deployment', Properties: {RestApiId: !Ref A}}
          S: {Type: 'AWS::ApiGateway::Stage', Properties: {RestApiId: !Ref A, StageName: s, DeploymentId: !Ref D}}
          W:
            Type: AWS::WAFv2::WebACL
            Properties: {Name: shop, Scope: REGIONAL, DefaultAction: {Allow: {}}, Rules: \(rules)}
          L: {Type: 'AWS::WAFv2::WebACLAssociation', Properties: {ResourceArn: !Sub 'arn:aws:apigateway:${AWS::Region}::/restapis/${A}/stages/${S}', WebACLArn: !GetAtt W.Arn}}
        \(more)
        """
    }

    private static func rule(_ statement: String, name: String = "R", priority: Int = 1, action: String = "Action: {Block: {}}")
        -> String
    {
        "{Name: \(name), Priority: \(priority), \(action), Statement: \(statement)}"
    }

    private static let method =
        "{ByteMatchStatement: {FieldToMatch: {Method: {}}, PositionalConstraint: EXACTLY, SearchString: PUT, TextTransformations: [{Priority: 0, Type: NONE}]}}"

    private static func webACL(_ template: String) throws -> WebACL? {
        guard case .rest(let api)? = try load(template).gateway.apis.first else { return nil }
        return api.stages.first?.webACL
    }

    private static func notices(_ template: String) throws -> [String] {
        try load(template).notices.map { "\($0.path): \($0.message)" }
    }

    @Test func aStageHasItsWebACL() throws {
        let rules =
            "[\(Self.rule(Self.method, name: "Second", priority: 7)), \(Self.rule(Self.method, name: "First", priority: 3))]"
        let acl = try #require(try Self.webACL(Self.template(rules: rules)))
        #expect(acl.name == "shop" && acl.arn.hasPrefix("arn:aws:wafv2:us-east-1:000000000000:regional/webacl/shop/"))
        let names = acl.steps.map { step in if case .rule(let rule) = step { rule.name } else { "" } }
        #expect(names == ["First", "Second"])
        #expect(try load(Self.template()).gateway.servedRoutes.map(\.webACL) == ["shop"])
    }

    /// `Ref` is name, id and scope; the namespace is what labels of the ACL begin with.
    @Test func returnValues() throws {
        let more = """
              F: {Type: 'AWS::Serverless::Function', Properties: {CodeUri: src, Handler: app.handler, Runtime: python3.13, Environment: {Variables: {REF: !Ref W, ID: !GetAtt W.Id, NAMESPACE: !GetAtt W.LabelNamespace, ARN: !GetAtt W.Arn}}}}
            """
        let variables = try #require(
            try load("Transform: AWS::Serverless-2016-10-31\n" + Self.template(more: more)).functions.first?.configuration
                .environment)
        let id = try #require(variables["ID"])
        #expect(id.split(separator: "-").map(\.count) == [8, 4, 4, 4, 12])
        #expect(variables["REF"] == "shop|\(id)|REGIONAL" && variables["NAMESPACE"] == "awswaf:000000000000:webacl:shop:")
        #expect(variables["ARN"] == "arn:aws:wafv2:us-east-1:000000000000:regional/webacl/shop/\(id)")
    }

    @Test(arguments: [
        (
            "GeoMatchStatement: {CountryCodes: [KR]}",
            "GeoMatchStatement: Not emulated, as the host doesn't know the country of an address"
        ),
        (
            "ManagedRuleGroupStatement: {VendorName: AWS, Name: AWSManagedRulesCommonRuleSet}",
            "ManagedRuleGroupStatement: Not emulated"
        ),
        ("SqliMatchStatement: {FieldToMatch: {Body: {}}}", "SqliMatchStatement: Not emulated"),
        ("NotStatement: {Statement: {XssMatchStatement: {}}}", "NotStatement/Statement/XssMatchStatement: Not emulated"),
        (
            "ByteMatchStatement: {FieldToMatch: {Method: {}}, PositionalConstraint: EXACTLY, SearchString: PUT, TextTransformations: [{Priority: 0, Type: CSS_DECODE}]}",
            "TextTransformations/0/Type: The transformation CSS_DECODE is not emulated"
        ),
        ("IPSetReferenceStatement: {Arn: 'arn:aws:wafv2:us-east-1:1:regional/ipset/a/b'}", "is no IP set of this template"),
    ])
    func whatIsNotEmulatedIsToldAndTheRuleLeftOut(statement: String, message: String) throws {
        let template = Self.template(
            rules: "[\(Self.rule("{\(statement)}")), \(Self.rule(Self.method, name: "Other", priority: 2))]")
        #expect(
            try Self.notices(template).contains {
                $0.hasPrefix("Resources/W/Properties/Rules/0/Statement/") && $0.contains(message)
            })
        #expect(try Self.webACL(template)?.steps.count == 1)
    }

    @Test func aChallengeIsNotEmulated() throws {
        let template = Self.template(rules: "[\(Self.rule(Self.method, action: "Action: {Captcha: {}}"))]")
        #expect(
            try Self.notices(template).contains { $0.hasPrefix("Resources/W/Properties/Rules/0/Action/Captcha: Not emulated") })
        #expect(try Self.webACL(template)?.steps.isEmpty == true)
    }

    private static let none = "TextTransformations: [{Priority: 0, Type: NONE}]"
    private static let sixKeys = repeatElement("{IP: {}}", count: 6).joined(separator: ", ")

    @Test(arguments: [
        ("{}", "Rules/0/Statement: One statement is wanted"),
        ("{ByteMatchStatment: {}}", "There is no statement ByteMatchStatment. Did you mean ByteMatchStatement?"),
        ("{AndStatement: {Statements: [\(method)]}}", "AndStatement/Statements: Two statements or more are wanted"),
        ("{NotStatement: {}}", "NotStatement/Statement: Property 'Statement' is required."),
        (
            "{NotStatement: {Statement: {RateBasedStatement: {Limit: 10, AggregateKeyType: IP}}}}",
            "stands at the top of a rule only"
        ),
        ("{NotStatement: {Statement: {RuleGroupReferenceStatement: {Arn: a}}}}", "named at the top of a web ACL's rule only"),
        ("{RateBasedStatement: {Limit: 9, AggregateKeyType: IP}}", "Limit is 9; it has to be from 10 to 2000000000."),
        ("{RateBasedStatement: {Limit: 10, AggregateKeyType: IP, EvaluationWindowSec: 90}}", "one of 60, 120, 300, 600"),
        ("{RateBasedStatement: {Limit: 10, AggregateKeyType: CONSTANT}}", "CONSTANT needs a ScopeDownStatement"),
        ("{RateBasedStatement: {Limit: 10, AggregateKeyType: FORWARDED_IP}}", "Property 'ForwardedIPConfig' is required."),
        ("{RateBasedStatement: {Limit: 10, AggregateKeyType: CUSTOM_KEYS}}", "CUSTOM_KEYS needs CustomKeys"),
        (
            "{RateBasedStatement: {Limit: 10, AggregateKeyType: CUSTOM_KEYS, CustomKeys: [\(sixKeys)]}}",
            "CUSTOM_KEYS needs CustomKeys, one to five."
        ),
        ("{RegexMatchStatement: {FieldToMatch: {Method: {}}, RegexString: '(', \(none)}}", #""(" is no regular expression"#),
        (
            "{ByteMatchStatement: {FieldToMatch: {Method: {}}, PositionalConstraint: EXACTLY, \(none)}}",
            "What is looked for has 1 to 200 bytes"
        ),
        (
            "{ByteMatchStatement: {FieldToMatch: {Method: {}}, PositionalConstraint: EXACLTY, SearchString: a, \(none)}}",
            "Did you mean EXACTLY?"
        ),
        (
            "{SizeConstraintStatement: {FieldToMatch: {UrlPath: {}}, ComparisonOperator: GT, Size: 1, \(none)}}",
            "There is no component UrlPath. Did you mean UriPath?"
        ),
        (
            "{SizeConstraintStatement: {FieldToMatch: {UriPath: {}}, ComparisonOperator: GT, Size: 1}}",
            "TextTransformations is required"
        ),
        ("{LabelMatchStatement: {Scope: LABEL, Key: ':'}}", "A label such as namespace:name is wanted."),
    ])
    func statementsThatAreNone(statement: String, message: String) {
        let found = errors(Self.template(rules: "[\(Self.rule(statement))]"))
        #expect(found.contains { $0.contains("Resources/W/Properties/Rules/0/Statement") && $0.contains(message) }, "\(found)")
    }

    @Test func statementsHaveADepth() {
        let deep = String(repeating: "{NotStatement: {Statement: ", count: 25) + Self.method + String(repeating: "}}", count: 25)
        #expect(errors(Self.template(rules: "[\(Self.rule(deep))]")).contains { $0.contains("more than 20 times") })
    }

    @Test func rulesAmongThemselves() {
        let twice = errors(Self.template(rules: "[\(Self.rule(Self.method)), \(Self.rule(Self.method))]"))
        #expect(twice.contains { $0.contains("There is another rule called R.") })
        #expect(twice.contains { $0.contains("Another rule has the priority 1.") })
        let none = errors(Self.template(rules: "[\(Self.rule(Self.method, action: "OverrideAction: {None: {}}"))]"))
        #expect(none.contains { $0.contains("Rules/0/Action: A rule has an Action") })
        let body = "Action: {Block: {CustomResponse: {ResponseCode: 299, CustomResponseBodyKey: Slow}}}"
        let custom = errors(Self.template(rules: "[\(Self.rule(Self.method, action: body))]"))
        #expect(custom.contains { $0.contains("AWS WAF doesn't answer with the status 299.") })
        #expect(custom.contains { $0.contains("CustomResponseBodies has no Slow.") })
        // Where it stands: the fifth line after `Resources:`, behind the rule's statement.
        #expect(custom.allSatisfy { $0.hasPrefix("template.yaml:7:") })
    }

    @Test func setsAndGroups() throws {
        let more = """
              I: {Type: 'AWS::WAFv2::IPSet', Properties: {Scope: REGIONAL, IPAddressVersion: IPV6, Addresses: ['2001:db8::/32']}}
              P: {Type: 'AWS::WAFv2::RegexPatternSet', Properties: {Scope: REGIONAL, RegularExpressionList: ['^/a', b$]}}
              G:
                Type: AWS::WAFv2::RuleGroup
                Properties: {Name: group, Scope: REGIONAL, Capacity: 10, Rules: [\(Self.rule(Self.method, name: "One")), \(Self.rule(Self.method, name: "Two", priority: 2))]}
            """
        let overrides = "RuleActionOverrides: [{Name: Two, ActionToUse: {Allow: {}}}], ExcludedRules: [{Name: One}]"
        let rules = """
            [\(Self.rule("{IPSetReferenceStatement: {Arn: !GetAtt I.Arn}}", name: "A", priority: 1)), \
            \(Self.rule("{RegexPatternSetReferenceStatement: {Arn: !GetAtt P.Arn, FieldToMatch: {UriPath: {}}, \(Self.none)}}", name: "B", priority: 2)), \
            \(Self.rule("{RuleGroupReferenceStatement: {Arn: !GetAtt G.Arn, \(overrides)}}", name: "C", priority: 3, action: "OverrideAction: {Count: {}}"))]
            """
        let acl = try #require(try Self.webACL(Self.template(rules: rules, more: more)))
        #expect(acl.steps.count == 3)
        guard case .group("group", let group, countsOnly: true) = acl.steps[2] else {
            Issue.record("no group")
            return
        }
        #expect(group.map(\.action) == [.count(insertedHeaders: []), .allow(insertedHeaders: [])])
        #expect(group[0].labelNamespace == "awswaf:000000000000:rulegroup:group:")
        let unknown = rules.replacing("Name: Two, Action", with: "Name: Tow, Action")
        #expect(
            errors(Self.template(rules: unknown, more: more)).contains {
                $0.contains("The rule group group has no rule Tow. Did you mean Two?")
            })
        for (from, to, message) in [
            ("2001:db8::/32", "203.0.113.0/24", "is no range of IPv6 addresses"), ("2001:db8::/32", "2001:db8::1", "is no range"),
            ("2001:db8::/32", "::/0", "AWS WAF doesn't take /0"), ("b$", "'b{'", "is no regular expression"),
        ] {
            #expect(
                errors(Self.template(rules: rules, more: more.replacing(from, with: to))).contains { $0.contains(message) },
                "\(to)")
        }
    }

    @Test(arguments: [
        ("arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/app/a/b", "is no stage of a REST API"),
        ("arn:aws:apigateway:us-east-1::/restapis/nobody/stages/s", #""nobody" is no API of this template"#),
        ("a", "is no stage of a REST API"),
    ])
    func associationsToWhatIsNotHere(arn: String, message: String) throws {
        let more = "  X: {Type: 'AWS::WAFv2::WebACLAssociation', Properties: {ResourceArn: '\(arn)', WebACLArn: !GetAtt W.Arn}}"
        #expect(
            try Self.notices(Self.template(more: more)).contains {
                $0.hasPrefix("Resources/X/Properties/ResourceArn: ") && $0.contains(message)
            })
    }

    @Test func associationsThatAWSRefuses() {
        func found(_ resource: String, acl: String = "!GetAtt W.Arn") -> [String] {
            let more = """
                  H: {Type: 'AWS::ApiGatewayV2::Api', Properties: {Name: h, ProtocolType: HTTP}}
                  T: {Type: 'AWS::ApiGatewayV2::Stage', Properties: {ApiId: !Ref H, StageName: s}}
                  X: {Type: 'AWS::WAFv2::WebACLAssociation', Properties: {ResourceArn: !Sub '\(resource)', WebACLArn: \(acl)}}
                """
            return errors(Self.template(more: more))
        }
        let stages = "arn:aws:apigateway:us-east-1::/restapis/${A}/stages"
        #expect(
            found("\(stages)/x").contains {
                $0.contains("Resources/X/Properties/ResourceArn: The API has no stage x. Did you mean s?")
            })
        #expect(found("\(stages)/s").contains { $0.contains("The stage s has the web ACL shop already") })
        #expect(found("arn:aws:apigateway:us-east-1::/apis/${H}/stages/s").contains { $0.contains("HTTP APIs have no web ACL") })
    }

    @Test func webACLsThatStandElsewhere() throws {
        let global = Self.template().replacing("Scope: REGIONAL", with: "Scope: CLOUDFRONT")
        let notices = try Self.notices(global)
        #expect(notices.contains { $0.hasPrefix("Resources/W/Properties/Scope: Not emulated") })
        #expect(notices.contains { $0.contains("is no web ACL of this template; no request is filtered.") })
        #expect(
            errors(Self.template().replacing("DefaultAction: {Allow: {}}, ", with: "")).contains {
                $0.contains("DefaultAction says")
            })
        #expect(
            errors(Self.template().replacing("{Allow: {}}", with: "{Alow: {}}")).contains { $0.contains("Did you mean Allow?") })
    }
}
