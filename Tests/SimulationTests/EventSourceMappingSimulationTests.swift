import CoreTypes
import LambdaCore
import Testing

/// Hosts that poll one queue, with functions that succeed, fail, fail in part and are throttled, receives that fail, deletions that
/// are lost, and hosts that die without a word.
@Suite struct EventSourceMappingSimulationTests {
    @Test(arguments: 0..<120 as Range<UInt64>)
    func `every message succeeds or ends in the dead-letter queue, in its group's order, within the limits`(seed: UInt64) {
        var small = TriggerWorld<SmallQueue>(seed: seed)
        let faults = small.run()
        #expect(faults.isEmpty, "seed \(seed), small queue: \(faults.prefix(5))")
        var real = TriggerWorld<EngineQueue>(seed: seed)
        let realFaults = real.run()
        #expect(realFaults.isEmpty, "seed \(seed), the engine: \(realFaults.prefix(5))")
    }

    @Test func `the simulation meets everything it is there for`() {
        var seen = TriggerSightings()
        for seed in 0..<120 as Range<UInt64> {
            var world = TriggerWorld<EngineQueue>(seed: seed)
            _ = world.run()
            seen.add(world.seen)
        }
        #expect(seen.succeeded > 1_000)
        #expect(seen.deadLetters > 50)
        #expect(seen.filtered > 100)
        #expect(seen.throttles > 100)
        #expect(seen.partial > 50)
        #expect(seen.crashes > 20)
        #expect(seen.lostDeletions > 20)
        #expect(seen.throttledUntilVisible > 0)
        #expect(seen.repeated > 100)
    }
}

/// What simulations came across.
private struct TriggerSightings {
    var succeeded = 0, deadLetters = 0, filtered = 0, throttles = 0, partial = 0, crashes = 0, lostDeletions = 0
    var throttledUntilVisible = 0, repeated = 0

    mutating func add(_ other: Self) {
        self.succeeded += other.succeeded
        self.deadLetters += other.deadLetters
        self.filtered += other.filtered
        self.throttles += other.throttles
        self.partial += other.partial
        self.crashes += other.crashes
        self.lostDeletions += other.lostDeletions
        self.throttledUntilVisible += other.throttledUntilVisible
        self.repeated += other.repeated
    }
}

private struct TriggerWorld<Queue: SimulatedQueue> {
    private struct Host {
        var poller: QueuePoller
        var timer: Timestamp?
        var receives: [(id: QueuePoller.ReceiveID, maximum: Int, endsAt: Timestamp)] = []
        var invocations: [(id: QueuePoller.BatchID, batch: MessageBatch, endsAt: Timestamp)] = []
        var isStopping = false
    }

    private var random: SeededGenerator
    private var now = Timestamp(seconds: 1_000_000)
    private var queue: Queue
    private let settings: PollerSettings
    private let throttlesOfAHundred: Int
    private var hosts: [Host] = []
    private var faults: [String] = []
    private(set) var seen = TriggerSightings()
    /// In the order they were sent.
    private var sent: [(id: String, group: String?, isPoison: Bool, passes: Bool)] = []
    private var succeeded: Set<String> = []
    /// Of every receipt handle that was given out, the message if no filter lets it pass.
    private var filteredHandles: [String: String] = [:]
    private var filtered: Set<String> = []

