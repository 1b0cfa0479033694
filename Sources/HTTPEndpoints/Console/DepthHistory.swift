import CoreTypes
import NIOCore
import SQS

/// How many messages queues held, over time: a point whenever a second with changes is over, so that an idle host takes none.
/// Lives on the event loop.
package final class DepthHistory {
    /// Of each queue.
    static let pointsMax = 600
    /// Queues that are followed; of more, none is.
    static let queuesMax = 1_000
    private static let period = TimeAmount.milliseconds(500)

    struct Point: Hashable {
        let time: Timestamp
        let visible: Int
        let inFlight: Int
        let delayed: Int
    }

    /// Owns this.
    private unowned let queues: QueueHost
    private let feed: EventFeed
    private var points: [QueueID: CircularBuffer<Point>] = [:]
    private var sampling: Scheduled<Void>?

    package init(queues: QueueHost, feed: EventFeed) {
        self.queues = queues
        self.feed = feed
        self.sample()
    }

    func turnEnded() {
        guard self.sampling == nil else { return }
        let bound = NIOLoopBound(self, eventLoop: self.queues.eventLoop)
        self.sampling = self.queues.eventLoop.scheduleTask(in: Self.period) { bound.value.sample() }
    }

    private func sample() {
        self.sampling = nil
        let (summaries, now) = self.queues.inspect { service, now in (service.summaries, now) }
        guard summaries.count <= Self.queuesMax else { return }
        var isNew = false
        for summary in summaries {
            let point = Point(
                time: now, visible: summary.visibleMessages, inFlight: summary.inFlightMessages, delayed: summary.delayedMessages)
            isNew = self.add(point, to: summary.id) || isNew
        }
        let known = Set(summaries.map(\.id))
        for id in self.points.keys where !known.contains(id) {
            self.points[id] = nil
            isNew = true
        }
        if isNew { self.feed.changed(.queues) }
    }

    /// - Returns: whether the queue holds something else than before.
    private func add(_ point: Point, to queue: QueueID) -> Bool {
        if let last = self.points[queue]?.last, last.visible == point.visible, last.inFlight == point.inFlight,
            last.delayed == point.delayed
        {
            return false
        }
        self.points[queue, default: CircularBuffer()].append(point)
        if self.points[queue]?.count ?? 0 > Self.pointsMax { self.points[queue]?.removeFirst() }
        return true
    }

    func stop() { self.sampling?.cancel() }

    /// The oldest first; each holds until the next.
    func points(of queue: QueueID) -> [Point] { self.points[queue].map(Array.init) ?? [] }
}
