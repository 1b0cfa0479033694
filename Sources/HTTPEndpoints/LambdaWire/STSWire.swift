package import CoreTypes

/// STS GetCallerIdentity, by which clients learn the account (STS API reference; AWS Query protocol, answers in XML).
package enum STSWire {
    /// `nil` unless the request is signed for `sts` or asks for GetCallerIdentity; other actions of STS get an error.
    package static func response(to request: AWSRequest, account: String, requestID: RequestID) -> AWSResponse? {
        let scope = SigningScope(request)
        let action = UnsupportedWire.queryAction(request)
        guard scope?.service == "sts" || (scope == nil && action == "GetCallerIdentity") else { return nil }
        guard action == "GetCallerIdentity" else { return UnsupportedWire.response(to: request, requestID: requestID) }
        let text =
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>"
            + "<Arn>arn:aws:iam::\(account):root</Arn><UserId>\(account)</UserId><Account>\(account)</Account>"
            + "</GetCallerIdentityResult><ResponseMetadata><RequestId>\(requestID)</RequestId></ResponseMetadata>"
            + "</GetCallerIdentityResponse>"
        return AWSResponse(status: 200, headers: [AWSRequest.Header("Content-Type", "text/xml")], body: Array(text.utf8))
            .adding("x-amzn-RequestId", requestID.description)
    }
}
