import APIGateway
import NIOCore

/// The time-outs of conversations, with one timer for all: most end long before, and a timer each, set and cut with each call of
/// a backend, would cost each. The timer is left where it is when it fires earlier than it must. Lives on one event loop.
final class GatewayTimeouts {
    private let eventLoop: any EventLoop
    private var waiting: [ObjectIdentifier: (conversation: GatewayConversation, deadline: NIODeadline)] = [:]
    private var timer: Scheduled<Void>?
    private var fires = NIODeadline.distantFuture

    init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    /// Resumes the conversation with `timedOut` unless it is cut before.
    func start(_ conversation: GatewayConversation, milliseconds: Int) {
        let deadline = self.eventLoop.now + .milliseconds(Int64(milliseconds))
        self.waiting[ObjectIdentifier(conversation)] = (conversation, deadline)
        if deadline < self.fires { self.schedule(deadline) }
    }

    func cut(_ conversation: GatewayConversation) { self.waiting[ObjectIdentifier(conversation)] = nil }

    private func schedule(_ deadline: NIODeadline) {
        self.timer?.cancel()
        self.fires = deadline
        self.timer = self.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.fire() }
    }

    private func fire() {
        self.timer = nil
        self.fires = .distantFuture
        let now = self.eventLoop.now
        let due = self.waiting.values.filter { $0.deadline <= now }
        for (conversation, _) in due { self.cut(conversation) }
        if let next = self.waiting.values.map(\.deadline).min() { self.schedule(next) }
        for (conversation, _) in due { conversation.resume(.timedOut) }
    }
}
