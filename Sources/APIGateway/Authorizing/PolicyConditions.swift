import CoreTypes

extension RequestContext {
    /// The condition keys of a request (API Gateway developer guide, "AWS condition keys that can be used in API Gateway
    /// resource policies").
    func policyConditions(at now: Timestamp) -> [String: [String]] {
        var keys: [String: [String]] = [
            "aws:sourceip": [self.request.sourceIP], "aws:securetransport": [String(self.request.scheme == "https")],
            "aws:currenttime": [now.iso8601], "aws:epochtime": [String(now.seconds)],
        ]
        func add(_ name: String, _ value: String?) { if let value { keys[name] = [value] } }
        add("aws:useragent", self.request.headers.last("user-agent"))
        add("aws:referer", self.request.headers.last("referer"))
        if self.api.endpointType == .private {
            let endpoint = Router.hostLabels(self.request.headers.last("host") ?? "")?.vpcEndpointID
            add("aws:sourcevpce", endpoint)
            add("aws:sourcevpc", endpoint.flatMap { self.api.vpcEndpoints[$0] })
            add("aws:vpcsourceip", self.request.sourceIP)
        }
        if let iam {
            add("aws:principalarn", iam.userARN)
            add("aws:principalaccount", iam.accountID)
            add("aws:principalorgid", iam.principalOrganizationID)
            add("aws:userid", iam.userID)
            if iam.userARN.contains(":user/") { add("aws:username", iam.userARN.split(separator: "/").last.map(String.init)) }
        }
        return keys
    }

    func policyDecision(at now: Timestamp) -> PolicyDocument.Decision? {
        self.api.policy.decision(
            for: PolicyRequest(
                principal: self.iam.map { PolicyPrincipal(kind: "AWS", value: $0.userARN, account: $0.accountID) },
                action: "execute-api:Invoke", resource: self.methodARN, context: self.policyConditions(at: now)))
    }
}
