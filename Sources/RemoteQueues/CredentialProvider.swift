package import AsyncHTTPClient
import CoreTypes
import ExecutionEnvironments
package import NIOCore
import NIOHTTP1

/// Gets the credentials that a chain means: temporary ones are kept until shortly before they expire, and asked for once, however
/// many requests wait for them. Lives on the event loop.
package final class CredentialProvider {
    package typealias Answer = Result<AWSCredentials, CredentialChain.Missing>

    private let chain: CredentialChain
    private let client: HTTPClient
    private let eventLoop: any EventLoop
    /// What was fetched last, and from when on it is fetched anew.
    private var kept: (source: CredentialSource, credentials: AWSCredentials, renewAt: Timestamp?)?
    /// Who waits for a fetch that runs.
    private var waiting: [CredentialSource: [(Answer) -> Void]] = [:]

    /// Temporary keys are renewed so long before their end, or at half of their life where that is shorter.
    private static let renewalMargin = Duration.seconds(300)
    /// What a container's agent may take. It is beside the host, and answers from memory.
    private static let agentPatience = TimeAmount.seconds(5)
    private static let answerBytes = 65_536

    package init(chain: CredentialChain, client: HTTPClient, eventLoop: any EventLoop) {
        self.chain = chain
        self.client = client
        self.eventLoop = eventLoop
    }

    /// Calls back at once or later, on the event loop.
    package func credentials(_ completion: @escaping (Answer) -> Void) {
        let source: CredentialSource
        do throws(CredentialChain.Missing) {
            source = try self.chain.source()
        } catch { return completion(.failure(error)) }
        if case .keys(let keys) = source { return completion(.success(keys)) }
        if let kept, kept.source == source, kept.renewAt.map({ HostClock.now() < $0 }) ?? true {
            return completion(.success(kept.credentials))
        }
        let isFirst = self.waiting[source] == nil
        self.waiting[source, default: []].append(completion)
        if isFirst { self.fetch(source) }
    }

    private func fetch(_ source: CredentialSource) {
        switch source {
        case .keys: preconditionFailure("keys that are there are not fetched")
        case .process(let words):
            let bound = NIOLoopBound(self, eventLoop: self.eventLoop)
            CredentialProgram(words: words).run(on: self.eventLoop).whenComplete { result in
                bound.value.finish(
                    source, Self.credentials(in: result, tokenName: "SessionToken", "the credential_process \(words[0])"))
            }
        case .container(let url, let authorization): self.ask(url, authorization, for: source)
        }
    }

    private func ask(_ url: String, _ authorization: CredentialSource.Authorization?, for source: CredentialSource) {
        let request: HTTPClient.Request
        do {
            var headers = HTTPHeaders([("accept", "application/json")])
            if let authorization { headers.add(name: "authorization", value: try self.chain.header(authorization)) }
            request = try HTTPClient.Request(url: url, headers: headers)
        } catch {
            let missing = error as? CredentialChain.Missing
            return self.finish(source, .failure(missing ?? CredentialChain.Missing(message: "\(url) is no URL: \(error)")))
        }
        let task = self.client.execute(
            request: request, delegate: ResponseAccumulator(request: request, maxBodySize: Self.answerBytes),
            eventLoop: .delegateAndChannel(on: self.eventLoop), deadline: .now() + Self.agentPatience)
        let bound = NIOLoopBound(self, eventLoop: self.eventLoop)
        task.futureResult.hop(to: self.eventLoop).whenComplete { result in
            let origin = "the container's agent at \(url)"
            let body = result.map { $0.body.map { Array(buffer: $0) } ?? [] }
            var answer = Self.credentials(in: body, tokenName: "Token", origin)
            if case .success(let response) = result, response.status != .ok {
                answer = .failure(CredentialChain.Missing(message: "\(origin) answered with status \(response.status.code)"))
            }
            bound.value.finish(source, answer)
        }
    }

    private static func credentials(in result: Result<[UInt8], any Error>, tokenName: String, _ origin: String) -> Answer {
        switch result {
        case .failure(let error): return .failure(CredentialChain.Missing(message: "\(origin) gave no credentials: \(error)"))
        case .success(let bytes):
            do throws(CredentialChain.Missing) {
                let isProgram = tokenName == "SessionToken"
                let credentials = try AWSCredentials(
                    answer: bytes, tokenName: tokenName, needsVersion: isProgram, origin: origin)
                if let end = credentials.expiresAt, end <= HostClock.now() {
                    return .failure(CredentialChain.Missing(message: "\(origin) gave credentials that have expired"))
                }
                return .success(credentials)
            } catch { return .failure(error) }
        }
    }

    private func finish(_ source: CredentialSource, _ answer: Answer) {
        var answer = answer
        let now = HostClock.now()
        switch answer {
        case .success(let credentials):
            let renewAt = credentials.expiresAt.map { now + max(($0 - now) / 2, $0 - now - Self.renewalMargin) }
            self.kept = (source, credentials, renewAt)
        case .failure:
            // What couldn't be renewed is good until it ends.
            if let kept, kept.source == source, let end = kept.credentials.expiresAt, now < end {
                answer = .success(kept.credentials)
            }
        }
        for completion in self.waiting.removeValue(forKey: source) ?? [] { completion(answer) }
    }
}
