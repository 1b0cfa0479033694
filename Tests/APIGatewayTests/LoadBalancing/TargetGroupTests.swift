import CoreTypes
import Testing

@testable import APIGateway

@Suite("Targets of a group")
struct TargetGroupTests {
    static let one = TargetAddress(host: "127.0.0.1", port: 8080)
    static let two = TargetAddress(host: "127.0.0.1", port: 8081)

    /// Network load balancers: 30 s, 3 checks up in older guides; thresholds are given here.
    static func check(healthy: Int = 2, unhealthy: Int = 2, enabled: Bool = true) -> TargetGroup.HealthCheck {
        var check = TargetGroup.HealthCheck(
            protocolName: "TCP", timeoutSeconds: 10, healthyThreshold: healthy, unhealthyThreshold: unhealthy, matcher: "")
        check.isEnabled = enabled
        return check
    }

    static func group(_ targets: [TargetAddress] = [one], check: TargetGroup.HealthCheck = check()) -> TargetGroupState {
        var group = TargetGroupState(check: check)
        for target in targets { group.register(target, at: testTime) }
        return group
    }

    /// Each health a target may have, and how it gets there.
    static func group(_ health: TargetGroupState.Health) -> TargetGroupState {
        var group = Self.group()
        var now = testTime
        func check(_ isGood: Bool) {
            _ = group.dueChecks(at: now)
            group.checked(Self.one, isGood: isGood, at: now)
            now = now + .seconds(30)
        }
        switch health {
        case .initial: break
        case .healthy: check(true)
        case .unhealthy:
            check(false)
            check(false)
        case .draining:
            check(true)
            group.deregister(Self.one, at: now)
        }
        return group
    }

    enum Event: CaseIterable, Sendable { case goodCheck, badCheck, connectionFailed, register, deregister }

    static func after(_ health: TargetGroupState.Health, _ event: Event, times: Int) -> TargetGroupState.Health? {
        var group = Self.group(health)
        #expect(group.health.first?.health == health)
        for round in 0..<times {
            let now = testTime + .seconds(1_000 + 30 * round)
            switch event {
            case .goodCheck, .badCheck:
                // Draining targets are not checked; late results of a check are ignored.
                if health == .draining {
                    group.checked(Self.one, isGood: event == .goodCheck, at: testTime + .seconds(61))
                } else {
                    _ = group.dueChecks(at: now)
                    group.checked(Self.one, isGood: event == .goodCheck, at: now)
                }
            case .connectionFailed: group.connectionFailed(Self.one)
            case .register: group.register(Self.one, at: now)
            case .deregister: group.deregister(Self.one, at: now)
            }
        }
        return group.health.first?.health
    }

    /// The diagram of the type, with thresholds of two: what one and two events of a kind lead to.
    @Test(
        "every health × every event",
        arguments: [
            (.initial, .goodCheck, .healthy, .healthy), (.initial, .badCheck, .initial, .unhealthy),
            (.initial, .connectionFailed, .initial, .unhealthy), (.initial, .register, .initial, .initial),
            (.initial, .deregister, .draining, .draining), (.healthy, .goodCheck, .healthy, .healthy),
            (.healthy, .badCheck, .healthy, .unhealthy), (.healthy, .connectionFailed, .healthy, .unhealthy),
            (.healthy, .register, .healthy, .healthy), (.healthy, .deregister, .draining, .draining),
            (.unhealthy, .goodCheck, .unhealthy, .healthy), (.unhealthy, .badCheck, .unhealthy, .unhealthy),
            (.unhealthy, .connectionFailed, .unhealthy, .unhealthy), (.unhealthy, .register, .unhealthy, .unhealthy),
            (.unhealthy, .deregister, .draining, .draining), (.draining, .goodCheck, .draining, .draining),
            (.draining, .badCheck, .draining, .draining), (.draining, .connectionFailed, .draining, .draining),
            (.draining, .register, .initial, .initial), (.draining, .deregister, .draining, .draining),
        ] as [(TargetGroupState.Health, Event, TargetGroupState.Health, TargetGroupState.Health)])
    func transitions(
        from health: TargetGroupState.Health, event: Event, once: TargetGroupState.Health, twice: TargetGroupState.Health
    ) {
        #expect(Self.after(health, event, times: 1) == once)
        #expect(Self.after(health, event, times: 2) == twice)
    }

