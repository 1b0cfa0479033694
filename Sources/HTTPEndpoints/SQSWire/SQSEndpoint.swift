import CoreTypes
import ExecutionEnvironments
import HTTPServing
import NIOCore
import NIOHTTP1
import SQS

/// The queues on the wire: both protocols of SQS, told apart as AWS does, and `martlet queues`. Requests are decided in the order
/// in which they come, and answered when what was decided is written.
final class SQSEndpoint {
    private let queues: QueueHost
    private var callers: CallerReader
    private var random = BufferedRandom()
    /// Of URLs in answers to requests without a Host header.
    private let endpointURL: String

    /// No request that can be answered is larger: a batch of 1 MiB with every byte written as `\u00xx`, and room for the rest.
    static let requestBytes = 8 * 1024 * 1024

    init(queues: QueueHost, endpointURL: String) {
        self.queues = queues
        self.callers = CallerReader(account: queues.account, region: queues.region)
        self.endpointURL = endpointURL
    }

    /// Whether a request is for the queues.
    static func serves(_ head: SQSRequestHead) -> Bool {
        if let target = head.target { return target.hasPrefix(SQSRequestHead.targetPrefix) }
        if QueueInspection.serves(head) { return true }
        // The Query protocol belongs to several services: the signature says which, or the path, which is a queue's.
        let service = head.scope?.service
        if service == "sqs" { return true }
        return service == nil && head.isQueuePath
    }

    func handle(_ request: HTTPRequest, _ head: SQSRequestHead, on connection: HTTPConnection) {
        guard request.body.readableBytes <= Self.requestBytes else {
            self.refuseBody(head, on: connection)
            return
        }
        let requestID = RequestID(using: &self.random)
        if QueueInspection.serves(head) {
            QueueInspection(queues: self.queues).answer(request, head, on: connection)
            return
        }
        if let name = head.jsonAction {
            let call = SQSCall(connection: connection, form: .json, requestID: requestID)
            self.answer(call, QueueAction(rawValue: String(name)), named: name, request.body, head)
        } else if head.isJSON {
            let call = SQSCall(connection: connection, form: .json, requestID: requestID)
            self.refuse(call, Self.unknownOperation(""))
        } else {
            self.answerQuery(request, head, requestID, on: connection)
        }
    }

    func refuseBody(_ head: SQSRequestHead, on connection: HTTPConnection) {
        let form: SQSCall.Form = head.target == nil ? .query(nil, acceptsJSON: head.acceptsJSON) : .json
        SQSCall(connection: connection, form: form, requestID: RequestID(using: &self.random)).respond(
            SQSError(
                .invalidParameterValue, "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.")
        )
    }

    private static func unknownOperation(_ name: some StringProtocol) -> SQSError {
        SQSError(
            .invalidAction,
            name.isEmpty ? "The request names no operation." : "The operation \(name) is no operation of this service.")
    }

    // MARK: Protocols

    private func answerQuery(
        _ request: HTTPRequest, _ head: SQSRequestHead, _ requestID: RequestID, on connection: HTTPConnection
    ) {
        var parameters = AWSRequest.parameters(head.query)
        if head.isForm { parameters += AWSRequest.parameters(String(buffer: request.body)) }
        let name = parameters.first { $0.name == "Action" }?.value
        let action = name.flatMap(QueueAction.init(rawValue:))
        let call = SQSCall(
            connection: connection, form: .query(action, acceptsJSON: head.acceptsJSON), requestID: requestID)
        guard let name else {
            call.respondUnknownOperation()
            return
        }
        let isForService = action == .createQueue || action == .listQueues
        guard let action, !(isForService && head.isQueuePath) else {
            self.refuse(call, SQSError(.invalidAction, "The action \(name) is not valid for this endpoint."))
            return
        }
        do throws(SQSError) {
            let body = try QueryForm(parameters).body(of: action)
            self.answer(call, action, named: name[...], ByteBuffer(bytes: JSON.object(body).bytes), head)
        } catch {
            self.refuse(call, error)
        }
    }

    private func answer(
        _ call: SQSCall, _ action: QueueAction?, named name: Substring, _ body: ByteBuffer, _ head: SQSRequestHead
    ) {
        guard let action else {
            self.refuse(call, Self.unknownOperation(name))
            return
        }
        let pathURL = head.isQueuePath ? String(head.path) : ""
        do throws(SQSError) {
            let caller = try self.callers.caller(of: head, address: call.connection.remoteIPAddress)
            let bytes = body.readableBytes == 0 ? ByteBuffer(staticString: "{}") : body
            let outcome = bytes.withUnsafeReadableBytes { bytes in
                Result { () throws(SQSError) in
                    var reader = SQSRequestReader(bytes, pathURL: pathURL, traceHeader: head.traceHeader)
                    try self.perform(action, &reader, caller, call, head)
                }
            }
            try outcome.get()
        } catch {
            self.refuse(call, error)
        }
    }

