import CoreTypes

extension GatewayExchange {
    /// What becomes of the answer that is under way.
    struct Keeping {
        let key: ResponseCache.Key
        let ttlSeconds: Int
        /// Once it is there: without what belongs to this request alone.
        var response: GatewayResponse?
    }

    /// The answer that the stage's cache has for the request; `nil` where the backend has to be asked.
    ///
    /// Who asks for a new answer must be allowed to: signed requests are, as local credentials may do everything in their own
    /// account. For others the wish is ignored with a warning, as CloudFormation can't set anything else.
    func cachedResponse(_ shared: GatewayState, at now: Timestamp) -> GatewayResponse? {
        guard let context, let cache = context.served.cache, let key = cache.key(context) else { return nil }
        self.keeping = Keeping(key: key, ttlSeconds: cache.ttlSeconds)
        let isRefreshAsked = ServedCache.isRefreshAsked(self.request)
        if isRefreshAsked, context.iam != nil { return nil }
        self.ignoresCacheControl = isRefreshAsked
        guard var response = shared.response(key, at: now) else { return nil }
        self.keeping = nil
        response.headers += ResponseIdentity(door: self.door, stamp: self.stamp).headers
        return response
    }

    /// What of an answer is everybody's.
    func note(_ response: GatewayResponse) {
        guard self.keeping != nil else { return }
        let own = ["x-amzn-requestid", "x-amz-apigw-id", TraceHeader.name.lowercased()]
        var response = response
        response.headers.removeAll { own.contains($0.name.lowercased()) }
        self.keeping?.response = response
    }

    func keepResponse(_ shared: GatewayState, at now: Timestamp) {
        guard let keeping, let response = keeping.response else { return }
        self.keeping = nil
        shared.keep(response, for: keeping.key, ttlSeconds: keeping.ttlSeconds, at: now)
    }

    /// The service's text is not documented; the code is that of RFC 7234 section 5.5.4.
    static let ignoredCacheControl = HTTPHeader("Warning", "199 - \"Cache-Control was ignored: InvalidateCache is not allowed\"")
}
