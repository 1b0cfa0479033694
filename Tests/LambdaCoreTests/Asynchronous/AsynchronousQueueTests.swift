import CoreTypes
import LambdaCore
import Testing

/// Expected waits and counts: Lambda developer guide, "How Lambda handles errors and retries with asynchronous invocation".
@Suite("Asynchronous queue")
struct AsynchronousQueueTests {
    @Test("an event is invoked at once and ends with its success")
    func success() throws {
        var queue = AsynchronousQueue()
        let actions = try queue.accept(event(1), policy: policy(), now: at(0))
        let attempt = try #require(actions.attempts.first)
        #expect(actions.count == 1)
        #expect(attempt.number == 1)
        #expect(attempt.event == event(1))
        #expect((queue.count, queue.runningCount, queue.byteCount) == (1, 1, 7))
        let ending = try #require(queue.attemptEnded(attempt.id, .answered(succeeded), now: at(1)).endings.first)
        #expect(ending.condition == .success)
        #expect(ending.invokeCount == 1)
        #expect(ending.deliveries.isEmpty && !ending.isDropped)
        #expect((queue.count, queue.runningCount, queue.byteCount) == (0, 0, 0))
    }

    @Test("a function error is tried again after one minute, then after two, with the same request id")
    func retries() throws {
        var queue = AsynchronousQueue()
        var attempt = try #require(try queue.accept(event(1), policy: policy(), now: at(0)).attempts.first)
        #expect(queue.attemptEnded(attempt.id, .answered(failed), now: at(1)) == [.scheduleWake(at: at(61))])
        #expect(queue.wake(now: at(60)) == [.scheduleWake(at: at(61))], "a wake that comes too early is only put right")
        attempt = try #require(queue.wake(now: at(61)).attempts.first)
        #expect(attempt.number == 2)
        #expect(attempt.event.requestID == event(1).requestID)
        #expect(queue.attemptEnded(attempt.id, .answered(failed), now: at(62)) == [.scheduleWake(at: at(182))])
        attempt = try #require(queue.wake(now: at(182)).attempts.first)
        #expect(attempt.number == 3)
        let ending = try #require(queue.attemptEnded(attempt.id, .answered(failed), now: at(183)).endings.first)
        #expect(ending.condition == .retriesExhausted)
        #expect(ending.invokeCount == 3)
        #expect(ending.isDropped)
    }

    @Test("MaximumRetryAttempts is the number of tries after the first", arguments: 0...2)
    func maximumRetryAttempts(maximum: Int) throws {
        var queue = AsynchronousQueue()
        var clock = at(0)
        var actions = try queue.accept(event(1), policy: policy { $0.maximumRetryAttempts = maximum }, now: clock)
        var tries = 0
        while let attempt = actions.attempts.first {
            tries += 1
            actions = queue.attemptEnded(attempt.id, .answered(failed), now: clock)
            guard let wake = actions.wakes.first else { break }
            clock = wake
            actions = queue.wake(now: clock)
        }
        #expect(tries == maximum + 1)
        #expect(actions.endings.map(\.invokeCount) == [maximum + 1])
    }

