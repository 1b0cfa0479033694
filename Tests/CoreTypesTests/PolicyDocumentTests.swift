import CoreTypes
import Testing

/// The rules are the IAM User Guide's: "IAM JSON policy elements reference", "Policy evaluation logic", "Condition operators".
@Suite("Policies")
struct PolicyDocumentTests {
    private func decision(
        _ statement: String, principal: PolicyPrincipal? = .root(of: "111111111111"), action: String = "sqs:SendMessage",
        resource: String = "arn:aws:sqs:us-east-1:000000000000:q", context: [String: [String]] = [:]
    ) throws -> PolicyDocument.Decision {
        let document = try PolicyDocument(parsing: #"{"Version":"2012-10-17","Statement":[\#(statement)]}"#)
        return document.decision(for: PolicyRequest(principal: principal, action: action, resource: resource, context: context))
    }

    @Test("a deny counts more than an allow; what no statement names is refused")
    func effects() throws {
        let allow = #"{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"}"#
        let deny = #"{"Effect":"Deny","Principal":"*","Action":"sqs:DeleteMessage","Resource":"*"}"#
        #expect(try decision(allow) == .allow)
        #expect(try decision("\(allow),\(deny)", action: "sqs:DeleteMessage") == .explicitDeny)
        #expect(try decision("\(deny),\(allow)", action: "sqs:DeleteMessage") == .explicitDeny)
        #expect(try decision(deny) == .implicitDeny)
    }

    @Test(
        "principals",
        arguments: [
            (#""*""#, true), (#"{"AWS":"*"}"#, true), (#"{"AWS":"111111111111"}"#, true),
            (#"{"AWS":["x","arn:aws:iam::111111111111:root"]}"#, true),
            (#"{"AWS":"222222222222"}"#, false), (#"{"Service":"sns.amazonaws.com"}"#, false),
        ])
    func principals(principal: String, isNamed: Bool) throws {
        #expect(try decision(#"{"Effect":"Allow","Principal":\#(principal),"Action":"*"}"#) == (isNamed ? .allow : .implicitDeny))
        #expect(
            try decision(#"{"Effect":"Allow","NotPrincipal":\#(principal),"Action":"*"}"#) == (isNamed ? .implicitDeny : .allow))
    }

    @Test("services and anonymous callers")
    func otherPrincipals() throws {
        let sns = #"{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Action":"*"}"#
        #expect(try decision(sns, principal: .service("sns.amazonaws.com")) == .allow)
        #expect(try decision(sns, principal: .service("s3.amazonaws.com")) == .implicitDeny)
        #expect(try decision(sns, principal: nil) == .implicitDeny)
        #expect(try decision(#"{"Effect":"Allow","Principal":"*","Action":"*"}"#, principal: nil) == .allow)
    }

    @Test("actions in any case, resources in their own; wildcards; the Not elements")
    func scopes() throws {
        func allows(_ elements: String) throws -> Bool {
            try decision(#"{"Effect":"Allow","Principal":"*",\#(elements)}"#) == .allow
        }
        #expect(try allows(#""Action":"SQS:sendmessage""#))
        #expect(try allows(#""Action":"sqs:Send*""#))
        #expect(try allows(#""Action":["a","sqs:?endMessage"]"#))
        #expect(try !allows(#""NotAction":"sqs:Send*""#))
        #expect(try allows(#""Action":"*","Resource":"arn:aws:sqs:*:*:q""#))
        #expect(try !allows(#""Action":"*","Resource":"arn:aws:sqs:*:*:Q""#))
        #expect(try !allows(#""Action":"*","NotResource":"arn:aws:sqs:*""#))
    }

    @Test(
        "conditions",
        arguments: [
            (#"{"StringEquals":{"k":"a"}}"#, ["a"], true), (#"{"StringEquals":{"K":["b","a"]}}"#, ["a"], true),
            (#"{"StringEquals":{"k":"A"}}"#, ["a"], false),
            (#"{"StringEqualsIgnoreCase":{"k":"A"}}"#, ["a"], true), (#"{"StringNotEquals":{"k":"a"}}"#, ["b"], true),
            (#"{"StringNotEquals":{"k":"a"}}"#, [], true),
            (#"{"StringLike":{"k":"a*c?"}}"#, ["abbcd"], true), (#"{"StringNotLike":{"k":"a*"}}"#, ["abc"], false),
            (#"{"StringEquals":{"k":"a"}}"#, [], false),
            (#"{"StringEqualsIfExists":{"k":"a"}}"#, [], true), (#"{"StringEqualsIfExists":{"k":"a"}}"#, ["b"], false),
            (#"{"NumericLessThanEquals":{"k":"10"}}"#, ["10"], true), (#"{"NumericGreaterThan":{"k":10}}"#, ["10"], false),
            (#"{"NumericEquals":{"k":"1"}}"#, ["x"], false),
            (#"{"DateLessThan":{"k":"2026-01-31T12:00:00Z"}}"#, ["2026-01-31T11:59:59.9Z"], true),
            (#"{"DateGreaterThan":{"k":"2026-01-31"}}"#, ["1769817601"], true),
            (#"{"DateEquals":{"k":"2026-01-31T21:00:00+09:00"}}"#, ["2026-01-31T12:00:00Z"], true),
            (#"{"Bool":{"k":"true"}}"#, ["True"], true),
            (#"{"Bool":{"k":true}}"#, ["false"], false), (#"{"IpAddress":{"k":"203.0.113.0/24"}}"#, ["203.0.113.9"], true),
            (#"{"IpAddress":{"k":"203.0.113.0/24"}}"#, ["203.0.114.9"], false),
            (#"{"NotIpAddress":{"k":"203.0.113.0/25"}}"#, ["203.0.113.200"], true),
            (#"{"IpAddress":{"k":"2001:db8::/33"}}"#, ["2001:db8:7fff::1"], true),
            (#"{"IpAddress":{"k":"2001:db8::/33"}}"#, ["2001:db8:8000::1"], false),
            (#"{"IpAddress":{"k":"::ffff:1.2.3.4"}}"#, ["::ffff:102:304"], true),
            (#"{"ArnLike":{"k":"arn:aws:sns:*:000000000000:t*"}}"#, ["arn:aws:sns:us-east-1:000000000000:topic"], true),
            (#"{"ArnEquals":{"k":"arn:aws:sns:*:topic"}}"#, ["arn:aws:sns:us-east-1:000000000000:topic"], false),
            (#"{"Null":{"k":"true"}}"#, [], true),
            (#"{"Null":{"k":"false"}}"#, [], false), (#"{"ForAllValues:StringEquals":{"k":["a","b"]}}"#, ["a", "b"], true),
            (#"{"ForAllValues:StringEquals":{"k":["a"]}}"#, ["a", "b"], false),
            (#"{"ForAllValues:StringEquals":{"k":["a"]}}"#, [], true),
            (#"{"ForAnyValue:StringEquals":{"k":["a"]}}"#, ["a", "b"], true),
            (#"{"ForAnyValue:StringEquals":{"k":["a"]}}"#, [], false),
            (#"{"StringEquals":{"k":"a"},"Bool":{"k":"a"}}"#, ["a"], true),
            (#"{"StringEquals":{"k":"a"},"Null":{"k":"true"}}"#, ["a"], false),
        ] as [(String, [String], Bool)])
    func conditions(condition: String, values: [String], holds: Bool) throws {
        let statement = #"{"Effect":"Allow","Principal":"*","Action":"*","Condition":\#(condition)}"#
        #expect(try decision(statement, context: values.isEmpty ? [:] : ["k": values]) == (holds ? .allow : .implicitDeny))
    }

    @Test(
        "what is no policy",
        arguments: [
            "", "[]", "{}", #"{"Version":"2013-01-01","Statement":[]}"#, #"{"Statement":[1]}"#, #"{"Statement":{"Action":"*"}}"#,
            #"{"Statement":{"Effect":"Maybe","Action":"*"}}"#,
            #"{"Statement":{"Effect":"Allow"}}"#, #"{"Statement":{"Effect":"Allow","Action":"*","NotAction":"*"}}"#,
            #"{"Statement":{"Effect":"Allow","Action":{}}}"#,
            #"{"Statement":{"Effect":"Allow","Action":"*","Principal":"x"}}"#,
            #"{"Statement":{"Effect":"Allow","Action":"*","Condition":{"Foo":{"k":"a"}}}}"#,
            #"{"Statement":{"Effect":"Allow","Action":"*","Condition":{"Bool":[]}}}"#,
        ])
    func malformed(text: String) { #expect(throws: PolicyError.self) { try PolicyDocument(parsing: text) } }

    @Test("many stars cost no more than the product of the lengths")
    func wildcards() {
        let text = String(repeating: "a", count: 2_000)
        #expect(!Wildcards.match(text, pattern: String(repeating: "a*", count: 500) + "b"))
        #expect(Wildcards.match("", pattern: "***"))
        #expect(!Wildcards.match("", pattern: "?"))
    }
}
