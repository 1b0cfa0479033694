package import CoreTypes

/// Who signed a request with Signature Version 4, as events and variables say it. The listener finds out.
package struct IAMIdentity: Hashable, Sendable {
    package var accessKey: String
    package var accountID: String
    /// `AIDA…`, or `AROA…:session` of an assumed role.
    package var userID: String
    package var userARN: String
    package var principalOrganizationID: String?
    /// What the caller may do; `nil`: everything.
    package var policy: PolicyDocument?

    package init(accessKey: String, accountID: String, userID: String, userARN: String, policy: PolicyDocument? = nil) {
        self.accessKey = accessKey
        self.accountID = accountID
        self.userID = userID
        self.userARN = userARN
        self.policy = policy
    }
}

/// The API key of a request.
struct KeyIdentity: Hashable, Sendable {
    let id: String
    let value: String
}
