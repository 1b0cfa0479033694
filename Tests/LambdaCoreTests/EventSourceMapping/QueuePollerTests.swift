import CoreTypes
import LambdaCore
import Testing

/// Numbers come from the Lambda developer guide ("Using Lambda with Amazon SQS", "Configuring scaling behavior for SQS event source
/// mappings"): five pollers, 20 s, 300 more a minute, 1,250 at most, batches of 6 MB; waits that AWS does not publish are those
/// of ``PollerTiming``.
@Suite struct QueuePollerTests {
    @Test func `a mapping starts with five long polls of 20 s for ten messages each`() {
        var world = PollerWorld()
        world.start()
        #expect(world.lastActions == (0..<5).map { world.receiveAction($0) })
    }

    @Test func `what one receive brings is one batch without a window`() {
        var world = PollerWorld()
        world.start()
        world.receive(MappingSamples.messages(1...3))
        #expect(world.invocations.map { $0.batch.messages.map(\.messageID) } == [["m1", "m2", "m3"]])
        // Four receives go on; the fifth slot has the batch.
        #expect(world.open.count == 4)
        world.answer()
        #expect(world.deleted == [["handle-m1", "handle-m2", "handle-m3"]])
        #expect(world.outcomes.map(\.failed) == [[]])
        #expect(world.open.count == 5)
        #expect(world.poller.counts.succeeded == 3)
    }

    @Test func `nothing is deleted before the function has succeeded, and nothing after it failed`() {
        var world = PollerWorld()
        world.start()
        world.receive(MappingSamples.messages(1...2))
        #expect(world.deleted.isEmpty)
        world.end(.failed(type: "ValueError"))
        #expect(world.deleted.isEmpty)
        #expect(world.madeVisible.isEmpty)
        #expect(world.outcomes.map(\.failed) == [[0, 1]])
        #expect(world.poller.counts.failedBatches == 1)
    }