    init(seed: UInt64) {
        self.random = SeededGenerator(seed: seed)
        let isFIFO = Bool.random(using: &self.random)
        let visibility = Duration.seconds(Int.random(in: 20...60, using: &self.random))
        self.queue = Queue(isFIFO: isFIFO, visibilityTimeout: visibility, maximumReceiveCount: 6)
        let name = isFIFO ? "work.fifo" : "work"
        let source = QueueSource(ARN(service: "sqs", region: "us-east-1", account: "000000000000", resource: name))
        let maximum = [nil, 2, 3, 8].randomElement(using: &self.random) ?? nil
        var settings = PollerSettings(
            source: source, batchSize: Int.random(in: 1...10, using: &self.random),
            reportsBatchItemFailures: Bool.random(using: &self.random), visibilityTimeout: visibility,
            scaling: .standard(.aws, maximumConcurrency: maximum))
        if !isFIFO, Bool.random(using: &self.random) {
            settings.batchSize = Int.random(in: 1...40, using: &self.random)
            settings.batchingWindow = .seconds(Int.random(in: 1...15, using: &self.random))
        }
        if Bool.random(using: &self.random) {
            // A pattern without a fault: checked by its own tests.
            settings.filters = (try? FilterCriteria(patterns: [#"{"body":{"keep":[true]}}"#])) ?? .none
        }
        self.settings = settings
        self.throttlesOfAHundred = [0, 12, 12, 85].randomElement(using: &self.random) ?? 12
        for _ in 0..<Int.random(in: 1...3, using: &self.random) { self.addHost() }
    }

    private mutating func addHost() {
        self.hosts.append(Host(poller: QueuePoller(self.settings, now: self.now)))
        let index = self.hosts.count - 1
        self.perform(self.hosts[index].poller.wake(now: self.now), on: index)
    }

    mutating func run() -> [String] {
        var arrivals = (0..<Int.random(in: 5...60, using: &self.random)).map { _ in
            self.now + .milliseconds(Int.random(in: 0...120_000, using: &self.random))
        }
        arrivals.sort(by: >)
        var steps = 0
        while !arrivals.isEmpty || !self.queue.isEmpty || self.hosts.contains(where: { !$0.invocations.isEmpty }) {
            steps += 1
            guard steps < 100_000 else { return self.faults + ["the queue is never empty"] }
            self.chaos()
            guard let next = self.nextInstant(arrivals.last) else { return self.faults + ["nothing more will happen"] }
            self.now = max(self.now, next)
            while let arrival = arrivals.last, arrival <= self.now {
                arrivals.removeLast()
                self.send()
            }
            for index in self.hosts.indices { self.runHost(index) }
            self.check()
        }
        self.seen.succeeded = self.succeeded.count
        self.seen.deadLetters = self.queue.deadLetters.count
        self.seen.filtered = self.filtered.count
        for message in self.sent {
            let isDead = self.queue.deadLetters.contains(message.id)
            if !message.passes, !self.settings.filters.isEmpty {
                if !self.filtered.contains(message.id) { self.faults.append("\(message.id) was not filtered") }
            } else if !self.succeeded.contains(message.id), !isDead {
                self.faults.append("\(message.id) is lost")
            } else if message.isPoison, self.succeeded.contains(message.id) {
                self.faults.append("\(message.id) can't have succeeded")
            }
        }
        self.stopAll()
        return self.faults
    }

    private func nextInstant(_ arrival: Timestamp?) -> Timestamp? {
        var times = [arrival, self.queue.nextChange(after: self.now)].compactMap(\.self)
        for host in self.hosts {
            times += [host.timer].compactMap(\.self) + host.receives.map(\.endsAt) + host.invocations.map(\.endsAt)
        }
        return times.min()
    }

    // MARK: What happens

    private mutating func send() {
        let number = self.sent.count
        let passes = Int.random(in: 0..<4, using: &self.random) > 0
        let isPoison = Int.random(in: 0..<10, using: &self.random) == 0
        let group = self.queue.isFIFO ? "g\(Int.random(in: 0..<4, using: &self.random))" : nil
        let id = self.queue.send(number, body: #"{"keep":\#(passes)}"#, group: group, now: self.now)
        self.sent.append((id: id, group: group, isPoison: isPoison, passes: passes))
    }

    /// A host dies, and another one comes in its place; or a mapping is updated, with receives for larger batches under way.
    private mutating func chaos() {
        if Int.random(in: 0..<100, using: &self.random) == 0, let index = self.hosts.indices.randomElement(using: &self.random) {
            var settings = self.settings
            settings.batchSize = Int.random(in: 1...settings.batchSize, using: &self.random)
            self.perform(self.hosts[index].poller.update(settings, now: self.now), on: index)
        }
        guard Int.random(in: 0..<200, using: &self.random) == 0, let index = self.hosts.indices.randomElement(using: &self.random)
        else { return }
        self.seen.crashes += 1
        self.hosts.remove(at: index)
        self.addHost()
    }

    private mutating func runHost(_ index: Int) {
        if let timer = self.hosts[index].timer, timer <= self.now {
            self.hosts[index].timer = nil
            self.perform(self.hosts[index].poller.wake(now: self.now), on: index)
        }
        self.runReceives(index)
        while let place = self.hosts[index].invocations.firstIndex(where: { $0.endsAt <= self.now }) {
            let invocation = self.hosts[index].invocations.remove(at: place)
            let result = self.result(of: invocation.batch)
            self.perform(self.hosts[index].poller.invocationEnded(invocation.id, result, now: self.now), on: index)
        }
    }

    /// A long poll ends with the first messages there are, or after its wait.
    private mutating func runReceives(_ index: Int) {
        var place = 0
        while place < self.hosts[index].receives.count {
            let receive = self.hosts[index].receives[place]
            let messages = self.queue.receive(receive.maximum, now: self.now)
            for message in messages where message.body.contains("false") {
                self.filteredHandles[message.receiptHandle] = message.messageID
            }
            guard !messages.isEmpty || receive.endsAt <= self.now else {
                place += 1
                continue
            }
            self.hosts[index].receives.remove(at: place)
            // An answer that never arrives: the messages stay hidden until their time is over.
            let isLost = Int.random(in: 0..<30, using: &self.random) == 0
            let result = isLost ? QueuePoller.ReceiveResult.failed : .messages(messages)
            self.perform(self.hosts[index].poller.receiveEnded(receive.id, result, now: self.now), on: index)
        }
    }

    private mutating func result(of batch: MessageBatch) -> BatchInvocationResult {
        if Int.random(in: 0..<100, using: &self.random) < self.throttlesOfAHundred {
            self.seen.throttles += 1
            return .throttled
        }
        if Int.random(in: 0..<10, using: &self.random) == 0 { return .failed(type: "Error") }
        let poison = batch.messages.filter { message in self.sent.contains { $0.id == message.messageID && $0.isPoison } }
        guard !poison.isEmpty else {
            self.succeed(batch.messages)
            return .answered([])
        }
        guard self.settings.reportsBatchItemFailures else { return .failed(type: "Poison") }
        self.seen.partial += 1
        var stopped: Set<String?> = []
        // As a careful handler does: on a FIFO queue it leaves the rest of a failed group alone.
        var failures: [String] = []
        var done: [ReceivedMessage] = []
        for message in batch.messages {
            if self.queue.isFIFO, stopped.contains(message.groupID) { continue }
            if poison.contains(message) {
                failures.append(message.messageID)
                stopped.insert(message.groupID)
            } else {
                done.append(message)
            }
        }
        self.succeed(done)
        let items = failures.map { #"{"itemIdentifier":"\#($0)"}"# }.joined(separator: ",")
        return .answered(Array(#"{"batchItemFailures":[\#(items)]}"#.utf8))
    }

    private mutating func succeed(_ messages: [ReceivedMessage]) {
        for message in messages {
            if self.succeeded.contains(message.messageID) { self.seen.repeated += 1 }
            if self.queue.isFIFO, !self.succeeded.contains(message.messageID) { self.checkOrder(message) }
            self.succeeded.insert(message.messageID)
        }
    }

    /// The first success of a message comes after all before it in its group are done with.
    private mutating func checkOrder(_ message: ReceivedMessage) {
        for earlier in self.sent {
            if earlier.id == message.messageID { return }
            guard earlier.group == message.groupID else { continue }
            let isDone =
                self.succeeded.contains(earlier.id) || self.filtered.contains(earlier.id)
                || self.queue.deadLetters.contains(earlier.id)
            if !isDone { self.faults.append("\(message.messageID) overtook \(earlier.id)") }
        }
    }

    // MARK: Actions

    private mutating func perform(_ actions: [QueuePoller.Action], on index: Int) {
        for action in actions {
            switch action {
            case .receive(let id, let maximum, let wait):
                if !(1...10).contains(maximum) { self.faults.append("a receive of \(maximum)") }
                self.hosts[index].receives.append((id, maximum, self.now + .seconds(wait ?? 0)))
            case .cancelReceive(let id):
                self.hosts[index].receives.removeAll { $0.id == id }
                self.perform(self.hosts[index].poller.receiveEnded(id, .cancelled, now: self.now), on: index)
            case .invoke(let id, let batch):
                self.checkInvocation(batch, on: index)
                let duration = Duration.milliseconds(Int.random(in: 1...8_000, using: &self.random))
                self.hosts[index].invocations.append((id, batch, self.now + duration))
            case .delete(let handles):
                if !(1...10).contains(handles.count) { self.faults.append("a deletion of \(handles.count)") }
                self.noteFiltered(handles)
                guard Int.random(in: 0..<25, using: &self.random) > 0 else {
                    self.seen.lostDeletions += 1
                    continue
                }
                self.queue.delete(handles, now: self.now)
            case .makeVisible(let handles): self.queue.makeVisible(handles, now: self.now)
            case .batchEnded(let outcome):
                if outcome.ending == .throttledUntilVisible { self.seen.throttledUntilVisible += 1 }
            case .scheduleWake(let time): self.hosts[index].timer = time
            case .stopped:
                if !self.hosts[index].isStopping { self.faults.append("a host stopped by itself") }
            }
        }
    }

    private mutating func noteFiltered(_ handles: [String]) {
        guard !self.settings.filters.isEmpty else { return }
        self.filtered.formUnion(handles.compactMap { self.filteredHandles[$0] })
    }

    private mutating func checkInvocation(_ batch: MessageBatch, on index: Int) {
        if batch.isEmpty || batch.count > self.settings.batchSize { self.faults.append("a batch of \(batch.count)") }
        if batch.byteCount != batch.event.count { self.faults.append("a batch is counted wrongly") }
        if !self.settings.filters.isEmpty, batch.messages.contains(where: { $0.body.contains("false") }) {
            self.faults.append("a filtered message is invoked")
        }
        guard self.queue.isFIFO else { return }
        let groups = Set(batch.messages.map(\.groupID))
        for invocation in self.hosts[index].invocations where !groups.isDisjoint(with: invocation.batch.messages.map(\.groupID)) {
            self.faults.append("a group is with the function twice")
        }
    }

    private mutating func check() {
        for host in self.hosts {
            if host.invocations.count > self.settings.scaling.ceiling { self.faults.append("more invocations than the ceiling") }
            if host.poller.batchesInFlight < host.invocations.count { self.faults.append("the poller lost a batch") }
            if host.poller.messagesInFlight > self.settings.scaling.ceiling * max(10, self.settings.batchSize) {
                self.faults.append("more messages held than the slots take")
            }
        }
    }

    /// Every host comes to its end.
    private mutating func stopAll() {
        for index in self.hosts.indices {
            self.hosts[index].isStopping = true
            self.perform(self.hosts[index].poller.stop(now: self.now), on: index)
            if !self.hosts[index].poller.isStopped { self.faults.append("a host without work does not stop") }
        }
    }
}