    @Test("a throttle or a server error backs off from one second, doubling, to five minutes", arguments: [429, 500, 503])
    func backOff(statusCode: Int) throws {
        var queue = AsynchronousQueue()
        var clock = at(0)
        var actions = try queue.accept(event(1), policy: policy(), now: clock)
        var waits: [Int64] = []
        for _ in 0..<11 {
            let attempt = try #require(actions.attempts.first)
            #expect(attempt.number == 1, "the function has not run yet")
            let wake = try #require(
                queue.attemptEnded(attempt.id, .refused(statusCode: statusCode, payload: []), now: clock).wakes.first)
            waits.append((wake - clock).components.seconds)
            clock = wake
            actions = queue.wake(now: clock)
        }
        #expect(waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
    }

    @Test("throttles do not use up retries")
    func throttlesAreNotRetries() throws {
        var queue = AsynchronousQueue()
        var clock = at(0)
        var actions = try queue.accept(event(1), policy: policy { $0.maximumRetryAttempts = 1 }, now: clock)
        let refused = AsynchronousResult.refused(statusCode: 429, payload: [])
        for result in [refused, refused, .answered(failed), refused, .answered(failed)] {
            let attempt = try #require(actions.attempts.first)
            actions = queue.attemptEnded(attempt.id, result, now: clock)
            guard let wake = actions.wakes.first else { break }
            clock = wake
            actions = queue.wake(now: clock)
        }
        #expect(actions.endings.map(\.condition) == [.retriesExhausted])
        #expect(actions.endings.map(\.invokeCount) == [2])
    }

    @Test("a throttled event is tried until it is just as old as it may be")
    func eventAge() throws {
        var queue = AsynchronousQueue()
        var clock = at(0)
        var actions = try queue.accept(event(1), policy: policy { $0.maximumEventAgeSeconds = 60 }, now: clock)
        var tries: [Timestamp] = []
        while let attempt = actions.attempts.first {
            tries.append(clock)
            actions = queue.attemptEnded(attempt.id, .refused(statusCode: 429, payload: []), now: clock)
            guard let wake = actions.wakes.first else { break }
            clock = wake
            actions = queue.wake(now: clock)
        }
        #expect(tries == [0, 1, 3, 7, 15, 31, 60].map(at))
        #expect(actions.endings.map(\.condition) == [.eventAgeExceeded])
    }

    @Test("a retry that would come after the event's age is not waited for")
    func retryBeyondAge() throws {
        var queue = AsynchronousQueue()
        let attempt = try #require(
            try queue.accept(event(1), policy: policy { $0.maximumEventAgeSeconds = 60 }, now: at(0)).attempts.first)
        let ending = try #require(queue.attemptEnded(attempt.id, .answered(failed), now: at(1)).endings.first)
        #expect(ending.condition == .eventAgeExceeded)
        #expect(ending.invokeCount == 1)
    }

    @Test("an event that grew too old while it waited ends without another try")
    func lateWake() throws {
        var queue = AsynchronousQueue()
        let attempt = try #require(
            try queue.accept(event(1), policy: policy { $0.maximumEventAgeSeconds = 90 }, now: at(0)).attempts.first)
        #expect(queue.attemptEnded(attempt.id, .answered(failed), now: at(1)).wakes == [at(61)])
        let actions = queue.wake(now: at(91))
        #expect(actions.attempts.isEmpty)
        #expect(actions.endings.map(\.condition) == [.eventAgeExceeded])
    }

    @Test("reserved concurrency 0 ends an event at once")
    func zeroReservedConcurrency() throws {
        var queue = AsynchronousQueue()
        let attempt = try #require(try queue.accept(event(1), policy: policy(), now: at(0)).attempts.first)
        let ending = try #require(queue.attemptEnded(attempt.id, .reservedConcurrencyIsZero, now: at(0)).endings.first)
        #expect(ending.condition == .zeroReservedConcurrency)
        #expect(ending.invokeCount == 0)
    }

    @Test("a refusal that no retry mends ends an event at once", arguments: [400, 403, 404, 413])
    func finalRefusal(statusCode: Int) throws {
        var queue = AsynchronousQueue()
        let attempt = try #require(try queue.accept(event(1), policy: policy(), now: at(0)).attempts.first)
        let actions = queue.attemptEnded(attempt.id, .refused(statusCode: statusCode, payload: []), now: at(0))
        #expect(actions.endings.map(\.condition) == [.retriesExhausted])
    }

    @Test("tries under way are bounded; the others wait in the order of acceptance")
    func concurrency() throws {
        var limits = AsynchronousLimits()
        limits.concurrentAttempts = 2
        var queue = AsynchronousQueue(limits: limits)
        var actions: [AsynchronousQueue.Action] = []
        for number in 1...4 { actions += try queue.accept(event(UInt64(number)), policy: policy(), now: at(0)) }
        #expect(actions.attempts.map(\.event) == [event(1), event(2)])
        #expect(actions.wakes.isEmpty, "the end of a try goes on, no timer")
        let next = queue.attemptEnded(try #require(actions.attempts.last).id, .answered(succeeded), now: at(1))
        #expect(next.attempts.map(\.event) == [event(3)])
    }

    @Test("one timer serves all: only an earlier time is asked for anew")
    func wakes() throws {
        var queue = AsynchronousQueue()
        let first = try #require(try queue.accept(event(1), policy: policy(), now: at(0)).attempts.first)
        let second = try #require(try queue.accept(event(2), policy: policy(), now: at(0)).attempts.first)
        let third = try #require(try queue.accept(event(3), policy: policy(), now: at(0)).attempts.first)
        #expect(queue.attemptEnded(first.id, .answered(failed), now: at(0)) == [.scheduleWake(at: at(60))])
        #expect(queue.attemptEnded(second.id, .answered(failed), now: at(1)) == [])
        #expect(queue.attemptEnded(third.id, .refused(statusCode: 429, payload: []), now: at(2)) == [.scheduleWake(at: at(3))])
        #expect(queue.wake(now: at(3)).wakes == [at(60)])
    }

    @Test("a full queue refuses with 429: by count and by bytes")
    func full() throws {
        var limits = AsynchronousLimits()
        limits.events = 1
        var queue = AsynchronousQueue(limits: limits)
        _ = try queue.accept(event(1), policy: policy(), now: at(0))
        #expect(throws: AsynchronousRefusal.queueIsFull) { try queue.accept(event(2), policy: policy(), now: at(0)) }
        limits = AsynchronousLimits()
        limits.bytes = 13
        queue = AsynchronousQueue(limits: limits)
        _ = try queue.accept(event(1), policy: policy(), now: at(0))
        #expect(throws: AsynchronousRefusal.queueIsFull) { try queue.accept(event(2), policy: policy(), now: at(0)) }
        #expect(AsynchronousRefusal.queueIsFull.statusCode == 429)
        #expect(queue.count == 1)
    }

    @Test("an event may have 1 MiB and not a byte more")
    func payloadLimit() throws {
        var queue = AsynchronousQueue()
        let limit = FunctionLimits.asynchronousRequestBytes
        _ = try queue.accept(event(1, payload: Array(repeating: 32, count: limit)), policy: policy(), now: at(0))
        let error = #expect(throws: AsynchronousRefusal.self) {
            try queue.accept(event(2, payload: Array(repeating: 32, count: limit + 1)), policy: policy(), now: at(0))
        }
        #expect(error?.statusCode == 413)
        #expect(error?.message == "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)")
    }

    @Test("the faster timing divides AWS's waits, never multiplies them")
    func speed() {
        #expect(AsynchronousTiming.local.retryDelays == [.milliseconds(600), .milliseconds(1_200)])
        #expect(AsynchronousTiming.local.backOffMinimum == .milliseconds(10))
        #expect(AsynchronousTiming.aws.faster(by: 0) == .aws)
    }

    @Test("settings outside the API's bounds are taken as the nearest bound")
    func policyBounds() {
        #expect(policy().maximumRetryAttempts == 2)
        #expect(policy().maximumEventAge == .seconds(21_600))
        #expect(policy { $0.maximumRetryAttempts = 9 }.maximumRetryAttempts == 2)
        #expect(policy { $0.maximumEventAgeSeconds = 1 }.maximumEventAge == .seconds(60))
    }
}