    @Test("healthy targets take turns; one that is not gets nothing")
    func turns() {
        var group = Self.group([Self.one, Self.two])
        for target in group.dueChecks(at: testTime) { group.checked(target, isGood: true, at: testTime) }
        let chosen = (0..<4).compactMap { _ in group.next() }
        #expect(Set(chosen) == [Self.one, Self.two] && chosen[0] == chosen[2] && chosen[1] == chosen[3])
        group.connectionFailed(Self.one)
        group.connectionFailed(Self.one)
        #expect((0..<4).allSatisfy { _ in group.next() == Self.two })
    }

    /// "If all targets are unhealthy, or the target group is empty…": fail open.
    @Test("where none is healthy all get requests, but not those that drain; an empty group gives none")
    func failOpen() {
        var group = Self.group([Self.one, Self.two])
        #expect(group.next() != nil)
        group.deregister(Self.one, at: testTime)
        #expect((0..<3).allSatisfy { _ in group.next() == Self.two })
        group.deregister(Self.two, at: testTime)
        #expect(group.next() == nil)
    }

    @Test("draining ends after its delay, 300 seconds unless told otherwise")
    func draining() {
        var group = Self.group()
        _ = group.dueChecks(at: testTime)
        group.checked(Self.one, isGood: true, at: testTime)
        group.deregister(Self.one, at: testTime)
        #expect(group.nextEvent == testTime + .seconds(300))
        _ = group.dueChecks(at: testTime + .seconds(299))
        #expect(group.health.count == 1)
        _ = group.dueChecks(at: testTime + .seconds(300))
        #expect(group.health.isEmpty && group.nextEvent == nil)
    }

    @Test("a target is checked at once, then every 30 seconds, one check at a time")
    func interval() {
        var group = Self.group()
        #expect(group.dueChecks(at: testTime) == [Self.one])
        #expect(group.dueChecks(at: testTime + .seconds(100)).isEmpty && group.nextEvent == nil)
        group.checked(Self.one, isGood: true, at: testTime + .seconds(2))
        #expect(group.nextEvent == testTime + .seconds(32))
        #expect(group.dueChecks(at: testTime + .seconds(31)).isEmpty)
        #expect(group.dueChecks(at: testTime + .seconds(32)) == [Self.one])
    }

    @Test("without health checks a target is healthy")
    func disabled() {
        var group = Self.group(check: Self.check(enabled: false))
        #expect(group.health.first?.health == .healthy && group.dueChecks(at: testTime).isEmpty)
        group.connectionFailed(Self.one)
        group.connectionFailed(Self.one)
        #expect(group.next() == Self.one)
    }

    @Test("weights of 2 and 1 share three requests so")
    func weights() {
        var balancers = LoadBalancerState()
        let groups = ["a", "b"].map { name in
            var group = TargetGroup(
                arn: name, logicalID: name, name: name, protocolName: "TCP", port: 80, targetType: .ip, healthCheck: Self.check())
            group.targets = [TargetGroup.Target(id: name)]
            return group
        }
        balancers.configure(groups, at: testTime)
        let weighted = [LoadBalancer.WeightedTargetGroup(arn: "a", weight: 2), .init(arn: "b", weight: 1)]
        let hosts = (0..<6).compactMap { _ in balancers.target(of: weighted)?.target.host }
        #expect(hosts.filter { $0 == "a" }.count == 4 && hosts.filter { $0 == "b" }.count == 2)
    }

    @Test("a new configuration keeps what is known and lets go of what left")
    func reconfigure() {
        var group = TargetGroup(
            arn: "g", logicalID: "g", name: "g", protocolName: "TCP", port: 8080, targetType: .ip, healthCheck: Self.check())
        group.targets = [TargetGroup.Target(id: "127.0.0.1"), TargetGroup.Target(id: "127.0.0.1", port: 8081)]
        var balancers = LoadBalancerState()
        balancers.configure([group], at: testTime)
        for due in balancers.dueChecks(at: testTime) { balancers.checked(due.target, in: due.group, isGood: true, at: testTime) }
        group.targets.removeLast()
        balancers.configure([group], at: testTime)
        #expect(balancers.groups["g"]?.health.map(\.health) == [.healthy, .draining])
        balancers.configure([], at: testTime)
        #expect(balancers.groups.isEmpty)
    }
}
