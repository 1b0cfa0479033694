package import CoreTypes

/// What requests are signed with.
package struct AWSCredentials: Hashable, Sendable {
    package let accessKeyID: String
    package let secretAccessKey: String
    package let sessionToken: String?
    /// `nil` for keys that last.
    package let expiresAt: Timestamp?

    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, expiresAt: Timestamp? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expiresAt = expiresAt
    }

    /// Keys as a program (`"Version": 1`, `SessionToken`) or a container's agent (`Token`) gives them: a JSON object with
    /// `AccessKeyId`, `SecretAccessKey` and, for temporary ones, `Expiration` (AWS SDKs and Tools reference guide, "Process credential
    /// provider" and "Container credential provider").
    /// - Parameter origin: who gave them, for errors.
    init(answer bytes: [UInt8], tokenName: String, needsVersion: Bool, origin: String) throws(CredentialChain.Missing) {
        // What is wrong with the text is not told, as it may hold a secret.
        guard case .success(let document) = bytes.withUnsafeBytes({ JSON.parse($0) }), document.objectValue != nil else {
            throw CredentialChain.Missing(message: "\(origin) gave no JSON object")
        }
        if needsVersion, document["Version"]?.intValue != 1 {
            throw CredentialChain.Missing(message: "\(origin) gave credentials of another version than 1")
        }
        guard let id = document["AccessKeyId"]?.stringValue, let secret = document["SecretAccessKey"]?.stringValue else {
            let why = document["message"]?.stringValue ?? document["Message"]?.stringValue
            throw CredentialChain.Missing(
                message: "\(origin) gave no AccessKeyId and SecretAccessKey\(why.map { ": \($0)" } ?? "")")
        }
        var expiry: Timestamp?
        if let text = document["Expiration"]?.stringValue {
            guard let time = Timestamp(policyDate: text) else {
                throw CredentialChain.Missing(message: "\(origin) gave the Expiration \"\(text)\", which is no time in ISO 8601")
            }
            expiry = time
        }
        self.init(accessKeyID: id, secretAccessKey: secret, sessionToken: document[tokenName]?.stringValue, expiresAt: expiry)
    }
}
