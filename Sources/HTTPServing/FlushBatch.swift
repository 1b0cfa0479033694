package import NIOCore

/// Sends what was written to connections of one event loop together, at the end of the loop's turn. Sent one by one, each wakes its
/// receiver, which often has just gone to sleep: where many connections lead to the same process, that costs both sides more than
/// the sending. Lives on that loop.
package final class FlushBatch {
    private let eventLoop: any EventLoop
    private var contexts: [ChannelHandlerContext] = []
    private var began = NIODeadline.uptimeNanoseconds(0)

    /// Nobody waits longer for others whose requests take their time.
    private static let turnMax = TimeAmount.microseconds(300)

    package init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    /// What was written through the context is sent soon.
    package func add(_ context: ChannelHandlerContext) {
        let now = NIODeadline.now()
        if self.contexts.isEmpty {
            self.began = now
            self.eventLoop.assumeIsolated().execute { self.flush() }
        }
        self.contexts.append(context)
        if now - self.began > Self.turnMax { self.flush() }
    }

    private func flush() {
        for context in self.contexts { context.flush() }
        self.contexts.removeAll(keepingCapacity: true)
    }
}
