package import AsyncHTTPClient
import CoreTypes
import ExecutionEnvironments
package import HTTPEndpoints
package import LambdaCore
package import NIOCore
import NIOHTTP1

/// A queue of any SQS-compatible endpoint, asked over HTTP in SQS's JSON protocol with signed requests. Several hosts may poll the
/// same queue: this is how work is spread over machines.
package final class RemoteQueueTransport: QueueTransport {
    private let address: RemoteQueueAddress
    private let region: String
    private let credentials: CredentialProvider
    private let client: HTTPClient
    private let eventLoop: any EventLoop

    /// Beyond the wait of a receive.
    private static let patience = TimeAmount.seconds(15)
    /// Ten messages of 1 MiB, escaped, with their attributes.
    private static let answerBytes = 33_554_432
    /// A deletion that fails would bring its messages again; a lost packet is no reason to.
    private static let deletionTries = 3
    private static let deletionPause = TimeAmount.seconds(1)

    package init(
        _ address: RemoteQueueAddress, region: String, credentials: CredentialProvider, client: HTTPClient,
        eventLoop: any EventLoop
    ) {
        self.address = address
        self.region = region
        self.credentials = credentials
        self.client = client
        self.eventLoop = eventLoop
    }

    package func close() {}

    package func receive(
        maximumMessages: Int, waitSeconds: Int?, completion: @escaping (Result<[ReceivedMessage], QueueTransportError>) -> Void
    ) -> () -> Void {
        var body: JSONObject = [
            "QueueUrl": .string(self.address.queueURL), "MaxNumberOfMessages": .number(JSONNumber(maximumMessages)),
            // The old name beside the new one, for peers that know only that.
            "AttributeNames": ["All"], "MessageSystemAttributeNames": ["All"], "MessageAttributeNames": ["All"],
        ]
        body["WaitTimeSeconds"] = waitSeconds.map { .number(JSONNumber($0)) }
        let cancellation = Cancellation()
        // The queue's own wait is at most 20 s.
        self.call("ReceiveMessage", body, wait: .seconds(Int64(waitSeconds ?? 20)), cancellation) { result in
            switch result {
            case .failure where cancellation.isCancelled: completion(.failure(.cancelled))
            case .failure(let error): completion(.failure(error))
            case .success(let answer): completion(Self.messages(in: answer))
            }
        }
        return { cancellation.cancel() }
    }

    package func delete(_ handles: [String], completion: @escaping (String?) -> Void) {
        self.delete(handles, triesLeft: Self.deletionTries, completion: completion)
    }

    private func delete(_ handles: [String], triesLeft: Int, completion: @escaping (String?) -> Void) {
        self.batch("DeleteMessageBatch", handles, [:]) { [weak self] failure in
            guard let self, failure != nil, triesLeft > 1 else { return completion(failure) }
            let bound = NIOLoopBound((self, completion), eventLoop: self.eventLoop)
            self.eventLoop.scheduleTask(in: Self.deletionPause) {
                bound.value.0.delete(handles, triesLeft: triesLeft - 1, completion: bound.value.1)
            }
        }
    }

    package func makeVisible(_ handles: [String], completion: @escaping (String?) -> Void) {
        self.batch("ChangeMessageVisibilityBatch", handles, ["VisibilityTimeout": 0], completion: completion)
    }

    private func batch(_ action: String, _ handles: [String], _ more: JSONObject, completion: @escaping (String?) -> Void) {
        let entries = handles.enumerated().map { number, handle in
            var entry: JSONObject = ["Id": .string(String(number)), "ReceiptHandle": .string(handle)]
            for (name, value) in more.members { entry[name] = value }
            return JSON.object(entry)
        }
        self.call(action, ["QueueUrl": .string(self.address.queueURL), "Entries": .array(entries)]) { result in
            switch result {
            case .success(let answer):
                completion(answer["Failed"]?.arrayValue?.first.map { $0["Message"]?.stringValue ?? "\($0)" })
            case .failure(.failed(let why)): completion(why)
            case .failure(.cancelled): completion("the request was ended")
            }
        }
    }

    package func lookUp(completion: @escaping (Result<QueueFacts, QueueTransportError>) -> Void) {
        self.call(
            "GetQueueAttributes",
            ["QueueUrl": .string(self.address.queueURL), "AttributeNames": ["VisibilityTimeout", "RedrivePolicy"]]
        ) { result in
            completion(
                result.map { answer in
                    let members = answer["Attributes"]?.objectValue?.members ?? []
                    return QueueFacts(
                        attributes: Dictionary(members.map { ($0.name, $0.value.stringValue ?? "") }, uniquingKeysWith: { $1 }))
                })
        }
    }

    // MARK: Requests

    private final class Cancellation {
        var task: HTTPClient.Task<HTTPClient.Response>?
        private(set) var isCancelled = false

        func cancel() {
            self.isCancelled = true
            self.task?.cancel()
        }
    }

    private func call(
        _ action: String, _ body: JSONObject, wait: TimeAmount = .zero, _ cancellation: Cancellation = Cancellation(),
        completion: @escaping (Result<JSON, QueueTransportError>) -> Void
    ) {
        self.credentials.credentials { answer in
            switch answer {
            case .success where cancellation.isCancelled: self.later(.failure(.cancelled), completion)
            case .success(let credentials): self.call(action, body, credentials, wait: wait, cancellation, completion: completion)
            case .failure(let missing): self.later(.failure(.failed(missing.message)), completion)
            }
        }
    }

    /// Who calls is never called back before the call has returned.
    private func later(
        _ result: Result<JSON, QueueTransportError>, _ completion: @escaping (Result<JSON, QueueTransportError>) -> Void
    ) {
        let bound = NIOLoopBound(completion, eventLoop: self.eventLoop)
        self.eventLoop.execute { bound.value(result) }
    }

    private func call(
        _ action: String, _ body: JSONObject, _ credentials: AWSCredentials, wait: TimeAmount, _ cancellation: Cancellation,
        completion: @escaping (Result<JSON, QueueTransportError>) -> Void
    ) {
        let request: HTTPClient.Request
        do {
            request = try self.request(action, body, credentials)
        } catch {
            return self.later(.failure(.failed("\(error)")), completion)
        }
        let task = self.client.execute(
            request: request, delegate: ResponseAccumulator(request: request, maxBodySize: Self.answerBytes),
            eventLoop: .delegateAndChannel(on: self.eventLoop), deadline: .now() + wait + Self.patience)
        cancellation.task = task
        let bound = NIOLoopBound((completion, cancellation), eventLoop: self.eventLoop)
        task.futureResult.hop(to: self.eventLoop).whenComplete { result in
            bound.value.1.task = nil
            bound.value.0(Self.answer(result))
        }
    }

    private func request(_ action: String, _ body: JSONObject, _ credentials: AWSCredentials) throws -> HTTPClient.Request {
        let bytes = JSON.object(body).bytes
        let signature = RequestSignature(credentials: credentials, region: self.region, service: "sqs")
        let target = "AmazonSQS.\(action)"
        let contentType = "application/x-amz-json-1.0"
        let signed = signature.headers(
            method: "POST", path: "/",
            headers: [("host", self.address.authority), ("content-type", contentType), ("x-amz-target", target)], body: bytes,
            at: HostClock.now())
        var headers = HTTPHeaders([
            ("host", self.address.authority), ("content-type", contentType), ("x-amz-target", target), ("user-agent", "martlet"),
        ])
        for (name, value) in signed { headers.add(name: name, value: value) }
        return try HTTPClient.Request(url: self.address.endpoint, method: .POST, headers: headers, body: .bytes(bytes))
    }

    private static func answer(_ result: Result<HTTPClient.Response, any Error>) -> Result<JSON, QueueTransportError> {
        switch result {
        case .failure(let error): return .failure(.failed("\(error)"))
        case .success(let response):
            let bytes = response.body.map { Array(buffer: $0) } ?? []
            let document: JSON
            switch bytes.isEmpty ? .success(JSON.object([:])) : bytes.withUnsafeBytes({ JSON.parse($0) }) {
            case .success(let parsed): document = parsed
            case .failure: return .failure(.failed("the answer (status \(response.status.code)) is no JSON"))
            }
            guard response.status == .ok else {
                let code = document["__type"]?.stringValue.map { String($0.split(separator: "#").last ?? "") } ?? "status"
                let message = document["message"]?.stringValue ?? document["Message"]?.stringValue ?? ""
                return .failure(.failed("\(code) (\(response.status.code)): \(message)"))
            }
            return .success(document)
        }
    }

    /// What can't be read stays in the queue, and is told.
    private static func messages(in answer: JSON) -> Result<[ReceivedMessage], QueueTransportError> {
        guard answer["Messages"] != nil else { return .success([]) }
        let file = ReplayFile(answer.bytes, name: "ReceiveMessage")
        if file.items.isEmpty, let problem = file.problems.first { return .failure(.failed(problem.description)) }
        return .success(
            file.items.compactMap { item in
                let message = item.message
                guard let id = message.messageID, let handle = message.receiptHandle else { return nil }
                return ReceivedMessage(
                    messageID: id, receiptHandle: handle, body: message.body, md5OfBody: message.md5OfBody ?? "",
                    attributes: message.attributes, messageAttributes: message.messageAttributes,
                    md5OfMessageAttributes: message.md5OfMessageAttributes)
            })
    }
}
