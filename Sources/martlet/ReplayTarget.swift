import Billing
import CoreTypes
import Emulator
import ExecutionEnvironments
import Foundation
import LambdaCore
import Templates

/// What a replay is held against: the queue, its mapping and its function.
struct ReplayTarget {
    let queueName: String
    let source: QueueSource
    let functionName: String
    let qualifier: String?
    let settings: EventSourceMappingSettings

    init(queue: String, function: String?, _ project: Project, _ shared: SharedOptions) throws {
        let name = project.queueName(queue)
        self.queueName = name
        let arn = ARN(service: "sqs", region: shared.region, account: shared.accountId, resource: name)
        self.source = QueueSource(arn)
        let mappings = project.deployment.mappings
        // A dead-letter queue goes to the functions of the queues that it serves.
        let served = Set(project.deployment.queues.filter { $0.sendsDeadLetters(to: arn) }.map(\.name))
        let mapping =
            mappings.first { $0.queue.resource == name && $0.names(function) }
            ?? mappings.first { served.contains($0.queue.resource) && $0.names(function) }
        guard let target = function ?? mapping?.functionName else {
            let known = Set(mappings.map(\.queue.resource)).sorted().joined(separator: ", ")
            throw CommandFailure.usage(
                "no mapping of the template polls \(name)" + (known.isEmpty ? "" : "; there are mappings of \(known)")
                    + ". Name the function with --function.")
        }
        let words = (target.hasPrefix("arn:") ? String(target.split(separator: ":").dropFirst(6).joined(separator: ":")) : target)
            .split(separator: ":", maxSplits: 1).map(String.init)
        guard let functionName = project.functionName(words[0]) else {
            throw CommandFailure.usage("no function \(target) in \(shared.template)")
        }
        self.functionName = functionName
        self.qualifier = words.count > 1 ? words[1] : nil
        do throws(LambdaAPIError) {
            self.settings =
                try mapping?.change.applied(to: EventSourceMappingSettings(), queue: self.source) ?? EventSourceMappingSettings()
        } catch {
            throw CommandFailure.usage(error.message)
        }
    }
}

extension DeployedMapping {
    fileprivate func names(_ function: String?) -> Bool {
        guard let function else { return true }
        return self.functionName == function || self.functionName.hasPrefix(function + ":") || self.logicalID.hasPrefix(function)
    }
}

extension DeployedQueue {
    fileprivate func sendsDeadLetters(to arn: ARN) -> Bool { self.attributes["RedrivePolicy"]?.contains("\"\(arn)\"") ?? false }
}

extension Project {
    /// By logical id or by name; what the template doesn't have is taken for a name.
    func queueName(_ text: String) -> String {
        self.deployment.queues.first { $0.logicalID == text }?.name ?? text
    }
}

/// Invokes functions in the running host of the project, or in one of this process.
enum ReplayExecutor {
    case running(HostClient)
    case own(Emulator.Host)

    static func start(_ project: Project, logs: LogWriter?) async throws -> ReplayExecutor {
        if let host = HostFile.running(in: project.settings.stateFolder) { return .running(HostClient(host: host)) }
        do {
            return .own(try await Host.start(project.settings, deployment: project.deployment, logs: logs))
        } catch let error as HostError {
            throw CommandFailure.host(error.description)
        }
    }

    func stop() async throws {
        if case .own(let host) = self { try await host.stop() }
    }

    func invoke(_ target: ReplayTarget, _ event: [UInt8]) async throws -> BatchInvocationResult {
        switch self {
        case .running(let client):
            let answer = try await RunningHost.told {
                try await client.invoke(target.functionName, qualifier: target.qualifier, payload: event, clientContext: nil)
            }
            if answer.status == 429 { return .throttled }
            guard answer.status == 200 else { return .refused(message: String(decoding: answer.payload, as: UTF8.self)) }
            guard answer.functionError != nil else { return .answered(answer.payload) }
            return .failed(type: Self.errorType(answer.payload))
        case .own(let host):
            do {
                let invocation = try await host.invoke(
                    target.functionName, qualifier: target.qualifier, payload: event, clientContext: nil)
                switch invocation.failure {
                case nil: return .answered(invocation.payload)
                case .function, .timeout: return .failed(type: Self.errorType(invocation.payload))
                case .throttled: return .throttled
                case .unavailable(let why): return .refused(message: why)
                }
            } catch let error as LambdaAPIError {
                return .refused(message: error.message)
            }
        }
    }

    private static func errorType(_ payload: [UInt8]) -> String {
        guard case .success(let document) = payload.withUnsafeBytes({ JSON.parse($0) }) else { return "Unhandled" }
        return document["errorType"]?.stringValue ?? document["errorMessage"]?.stringValue ?? "Unhandled"
    }
}
