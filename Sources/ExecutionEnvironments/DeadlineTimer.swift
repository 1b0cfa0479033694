import NIOCore

/// One deadline that moves often and passes seldom. The loop's timer behind it is left alone when it fires earlier anyway and
/// looks again then, so that a warm invocation, whose deadline is always later than the last one, costs no timer.
final class DeadlineTimer {
    private let eventLoop: any EventLoop
    private var deadline: NIODeadline?
    private var scheduled: (task: Scheduled<Void>, at: NIODeadline)?
    /// Called on the loop when the deadline has passed; set once.
    var onPassed: () -> Void = {}

    init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    func arm(_ deadline: NIODeadline) {
        self.deadline = deadline
        if let scheduled, scheduled.at <= deadline { return }
        self.scheduled?.task.cancel()
        self.schedule(deadline)
    }

    func disarm() { self.deadline = nil }

    func cancel() {
        self.deadline = nil
        self.scheduled?.task.cancel()
        self.scheduled = nil
    }

    /// Drops the loop's timer where nothing waits for it any more.
    func rest() { if self.deadline == nil { self.cancel() } }

    private func schedule(_ deadline: NIODeadline) {
        let bound = NIOLoopBound(WeakTimer(timer: self), eventLoop: self.eventLoop)
        self.scheduled = (self.eventLoop.scheduleTask(deadline: deadline) { bound.value.timer?.fired() }, deadline)
    }

    private func fired() {
        self.scheduled = nil
        guard let deadline else { return }
        guard deadline <= .now() else {
            self.schedule(deadline)
            return
        }
        self.deadline = nil
        self.onPassed()
    }

    private struct WeakTimer {
        weak var timer: DeadlineTimer?
    }
}
