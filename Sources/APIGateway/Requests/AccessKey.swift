package import CoreTypes

/// An access key that signatures are verified with, and whose it is.
package struct AccessKey: Hashable, Sendable {
    package var secret: String
    /// Twelve digits; `nil`: the account of the APIs.
    package var accountID: String?
    /// As of a role's session; `nil` for a key that doesn't expire.
    package var expiresAt: Timestamp?
    /// What its owner may do, as IAM policies attached to a user say it; `nil`: everything.
    package var policy: PolicyDocument?

    package init(secret: String, accountID: String? = nil, expiresAt: Timestamp? = nil, policy: PolicyDocument? = nil) {
        self.secret = secret
        self.accountID = accountID
        self.expiresAt = expiresAt
        self.policy = policy
    }

    /// What is wrong with a list of keys, and where: `AKIDLOCAL.expires: …`.
    package struct FormatError: Error, Hashable, CustomStringConvertible {
        package let description: String
    }

    /// Reads `{"AKIDLOCAL": {"secret": "…", "account": "111122223333", "expires": "2026-01-31T12:00:00Z", "policy": {…}}}`; all
    /// members but the secret may be left out.
    package static func list(_ list: JSONObject) throws(FormatError) -> [String: AccessKey] {
        var keys: [String: AccessKey] = [:]
        for (id, value) in list.members { keys[id] = try self.read(value, id: id) }
        return keys
    }

    private static let memberNames = ["secret", "account", "expires", "policy"]

    private static func read(_ json: JSON, id: String) throws(FormatError) -> AccessKey {
        guard let object = json.objectValue else {
            throw FormatError(description: "\(id): an object is wanted, not \(json.kind)")
        }
        for (name, _) in object.members where !Self.memberNames.contains(name) {
            throw FormatError(description: "\(id).\(name): a key has \(Self.memberNames.joined(separator: ", ")) only")
        }
        func text(_ name: String) throws(FormatError) -> String? {
            guard let value = object[name] else { return nil }
            guard let text = value.stringValue else {
                throw FormatError(description: "\(id).\(name): a text is wanted, not \(value.kind)")
            }
            return text
        }
        guard let secret = try text("secret"), !secret.isEmpty else { throw FormatError(description: "\(id).secret: is missing") }
        var key = AccessKey(secret: secret)
        key.accountID = try text("account")
        if let account = key.accountID, account.utf8.count != 12 || !account.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            throw FormatError(description: "\(id).account: an account has twelve digits; this is \"\(account)\"")
        }
        if let expiry = try text("expires") {
            key.expiresAt = Timestamp(policyDate: expiry)
            guard key.expiresAt != nil else {
                throw FormatError(description: "\(id).expires: a time such as 2026-01-31T12:00:00Z is wanted, not \"\(expiry)\"")
            }
        }
        if let policy = object["policy"] {
            do throws(PolicyError) {
                key.policy = try PolicyDocument(policy)
            } catch {
                throw FormatError(description: "\(id).policy: \(error.description)")
            }
        }
        return key
    }
}
