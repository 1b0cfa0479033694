package import Billing
package import CoreTypes
import Dispatch
import Foundation
import GRDB
package import SQS
import Synchronization

/// The record of all that is billed: every invocation, every request to an API or a queue. Outlives its host.
///
/// **Window.** Whoever appends waits for nothing: events are gathered for ``window`` and committed together, on a thread of the
/// ledger's own. What is gathered is lost when the process is killed; what is committed is not. An event is in the file
/// once or not at all, however often it is appended or a commit is tried.
///
/// **When it can't be written** (a full disk), events wait in memory, up to ``waitingMax``, and are written when it can be
/// again; of more, the count alone is kept and told.
package final class Ledger: Sendable {
    /// What a ledger keeps, and for whom it is.
    package struct Settings: Hashable, Sendable {
        package var kind: LedgerSession.Kind
        /// Of the functions and APIs.
        package var region: String
        package var processID: Int32
        package var startedAt: Timestamp
        /// Invocations that are kept, about; the oldest go first. What they cost stays.
        package var invocationsMax: Int

        package init(
            kind: LedgerSession.Kind, region: String, processID: Int32, startedAt: Timestamp,
            invocationsMax: Int = Ledger.invocationsMaxDefault
        ) {
            self.kind = kind
            self.region = region
            self.processID = processID
            self.startedAt = startedAt
            self.invocationsMax = invocationsMax
        }
    }

    private struct State {
        var waiting = LedgerGroup()
        /// Events of the commit under way: they wait again if it fails.
        var committing = 0
        /// Called when all that waited before is written, or given up.
        var flushes: [DispatchSemaphore] = []
        var isIdle = false
        var isClosing = false
        /// Nothing is taken any more: the file is damaged.
        var isBroken = false
        var lost = 0
    }

    /// How long events are gathered before they are committed.
    package static let window = Duration.milliseconds(50)
    /// How long the pages that it has read stay in memory for the next commit.
    private static let patience = 0.5
    /// Events that wait for a commit, at most: some 30 MB.
    package static let waitingMax = 100_000
    /// About 150 MB on disk.
    package static let invocationsMaxDefault = 1_000_000
    /// A commit that fails is tried again after one window, and then after twice as long each time up to this.
    private static let retryDelayMax = Duration.seconds(5)

    private let settings: Settings
    private let database: DatabaseQueue
    /// `nil` in memory.
    private let path: String?
    private let report: @Sendable (String) -> Void
    private let clock: @Sendable () -> Timestamp
    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    /// Opens the ledger, or begins one, and starts its thread.
    /// - Parameters:
    ///   - path: the file; `nil` for a ledger that ends with the process.
    ///   - clock: says when the session ended.
    ///   - report: told, on any thread, in a sentence, when events can't be written, and when they can be again.
    /// - Throws: when the file is damaged or newer; it is left as it was then.
    package init(
        path: String?, settings: Settings, clock: @escaping @Sendable () -> Timestamp,
        report: @escaping @Sendable (String) -> Void
    ) throws(StorageError) {
        self.settings = settings
        self.path = path
        self.clock = clock
        self.report = report
        if let path { self.database = try LedgerFile.open(path: path) } else { self.database = try LedgerFile.inMemory() }
        let thread = Thread { self.run() }
        thread.name = "ledger"
        thread.start()
    }

    /// For looking, while the ledger is open. What was appended is seen once it is committed.
    package func makeReader() throws(StorageError) -> LedgerReader {
        if let path { try LedgerReader(path: path) } else { LedgerReader(sharing: self.database) }
    }

    // MARK: Events

    package func append(_ record: InvocationRecord) { self.append { $0.add(record) } }

    /// One request to a queue.
    package func append(_ event: UsageEvent) { self.append { $0.add(event) } }

    /// One request to an API.
    package func append(_ event: APIUsage.Event) { self.append { $0.add(event) } }

    private func append(_ add: (inout LedgerGroup) -> Void) {
        let mustWake = self.state.withLock { state in
            guard state.waiting.count + state.committing < Self.waitingMax, !state.isClosing, !state.isBroken else {
                state.lost += 1
                return false
            }
            add(&state.waiting)
            defer { state.isIdle = false }
            return state.isIdle
        }
        if mustWake { self.wake.signal() }
    }

    /// Returns when all that was appended before is written, or can't be. Blocks: not for an event loop.
    package func flush() {
        let done = DispatchSemaphore(value: 0)
        let waits = self.state.withLock { state in
            guard !state.isClosing, !state.isBroken else { return false }
            state.flushes.append(done)
            state.isIdle = false
            return true
        }
        guard waits else { return }
        self.wake.signal()
        done.wait()
    }

    /// Writes what waits and lets go of the file.
    package func close() {
        let closes = self.state.withLock { state in
            defer { state.isClosing = true }
            return !state.isClosing
        }
        guard closes else { return }
        self.wake.signal()
        self.ended.wait()
    }

    // MARK: The thread

    private func run() {
        do {
            var tables: Tables? = try self.database.inDatabase { try self.begin($0) }
            if let tables { self.commitUntilClosed(tables.writer, tables.retention) }
            // Their statements end with them, and only then can the file be closed.
            self.database.inDatabase { _ in tables = nil }
            try self.database.close()
        } catch {
            self.giveUp(error as? StorageError ?? StorageError(.inputOutput, "\(error)"))
        }
        self.ended.signal()
    }

    private struct Tables {
        let writer: LedgerWriter
        let retention: LedgerRetention
    }

    private func begin(_ database: Database) throws(StorageError) -> Tables {
        let writer = try LedgerWriter(database, session: self.session)
        let retention = try LedgerRetention(database, limit: self.settings.invocationsMax)
        // A command of a few invocations leaves that to a host.
        if self.settings.kind == .host { try retention.forgetUsage(before: self.settings.startedAt) }
        return Tables(writer: writer, retention: retention)
    }

    private func explain(_ failure: StorageError) -> String { "\(self.path ?? "in memory"): \(failure)" }

    private var session: LedgerSession {
        LedgerSession(
            id: 0, kind: self.settings.kind, region: self.settings.region, processID: self.settings.processID,
            startedAt: self.settings.startedAt, endedAt: nil, lost: 0)
    }

    private func commitUntilClosed(_ writer: LedgerWriter, _ retention: LedgerRetention) {
        var delay = Self.window
        var lostBefore = 0
        while true {
            let isClosing = self.gather(for: delay, retention)
            let (group, flushes, lost) = self.take()
            let failure = self.commit(group, lost: lost == lostBefore ? nil : lost, isClosing: isClosing, writer, retention)
            if failure == nil { self.state.withLock { $0.committing = 0 } }
            if let failure {
                if delay == Self.window { self.report("the ledger can't be written, and tries again: \(self.explain(failure))") }
                delay = min(delay * 2, Self.retryDelayMax)
                if failure.code == .damaged || isClosing {
                    self.drop(group, failure)
                } else {
                    self.putBack(group)
                }
            } else {
                if delay > Self.window { self.report("the ledger is written again") }
                if lost > lostBefore {
                    self.report("\(lost - lostBefore) events are missing in the ledger: too many waited for it")
                }
                (delay, lostBefore) = (Self.window, lost)
            }
            for flush in flushes { flush.signal() }
            if isClosing { return }
        }
    }

    /// Waits until something waits to be written, and then as long as more is gathered.
    /// - Returns: whether this is the last time.
    private func gather(for delay: Duration, _ retention: LedgerRetention) -> Bool {
        while true {
            let (mustWait, isClosing, isFlushing) = self.state.withLock { state in
                state.isIdle = state.waiting.isEmpty && state.flushes.isEmpty && !state.isClosing
                return (state.isIdle, state.isClosing, !state.flushes.isEmpty)
            }
            if isClosing { return true }
            if mustWait {
                if self.settings.kind == .host, self.database.inDatabase({ _ in retention.compact() }) { continue }
                if self.wake.wait(timeout: .now() + Self.patience) == .success { continue }
                // Nothing to write for a while: its pages needn't stay in memory.
                self.database.releaseMemory()
                self.wake.wait()
            } else if isFlushing {
                return false
            } else {
                // Ended early by a flush or the end alone: nothing else signals while events wait.
                _ = self.wake.wait(timeout: .now() + .nanoseconds(Int(delay.nanoseconds)))
                return self.state.withLock { $0.isClosing }
            }
        }
    }

    private func take() -> (LedgerGroup, [DispatchSemaphore], lost: Int) {
        self.state.withLock { state in
            defer { (state.waiting, state.flushes, state.committing) = (LedgerGroup(), [], state.waiting.count) }
            return (state.waiting, state.flushes, state.lost)
        }
    }

    private func commit(
        _ group: LedgerGroup, lost: Int?, isClosing: Bool, _ writer: LedgerWriter, _ retention: LedgerRetention
    ) -> StorageError? {
        self.database.inDatabase { _ in
            do throws(StorageError) {
                if !group.isEmpty {
                    let added = try writer.write(group)
                    if self.settings.kind == .host { try retention.added(added) }
                }
                if lost != nil || isClosing {
                    try writer.note(endedAt: isClosing ? self.clock() : nil, lost: self.state.withLock { $0.lost })
                }
                return nil
            } catch {
                return error
            }
        }
    }

    private func putBack(_ group: LedgerGroup) {
        self.state.withLock { state in
            var group = group
            group.append(state.waiting)
            state.waiting = group
            state.committing = 0
        }
    }

    private func drop(_ group: LedgerGroup, _ failure: StorageError) {
        let lost = self.state.withLock { state in
            state.isBroken = true
            state.lost += group.events
            return state.lost
        }
        self.report("the ledger takes no more: \(self.explain(failure)). \(lost) events are missing in it")
    }

    /// Nothing could be begun.
    private func giveUp(_ failure: StorageError) {
        let flushes = self.state.withLock { state in
            state.isBroken = true
            state.lost += state.waiting.events
            defer { (state.waiting, state.flushes) = (LedgerGroup(), []) }
            return state.flushes
        }
        self.report("the ledger takes nothing: \(self.explain(failure))")
        for flush in flushes { flush.signal() }
    }
}