    private func refuse(_ call: SQSCall, _ error: SQSError) {
        self.queues.whenDurable { failure in
            if let failure { call.respond(notWritten: failure) } else { call.respond(error) }
        }
    }

    private func finish(_ call: SQSCall, _ body: ByteBuffer?) {
        self.queues.whenDurable { failure in
            if let failure { call.respond(notWritten: failure) } else { call.respond(body) }
        }
    }

    private func urls(_ head: SQSRequestHead) -> SQSResponseWriter.URLs {
        SQSResponseWriter.URLs(base: head.host.map { "http://\($0)" } ?? self.endpointURL, account: self.queues.account)
    }

    // MARK: Actions

    private func perform(
        _ action: QueueAction, _ reader: inout SQSRequestReader, _ caller: Caller, _ call: SQSCall, _ head: SQSRequestHead
    ) throws(SQSError) {
        let queues = self.queues
        switch action {
        case .sendMessage:
            let request = try reader.sendMessage()
            let response = try queues.perform { (service, now, effects) throws(SQSError) in
                try service.sendMessage(request, from: caller, now: now, into: &effects)
            }
            self.finish(call, SQSResponseWriter.write(response))
        case .sendMessageBatch:
            let request = try reader.sendMessageBatch()
            let response = try queues.perform { (service, now, effects) throws(SQSError) in
                try service.sendMessageBatch(request, from: caller, now: now, into: &effects)
            }
            self.finish(call, SQSResponseWriter.write(response))
        case .receiveMessage: try self.receive(try reader.receiveMessage(), caller, call)
        case .deleteMessage:
            let request = try reader.deleteMessage()
            try queues.perform { (service, now, effects) throws(SQSError) in
                try service.deleteMessage(request, from: caller, now: now, into: &effects)
            }
            self.finish(call, nil)
        case .deleteMessageBatch:
            let request = try reader.deleteMessageBatch()
            let response = try queues.perform { (service, now, effects) throws(SQSError) in
                try service.deleteMessageBatch(request, from: caller, now: now, into: &effects)
            }
            self.finish(call, SQSResponseWriter.write(response))
        case .changeMessageVisibility:
            let request = try reader.changeMessageVisibility()
            try queues.perform { (service, now, effects) throws(SQSError) in
                try service.changeMessageVisibility(request, from: caller, now: now, into: &effects)
            }
            self.finish(call, nil)
        case .changeMessageVisibilityBatch:
            let request = try reader.changeMessageVisibilityBatch()
            let response = try queues.perform { (service, now, effects) throws(SQSError) in
                try service.changeMessageVisibilityBatch(request, from: caller, now: now, into: &effects)
            }
            self.finish(call, SQSResponseWriter.write(response))
        case .createQueue, .getQueueURL, .listQueues, .listDeadLetterSourceQueues:
            try self.answerURLs(action, &reader, caller, call, self.urls(head))
        case .deleteQueue, .purgeQueue, .setQueueAttributes, .tagQueue, .untagQueue, .addPermission, .removePermission:
            try self.change(action, &reader, caller)
            self.finish(call, nil)
        case .getQueueAttributes:
            let request = try reader.getQueueAttributes()
            let attributes = try queues.perform { (service, now, effects) throws(SQSError) in
                try service.getQueueAttributes(request, from: caller, now: now, into: &effects)
            }
            self.finish(call, SQSResponseWriter.write(attributes: attributes))
        case .listQueueTags:
            let request = try reader.queue()
            let tags = try queues.perform { (service, now, effects) throws(SQSError) in
                try service.listQueueTags(request, from: caller, now: now, into: &effects)
            }
            self.finish(call, SQSResponseWriter.write(tags: tags))
        case .startMessageMoveTask, .cancelMessageMoveTask, .listMessageMoveTasks:
            self.finish(call, try self.moveTask(action, &reader, caller))
        }
    }

    /// A client that goes away while it waits leaves no waiter behind; one that is gone when its messages come leaves them in the
    /// queue.
    private func receive(_ request: ReceiveMessageRequest, _ caller: Caller, _ call: SQSCall) throws(SQSError) {
        let connection = call.connection
        let waiter = try self.queues.receive(request, from: caller) { result in
            guard connection.isOpen else { return false }
            switch result {
            case .success(let messages): call.respond(SQSResponseWriter.write(messages))
            case .failure(.notWritten(let sentence)): call.respond(notWritten: sentence)
            case .failure(.refused(let error)): call.respond(error)
            }
            return true
        }
        guard let waiter else { return }
        connection.onClose = { [queues] in queues.cancel(waiter) }
    }

