package import CoreTypes

/// A web access control list of AWS WAF that stands before a stage of a REST API (AWS WAF API reference, "WebACL"): its rules in
/// the order in which they are asked. A value that is complete: sets and groups that the rules name are in it.
package struct WebACL: Hashable, Sendable {
    /// `arn:aws:wafv2:us-east-1:000000000000:regional/webacl/Name/…`
    package var arn: String
    package var name: String
    /// By ascending priority.
    package var steps: [Step] = []
    /// For requests that no rule decides on; never ``Action/count(insertedHeaders:)``.
    package var defaultAction: Action
    /// So much of a body is looked at.
    package var bodyBytesMax = WebACL.bodyBytesDefault

    /// AWS WAF API reference, "Body": 16 KB for API Gateway.
    package static let bodyBytesDefault = 16_384

    package init(arn: String, name: String, defaultAction: Action) {
        self.arn = arn
        self.name = name
        self.defaultAction = defaultAction
    }

    package enum Step: Hashable, Sendable {
        case rule(Rule)
        /// The rules of a rule group by ascending priority, of which the first that decides ends the group.
        /// `countsOnly`: whatever it decides is counted, and the next step asked (`OverrideAction: {Count: {}}`).
        case group(name: String, [Rule], countsOnly: Bool)
    }

    package struct Rule: Hashable, Sendable {
        package var name: String
        package var statement: Statement
        package var action: Action
        /// Fully qualified: `awswaf:000000000000:webacl:Name:namespace:label`.
        package var labels: [String] = []
        /// Of the web ACL or rule group that the rule stands in, with a colon at its end.
        package var labelNamespace: String

        package init(name: String, labelNamespace: String, statement: Statement, action: Action) {
            self.name = name
            self.labelNamespace = labelNamespace
            self.statement = statement
            self.action = action
        }
    }

    package enum Action: Hashable, Sendable {
        case allow(insertedHeaders: [HTTPHeader])
        case block(CustomResponse?)
        /// Goes on with the next rule.
        case count(insertedHeaders: [HTTPHeader])
    }

    /// What a client gets in the place of the gateway's own answer.
    package struct CustomResponse: Hashable, Sendable {
        package var status: Int
        package var headers: [HTTPHeader]
        /// Empty for none.
        package var body: String
        /// `nil` without a body.
        package var contentType: String?

        package init(status: Int, headers: [HTTPHeader] = [], body: String = "", contentType: String? = nil) {
            self.status = status
            self.headers = headers
            self.body = body
            self.contentType = contentType
        }
    }
}

extension WebACL {
    /// AWS WAF API reference, "Statement".
    package indirect enum Statement: Hashable, Sendable {
        case byteMatch(Inspection, PositionalConstraint, [UInt8])
        /// Any of the patterns is found.
        case regexMatch(Inspection, [TextPattern])
        case size(Inspection, Comparison, Int)
        case addresses([AddressRange], ForwardedAddress?)
        case label(LabelKey)
        /// At the top of a rule only.
        case rate(RateLimit)
        case and([Statement])
        case or([Statement])
        case not(Statement)
    }

    package enum PositionalConstraint: String, Hashable, Sendable, CaseIterable {
        case exactly = "EXACTLY"
        case startsWith = "STARTS_WITH"
        case endsWith = "ENDS_WITH"
        case contains = "CONTAINS"
        case containsWord = "CONTAINS_WORD"
    }

    package enum Comparison: String, Hashable, Sendable, CaseIterable {
        case equal = "EQ"
        case notEqual = "NE"
        case lessOrEqual = "LE"
        case less = "LT"
        case greaterOrEqual = "GE"
        case greater = "GT"

        func holds(_ left: Int, _ right: Int) -> Bool {
            switch self {
            case .equal: left == right
            case .notEqual: left != right
            case .lessOrEqual: left <= right
            case .less: left < right
            case .greaterOrEqual: left >= right
            case .greater: left > right
            }
        }
    }

    /// A client's address that a header tells ("ForwardedIPConfig", "IPSetForwardedIPConfig").
    package struct ForwardedAddress: Hashable, Sendable {
        package enum Position: String, Hashable, Sendable, CaseIterable {
            case first = "FIRST"
            case last = "LAST"
            case any = "ANY"
        }

        package var header: String
        package var position: Position
        /// Whether a request matches whose header has no address there.
        package var matchesWithoutAddress: Bool

        package init(header: String, position: Position, matchesWithoutAddress: Bool) {
            self.header = header
            self.position = position
            self.matchesWithoutAddress = matchesWithoutAddress
        }
    }
}
