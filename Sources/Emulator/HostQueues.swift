import CoreTypes
import ExecutionEnvironments
import HTTPEndpoints
import NIOCore
import SQS
import Storage
import Templates

/// The queues of a host with what they are stored in. Lives on the event loop.
final class HostQueues {
    let host: QueueHost
    private let journal: QueueJournal?

    /// In the state folder.
    static let fileName = "queues.sqlite"

    /// Opens the journal and brings the queues back, or begins empty ones.
    /// - Parameter earlier: what they were asked before.
    init(_ settings: HostSettings, earlier: QueueUsage, eventLoop: any EventLoop, report: @escaping (String) -> Void) throws {
        let queueSettings = QueueSettings(account: settings.account, limits: settings.relaxesLimits ? .relaxed : .aws)
        var random = BufferedRandom()
        let seed = (random.next(), random.next())
        if settings.keepsQueuesInMemory {
            self.journal = nil
            self.host = QueueHost(
                service: QueueService(settings: queueSettings, seed: seed), account: settings.account, region: settings.region,
                earlier: earlier, journal: nil, eventLoop: eventLoop)
        } else {
            let journal: QueueJournal
            let service: QueueService
            do {
                journal = try QueueJournal(path: "\(settings.stateFolder)/\(Self.fileName)", durability: settings.durability)
                service = try journal.replay { changes in
                    try QueueService(settings: queueSettings, seed: seed, replaying: changes, now: HostClock.now())
                }
            } catch {
                throw HostError("\(error)")
            }
            journal.start()
            self.journal = journal
            self.host = QueueHost(
                service: service, account: settings.account, region: settings.region, earlier: earlier,
                journal: QueueHost.Journal(
                    commitNow: { changes in journal.commitNow(changes)?.mapError { QueueHost.NotWritten($0.description) } },
                    commit: { changes, completion in journal.append(changes) { completion($0?.description) } }),
                eventLoop: eventLoop)
        }
        self.host.report = { report("the queues take no more changes: \($0)") }
        self.host.resume()
    }

    /// Makes the template's queues, or gives those that exist the attributes and tags that it says; what it doesn't name is left.
    func deploy(_ queues: [DeployedQueue]) throws {
        let caller = self.host.hostCaller("martlet template")
        for queue in queues {
            do throws(SQSError) {
                try self.host.deploy(queue.name, attributes: queue.attributes, tags: queue.tags, from: caller)
            } catch {
                throw HostError("queue \(queue.logicalID) of the template can't be made: \(error.message)")
            }
        }
    }

    /// Commits what waits and lets go of the file.
    func close() {
        self.host.end()
        self.journal?.close()
    }
}
