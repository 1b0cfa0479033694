import CoreTypes
import HTTPEndpoints
import LambdaCore
import NIOCore
import RemoteQueues
import Templates

/// Where the queues of mappings are: on this host, or at the address that the template gives. Lives on the event loop.
final class HostTransports {
    private let queues: QueueHost
    private let allowsAWS: Bool
    private let remote: RemoteQueueClient?
    /// Queues elsewhere, by the id of their mapping.
    private let addresses: [RequestID: String]
    private let remoteQueues: Set<ARN>

    init(queues: QueueHost, mappings: [DeployedMapping], allowsAWS: Bool) {
        self.queues = queues
        self.allowsAWS = allowsAWS
        let elsewhere = mappings.filter { $0.queueURL != nil }
        self.addresses = Dictionary(
            elsewhere.map { (Self.id(of: $0), $0.queueURL ?? "") }, uniquingKeysWith: { first, _ in first })
        self.remoteQueues = Set(elsewhere.map(\.queue))
        self.remote = elsewhere.isEmpty ? nil : RemoteQueueClient(eventLoop: queues.eventLoop)
    }

    func mappedQueue(_ queue: ARN) -> MappedQueue {
        self.remoteQueues.contains(queue) ? .unknown : self.queues.mappedQueue(queue)
    }

    func transport(for mapping: EventSourceMapping) -> Result<any QueueTransport, TriggerRefusal> {
        guard let text = self.addresses[mapping.id], let remote else {
            guard mapping.queue.account == self.queues.account else {
                return .failure(
                    TriggerRefusal(
                        "\(mapping.queue) is of another account than this host's, \(self.queues.account): say where it is with "
                            + "QueueUrl in the mapping's metadata"))
            }
            return .success(LocalQueueTransport(queues: self.queues, queue: mapping.queue, source: mapping.id.description))
        }
        guard let address = RemoteQueueAddress(text) else {
            return .failure(
                TriggerRefusal("QueueUrl \"\(text)\" is no URL of a queue, such as http://127.0.0.1:4566/000000000000/orders"))
        }
        guard !address.isAWS || self.allowsAWS else {
            return .failure(
                TriggerRefusal(
                    "\(text) is a queue of AWS, and polling it takes its messages from whoever should have them: "
                        + "start the host with --allow-remote if that is meant"))
        }
        return .success(remote.transport(address, region: mapping.queue.region))
    }

    func close() -> EventLoopFuture<Void> { self.remote?.close() ?? self.queues.eventLoop.makeSucceededVoidFuture() }

    /// The same from run to run: it follows from what the mapping is.
    static func id(of mapping: DeployedMapping) -> RequestID {
        let digest = MD5.digest(of: Array("\(mapping.logicalID) \(mapping.queue) \(mapping.functionName)".utf8))
        return RequestID(random: digest.high, digest.low)
    }
}
