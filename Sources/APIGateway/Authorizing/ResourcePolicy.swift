import CoreTypes

/// The resource policy of an API (API Gateway developer guide, "Control access to a REST API with API Gateway resource
/// policies").
struct ResourcePolicy: Sendable {
    private let document: PolicyDocument?
    /// A policy that can't be read, or a private API without one, lets nobody in.
    private let deniesAll: Bool

    static let none = ResourcePolicy(document: nil, deniesAll: false)

    private init(document: PolicyDocument?, deniesAll: Bool) {
        self.document = document
        self.deniesAll = deniesAll
    }

    init(_ policy: JSON?, apiID: String, isPrivate: Bool, place: GatewayPlace, _ problems: inout [GatewayProblem]) {
        guard let policy else {
            if isPrivate {
                problems.append(
                    GatewayProblem(apiID: apiID, place: "resource policy", reason: "a private API needs one to be reachable"))
            }
            self.init(document: nil, deniesAll: isPrivate)
            return
        }
        do throws(PolicyError) {
            self.init(document: try PolicyDocument(Self.expanded(policy, apiID: apiID, place: place)), deniesAll: false)
        } catch {
            problems.append(GatewayProblem(apiID: apiID, place: "resource policy", reason: error.description))
            self.init(document: nil, deniesAll: true)
        }
    }

    /// `execute-api:/stage/VERB/path` stands for the whole ARN.
    private static func expanded(_ value: JSON, apiID: String, place: GatewayPlace) -> JSON {
        guard var policy = value.objectValue, let statements = policy["Statement"] else { return value }
        func expand(_ resource: JSON) -> JSON {
            switch resource {
            case .string(let text) where text.hasPrefix("execute-api:/"):
                let rest = text.dropFirst("execute-api:/".utf8.count)
                return .string("arn:\(place.partition):execute-api:\(place.region):\(place.accountID):\(apiID)/\(rest)")
            case .array(let values): return .array(values.map(expand))
            default: return resource
            }
        }
        func expandStatement(_ statement: JSON) -> JSON {
            guard var members = statement.objectValue else { return statement }
            for name in ["Resource", "NotResource"] {
                if let resource = members[name] { members[name] = expand(resource) }
            }
            return .object(members)
        }
        policy["Statement"] = statements.arrayValue.map { .array($0.map(expandStatement)) } ?? expandStatement(statements)
        return .object(policy)
    }

    var exists: Bool { self.document != nil || self.deniesAll }

    /// `nil` where the API has no policy.
    func decision(for request: @autoclosure () -> PolicyRequest) -> PolicyDocument.Decision? {
        if self.deniesAll { return .implicitDeny }
        return self.document?.decision(for: request())
    }
}

/// The tables of the developer guide, "How API Gateway resource policies affect authorization workflow".
enum PolicyTables {
    /// What an identity's or authorizer's policy and the resource policy say together. `nil`: there is no resource policy.
    static func combined(
        identity: PolicyDocument.Decision, resource: PolicyDocument.Decision?, isSameAccount: Bool
    ) -> PolicyDocument.Decision {
        switch (identity, resource) {
        case (.explicitDeny, _), (_, .explicitDeny): .explicitDeny
        case (let identity, nil): identity
        case (.allow, .allow): .allow
        case (.allow, .implicitDeny), (.implicitDeny, .allow): isSameAccount ? .allow : .implicitDeny
        case (.implicitDeny, .implicitDeny): .implicitDeny
        }
    }
}
