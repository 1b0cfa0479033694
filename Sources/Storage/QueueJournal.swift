import Dispatch
import Foundation
import GRDB
package import SQS
import Synchronization

/// The durable half of the queues: what ``QueueService`` decides is written here before anybody hears of it.
///
/// Commits run on a thread of their own, one after the other. Whatever is appended while one runs goes into the next, so that
/// load makes a commit cheaper for each request, and a lonely request waits for nobody. The tables hold what is live and nothing
/// else: a deleted message is a deleted row, its page is used again, and a file that has become half empty gives pages back to
/// the system while nothing else is to do.
///
/// After the first commit that fails every other fails with the same error: the queues in memory are ahead of the disk by then,
/// and only a new start brings them together.
package final class QueueJournal: Sendable {
    package typealias Completion = @Sendable (StorageError?) -> Void

    private struct Group {
        var changes: [Change]
        var completion: Completion
    }

    private struct State {
        var waiting: [Group] = []
        var isIdle = true
        var isClosing = false
    }

    /// Used on the journal's own thread from ``start()`` on.
    private let database: DatabaseQueue
    private let path: String
    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    /// Opens the journal of a folder, or begins one.
    /// - Throws: when it is in use, damaged or newer; it is left as it was then.
    package init(path: String, durability: Durability) throws(StorageError) {
        self.path = path
        self.database = try JournalFile.open(path: path, durability: durability)
    }

    /// Gives the stored changes to `body`, which may read them once. Costs what is live. Call before ``start()``.
    package func replay<Result>(_ body: (StoredChanges) throws -> Result) throws -> Result {
        try self.database.inDatabase { database in
            let changes = try StoredChanges(database)
            let result = try body(changes)
            if let fault = changes.fault {
                throw StorageError(
                    fault.code,
                    "\(self.path) can't be used: \(fault.description). It is left as it is. Move it away to begin with empty queues."
                )
            }
            return result
        }
    }

    /// Starts the thread that commits.
    package func start() {
        let thread = Thread { self.run() }
        thread.name = "queue-journal"
        thread.start()
    }

    /// Hands changes over. `completion` is called on the journal's thread when they are as safe as the durability says.
    package func append(_ changes: [Change], completion: @escaping Completion) {
        let mustWake = self.state.withLock { state in
            precondition(!state.isClosing, "the journal takes no changes once it closes")
            state.waiting.append(Group(changes: changes, completion: completion))
            defer { state.isIdle = false }
            return state.isIdle
        }
        if mustWake { self.wake.signal() }
    }

    /// Commits what waits, writes the WAL back and lets go of the file.
    package func close() {
        let mustWake = self.state.withLock { state in
            state.isClosing = true
            defer { state.isIdle = false }
            return state.isIdle
        }
        if mustWake { self.wake.signal() }
        self.ended.wait()
    }

    // MARK: The thread

    private func run() {
        do {
            try self.database.inDatabase { database in
                let writer = try ChangeWriter(database)
                let compaction = try Compaction(database)
                self.commitUntilClosed(writer, compaction)
            }
            try self.database.close()
        } catch {
            self.failUntilClosed(error as? StorageError ?? StorageError(.inputOutput, "\(error)"))
        }
        self.ended.signal()
    }

    private func commitUntilClosed(_ writer: ChangeWriter, _ compaction: Compaction) {
        while let groups = self.take(else: compaction.step) {
            do throws(StorageError) {
                try writer.write(groups.lazy.flatMap(\.changes))
                compaction.committed()
                for group in groups { group.completion(nil) }
            } catch {
                let failure = StorageError(error.code, "\(self.path) can't be written: \(error.description)")
                for group in groups { group.completion(failure) }
                self.failUntilClosed(failure)
                return
            }
        }
    }

    private func failUntilClosed(_ failure: StorageError) {
        while let groups = self.take(else: { false }) {
            for group in groups { group.completion(failure) }
        }
    }

    /// All that waits, in its order; `nil` when the journal closes and nothing is left. While nothing waits `idleStep` is called,
    /// until it has nothing more to do.
    private func take(else idleStep: () -> Bool) -> [Group]? {
        while true {
            let (groups, isClosing) = self.state.withLock { state in
                let groups = state.waiting
                state.waiting = []
                return (groups, state.isClosing)
            }
            if !groups.isEmpty { return groups }
            if isClosing { return nil }
            if idleStep() { continue }
            let mustWait = self.state.withLock { state in
                state.isIdle = state.waiting.isEmpty && !state.isClosing
                return state.isIdle
            }
            if mustWait { self.wake.wait() }
        }
    }
}
