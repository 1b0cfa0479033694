import CoreTypes
import LambdaCore

/// Owns a poller in a test: keeps what it asked for, and the time.
struct PollerWorld {
    struct OpenReceive {
        let id: QueuePoller.ReceiveID
        let maximumMessages: Int
        let waitSeconds: Int?
    }

    struct Invocation {
        let id: QueuePoller.BatchID
        let batch: MessageBatch
    }

    private(set) var poller: QueuePoller
    private(set) var now = MappingSamples.start
    /// In the order they began.
    private(set) var open: [OpenReceive] = []
    /// Not yet ended.
    private(set) var invocations: [Invocation] = []
    private(set) var deleted: [[String]] = []
    private(set) var madeVisible: [[String]] = []
    private(set) var outcomes: [BatchOutcome] = []
    private(set) var cancelled: [QueuePoller.ReceiveID] = []
    private(set) var isStopped = false
    private(set) var timer: Timestamp?
    private(set) var lastActions: [QueuePoller.Action] = []

    init(_ change: (inout PollerSettings) -> Void = { _ in }) {
        var settings = PollerSettings(source: MappingSamples.source)
        change(&settings)
        self.poller = QueuePoller(settings, now: MappingSamples.start)
    }

    mutating func perform(_ actions: [QueuePoller.Action]) {
        self.lastActions = actions
        for action in actions {
            switch action {
            case .receive(let id, let maximum, let wait):
                self.open.append(OpenReceive(id: id, maximumMessages: maximum, waitSeconds: wait))
            case .cancelReceive(let id): self.cancelled.append(id)
            case .invoke(let id, let batch): self.invocations.append(Invocation(id: id, batch: batch))
            case .delete(let handles): self.deleted.append(handles)
            case .makeVisible(let handles): self.madeVisible.append(handles)
            case .batchEnded(let outcome): self.outcomes.append(outcome)
            case .scheduleWake(let time): self.timer = time
            case .stopped: self.isStopped = true
            }
        }
    }

    mutating func start() { self.perform(self.poller.wake(now: self.now)) }

    func receiveAction(_ index: Int) -> QueuePoller.Action {
        .receive(self.open[index].id, maximumMessages: 10, waitSeconds: 20)
    }

    private mutating func close(_ receive: OpenReceive?) -> QueuePoller.ReceiveID {
        guard let receive = receive ?? self.open.first else { preconditionFailure("no receive is open") }
        self.open.removeAll { $0.id == receive.id }
        return receive.id
    }

    /// Ends the oldest open receive, or the one given.
    mutating func receive(_ messages: [ReceivedMessage], _ receive: OpenReceive? = nil) {
        let id = self.close(receive)
        self.perform(self.poller.receiveEnded(id, .messages(messages), now: self.now))
    }

    mutating func fail() {
        let id = self.close(nil)
        self.perform(self.poller.receiveEnded(id, .failed, now: self.now))
    }

    mutating func cancel(_ receive: OpenReceive) {
        let id = self.close(receive)
        self.perform(self.poller.receiveEnded(id, .cancelled, now: self.now))
    }

    /// All open receives come back with nothing after 20 s.
    mutating func emptyRound() {
        self.pass(.seconds(20))
        for receive in self.open { self.receive([], receive) }
    }

    mutating func end(_ result: BatchInvocationResult) {
        let invocation = self.invocations.removeFirst()
        self.perform(self.poller.invocationEnded(invocation.id, result, now: self.now))
    }

    mutating func answer(_ text: String = "null") { self.end(.answered(Array(text.utf8))) }

    mutating func pass(_ duration: Duration) { self.moveTo(self.now + duration) }

    /// To a time after the start, with every timer on the way.
    mutating func advance(to elapsed: Duration) { self.moveTo(MappingSamples.start + elapsed) }

    private mutating func moveTo(_ time: Timestamp) {
        while let timer = self.timer, timer <= time {
            self.advanceToTimer()
        }
        self.now = time
    }

    mutating func advanceToTimer() {
        guard let timer = self.timer else { preconditionFailure("no timer is set") }
        self.timer = nil
        self.now = max(self.now, timer)
        self.perform(self.poller.wake(now: self.now))
    }

    mutating func wake() { self.perform(self.poller.wake(now: self.now)) }

    mutating func update(_ change: (inout PollerSettings) -> Void) {
        var settings = self.poller.settings
        change(&settings)
        self.perform(self.poller.update(settings, now: self.now))
    }

    mutating func stop() { self.perform(self.poller.stop(now: self.now)) }
}
