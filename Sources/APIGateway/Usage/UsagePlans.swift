/// API keys and the usage plans that open stages to them, by what a request knows: the key's value, API and stage.
struct UsagePlans: Sendable {
    /// What a key may do with a stage.
    struct Grant: Sendable {
        let planID: String
        let keyID: String
        let quota: UsagePlan.Quota?
        let throttle: ThrottleLimit?
        /// By route key, `GET /path`.
        let methodThrottles: [String: ThrottleLimit]
    }

    private struct Place: Hashable {
        let keyID: String
        let apiID: String
        let stage: String
    }

    private let keys: [String: APIKey]
    private let grants: [Place: Grant]

    init(_ plans: [UsagePlan], keys: [APIKey]) {
        self.keys = Dictionary(keys.map { ($0.value, $0) }) { first, _ in first }
        var grants: [Place: Grant] = [:]
        for plan in plans {
            for stage in plan.stages {
                var throttles: [String: ThrottleLimit] = [:]
                for (name, settings) in stage.throttles {
                    if let key = Self.routeKey(name), let limit = ThrottleLimit(settings) { throttles[key] = limit }
                }
                for keyID in plan.keyIDs {
                    let place = Place(keyID: keyID, apiID: stage.apiID, stage: stage.stage)
                    // A key may be in one plan of a stage only; the first stays.
                    guard grants[place] == nil else { continue }
                    grants[place] = Grant(
                        planID: plan.id, keyID: keyID, quota: plan.quota, throttle: ThrottleLimit(plan.throttle),
                        methodThrottles: throttles)
                }
            }
        }
        self.grants = grants
    }

    /// `/pets/{id}/GET` gives `GET /pets/{id}`; `//GET` is the root's.
    private static func routeKey(_ name: String) -> String? {
        guard let slash = name.lastIndex(of: "/") else { return nil }
        let path = name[..<slash]
        return "\(name[name.index(after: slash)...]) \(path.isEmpty || path == "/" ? "/" : String(path))"
    }

    /// A key that exists, is enabled and is in a plan that lists the stage.
    func grant(value: String, apiID: String, stage: String) -> (key: KeyIdentity, grant: Grant)? {
        guard let key = self.keys[value], key.isEnabled,
            let grant = self.grants[Place(keyID: key.id, apiID: apiID, stage: stage)]
        else { return nil }
        return (KeyIdentity(id: key.id, value: key.value), grant)
    }
}
