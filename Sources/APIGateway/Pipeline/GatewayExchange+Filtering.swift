import CoreTypes

extension GatewayExchange {
    /// What the web ACL of the stage says of the request, which gets the headers that its rules insert. Before a context is made,
    /// as that holds the request as it goes on.
    func ask(
        _ acl: WebACL, target: RequestTarget, _ shared: GatewayState, at now: Timestamp
    ) -> FirewallVerdict {
        let inspected = InspectedRequest(
            method: self.request.method, target: target,
            headers: ForwardedHeaders.inspected(self.request, traceID: self.trace.forwarded), sourceIP: self.request.sourceIP,
            body: self.body, bodyBytesMax: acl.bodyBytesMax)
        let verdict = acl.verdict(on: inspected) { shared.countRate($0, windowSeconds: $1, at: now) }
        self.insert(verdict.insertedHeaders)
        return verdict
    }

    /// The answer that a rule makes for a request that it blocks; `nil` where the request goes on.
    func obey(_ verdict: FirewallVerdict?) throws(GatewayFault) -> GatewayResponse? {
        guard let verdict else { return nil }
        self.context?.record.firewall = verdict
        self.executionLog?.add(verdict.text)
        guard verdict.isBlocked else { return nil }
        // It comes before any that the API has made its own (AWS WAF developer guide, "Custom responses for Block actions").
        guard let custom = verdict.customResponse else { throw .filtered }
        self.context?.error = .filtered
        self.fault = .filtered
        let type = custom.contentType.map { [HTTPHeader("Content-Type", $0)] } ?? []
        return GatewayResponse(
            status: custom.status,
            headers: type + custom.headers + ResponseIdentity(door: self.door, stamp: self.stamp).headers,
            body: .text(custom.body))
    }
}
