import CoreTypes
import Foundation
import LambdaCore
import Testing

/// Drives the asynchronous queue in virtual time with functions that succeed, fail, are throttled and hang, and holds each
/// ending against what was seen of the event on its way. `MARTLET_SIMULATION_SEEDS` says how many seeds (200).
@Suite("Simulation: asynchronous invocation")
struct AsynchronousSimulationTests {
    private static let seedCount = ProcessInfo.processInfo.environment["MARTLET_SIMULATION_SEEDS"].flatMap(UInt64.init) ?? 200

    @Test("every accepted event ends exactly once, for the right reason and with the right counts")
    func everySeed() {
        var conditions: [AsynchronousEnding.Condition: Int] = [:]
        var refusals = 0
        for seed in 0..<Self.seedCount {
            var world = World(seed: seed)
            let faults = world.run()
            #expect(faults.isEmpty, "seed \(seed)")
            conditions.merge(world.conditions, uniquingKeysWith: +)
            refusals += world.refused
        }
        // The drive must reach every ending, else it proves nothing.
        for condition: AsynchronousEnding.Condition in [.success, .retriesExhausted, .eventAgeExceeded, .zeroReservedConcurrency]
        {
            #expect(conditions[condition, default: 0] > 0, "no event ended with \(condition)")
        }
        #expect(refusals > 0, "no event met a full queue")
    }
}

/// What the model remembers of one event.
private struct Witness {
    let policy: AsynchronousPolicy
    let acceptedAt: Timestamp
    var isRunning = false
    var answers = 0
    var lastTryEndedAt: Timestamp?
    var lastResult: AsynchronousResult?
    var endings = 0
}

private struct World {
    private struct Running {
        let attempt: AsynchronousAttempt
        let endsAt: Timestamp
        let result: AsynchronousResult
    }

    private static let queueARN = "arn:aws:sqs:us-east-1:000000000000:Failures"
    private let function = ARN(service: "lambda", region: "us-east-1", account: "000000000000", resource: "function:f")
    private let timing: AsynchronousTiming
    private let limits: AsynchronousLimits
    private let eventCount: Int
    private var random: SeededGenerator
    private var queue: AsynchronousQueue
    private var now = Timestamp(seconds: 1_000_000)
    private var timer: Timestamp?
    private var running: [Running] = []
    private var witnesses: [RequestID: Witness] = [:]
    private var faults: [String] = []
    private(set) var conditions: [AsynchronousEnding.Condition: Int] = [:]
    private(set) var refused = 0

    init(seed: UInt64) {
        self.random = SeededGenerator(seed: seed)
        var limits = AsynchronousLimits()
        limits.events = Int.random(in: 5...60, using: &self.random)
        limits.bytes = Int.random(in: 500...20_000, using: &self.random)
        limits.concurrentAttempts = Int.random(in: 1...8, using: &self.random)
        self.limits = limits
        self.timing = Bool.random(using: &self.random) ? .aws : .local
        self.eventCount = Int.random(in: 1...120, using: &self.random)
        self.queue = AsynchronousQueue(timing: self.timing, limits: limits)
    }

    /// Runs until nothing is left to happen; returns the broken rules.
    mutating func run() -> [String] {
        var arrivals: [Timestamp] = (0..<self.eventCount).map { _ in
            self.now + .milliseconds(Int.random(in: 0...600_000, using: &self.random))
        }
        arrivals.sort(by: >)
        var steps = 0
        while let next = ([arrivals.last, self.timer] + self.running.map(\.endsAt)).compactMap({ $0 }).min() {
            steps += 1
            guard steps < 200_000 else { return self.faults + ["the queue never comes to rest"] }
            self.now = max(self.now, next)
            if arrivals.last == next {
                arrivals.removeLast()
                self.arrive()
            } else if let index = self.running.firstIndex(where: { $0.endsAt == next }) {
                self.endTry(self.running.remove(at: index))
            } else {
                self.timer = nil
                // Timers come late on a busy host, and now and then for nothing.
                if Int.random(in: 0..<20, using: &self.random) == 0 { self.now = self.now + .seconds(90) }
                self.perform(self.queue.wake(now: self.now))
            }
            self.checkBounds()
        }
        for (id, witness) in self.witnesses where witness.endings != 1 {
            self.faults.append("\(id) ended \(witness.endings) times")
        }
        if self.queue.count + self.queue.byteCount + self.queue.runningCount != 0 {
            self.faults.append("something is left in the queue")
        }
        return self.faults
    }

    private mutating func arrive() {
        var configuration = EventInvokeConfiguration()
        configuration.maximumRetryAttempts = [nil, 0, 1, 2].randomElement(using: &self.random) ?? nil
        configuration.maximumEventAgeSeconds = [nil, 60, 100, 400].randomElement(using: &self.random) ?? nil
        configuration.onSuccess = Bool.random(using: &self.random) ? Self.queueARN : nil
        configuration.onFailure = Bool.random(using: &self.random) ? Self.queueARN : nil
        let policy = AsynchronousPolicy(
            configuration, deadLetterTargetARN: Bool.random(using: &self.random) ? Self.queueARN : nil)
        let event = AsynchronousEvent(
            requestID: RequestID(using: &self.random), function: self.function,
            payload: Array(repeating: 0x31, count: Int.random(in: 1...900, using: &self.random)))
        let isFull = self.queue.count >= self.limits.events || self.queue.byteCount + event.payload.count > self.limits.bytes
        do {
            let actions = try self.queue.accept(event, policy: policy, now: self.now)
            self.witnesses[event.requestID] = Witness(policy: policy, acceptedAt: self.now)
            if isFull { self.faults.append("a full queue accepted an event") }
            self.perform(actions)
        } catch {
            self.refused += 1
            if !isFull { self.faults.append("an event was refused with room for it: \(error)") }
        }
    }