    @Test func `a partial failure deletes the others`() {
        var world = PollerWorld { $0.reportsBatchItemFailures = true }
        world.start()
        world.receive(MappingSamples.messages(1...3))
        world.answer(#"{"batchItemFailures":[{"itemIdentifier":"m2"}]}"#)
        #expect(world.deleted == [["handle-m1", "handle-m3"]])
        #expect(world.poller.counts.partialBatches == 1)
    }

    @Test func `messages that no filter lets pass are deleted and counted`() throws {
        let filters = try FilterCriteria(patterns: [#"{"body":["yes"]}"#])
        var world = PollerWorld { $0.filters = filters }
        world.start()
        world.receive([MappingSamples.message("a", body: "yes"), MappingSamples.message("b", body: "no")])
        #expect(world.deleted == [["handle-b"]])
        #expect(world.invocations.map { $0.batch.messages.map(\.messageID) } == [["a"]])
        world.receive([MappingSamples.message("c", body: "no")])
        #expect(world.invocations.count == 1)
        #expect(world.poller.counts.filtered == 2)
    }

    // MARK: Windows and sizes

    @Test func `a window gathers several receives into one batch, deleted ten at a time`() {
        var world = PollerWorld {
            $0.batchSize = 25
            $0.batchingWindow = .seconds(10)
        }
        world.start()
        world.receive(MappingSamples.messages(1...10))
        world.advance(to: .seconds(4))
        world.receive(MappingSamples.messages(11...15))
        #expect(world.invocations.isEmpty)
        world.advance(to: .seconds(9))
        #expect(world.invocations.isEmpty)
        // The window began with the first message.
        world.advance(to: .seconds(10))
        #expect(world.invocations.map(\.batch.count) == [15])
        world.answer()
        #expect(world.deleted.map(\.count) == [10, 5])
    }

    @Test func `a full batch does not wait for its window`() {
        var world = PollerWorld {
            $0.batchSize = 15
            $0.batchingWindow = .seconds(10)
        }
        world.start()
        world.receive(MappingSamples.messages(1...10))
        world.receive(MappingSamples.messages(11...20))
        #expect(world.invocations.map(\.batch.count) == [15])
        world.advance(to: .seconds(10))
        #expect(world.invocations.map(\.batch.count) == [15, 5])
    }

    @Test func `a window ends with half of the visibility timeout`() {
        var world = PollerWorld {
            $0.batchSize = 100
            $0.batchingWindow = .seconds(300)
            $0.visibilityTimeout = .seconds(60)
        }
        world.start()
        world.receive(MappingSamples.messages(1...2))
        world.advance(to: .seconds(29))
        #expect(world.invocations.isEmpty)
        world.advance(to: .seconds(30))
        #expect(world.invocations.map(\.batch.count) == [2])
    }

    @Test func `a batch ends at six megabytes of event`() throws {
        var world = PollerWorld()
        world.start()
        let body = String(repeating: "x", count: 1_048_576)
        world.receive((1...10).map { MappingSamples.message("m\($0)", body: body) })
        // Five records of a megabyte and their metadata fit into 6,291,456 bytes, six do not.
        #expect(world.invocations.map(\.batch.count) == [5, 5])
        for invocation in world.invocations {
            #expect(invocation.batch.byteCount == invocation.batch.event.count)
            #expect(invocation.batch.byteCount <= 6_291_456)
        }
    }

    @Test func `no receive begins without a place for its messages`() {
        var world = PollerWorld {
            $0.batchSize = 12
            $0.batchingWindow = .seconds(5)
            $0.scaling = .standard(.aws, maximumConcurrency: 2)
        }
        world.start()
        // Two batches of 12: 10 + 10 are asked for, and a third receive would exceed two pollers.
        #expect(world.open.count == 2)
        world.receive(MappingSamples.messages(1...10))
        world.receive(MappingSamples.messages(11...20))
        #expect(world.invocations.map(\.batch.count) == [12])
        // Eight are gathered and four are missing: a receive for the four.
        #expect(world.open.map(\.maximumMessages) == [4])
        world.receive(MappingSamples.messages(21...24))
        #expect(world.invocations.map(\.batch.count) == [12, 12])
        #expect(world.open.isEmpty)
    }

    // MARK: Scaling

    @Test func `a quiet mapping keeps two pollers, one with a maximum concurrency all of them`() {
        for (maximum, expected) in [(nil, 2), (4, 4), (10, 5)] as [(Int?, Int)] {
            var world = PollerWorld { $0.scaling = .standard(.aws, maximumConcurrency: maximum) }
            world.start()
            for _ in 0..<4 { world.emptyRound() }
            #expect(world.open.count == expected)
            // The first message brings the others back.
            world.receive([MappingSamples.message("m1")])
            #expect(world.open.count == min(maximum ?? 5, 5) - 1)
        }
    }

    @Test func `the receives of an idle mapping are those of the guide`() {
        // Five pollers for a minute, then two: 3 × 5, and 3 a minute and poller after it.
        var world = PollerWorld()
        world.start()
        for _ in 0..<(10 * 3) { world.emptyRound() }
        #expect(world.poller.counts.emptyReceives == 3 * 5 + 9 * 3 * 2)
        #expect(world.poller.counts.receives == world.poller.counts.emptyReceives)
    }

    @Test func `while all are busy the mapping grows by 300 a minute up to its ceiling`() {
        var world = PollerWorld { $0.scaling = .standard(.aws, maximumConcurrency: 20) }
        world.start()
        var next = 0
        func fill(_ world: inout PollerWorld) {
            while !world.open.isEmpty {
                world.receive([MappingSamples.message("m\(next)")])
                next += 1
            }
        }
        fill(&world)
        #expect(world.invocations.count == 5)
        for step in 1...5 {
            world.advance(to: .milliseconds(200 * step))
            fill(&world)
            #expect(world.invocations.count == 5 + step)
        }
        for step in 6...40 {
            world.advance(to: .milliseconds(200 * step))
            fill(&world)
        }
        #expect(world.invocations.count == 20)
        #expect(world.open.isEmpty)
        // Back to five when the queue is empty.
        for _ in 0..<20 { world.answer() }
        #expect(world.open.count == 20)
        while let receive = world.open.first, world.poller.pollers > 5 { world.receive([], receive) }
        #expect(world.poller.concurrency == 5)
    }

    @Test func `provisioned pollers serve ten batches each`() {
        var world = PollerWorld { $0.scaling = .provisioned(ProvisionedPollers(minimum: 2, maximum: 3)) }
        world.start()
        #expect(world.open.count == 2)
        for number in 0..<20 { world.receive([MappingSamples.message("m\(number)")]) }
        #expect(world.invocations.count == 20)
        #expect(world.open.isEmpty)
        for step in 1...20 {
            world.advance(to: .milliseconds(60 * step))
            if !world.open.isEmpty { world.receive([MappingSamples.message("n\(step)")]) }
        }
        #expect(world.invocations.count == 30)
    }

    @Test func `failed invocations slow a mapping down unless it reports its failures`() {
        for reports in [false, true] {
            var world = PollerWorld { $0.reportsBatchItemFailures = reports }
            world.start()
            for number in 0..<6 {
                world.receive([MappingSamples.message("m\(number)")])
                world.end(.failed(type: "Error"))
            }
            #expect(world.poller.concurrency == (reports ? 5 : 2))
            for number in 10..<16 {
                world.receive([MappingSamples.message("m\(number)")])
                world.answer()
            }
            #expect(world.poller.concurrency == 5)
        }
    }

    // MARK: Throttles

    @Test func `a throttled batch is tried again after rising waits`() {
        var world = PollerWorld { $0.visibilityTimeout = .seconds(30) }
        world.start()
        world.receive(MappingSamples.messages(1...1))
        world.end(.throttled)
        #expect(world.invocations.isEmpty)
        #expect(world.poller.batchesInFlight == 1)
        world.advance(to: .milliseconds(249))
        #expect(world.invocations.isEmpty)
        world.advance(to: .milliseconds(250))
        #expect(world.invocations.count == 1)
        world.end(.throttled)
        world.advance(to: .milliseconds(749))
        #expect(world.invocations.isEmpty)
        world.advance(to: .milliseconds(750))
        world.answer()
        #expect(world.deleted == [["handle-m1"]])
        #expect(world.outcomes.map(\.attempts) == [3])
        #expect(world.poller.counts.throttles == 2)
    }

    @Test func `a throttled batch is given up when its messages reappear`() {
        var world = PollerWorld { $0.visibilityTimeout = .seconds(5) }
        world.start()
        world.receive(MappingSamples.messages(1...2))
        while world.poller.batchesInFlight > 0 {
            if world.invocations.isEmpty { world.advanceToTimer() } else { world.end(.throttled) }
        }
        #expect(world.now == MappingSamples.start + .seconds(5))
        #expect(world.outcomes.map(\.ending) == [.throttledUntilVisible])
        #expect(world.deleted.isEmpty)
    }

    // MARK: FIFO

    @Test func `a group is with the function once at a time`() {
        var world = PollerWorld { $0.source = MappingSamples.fifoSource }
        world.start()
        let big = String(repeating: "x", count: 1_048_576)
        // Six megabytes: the batch is split within group a; b comes behind the split.
        world.receive((1...6).map { MappingSamples.message("a\($0)", body: big, group: "a") })
        #expect(world.invocations.map(\.batch.count) == [5])
        world.answer()
        #expect(world.invocations.map { $0.batch.messages.map(\.messageID) } == [["a6"]])
    }

    @Test func `a failed group takes along what is held of it`() {
        var world = PollerWorld { $0.source = MappingSamples.fifoSource }
        world.start()
        let big = String(repeating: "x", count: 1_048_576)
        world.receive(
            (1...6).map { MappingSamples.message("a\($0)", body: big, group: "a") } + [MappingSamples.message("b1", group: "b")])
        world.end(.failed(type: "Error"))
        // a6 would overtake a1 to a5: it is let go. b1 is free.
        #expect(world.invocations.map { $0.batch.messages.map(\.messageID) } == [["b1"]])
        world.answer()
        #expect(world.deleted == [["handle-b1"]])
        #expect(world.poller.messagesInFlight == 0)
    }

    @Test func `what waits too long is let go`() {
        var world = PollerWorld {
            $0.source = MappingSamples.fifoSource
            $0.visibilityTimeout = .seconds(10)
        }
        world.start()
        let big = String(repeating: "x", count: 1_048_576)
        world.receive((1...6).map { MappingSamples.message("a\($0)", body: big, group: "a") })
        world.advance(to: .seconds(10))
        world.answer()
        #expect(world.invocations.isEmpty)
        #expect(world.poller.messagesInFlight == 0)
    }

    // MARK: Thrift

    @Test func `a poller may rest longer after each empty receive`() {
        var polling = PollingSettings.aws
        polling.initialPollers = 1
        polling.idlePollers = 1
        polling.idlePause = .seconds(10)
        polling.idlePauseMaximum = .seconds(40)
        let settings = polling
        var world = PollerWorld {
            $0.polling = settings
            $0.scaling = .standard(settings, maximumConcurrency: nil)
        }
        world.start()
        var rests: [Duration] = []
        for _ in 0..<4 {
            world.pass(.seconds(20))
            world.receive([])
            let began = world.now
            #expect(world.open.isEmpty)
            world.advanceToTimer()
            rests.append(world.now - began)
        }
        #expect(rests == [.seconds(10), .seconds(20), .seconds(40), .seconds(40)])
        // A message ends it.
        world.receive([MappingSamples.message("m1")])
        world.answer()
        #expect(world.open.count == 1)
        world.pass(.seconds(20))
        world.receive([])
        let began = world.now
        world.advanceToTimer()
        #expect(world.now - began == .seconds(10))
    }

    @Test func `short polling asks once a second and no faster`() {
        var polling = PollingSettings.aws
        polling.waitTimeSeconds = 0
        polling.initialPollers = 1
        polling.idlePollers = 1
        let settings = polling
        var world = PollerWorld {
            $0.polling = settings
            $0.scaling = .standard(settings, maximumConcurrency: nil)
        }
        world.start()
        for _ in 0..<3_600 {
            world.receive([])
            world.advanceToTimer()
        }
        #expect(world.now == MappingSamples.start + .seconds(3_600))
        #expect(world.poller.counts.emptyReceives == 3_600)
    }

    @Test func `a queue that can't be asked is asked less and less often`() {
        var polling = PollingSettings.aws
        polling.initialPollers = 1
        polling.idlePollers = 1
        let settings = polling
        var world = PollerWorld { $0.scaling = .standard(settings, maximumConcurrency: nil) }
        world.start()
        var waits: [Duration] = []
        for _ in 0..<8 {
            let began = world.now
            world.fail()
            world.advanceToTimer()
            waits.append(world.now - began)
        }
        #expect(waits == [1, 2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
    }

    // MARK: The end

    @Test func `a stopped mapping finishes what is with the function and gives back the rest`() {
        var world = PollerWorld { $0.scaling = .standard(.aws, maximumConcurrency: 2) }
        world.start()
        world.receive(MappingSamples.messages(1...2))
        world.receive(MappingSamples.messages(3...4))
        world.end(.throttled)
        world.stop()
        #expect(world.madeVisible.flatMap(\.self).sorted() == ["handle-m1", "handle-m2"])
        #expect(!world.isStopped)
        world.answer()
        #expect(world.deleted == [["handle-m3", "handle-m4"]])
        #expect(world.isStopped)
    }

    @Test func `messages that arrive while a mapping stops go back to the queue`() {
        var world = PollerWorld()
        world.start()
        let open = world.open
        world.stop()
        #expect(world.cancelled.count == 5)
        world.receive(MappingSamples.messages(1...2), open[0])
        #expect(world.madeVisible == [["handle-m1", "handle-m2"]])
        #expect(!world.isStopped)
        for receive in open.dropFirst() { world.cancel(receive) }
        #expect(world.isStopped)
        #expect(world.invocations.isEmpty)
    }

    @Test func `a stopped mapping asks for nothing more, whatever comes`() {
        var world = PollerWorld()
        world.start()
        let open = world.open
        world.stop()
        // While it stops: neither a timer nor new settings begin anything.
        world.wake()
        world.update { $0.batchSize = 1 }
        #expect(world.lastActions.isEmpty)
        for receive in open { world.cancel(receive) }
        #expect(world.isStopped)
        world.stop()
        #expect(world.lastActions.isEmpty)
        world.wake()
        #expect(world.lastActions.isEmpty)
        world.update { $0.batchSize = 2 }
        #expect(world.lastActions.isEmpty)
    }

    @Test func `a throttle while a mapping stops gives the messages back`() {
        var world = PollerWorld()
        world.start()
        world.receive(MappingSamples.messages(1...2))
        world.stop()
        for receive in world.open { world.cancel(receive) }
        world.end(.throttled)
        #expect(world.madeVisible == [["handle-m1", "handle-m2"]])
        #expect(world.isStopped)
    }

    @Test func `new settings hold for what begins after them`() {
        var world = PollerWorld()
        world.start()
        world.update { $0.scaling = .standard(.aws, maximumConcurrency: 2) }
        // Five receives are under way for batches of ten; two batches may be with the function.
        for number in 0..<4 { world.receive([MappingSamples.message("m\(number)")]) }
        #expect(world.invocations.count == 2)
        world.answer()
        world.answer()
        #expect(world.invocations.count == 2)
    }
}
