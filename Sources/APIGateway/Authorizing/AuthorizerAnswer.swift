import CoreTypes

/// What the function of a Lambda authorizer answered, read once; the policy is evaluated again for each method that it is used
/// for.
struct AuthorizerAnswer: Hashable, Sendable {
    private enum Verdict: Hashable, Sendable {
        case policy(PolicyDocument)
        /// HTTP APIs: `isAuthorized`.
        case simple(Bool)
    }

    private let verdict: Verdict
    let principalID: String?
    let context: JSONObject
    let usageIdentifierKey: String?

    /// Larger answers are refused (API Gateway developer guide, "Output from an API Gateway Lambda authorizer").
    static let bytesMax = 8_192

    /// `nil` for what is no answer of an authorizer: then nothing is cached, and the request fails.
    init?(_ payload: UnsafeRawBufferPointer, of function: LambdaAuthorizer, apiKind: API.Kind) {
        guard payload.count <= Self.bytesMax, case .success(.object(let object)) = JSON.parse(payload) else { return nil }
        if apiKind == .http, function.enablesSimpleResponses {
            guard let isAuthorized = object["isAuthorized"]?.boolValue else { return nil }
            self.verdict = .simple(isAuthorized)
            self.principalID = nil
        } else {
            guard let principal = object["principalId"], !principal.isNull, let document = object["policyDocument"],
                let policy = Self.policy(document)
            else { return nil }
            self.verdict = .policy(policy)
            self.principalID = principal.stringValue ?? principal.description
        }
        switch object["context"] {
        case nil, .null?: self.context = JSONObject()
        case .object(let context)?:
            // REST: plain values only. Nulls say nothing.
            let isPlain = context.members.allSatisfy { $0.value.objectValue == nil && $0.value.arrayValue == nil }
            guard apiKind == .http || isPlain else { return nil }
            self.context = JSONObject(context.members.filter { !$0.value.isNull }.map { ($0.name, $0.value) })
        default: return nil
        }
        self.usageIdentifierKey = object["usageIdentifierKey"]?.stringValue
    }

    private static func policy(_ document: JSON) -> PolicyDocument? {
        let read = Result { () throws(PolicyError) in try PolicyDocument(document) }
        return if case .success(let policy) = read { policy } else { nil }
    }

    func decision(for methodARN: String, conditions: @autoclosure () -> [String: [String]]) -> PolicyDocument.Decision {
        switch self.verdict {
        case .simple(let isAuthorized): isAuthorized ? .allow : .implicitDeny
        case .policy(let policy):
            policy.decision(
                for: PolicyRequest(
                    principal: nil, action: "execute-api:Invoke", resource: methodARN, context: conditions()))
        }
    }

    func result(latencyMilliseconds: Int) -> AuthorizerResult {
        AuthorizerResult(
            principalID: self.principalID, context: self.context, latencyMilliseconds: latencyMilliseconds)
    }
}

/// Answers of authorizers that are still good. A value under the time it is given.
package struct AuthorizerCache: Sendable {
    struct Key: Hashable, Sendable {
        let apiID: String
        let stage: String
        let authorizerID: String
        /// Of all identity sources, together.
        let identity: [String]
    }

    private struct Entry: Sendable {
        let answer: AuthorizerAnswer
        let expires: Timestamp
    }

    /// Ours; the service names none.
    static let entriesMax = 10_000
    private var entries: [Key: Entry] = [:]

    package init() {}

    package var count: Int { self.entries.count }

    func answer(_ key: Key, at now: Timestamp) -> AuthorizerAnswer? {
        guard let entry = self.entries[key], entry.expires > now else { return nil }
        return entry.answer
    }

    mutating func keep(_ answer: AuthorizerAnswer, for key: Key, ttlSeconds: Int, at now: Timestamp) {
        guard ttlSeconds > 0 else { return }
        if self.entries.count >= Self.entriesMax, self.entries[key] == nil { self.makeRoom(at: now) }
        self.entries[key] = Entry(answer: answer, expires: now + .seconds(ttlSeconds))
    }

    /// Drops what has expired; where nothing has, the one that would first.
    private mutating func makeRoom(at now: Timestamp) {
        self.entries = self.entries.filter { $0.value.expires > now }
        guard self.entries.count >= Self.entriesMax, let first = self.entries.min(by: { $0.value.expires < $1.value.expires })
        else { return }
        self.entries[first.key] = nil
    }
}
