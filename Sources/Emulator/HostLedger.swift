import Billing
import CoreTypes
import ExecutionEnvironments
import Foundation
import HTTPEndpoints
import LambdaCore
import SQS
import Storage

/// Writes what a host does into its ledger. Lives on the event loop; the ledger itself waits and writes elsewhere.
final class HostLedger: ExecutionObserver {
    let ledger: Ledger
    private let region: String

    /// - Parameter report: called on any thread.
    init(_ settings: HostSettings, report: @escaping @Sendable (String) -> Void) throws {
        let own = Ledger.Settings(
            kind: settings.sessionKind, region: settings.region, processID: ProcessInfo.processInfo.processIdentifier,
            startedAt: HostClock.now(), invocationsMax: settings.ledgerRecords)
        let path = settings.keepsQueuesInMemory ? nil : LedgerReader.path(in: settings.stateFolder)
        do throws(StorageError) {
            self.ledger = try Ledger(path: path, settings: own, clock: HostClock.now, report: report)
        } catch {
            throw HostError(error.description)
        }
        self.region = settings.region
    }

    /// What the queues were asked since the month began, as far as the ledger knows.
    func queueUsage() throws -> QueueUsage {
        let now = HostClock.now()
        let month = now.startOfMonth
        do {
            let usage = try self.ledger.makeReader().usage(.time(since: month, until: nil), region: self.region)
            return QueueUsage(since: usage.queues.isEmpty ? now : month, tallies: usage.queues)
        } catch let error as StorageError {
            throw HostError(error.description)
        }
    }

    func meter(_ event: APIUsage.Event) { self.ledger.append(event) }
    func meter(_ event: UsageEvent) { self.ledger.append(event) }

    /// Writes what waits and lets go of the file.
    func close() { self.ledger.close() }

    // MARK: Invocations

    func finished(_ record: InvocationRecord, of invocation: Invocation, in environment: EnvironmentDescription) {
        self.ledger.append(record)
    }
}