    private mutating func endTry(_ run: Running) {
        let id = run.attempt.event.requestID
        self.witnesses[id]?.isRunning = false
        self.witnesses[id]?.lastTryEndedAt = self.now
        self.witnesses[id]?.lastResult = run.result
        if case .answered = run.result { self.witnesses[id]?.answers += 1 }
        self.perform(self.queue.attemptEnded(run.attempt.id, run.result, now: self.now))
    }

    private mutating func perform(_ actions: [AsynchronousQueue.Action]) {
        for action in actions {
            switch action {
            case .invoke(let attempt): self.start(attempt)
            case .finish(let ending): self.check(ending)
            case .scheduleWake(let time):
                if time < self.now { self.faults.append("a wake was ordered for the past") }
                self.timer = time
            }
        }
    }

    private mutating func start(_ attempt: AsynchronousAttempt) {
        let id = attempt.event.requestID
        guard let witness = self.witnesses[id] else { return self.faults.append("\(id) was never accepted") }
        if witness.isRunning || witness.endings > 0 { self.faults.append("\(id) was invoked while under way or ended") }
        if attempt.number != witness.answers + 1 { self.faults.append("\(id) has the wrong number \(attempt.number)") }
        if self.now - witness.acceptedAt > witness.policy.maximumEventAge { self.faults.append("\(id) was tried too old") }
        if case .answered = witness.lastResult, let ended = witness.lastTryEndedAt,
            self.now - ended < self.timing.retryDelays[min(witness.answers, 2) - 1]
        {
            self.faults.append("\(id) was retried too early")
        }
        self.witnesses[id]?.isRunning = true
        let duration = Duration.milliseconds(Int.random(in: 0...30_000, using: &self.random))
        self.running.append(Running(attempt: attempt, endsAt: self.now + duration, result: self.randomResult()))
    }

    private mutating func randomResult() -> AsynchronousResult {
        let payload: [UInt8] = Array(repeating: 0x32, count: Int.random(in: 0...400, using: &self.random))
        switch Int.random(in: 0..<100, using: &self.random) {
        case 0..<35: return .answered(AsynchronousAnswer(executedVersion: "$LATEST", payload: payload))
        case 35..<70:
            return .answered(AsynchronousAnswer(executedVersion: "$LATEST", functionError: "Unhandled", payload: payload))
        case 70..<85: return .refused(statusCode: 429, payload: payload)
        case 85..<93: return .refused(statusCode: 500, payload: payload)
        case 93..<96: return .refused(statusCode: 404, payload: payload)
        default: return .reservedConcurrencyIsZero
        }
    }

    private mutating func check(_ ending: AsynchronousEnding) {
        let id = ending.event.requestID
        guard let witness = self.witnesses[id] else { return self.faults.append("\(id) ended but was never accepted") }
        self.witnesses[id]?.endings += 1
        self.conditions[ending.condition, default: 0] += 1
        if ending.invokeCount != witness.answers { self.faults.append("\(id) counts \(ending.invokeCount) tries") }
        let maximumTries = witness.policy.maximumRetryAttempts + 1
        if witness.answers > maximumTries { self.faults.append("\(id) ran \(witness.answers) times") }
        let isRight =
            switch (ending.condition, witness.lastResult) {
            case (.success, .answered(let answer)): answer.functionError == nil
            case (.retriesExhausted, .answered(let answer)): answer.functionError != nil && witness.answers == maximumTries
            case (.retriesExhausted, .refused(let statusCode, _)): statusCode == 404
            case (.zeroReservedConcurrency, .reservedConcurrencyIsZero): true
            case (.eventAgeExceeded, let result):
                // Too old now, or so at the next try, which comes after two minutes at the latest.
                self.now - witness.acceptedAt >= witness.policy.maximumEventAge
                    || result != nil && self.now + .seconds(120) - witness.acceptedAt > witness.policy.maximumEventAge
            default: false
            }
        if !isRight { self.faults.append("\(id) ended with \(ending.condition) after \(String(describing: witness.lastResult))") }
        let policy = witness.policy
        let expected: [DestinationDelivery.Kind] =
            ending.condition == .success
            ? policy.onSuccess.map { _ in [.destination] } ?? []
            : (policy.onFailure.map { _ in [.destination] } ?? []) + (policy.deadLetterTargetARN.map { _ in [.deadLetter] } ?? [])
        if ending.deliveries.map(\.kind) != expected { self.faults.append("\(id) is delivered to the wrong places") }
        if ending.isDropped != (ending.condition != .success && expected.isEmpty) {
            self.faults.append("\(id) is dropped wrongly")
        }
    }

    private mutating func checkBounds() {
        if self.queue.runningCount > self.limits.concurrentAttempts { self.faults.append("too many tries at once") }
        if self.queue.runningCount != self.running.count { self.faults.append("the queue and the world count tries differently") }
        if self.queue.count > self.limits.events { self.faults.append("too many events held") }
    }
}
