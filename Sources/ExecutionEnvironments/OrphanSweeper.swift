import CProcess
import Dispatch
import NIOCore

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Kills what an ended environment's processes left behind outside their process groups: daemons that began a session of their
/// own. They are known by the environment's marker, which they have inherited. Looking through all processes takes milliseconds,
/// so it happens on a thread of its own, for all environments that have ended meanwhile at once.
final class OrphanSweeper {
    private let eventLoop: any EventLoop
    private var waiting: [(marker: String, completion: () -> Void)] = []
    private var isSweeping = false
    private static let queue = DispatchQueue(label: "martlet.orphan-sweeper")

    init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    /// `completion` is called on the loop when no process with this marker is left.
    func sweep(_ marker: String, completion: @escaping () -> Void) {
        self.waiting.append((marker, completion))
        self.next()
    }

    /// The same for an environment that nobody waits for; not at once, as what replaces it is starting just then.
    func sweepLater(_ marker: String) {
        let bound = NIOLoopBound(self, eventLoop: self.eventLoop)
        self.eventLoop.scheduleTask(in: Self.delay) { bound.value.sweep(marker) {} }
    }

    private static let delay = TimeAmount.milliseconds(200)

    private func next() {
        guard !self.isSweeping, !self.waiting.isEmpty else { return }
        self.isSweeping = true
        let batch = self.waiting
        self.waiting = []
        let markers = batch.map(\.marker)
        let bound = NIOLoopBound((self, batch.map(\.completion)), eventLoop: self.eventLoop)
        let eventLoop = self.eventLoop
        Self.queue.async {
            Self.kill(markers)
            eventLoop.execute {
                let (sweeper, completions) = bound.value
                sweeper.isSweeping = false
                for completion in completions { completion() }
                sweeper.next()
            }
        }
    }

    /// A killed process can have started another one just before: looks again until none is found.
    private static func kill(_ markers: [String]) {
        let texts = markers.map { strdup($0) }
        defer { for text in texts { free(text) } }
        let pointers = texts.map { UnsafePointer($0) }
        for _ in 0..<Self.rounds
        where pointers.withUnsafeBufferPointer({ martlet_kill_marked($0.baseAddress!, Int32($0.count)) }) == 0 { return }
    }

    private static let rounds = 100
}
