import CoreTypes
import SQS

/// Who calls, by the request's signature. Any credentials are good and no signature is checked; an access key of twelve digits
/// stands for the account of that number, so that policies between accounts can be tried, and every other for the host's own.
struct CallerReader {
    let account: String
    let region: String
    /// The caller of the last request and what it was read from: a client's next request says the same.
    private var last: Last?

    /// An object, as looking at it would otherwise copy all of it.
    private final class Last {
        /// The header as far as its credential, with the comma after it.
        let authorizationStart: String
        let userAgent: String
        let address: String?
        let caller: Caller

        init(authorizationStart: String, userAgent: String, address: String?, caller: Caller) {
            self.authorizationStart = authorizationStart
            self.userAgent = userAgent
            self.address = address
            self.caller = caller
        }
    }

    init(account: String, region: String) {
        self.account = account
        self.region = region
    }

    mutating func caller(of head: SQSRequestHead, address: String?) throws(SQSError) -> Caller {
        if let last, let authorization = head.authorization, last.userAgent == head.userAgent, last.address == address,
            authorization.hasPrefix(last.authorizationStart)
        {
            return last.caller
        }
        let scope = head.scope
        if scope == nil, let authorization = head.authorization, authorization.hasPrefix(CredentialScope.scheme) {
            throw SQSError(
                .incompleteSignature,
                "Authorization header requires 'Credential' parameter, of the form key/date/region/service/aws4_request. Authorization=\(authorization)"
            )
        }
        let key = scope.map { String($0.accessKey) } ?? ""
        let isAccount = key.utf8.count == 12 && key.utf8.allSatisfy { 0x30...0x39 ~= $0 }
        let account = isAccount ? key : self.account
        let caller = Caller(
            region: scope.map { String($0.region) } ?? self.region, principal: .root(of: account), senderID: account,
            source: head.userAgent, conditions: address.map { ["aws:sourceip": [$0], "aws:securetransport": ["false"]] } ?? [:])
        if let scope, let authorization = head.authorization, let comma = authorization.utf8.firstIndex(of: UInt8(ascii: ",")),
            authorization[..<comma].hasSuffix(scope.text)
        {
            self.last = Last(
                authorizationStart: String(authorization[...comma]), userAgent: head.userAgent, address: address, caller: caller)
        }
        return caller
    }
}
