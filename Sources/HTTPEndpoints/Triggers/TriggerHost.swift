package import Billing
import CoreTypes
import ExecutionEnvironments
package import LambdaCore
package import NIOCore

/// The triggers of a host: one ``Trigger`` for each enabled event source mapping. Follows what the control plane does with
/// mappings. Lives on the event loop.
package final class TriggerHost {
    /// The queue of a mapping; a sentence when it can't be polled from here.
    package typealias MakeTransport = (EventSourceMapping) -> Result<any QueueTransport, TriggerRefusal>

    private let service: LambdaService
    private let makeTransport: MakeTransport
    private var triggers: [RequestID: Trigger] = [:]
    /// Stopped, with batches that are still with their function.
    private var leaving: [ObjectIdentifier: Trigger] = [:]
    /// Why an enabled mapping has no trigger.
    private var refusals: [RequestID: String] = [:]
    private var settling: Scheduled<Void>?
    private var stopped: EventLoopPromise<Void>?
    package typealias Observer = (EventSourceMapping, BatchOutcome, InvocationRecord?) -> Void
    private var observers: [ObjectIdentifier: Observer] = [:]
    package var report: (String) -> Void = { _ in }

    package init(service: LambdaService, makeTransport: @escaping MakeTransport) {
        self.service = service
        self.makeTransport = makeTransport
    }

    /// Of every mapping, with its trigger if it is enabled, in the order of creation.
    package var all: [(mapping: EventSourceMapping, trigger: Trigger?, refusal: String?)] {
        self.service.controlPlane.mappings.all.map { ($0, self.triggers[$0.id], self.refusals[$0.id]) }
    }

    /// Call after each change of mappings: ends their passing states when their time has come, after the answer to whoever
    /// changed them.
    package func follow() {
        guard self.stopped == nil, let next = self.service.controlPlane.mappings.nextSettling else { return }
        self.settling?.cancel()
        let bound = NIOLoopBound(self, eventLoop: self.service.eventLoop)
        let delay = max((next - HostClock.now()).nanoseconds, 0)
        self.settling = self.service.eventLoop.scheduleTask(in: .nanoseconds(delay)) { bound.value.settle() }
    }

    private func settle() {
        self.settling = nil
        let now = HostClock.now()
        for mapping in self.service.change({ $0.mappings.settle(now: now) }) {
            if mapping.isEnabled { self.enable(mapping) } else { self.disable(mapping.id) }
        }
        self.follow()
    }

    /// Follows every batch that was with a function, until it is taken away by `nil`.
    package func observe(_ id: ObjectIdentifier, _ observer: Observer?) {
        self.observers[id] = observer
        for trigger in self.triggers.values { trigger.wantsRecords = !self.observers.isEmpty }
    }

    // MARK: Triggers

    private func enable(_ mapping: EventSourceMapping) {
        if let trigger = self.triggers[mapping.id] {
            self.lookUp(mapping, trigger.transport) { trigger.update(mapping, visibilityTimeout: $0) }
            return
        }
        switch self.makeTransport(mapping) {
        case .failure(let refusal):
            self.refusals[mapping.id] = refusal.message
            self.report("event source mapping \(mapping.id) of \(mapping.queue.resource): \(refusal.message)")
        case .success(let transport):
            self.refusals[mapping.id] = nil
            self.lookUp(mapping, transport) { [weak self] visibilityTimeout in
                self?.start(mapping, transport, visibilityTimeout: visibilityTimeout)
            }
        }
    }

    private func start(_ mapping: EventSourceMapping, _ transport: any QueueTransport, visibilityTimeout: Duration) {
        // Meanwhile it may have been disabled or changed, or the host may be stopping.
        guard self.stopped == nil, self.triggers[mapping.id] == nil,
            let current = self.service.controlPlane.mappings.all.first(where: { $0.id == mapping.id }), current.isEnabled
        else { return transport.close() }
        let trigger = Trigger(current, visibilityTimeout: visibilityTimeout, service: self.service, transport: transport)
        trigger.report = { [weak self] in self?.report($0) }
        trigger.onBatch = { [weak self] mapping, outcome, record in
            guard let self else { return }
            for observer in self.observers.values { observer(mapping, outcome, record) }
        }
        trigger.wantsRecords = !self.observers.isEmpty
        self.triggers[mapping.id] = trigger
        trigger.start()
    }

    /// A queue that can't be asked yet is taken to have the usual timeout; its receives tell what is wrong.
    private func lookUp(
        _ mapping: EventSourceMapping, _ transport: any QueueTransport, then body: @escaping (Duration) -> Void
    ) {
        transport.lookUp { [weak self] result in
            guard let self else { return }
            guard case .success(let facts) = result else { return body(.seconds(30)) }
            let warnings = mapping.settings.warnings(
                visibilityTimeoutSeconds: facts.visibilityTimeoutSeconds,
                functionTimeoutSeconds: mapping.function.timeoutSeconds, maximumReceiveCount: facts.maximumReceiveCount)
            for warning in warnings { self.report("event source mapping of \(mapping.queue.resource): \(warning)") }
            body(.seconds(facts.visibilityTimeoutSeconds))
        }
    }

    private func disable(_ id: RequestID) {
        self.refusals[id] = nil
        guard let trigger = self.triggers.removeValue(forKey: id) else { return }
        self.leave(trigger)
    }

    private func leave(_ trigger: Trigger) {
        self.leaving[ObjectIdentifier(trigger)] = trigger
        trigger.stop { [weak self, unowned trigger] in
            guard let self else { return }
            self.leaving[ObjectIdentifier(trigger)] = nil
            if self.leaving.isEmpty { self.stopped?.succeed() }
        }
    }

    /// Polls no more; what waits for a function goes back to its queue. Done when no batch is with a function, or when `grace` is
    /// over: what a function has then comes again after its visibility timeout.
    package func stop(grace: TimeAmount) -> EventLoopFuture<Void> {
        let promise = self.service.eventLoop.makePromise(of: Void.self)
        self.stopped = promise
        self.settling?.cancel()
        let triggers = self.triggers.values
        self.triggers = [:]
        for trigger in triggers { self.leave(trigger) }
        if self.leaving.isEmpty {
            promise.succeed()
        } else {
            let timer = self.service.eventLoop.scheduleTask(in: grace) { promise.succeed() }
            promise.futureResult.whenComplete { _ in timer.cancel() }
        }
        return promise.futureResult
    }
}

/// Why a mapping can't be polled from this host; one sentence that says what to do.
package struct TriggerRefusal: Error, Hashable, Sendable {
    package let message: String
    package init(_ message: String) { self.message = message }
}
