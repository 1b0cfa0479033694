package import CoreTypes

/// Who signed a request with Signature Version 4, as events and variables say it. The listener finds out.
package struct IAMIdentity: Hashable, Sendable {
    package var accessKey: String
    package var accountID: String
    /// `AIDA…`, or `AROA…:session` of an assumed role.
    package var userID: String
    package var userARN: String
    package var principalOrganizationID: String?

    package init(accessKey: String, accountID: String, userID: String, userARN: String) {
        self.accessKey = accessKey
        self.accountID = accountID
        self.userID = userID
        self.userARN = userARN
    }
}

/// The API key of a request.
struct KeyIdentity: Hashable, Sendable {
    let id: String
    let value: String
}

/// What the owner of an access key signs with.
package struct AccessKeySecret: Hashable, Sendable {
    package let text: String
    /// `nil` for a key that doesn't expire.
    package let expiresAt: Timestamp?

    package init(_ text: String, expiresAt: Timestamp? = nil) {
        self.text = text
        self.expiresAt = expiresAt
    }
}
