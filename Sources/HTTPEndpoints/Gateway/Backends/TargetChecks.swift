import APIGateway
import CoreTypes
import ExecutionEnvironments
import NIOCore
import NIOPosix

/// Makes the health checks that the target groups ask for; a timer runs only while there is something to check. Lives on one
/// event loop.
final class TargetChecks {
    private let eventLoop: any EventLoop
    private let client: BackendClient
    private let state: GatewayState
    private var timer: Scheduled<Void>?
    private var isStopped = false

    init(state: GatewayState, client: BackendClient, eventLoop: any EventLoop) {
        self.state = state
        self.client = client
        self.eventLoop = eventLoop
    }

    func follow(_ groups: [TargetGroup]) {
        self.state.changeLoadBalancers { $0.configure(groups, at: HostClock.now()) }
        self.run()
    }

    func stop() {
        self.isStopped = true
        self.timer?.cancel()
    }

    /// Makes the checks that are due, and waits for the next.
    func run() {
        guard !self.isStopped else { return }
        for (group, target) in self.state.changeLoadBalancers({ $0.dueChecks(at: HostClock.now()) }) {
            self.check(target, in: group)
        }
        self.schedule()
    }

    private func schedule() {
        self.timer?.cancel()
        guard !self.isStopped, let next = self.state.loadBalancers.nextEvent else { return }
        let wait = max(next - HostClock.now(), .zero)
        self.timer = self.eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(wait.nanoseconds)) { self.run() }
    }

    private func check(_ target: TargetAddress, in group: String) {
        guard let check = self.state.loadBalancers.groups[group]?.check else { return }
        let address = TargetAddress(host: target.host, port: check.port ?? target.port)
        let done: (Bool) -> Void = { isGood in
            guard !self.isStopped else { return }
            self.state.changeLoadBalancers { $0.checked(target, in: group, isGood: isGood, at: HostClock.now()) }
            self.schedule()
        }
        switch check.protocolName {
        case "HTTP": self.get(address, nil, check, done)
        // Certificates of targets are not looked at.
        case "HTTPS": self.get(address, BackendSecurity(serverName: address.host, verification: .none), check, done)
        default: self.connect(address, check, done)
        }
    }

    private func connect(_ address: TargetAddress, _ check: TargetGroup.HealthCheck, _ done: @escaping (Bool) -> Void) {
        ClientBootstrap(group: self.eventLoop).connectTimeout(.seconds(Int64(check.timeoutSeconds)))
            .connect(host: address.host, port: address.port)
            .assumeIsolated().whenComplete { result in
                if case .success(let channel) = result {
                    channel.close(promise: nil)
                    done(true)
                } else {
                    done(false)
                }
            }
    }

    private func get(
        _ address: TargetAddress, _ security: BackendSecurity?, _ check: TargetGroup.HealthCheck, _ done: @escaping (Bool) -> Void
    ) {
        let milliseconds = check.timeoutSeconds * 1_000
        let request = BackendRequest(
            get: check.path, from: address, host: "\(address)", security: security, timeoutMilliseconds: milliseconds)
        var call: BackendCall?
        let timer = self.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(milliseconds))) {
            call?.cancel()
            done(false)
        }
        call = self.client.send(request) { result in
            timer.cancel()
            guard case .success(let answer) = result else { return done(false) }
            done(Self.matches(answer.status, check.matcher))
        }
    }

    /// `200`, `200,202`, `200-399`.
    static func matches(_ status: Int, _ matcher: String) -> Bool {
        matcher.split(separator: ",").contains { part in
            let bounds = part.split(separator: "-").compactMap { Int($0.filter { $0 != " " }) }
            return switch bounds.count {
            case 1: status == bounds[0]
            case 2: bounds[0] <= status && status <= bounds[1]
            default: false
            }
        }
    }
}
