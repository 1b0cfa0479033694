import Billing
package import CoreTypes
import ExecutionEnvironments
package import LambdaCore
import NIOCore

/// Performs what the pollers of one mapping decide: receives, invocations, deletions, waits. Lives on the event loop.
package final class Trigger {
    package private(set) var mapping: EventSourceMapping
    package let startedAt: Timestamp
    private let service: LambdaService
    let transport: any QueueTransport
    private var poller: QueuePoller
    private var wake: (time: Timestamp, task: Scheduled<Void>)?
    private var cancellations: [QueuePoller.ReceiveID: () -> Void] = [:]
    /// Of the last try of each batch that is with the function.
    private var records: [QueuePoller.BatchID: InvocationRecord] = [:]
    private var pending: [QueuePoller.Action] = []
    private var isPerforming = false
    private var onStopped: (() -> Void)?
    /// The last receive or deletion that failed; `nil` again after one that worked.
    package private(set) var problem: String?
    /// Told of each batch that was with the function, with the record of its last invocation.
    var onBatch: (EventSourceMapping, BatchOutcome, InvocationRecord?) -> Void = { _, _, _ in }
    /// Somebody looks at the records of invocations. Costs a batch the time between the function's answer and its next request.
    var wantsRecords = false
    /// Told what goes wrong, once for each change.
    var report: (String) -> Void = { _ in }

    init(
        _ mapping: EventSourceMapping, visibilityTimeout: Duration, service: LambdaService, transport: any QueueTransport
    ) {
        self.mapping = mapping
        self.service = service
        self.transport = transport
        self.startedAt = HostClock.now()
        self.poller = QueuePoller(
            mapping.settings.pollerSettings(source: QueueSource(mapping.queue), visibilityTimeout: visibilityTimeout),
            now: self.startedAt)
    }

    package var counts: PollerCounts { self.poller.counts }
    package var pollers: Int { self.poller.pollers }
    package var concurrency: Int { self.poller.concurrency }
    package var batchesInFlight: Int { self.poller.batchesInFlight }
    package var messagesInFlight: Int { self.poller.messagesInFlight }

    func start() { self.perform(self.poller.wake(now: HostClock.now())) }

    func update(_ mapping: EventSourceMapping, visibilityTimeout: Duration) {
        self.mapping = mapping
        let settings = mapping.settings.pollerSettings(
            source: QueueSource(mapping.queue), visibilityTimeout: visibilityTimeout)
        self.perform(self.poller.update(settings, now: HostClock.now()))
    }

    /// Batches that are with the function may finish; then `completion` is called.
    func stop(completion: @escaping () -> Void) {
        self.onStopped = completion
        self.perform(self.poller.stop(now: HostClock.now()))
    }

    // MARK: Actions

    /// Actions bring events and these bring actions: a list of them, so that the stack stays flat.
    private func perform(_ actions: [QueuePoller.Action]) {
        self.pending += actions
        guard !self.isPerforming else { return }
        self.isPerforming = true
        defer { self.isPerforming = false }
        var index = 0
        while index < self.pending.count {
            let action = self.pending[index]
            index += 1
            self.perform(action)
        }
        self.pending.removeAll(keepingCapacity: true)
    }

    private func perform(_ action: QueuePoller.Action) {
        switch action {
        case .receive(let id, let maximum, let wait):
            self.cancellations[id] = self.transport.receive(maximumMessages: maximum, waitSeconds: wait) { [weak self] result in
                self?.received(id, result)
            }
        case .cancelReceive(let id): self.cancellations[id]?()
        case .invoke(let id, let batch): self.invoke(id, batch)
        case .delete(let handles):
            self.transport.delete(handles) { [weak self] failure in
                if let failure { self?.failed("messages could not be deleted and will come again: \(failure)") }
            }
        case .makeVisible(let handles):
            self.transport.makeVisible(handles) { [weak self] failure in
                if let failure { self?.failed("messages could not be given back and stay hidden for their time: \(failure)") }
            }
        case .batchEnded(let outcome):
            self.onBatch(self.mapping, outcome, self.records.removeValue(forKey: outcome.id))
        case .scheduleWake(let time): self.schedule(time)
        case .stopped:
            self.wake?.task.cancel()
            self.wake = nil
            self.transport.close()
            self.onStopped?()
            self.onStopped = nil
        }
    }

    private func schedule(_ time: Timestamp) {
        self.wake?.task.cancel()
        let bound = NIOLoopBound(self, eventLoop: self.service.eventLoop)
        let delay = max((time - HostClock.now()).nanoseconds, 0)
        let task = self.service.eventLoop.scheduleTask(in: .nanoseconds(delay)) {
            bound.value.wake = nil
            // A timer may come a little early by another clock.
            bound.value.perform(bound.value.poller.wake(now: max(time, HostClock.now())))
        }
        self.wake = (time, task)
    }

    private func received(_ id: QueuePoller.ReceiveID, _ result: Result<[ReceivedMessage], QueueTransportError>) {
        self.cancellations[id] = nil
        let event: QueuePoller.ReceiveResult
        switch result {
        case .success(let messages):
            self.problem = nil
            event = .messages(messages)
        case .failure(.cancelled): event = .cancelled
        case .failure(.failed(let why)):
            self.failed("the queue can't be asked: \(why)")
            event = .failed
        }
        self.perform(self.poller.receiveEnded(id, event, now: HostClock.now()))
    }

    private func failed(_ problem: String) {
        guard self.problem != problem else { return }
        self.problem = problem
        self.report("event source mapping \(self.mapping.id) of \(self.mapping.queue.resource): \(problem)")
    }

    // MARK: Invocations

    private func invoke(_ id: QueuePoller.BatchID, _ batch: MessageBatch) {
        do throws(LambdaAPIError) {
            let target = self.mapping.function
            let function = try self.service.resolve(target.name, qualifier: target.qualifier)
            let event = batch.event
            guard event.count <= FunctionLimits.requestBytes else {
                throw .requestTooLarge(
                    "\(event.count) byte payload is too large for the RequestResponse invocation type "
                        + "(limit \(FunctionLimits.requestBytes) bytes)")
            }
            self.service.invoker.invoke(
                Invocation(
                    id: self.service.makeRequestID(), function: function, payload: ByteBuffer(bytes: event), source: .queue,
                    traceHeader: self.service.traceHeader(from: nil, for: function), wantsLog: self.wantsRecords,
                    client: Delivery(id, trigger: self)))
        } catch {
            self.ended(id, .refused(message: error.message), record: nil)
        }
    }

    private func ended(_ id: QueuePoller.BatchID, _ result: BatchInvocationResult, record: InvocationRecord?) {
        if let record { self.records[id] = record }
        if case .throttled = result { self.records[id] = nil }
        self.perform(self.poller.invocationEnded(id, result, now: HostClock.now()))
    }

    /// One batch with the function.
    private final class Delivery: InvocationClient {
        private let id: QueuePoller.BatchID
        private let trigger: Trigger

        init(_ id: QueuePoller.BatchID, trigger: Trigger) {
            self.id = id
            self.trigger = trigger
        }

        func finished(_ result: InvocationResult) {
            let outcome: BatchInvocationResult =
                switch result.failure {
                case nil: .answered(Array(buffer: result.payload))
                case .function(let type): .failed(type: type)
                case .timeout: .failed(type: "Sandbox.Timedout")
                case .throttled: .throttled
                case .unavailable(let why): .refused(message: why)
                }
            self.trigger.ended(self.id, outcome, record: result.record)
        }
    }
}
