import Dispatch
import Foundation
import GRDB
package import SQS
import Synchronization

/// The durable half of the queues: what ``QueueService`` decides is written here before anybody hears of it.
///
/// Commits run on a thread of their own, one after the other. Whatever is appended while one runs goes into the next, so that
/// load makes a commit cheaper for each request. A lonely request needs no thread: while it sleeps, ``commitNow(_:)`` takes
/// its place for a moment, as waking it and being woken by it takes longer than a commit. The tables hold what is live and
/// nothing else: a deleted message is a deleted row, its page is used again, and a file that has become half empty gives pages
/// back to the system while nothing else is to do.
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
        /// The journal's thread sleeps, and nobody has taken its place.
        var isIdle = false
        var isClosing = false
        /// Of the first commit that failed.
        var failure: StorageError?
    }

    /// Runs what it is given on the caller's thread.
    private let database: DatabaseQueue
    private let path: String
    private let durability: Durability
    /// SAFETY: used by whoever found the state idle and set it to busy, and by the journal's thread while the state is busy by its
    /// doing.
    nonisolated(unsafe) private var writer: JournalWriter?
    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    /// Opens the journal of a folder, or begins one.
    /// - Throws: when it is in use, damaged or newer; it is left as it was then.
    package init(path: String, durability: Durability) throws(StorageError) {
        self.path = path
        self.durability = durability
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

    /// What ``commitNow(_:)`` takes at most: some tens of microseconds.
    private static let changesAtOnce = 4
    private static let bytesAtOnce = 16 * 1024

    /// Commits a few small changes on the caller's thread, where nothing else is being written and that takes no longer than to
    /// hand them over. `nil`: it wasn't done; append them.
    package func commitNow(_ changes: [Change]) -> Result<Void, StorageError>? {
        guard self.durability == .process, changes.count <= Self.changesAtOnce,
            changes.allSatisfy({ $0.bytes.map { $0 <= Self.bytesAtOnce } ?? false })
        else { return nil }
        let isMine = self.state.withLock { state in
            guard state.isIdle, state.failure == nil else { return false }
            state.isIdle = false
            return true
        }
        guard isMine else { return nil }
        defer { self.giveBack() }
        guard let writer, !writer.owesWork else { return nil }
        return self.write(changes, writer)
    }

    /// Lets the journal's thread have its place again, and wakes it if something came meanwhile.
    private func giveBack() {
        let mustWake = self.state.withLock { state in
            state.isIdle = state.waiting.isEmpty && !state.isClosing
            return !state.isIdle
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
            try self.commitAll()
            try self.database.close()
        } catch {
            self.failUntilClosed(self.failed(error as? StorageError ?? StorageError(.inputOutput, "\(error)")))
        }
        self.ended.signal()
    }

    /// When it returns nothing holds the connection any more, which can then be closed.
    private func commitAll() throws {
        let writer = try self.database.inDatabase { database in try JournalWriter(database) }
        self.writer = writer
        defer { self.writer = nil }
        self.commitUntilClosed(writer)
    }

    private func commitUntilClosed(_ writer: JournalWriter) {
        while let groups = self.take(else: { writer.compact() }) {
            if let failure = self.state.withLock({ $0.failure }) {
                for group in groups { group.completion(failure) }
                return self.failUntilClosed(failure)
            }
            switch self.write(groups.lazy.flatMap(\.changes), writer) {
            case .success:
                for group in groups { group.completion(nil) }
                writer.writeBackIfLong()
            case .failure(let failure):
                for group in groups { group.completion(failure) }
                return self.failUntilClosed(failure)
            }
        }
    }

    private func write(_ changes: some Collection<Change>, _ writer: JournalWriter) -> Result<Void, StorageError> {
        do throws(StorageError) {
            return .success(try writer.write(changes))
        } catch {
            return .failure(self.failed(error))
        }
    }

    /// Keeps the failure for all that comes.
    private func failed(_ error: StorageError) -> StorageError {
        let failure = StorageError(error.code, "\(self.path) can't be written: \(error.description)")
        return self.state.withLock { state in
            state.failure = state.failure ?? failure
            return state.failure ?? failure
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

extension Change {
    /// About what it brings to write; `nil` for what walks the tables or is rare.
    fileprivate var bytes: Int? {
        switch self {
        case .messageAdded(let message): message.body.count
        case .messageReceived, .visibilityChanged, .messageMoved, .messageDeleted, .deduplicationSaved, .serialsReserved: 0
        case .queueSaved, .queueDeleted, .queuePurged, .moveTaskSaved, .moveTaskForgotten: nil
        }
    }
}
