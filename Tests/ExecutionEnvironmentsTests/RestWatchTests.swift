import ExecutionEnvironments
import NIOCore
import NIOEmbedded
import Testing

/// On a clock that the test moves.
struct RestWatchTests {
    private let eventLoop = EmbeddedEventLoop()
    private let watch: RestWatch
    private let count: Count

    private final class Count { var rests = 0 }

    init() {
        self.watch = RestWatch(eventLoop: self.eventLoop)
        self.count = Count()
        self.watch.onRest = { [count = self.count] in count.rests += 1 }
    }

    private func pass(_ time: TimeAmount) { self.eventLoop.advanceTime(by: time) }

    @Test func aHostThatNobodyAskedAnythingHasNoTimer() {
        self.pass(.hours(1))
        #expect(self.count.rests == 0)
    }

    @Test func restComesOnceAfterTheLastRequest() {
        self.watch.noteActivity()
        self.pass(RestWatch.rest - .nanoseconds(1))
        #expect(self.count.rests == 0)
        self.pass(.nanoseconds(1))
        #expect(self.count.rests == 1)
        self.pass(.hours(1))
        #expect(self.count.rests == 1)
    }

    @Test func underLoadThereIsNoRestAndAtItsEndThereIsOneWithinTwiceTheTime() {
        for _ in 0..<1_000 {
            self.watch.noteActivity()
            self.pass(.milliseconds(10))
        }
        #expect(self.count.rests == 0)
        self.pass(RestWatch.rest + RestWatch.rest)
        #expect(self.count.rests == 1)
    }

    @Test func requestsFarApartClearUpNoMoreOftenThanTheIntervalSays() {
        for _ in 0..<100 {
            self.watch.noteActivity()
            self.pass(RestWatch.rest + .seconds(1))
        }
        // 200 seconds of them, one clearing up in ten at most, and always one in the end.
        #expect((10...21).contains(self.count.rests))
        let before = self.count.rests
        self.watch.noteActivity()
        self.pass(RestWatch.interval + RestWatch.rest)
        #expect(self.count.rests == before + 1)
    }
}
