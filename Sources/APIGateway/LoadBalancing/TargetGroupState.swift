package import CoreTypes

/// A target of a group.
package struct TargetAddress: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let host: String
    package let port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    package var description: String { "\(self.host):\(self.port)" }

    package static func < (left: Self, right: Self) -> Bool { (left.host, left.port) < (right.host, right.port) }
}

/// Which targets of a group take traffic: health checks, draining and the choice of a target, under a given time.
///
///     register ─► initial ──first good check──► healthy ◄──good × threshold── unhealthy
///                    └─────bad × threshold────► unhealthy ◄──bad × threshold── healthy
///     deregister, from any of them ─► draining ──delay over──► gone; ─register─► initial
package struct TargetGroupState: Hashable, Sendable {
    /// `TargetHealth.State` of the API reference.
    package enum Health: String, Hashable, Sendable {
        case initial, healthy, unhealthy, draining
    }

    private struct Target: Hashable, Sendable {
        let address: TargetAddress
        var health = Health.initial
        /// Checks in a row that spoke against the present health.
        var streak = 0
        var nextCheck: Timestamp
        var isBeingChecked = false
        /// When draining ends.
        var leaves: Timestamp?

        mutating func become(_ health: Health) {
            self.health = health
            self.streak = 0
        }
    }

    package let check: TargetGroup.HealthCheck
    /// 0 to 3600, 300 by default.
    package let deregistrationDelaySeconds: Int
    private var targets: [Target] = []
    private var turn = 0

    package init(check: TargetGroup.HealthCheck, deregistrationDelaySeconds: Int = 300) {
        self.check = check
        self.deregistrationDelaySeconds = deregistrationDelaySeconds
    }

    package var health: [(target: TargetAddress, health: Health)] { self.targets.map { ($0.address, $0.health) } }

    /// A new target is checked at once; one that is draining comes back as a new one.
    package mutating func register(_ address: TargetAddress, at now: Timestamp) {
        var fresh = Target(address: address, nextCheck: now)
        if !self.check.isEnabled { fresh.health = .healthy }
        guard let place = self.place(of: address) else {
            self.targets.append(fresh)
            return
        }
        if self.targets[place].health == .draining { self.targets[place] = fresh }
    }

    /// No new request goes to the target; it leaves the group when the delay is over.
    package mutating func deregister(_ address: TargetAddress, at now: Timestamp) {
        guard let place = self.place(of: address), self.targets[place].health != .draining else { return }
        self.targets[place].health = .draining
        self.targets[place].leaves = now + .seconds(self.deregistrationDelaySeconds)
    }

    /// The targets whose check is due; each is checked once, until ``checked(_:isGood:at:)`` says how it went.
    package mutating func dueChecks(at now: Timestamp) -> [TargetAddress] {
        self.targets.removeAll { $0.leaves.map { $0 <= now } ?? false }
        guard self.check.isEnabled else { return [] }
        var due: [TargetAddress] = []
        for place in self.targets.indices where self.isDue(self.targets[place], at: now) {
            self.targets[place].isBeingChecked = true
            due.append(self.targets[place].address)
        }
        return due
    }

    private func isDue(_ target: Target, at now: Timestamp) -> Bool {
        !target.isBeingChecked && target.health != .draining && target.nextCheck <= now
    }

    /// The next time at which something happens by itself; `nil` when nothing will.
    package var nextEvent: Timestamp? {
        self.targets.compactMap { target in
            if let leaves = target.leaves { return leaves }
            return target.isBeingChecked || !self.check.isEnabled ? nil : target.nextCheck
        }.min()
    }

    /// How a health check of a target went. Ignored for a target that is not being checked.
    package mutating func checked(_ address: TargetAddress, isGood: Bool, at now: Timestamp) {
        guard let place = self.place(of: address), self.targets[place].isBeingChecked else { return }
        self.targets[place].isBeingChecked = false
        self.targets[place].nextCheck = now + .seconds(self.check.intervalSeconds)
        self.note(isGood: isGood, at: place)
    }

    /// Passive detection: a connection that carried a request was refused or broke. It counts as a bad check.
    package mutating func connectionFailed(_ address: TargetAddress) {
        guard self.check.isEnabled, let place = self.place(of: address) else { return }
        self.note(isGood: false, at: place)
    }

    private mutating func note(isGood: Bool, at place: Int) {
        switch (self.targets[place].health, isGood) {
        case (.draining, _): return
        case (.initial, true): self.targets[place].become(.healthy)
        case (.healthy, true), (.unhealthy, false): self.targets[place].streak = 0
        case (.unhealthy, true):
            self.targets[place].streak += 1
            if self.targets[place].streak >= self.check.healthyThreshold { self.targets[place].become(.healthy) }
        case (.initial, false), (.healthy, false):
            self.targets[place].streak += 1
            if self.targets[place].streak >= self.check.unhealthyThreshold { self.targets[place].become(.unhealthy) }
        }
    }

    /// The target of the next connection: the healthy ones by turns. Where none is, all that are not draining take their turns
    /// ("fail open"); `nil` for a group without any.
    /// - Parameter excluding: targets that this request already tried in vain.
    package mutating func next(excluding tried: Set<TargetAddress> = []) -> TargetAddress? {
        let healthy = self.targets.filter { $0.health == .healthy && !tried.contains($0.address) }
        let candidates = healthy.isEmpty ? self.targets.filter { $0.health != .draining && !tried.contains($0.address) } : healthy
        guard !candidates.isEmpty else { return nil }
        self.turn = (self.turn + 1) % Int(Int32.max)
        return candidates[self.turn % candidates.count].address
    }

    private func place(of address: TargetAddress) -> Int? { self.targets.firstIndex { $0.address == address } }
}
