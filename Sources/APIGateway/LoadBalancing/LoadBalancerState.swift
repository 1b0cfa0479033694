package import CoreTypes

/// The load balancers behind VPC links, with the health of their targets.
package struct LoadBalancerState: Sendable {
    package private(set) var groups: [String: TargetGroupState] = [:]
    /// For actions that forward to several groups by weight.
    private var turns: [String: Int] = [:]

    package init() {}

    /// Takes over a configuration: groups that stay keep what is known of their targets, targets that left drain.
    package mutating func configure(_ targetGroups: [TargetGroup], at now: Timestamp) {
        var groups: [String: TargetGroupState] = [:]
        for group in targetGroups where group.targetType != .lambda {
            let fresh = TargetGroupState(check: group.healthCheck, deregistrationDelaySeconds: group.deregistrationDelaySeconds)
            var state = self.groups[group.arn] ?? fresh
            if state.check != group.healthCheck { state = fresh }
            let targets = group.targets.compactMap { target in
                (target.port ?? group.port).map { TargetAddress(host: target.id, port: $0) }
            }
            for known in state.health where !targets.contains(known.target) { state.deregister(known.target, at: now) }
            for target in targets { state.register(target, at: now) }
            groups[group.arn] = state
        }
        self.groups = groups
    }

    package mutating func register(_ target: TargetAddress, in group: String, at now: Timestamp) {
        self.groups[group]?.register(target, at: now)
    }

    package mutating func deregister(_ target: TargetAddress, in group: String, at now: Timestamp) {
        self.groups[group]?.deregister(target, at: now)
    }

    /// The checks to make now, by group.
    package mutating func dueChecks(at now: Timestamp) -> [(group: String, target: TargetAddress)] {
        var due: [(String, TargetAddress)] = []
        for arn in self.groups.keys.sorted() {
            due += (self.groups[arn]?.dueChecks(at: now) ?? []).map { (arn, $0) }
        }
        return due
    }

    package var nextEvent: Timestamp? { self.groups.values.compactMap(\.nextEvent).min() }

    package mutating func checked(_ target: TargetAddress, in group: String, isGood: Bool, at now: Timestamp) {
        self.groups[group]?.checked(target, isGood: isGood, at: now)
    }

    package mutating func connectionFailed(_ target: TargetAddress, in group: String) {
        self.groups[group]?.connectionFailed(target)
    }

    /// A target of one of the groups, by their weights and then by turns; `nil` where no group has any.
    mutating func target(of groups: [LoadBalancer.WeightedTargetGroup]) -> (group: String, target: TargetAddress)? {
        guard let arn = self.group(of: groups), let target = self.groups[arn]?.next() else { return nil }
        return (arn, target)
    }

    /// Turns in proportion to the weights: of 2 and 1, the first gets two of three.
    private mutating func group(of groups: [LoadBalancer.WeightedTargetGroup]) -> String? {
        let weighted = groups.filter { $0.weight > 0 }
        guard weighted.count > 1 else { return weighted.first?.arn }
        let key = weighted.map(\.arn).joined(separator: " ")
        let turn = self.turns[key, default: 0]
        let total = weighted.reduce(0) { $0 + min($1.weight, 999) }
        self.turns[key] = (turn + 1) % total
        var place = turn
        for group in weighted {
            if place < min(group.weight, 999) { return group.arn }
            place -= min(group.weight, 999)
        }
        return weighted.first?.arn
    }
}
