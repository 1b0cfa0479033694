import APIGateway
import CoreTypes
import Foundation
import NIOCore

/// The counters of usage plans on disk, `usage.json` of the state folder, so that a restart gives nobody a new quota. Written some
/// seconds after a change and at the end: what a host that is killed counted in between is forgotten. Lives on the event loop.
final class UsageFile {
    private static let period = TimeAmount.seconds(2)

    private let path: String
    /// As the file has them.
    private(set) var counters: UsageCounters
    private let report: (String) -> Void
    private var task: RepeatedTask?

    init(folder: String, report: @escaping (String) -> Void) throws {
        self.path = "\(folder)/usage.json"
        self.report = report
        guard let data = FileManager.default.contents(atPath: self.path) else {
            self.counters = UsageCounters()
            return
        }
        let parsed = Result { () throws(JSONError) in try JSON(parsing: Array(data)) }
        guard case .success(let snapshot) = parsed, let counters = UsageCounters(snapshot: snapshot) else {
            throw HostError("\(self.path) doesn't hold the counters of usage plans. Remove it to begin with none.")
        }
        self.counters = counters
    }

    /// Writes what `current` gives whenever it changed.
    func follow(_ eventLoop: any EventLoop, _ current: @escaping () -> UsageCounters) {
        let work = NIOLoopBound(current, eventLoop: eventLoop)
        let file = NIOLoopBound(self, eventLoop: eventLoop)
        self.task = eventLoop.scheduleRepeatedTask(initialDelay: Self.period, delay: Self.period) { _ in
            file.value.write(work.value())
        }
    }

    func stop(_ counters: UsageCounters) {
        self.task?.cancel()
        self.write(counters)
    }

    private func write(_ counters: UsageCounters) {
        guard counters != self.counters else { return }
        do {
            try Data(counters.snapshot.bytes).write(to: URL(fileURLWithPath: self.path), options: .atomic)
            self.counters = counters
        } catch {
            self.report("the counters of usage plans can't be written to \(self.path): \(error.localizedDescription)")
        }
    }
}
