import CProcess
package import NIOCore

/// Knows when a host has come to rest, and lets it clear up once: what a load leaves behind costs nobody anything while it goes
/// on, and everybody memory and wake-ups afterwards.
///
/// A request costs a look at two variables. Under load the loop's timer fires about once a second; at rest there is none.
/// Lives on the event loop.
package final class RestWatch {
    /// Without any for so long, and for twice as long at most, a host rests.
    package static let rest = TimeAmount.seconds(1)
    /// Between one clearing up, some milliseconds, and the next.
    package static let interval = TimeAmount.seconds(10)

    /// Called when the host has come to rest.
    package var onRest: () -> Void = {}
    private let eventLoop: any EventLoop
    private var isArmed = false
    private var wasActive = false
    private var earliest = NIODeadline.uptimeNanoseconds(0)

    package init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    /// A request or an invocation came.
    package func noteActivity() {
        if self.isArmed { self.wasActive = true } else { self.arm() }
    }

    private func arm() {
        self.isArmed = true
        self.wasActive = false
        let bound = NIOLoopBound(self, eventLoop: self.eventLoop)
        self.eventLoop.scheduleTask(deadline: max(self.eventLoop.now + Self.rest, self.earliest)) { bound.value.timeCame() }
    }

    private func timeCame() {
        self.isArmed = false
        if self.wasActive { return self.arm() }
        self.earliest = self.eventLoop.now + Self.interval
        self.onRest()
    }

    /// Gives the system back what was freed: the C library keeps it for the next load.
    package static func returnFreeMemory() { martlet_return_free_memory() }
}