    private func answerURLs(
        _ action: QueueAction, _ reader: inout SQSRequestReader, _ caller: Caller, _ call: SQSCall,
        _ urls: SQSResponseWriter.URLs
    ) throws(SQSError) {
        switch action {
        case .createQueue:
            let request = try reader.createQueue()
            let response = try self.queues.perform { (service, now, effects) throws(SQSError) in
                try service.createQueue(request, from: caller, now: now, into: &effects)
            }
            self.finish(call, SQSResponseWriter.write(response, urls))
        case .getQueueURL:
            let request = try reader.getQueueURL()
            let response = try self.queues.perform { (service, now, effects) throws(SQSError) in
                try service.getQueueURL(request, from: caller, now: now, into: &effects)
            }
            self.finish(call, SQSResponseWriter.write(response, urls))
        case .listQueues:
            let request = try reader.listQueues()
            let response = try self.queues.perform { (service, now, effects) throws(SQSError) in
                try service.listQueues(request, from: caller, now: now, into: &effects)
            }
            self.finish(call, SQSResponseWriter.writeQueues(response, urls))
        case .listDeadLetterSourceQueues:
            let request = try reader.listDeadLetterSourceQueues()
            let response = try self.queues.perform { (service, now, effects) throws(SQSError) in
                try service.listDeadLetterSourceQueues(request, from: caller, now: now, into: &effects)
            }
            self.finish(call, SQSResponseWriter.writeSources(response, urls))
        default: preconditionFailure("\(action.rawValue) answers with no URLs")
        }
    }

    private func change(_ action: QueueAction, _ reader: inout SQSRequestReader, _ caller: Caller) throws(SQSError) {
        switch action {
        case .deleteQueue, .purgeQueue:
            let request = try reader.queue()
            try self.queues.perform { (service, now, effects) throws(SQSError) in
                if action == .deleteQueue {
                    try service.deleteQueue(request, from: caller, now: now, into: &effects)
                } else {
                    try service.purgeQueue(request, from: caller, now: now, into: &effects)
                }
            }
        case .setQueueAttributes:
            let request = try reader.setQueueAttributes()
            try self.queues.perform { (service, now, effects) throws(SQSError) in
                try service.setQueueAttributes(request, from: caller, now: now, into: &effects)
            }
        case .tagQueue:
            let request = try reader.tagQueue()
            try self.queues.perform { (service, now, effects) throws(SQSError) in
                try service.tagQueue(request, from: caller, now: now, into: &effects)
            }
        case .untagQueue:
            let request = try reader.untagQueue()
            try self.queues.perform { (service, now, effects) throws(SQSError) in
                try service.untagQueue(request, from: caller, now: now, into: &effects)
            }
        case .addPermission:
            let request = try reader.addPermission()
            try self.queues.perform { (service, now, effects) throws(SQSError) in
                try service.addPermission(request, from: caller, now: now, into: &effects)
            }
        case .removePermission:
            let request = try reader.removePermission()
            try self.queues.perform { (service, now, effects) throws(SQSError) in
                try service.removePermission(request, from: caller, now: now, into: &effects)
            }
        default: preconditionFailure("\(action.rawValue) has a result")
        }
    }

    private func moveTask(_ action: QueueAction, _ reader: inout SQSRequestReader, _ caller: Caller) throws(SQSError)
        -> ByteBuffer
    {
        switch action {
        case .startMessageMoveTask:
            let request = try reader.startMessageMoveTask()
            return SQSResponseWriter.write(
                try self.queues.perform { (service, now, effects) throws(SQSError) in
                    try service.startMessageMoveTask(request, from: caller, now: now, into: &effects)
                })
        case .cancelMessageMoveTask:
            let request = try reader.cancelMessageMoveTask()
            return SQSResponseWriter.write(
                try self.queues.perform { (service, now, effects) throws(SQSError) in
                    try service.cancelMessageMoveTask(request, from: caller, now: now, into: &effects)
                })
        case .listMessageMoveTasks:
            let request = try reader.listMessageMoveTasks()
            return SQSResponseWriter.write(
                try self.queues.perform { (service, now, effects) throws(SQSError) in
                    try service.listMessageMoveTasks(request, from: caller, now: now, into: &effects)
                })
        default: preconditionFailure("\(action.rawValue) is about no move task")
        }
    }
}
