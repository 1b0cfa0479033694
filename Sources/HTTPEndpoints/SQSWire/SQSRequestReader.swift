import CoreTypes
import SQS

/// Reads the bodies of the JSON protocol, straight from their bytes: no tree is built, and a message's body goes from the request's
/// buffer to the bytes that are stored. The member names are the API model's (Amazon SQS API Reference); unknown members are
/// read over, and `null` counts as absent.
struct SQSRequestReader {
    private var reader: JSONReader
    /// Of the URL path, for clients that post to the queue's URL; `QueueUrl` beats it.
    private let pathURL: String
    /// Of the header `X-Amzn-Trace-Id`.
    private let traceHeader: String?

    /// - Parameter bytes: must outlive the reader; none at all count as an empty object.
    init(_ bytes: UnsafeRawBufferPointer, pathURL: String, traceHeader: String?) {
        self.reader = JSONReader(bytes)
        self.pathURL = pathURL
        self.traceHeader = traceHeader
    }

    /// Reads the only object of the text, member by member.
    private mutating func request(_ member: (inout JSONReader, String) throws(JSONError) -> Void) throws(SQSError) {
        do throws(JSONError) {
            try self.reader.members(member)
            try self.reader.end()
        } catch {
            throw SQSError(
                .malformedInput, "Could not parse request body: \(error.message) at line \(error.line), column \(error.column)")
        }
    }

    // MARK: Messages

    mutating func sendMessage() throws(SQSError) -> SendMessageRequest {
        var queueURL = self.pathURL
        var message = OutgoingMessage(body: nil)
        try self.request { (json, name) throws(JSONError) in
            if name == "QueueUrl" { queueURL = try json.string() } else { try Self.readMessage(&message, &json, name) }
        }
        self.addTraceHeader(to: &message)
        return SendMessageRequest(queueURL: queueURL, message: message)
    }

    mutating func sendMessageBatch() throws(SQSError) -> SendMessageBatchRequest {
        var batch = try self.batch {
            OutgoingMessage(body: nil)
        } member: { (message, json, name) throws(JSONError) in
            try Self.readMessage(&message, &json, name)
        }
        for index in batch.entries.indices { self.addTraceHeader(to: &batch.entries[index].content) }
        return batch
    }

    mutating func receiveMessage() throws(SQSError) -> ReceiveMessageRequest {
        var request = ReceiveMessageRequest(queueURL: self.pathURL)
        var oldNames: [String] = []
        var newNames: [String]?
        try self.request { (json, name) throws(JSONError) in
            switch name {
            case "QueueUrl": request.queueURL = try json.string()
            case "MaxNumberOfMessages": request.maximumMessages = try json.integer()
            case "VisibilityTimeout": request.visibilityTimeoutSeconds = try json.integer()
            case "WaitTimeSeconds": request.waitTimeSeconds = try json.integer()
            case "AttributeNames": oldNames = try json.strings()
            case "MessageSystemAttributeNames": newNames = try json.strings()
            case "MessageAttributeNames": request.messageAttributeNames = try json.strings()
            case "ReceiveRequestAttemptId": request.attemptID = try json.string()
            default: try json.skip()
            }
        }
        // The new name wins when both are given.
        request.systemAttributeNames = newNames ?? oldNames
        return request
    }

    mutating func deleteMessage() throws(SQSError) -> DeleteMessageRequest {
        var request = DeleteMessageRequest(queueURL: self.pathURL, receiptHandle: nil)
        try self.request { (json, name) throws(JSONError) in
            switch name {
            case "QueueUrl": request.queueURL = try json.string()
            case "ReceiptHandle": request.receiptHandle = try json.string()
            default: try json.skip()
            }
        }
        return request
    }

    mutating func deleteMessageBatch() throws(SQSError) -> DeleteMessageBatchRequest {
        try self.batch {
            String?.none
        } member: { (handle, json, name) throws(JSONError) in
            if name == "ReceiptHandle" { handle = try json.string() } else { try json.skip() }
        }
    }

    mutating func changeMessageVisibility() throws(SQSError) -> ChangeMessageVisibilityRequest {
        var queueURL = self.pathURL
        var change = VisibilityChange(receiptHandle: nil, visibilityTimeoutSeconds: nil)
        try self.request { (json, name) throws(JSONError) in
            if name == "QueueUrl" { queueURL = try json.string() } else { try Self.readChange(&change, &json, name) }
        }
        return ChangeMessageVisibilityRequest(queueURL: queueURL, change: change)
    }

    mutating func changeMessageVisibilityBatch() throws(SQSError) -> ChangeMessageVisibilityBatchRequest {
        try self.batch {
            VisibilityChange(receiptHandle: nil, visibilityTimeoutSeconds: nil)
        } member: {
            (change, json, name) throws(JSONError) in
            try Self.readChange(&change, &json, name)
        }
    }

    // MARK: Queues

    mutating func createQueue() throws(SQSError) -> CreateQueueRequest {
        var request = CreateQueueRequest(queueName: nil)
        try self.request { (json, name) throws(JSONError) in
            switch name {
            case "QueueName": request.queueName = try json.string()
            case "Attributes": request.attributes = try json.stringMap()
            case "tags", "Tags": request.tags = try json.stringMap()
            default: try json.skip()
            }
        }
        return request
    }

    mutating func getQueueURL() throws(SQSError) -> GetQueueURLRequest {
        var request = GetQueueURLRequest(queueName: nil)
        try self.request { (json, name) throws(JSONError) in
            switch name {
            case "QueueName": request.queueName = try json.string()
            case "QueueOwnerAWSAccountId": request.ownerAccountID = try json.string()
            default: try json.skip()
            }
        }
        return request
    }

    mutating func listQueues() throws(SQSError) -> ListQueuesRequest {
        var request = ListQueuesRequest()
        try self.request { (json, name) throws(JSONError) in
            switch name {
            case "QueueNamePrefix": request.prefix = try json.string()
            case "MaxResults": request.maximumResults = try json.integer()
            case "NextToken": request.nextToken = try json.string()
            default: try json.skip()
            }
        }
        return request
    }

    mutating func listDeadLetterSourceQueues() throws(SQSError) -> ListDeadLetterSourceQueuesRequest {
        var request = ListDeadLetterSourceQueuesRequest(queueURL: self.pathURL)
        try self.request { (json, name) throws(JSONError) in
            switch name {
            case "QueueUrl": request.queueURL = try json.string()
            case "MaxResults": request.maximumResults = try json.integer()
            case "NextToken": request.nextToken = try json.string()
            default: try json.skip()
            }
        }
        return request
    }

    /// DeleteQueue, PurgeQueue, ListQueueTags.
    mutating func queue() throws(SQSError) -> QueueRequest {
        var request = QueueRequest(queueURL: self.pathURL)
        try self.request { (json, name) throws(JSONError) in
            if name == "QueueUrl" { request.queueURL = try json.string() } else { try json.skip() }
        }
        return request
    }

    mutating func getQueueAttributes() throws(SQSError) -> GetQueueAttributesRequest {
        var request = GetQueueAttributesRequest(queueURL: self.pathURL, names: [])
        try self.request { (json, name) throws(JSONError) in
            switch name {
            case "QueueUrl": request.queueURL = try json.string()
            case "AttributeNames": request.names = try json.strings()
            default: try json.skip()
            }
        }
        return request
    }

    mutating func setQueueAttributes() throws(SQSError) -> SetQueueAttributesRequest {
        var request = SetQueueAttributesRequest(queueURL: self.pathURL, attributes: [:])
        var hasAttributes = false
        try self.request { (json, name) throws(JSONError) in
            switch name {
            case "QueueUrl": request.queueURL = try json.string()
            case "Attributes":
                request.attributes = try json.stringMap()
                hasAttributes = true
            default: try json.skip()
            }
        }
        guard hasAttributes else { throw .missing("Attributes") }
        return request
    }

    mutating func tagQueue() throws(SQSError) -> TagQueueRequest {
        var request = TagQueueRequest(queueURL: self.pathURL, tags: [:])
        var hasTags = false
        try self.request { (json, name) throws(JSONError) in
            switch name {
            case "QueueUrl": request.queueURL = try json.string()
            case "Tags":
                request.tags = try json.stringMap()
                hasTags = true
            default: try json.skip()
            }
        }
        guard hasTags else { throw .missing("Tags") }
        return request
    }

    mutating func untagQueue() throws(SQSError) -> UntagQueueRequest {
        var request = UntagQueueRequest(queueURL: self.pathURL, keys: [])
        var hasKeys = false
        try self.request { (json, name) throws(JSONError) in
            switch name {
            case "QueueUrl": request.queueURL = try json.string()
            case "TagKeys":
                request.keys = try json.strings()
                hasKeys = true
            default: try json.skip()
            }
        }
        guard hasKeys else { throw .missing("TagKeys") }
        return request
    }

    mutating func addPermission() throws(SQSError) -> AddPermissionRequest {
        var request = AddPermissionRequest(queueURL: self.pathURL, label: nil, accountIDs: [], actions: [])
        try self.request { (json, name) throws(JSONError) in
            switch name {
            case "QueueUrl": request.queueURL = try json.string()
            case "Label": request.label = try json.string()
            case "AWSAccountIds": request.accountIDs = try json.strings()
            case "Actions": request.actions = try json.strings()
            default: try json.skip()
            }
        }
        return request
    }

    mutating func removePermission() throws(SQSError) -> RemovePermissionRequest {
        var request = RemovePermissionRequest(queueURL: self.pathURL, label: nil)
        try self.request { (json, name) throws(JSONError) in
            switch name {
            case "QueueUrl": request.queueURL = try json.string()
            case "Label": request.label = try json.string()
            default: try json.skip()
            }
        }
        return request
    }

    // MARK: Move tasks

    mutating func startMessageMoveTask() throws(SQSError) -> StartMessageMoveTaskRequest {
        var request = StartMessageMoveTaskRequest(sourceARN: nil)
        try self.request { (json, name) throws(JSONError) in
            switch name {
            case "SourceArn": request.sourceARN = try json.string()
            case "DestinationArn": request.destinationARN = try json.string()
            case "MaxNumberOfMessagesPerSecond": request.maximumMessagesPerSecond = try json.integer()
            default: try json.skip()
            }
        }
        return request
    }

    mutating func cancelMessageMoveTask() throws(SQSError) -> CancelMessageMoveTaskRequest {
        var request = CancelMessageMoveTaskRequest(taskHandle: nil)
        try self.request { (json, name) throws(JSONError) in
            if name == "TaskHandle" { request.taskHandle = try json.string() } else { try json.skip() }
        }
        return request
    }

    mutating func listMessageMoveTasks() throws(SQSError) -> ListMessageMoveTasksRequest {
        var request = ListMessageMoveTasksRequest(sourceARN: nil)
        try self.request { (json, name) throws(JSONError) in
            switch name {
            case "SourceArn": request.sourceARN = try json.string()
            case "MaxResults": request.maximumResults = try json.integer()
            default: try json.skip()
            }
        }
        return request
    }

    // MARK: Parts

    private mutating func batch<Content>(
        _ empty: () -> Content, member: (inout Content, inout JSONReader, String) throws(JSONError) -> Void
    ) throws(SQSError) -> BatchRequest<Content> {
        var batch = BatchRequest<Content>(queueURL: self.pathURL, entries: [])
        try self.request { (json, name) throws(JSONError) in
            switch name {
            case "QueueUrl": batch.queueURL = try json.string()
            case "Entries":
                try json.beginArray()
                while try json.nextElement() {
                    var entry = BatchEntry(id: "", content: empty())
                    try json.members { (json, name) throws(JSONError) in
                        if name == "Id" { entry.id = try json.string() } else { try member(&entry.content, &json, name) }
                    }
                    batch.entries.append(entry)
                }
            default: try json.skip()
            }
        }
        return batch
    }

    private func addTraceHeader(to message: inout OutgoingMessage) {
        guard let traceHeader, !message.systemAttributes.contains(where: { $0.name == Self.traceAttribute }) else { return }
        message.systemAttributes.append(
            MessageAttribute(name: Self.traceAttribute, dataType: "String", value: .string(traceHeader)))
    }

    private static let traceAttribute = "AWSTraceHeader"

    private static func readMessage(_ message: inout OutgoingMessage, _ json: inout JSONReader, _ name: String) throws(JSONError)
    {
        switch name {
        case "MessageBody": message.body = try json.stringBytes()
        case "DelaySeconds": message.delaySeconds = try json.integer()
        case "MessageAttributes": message.attributes = try self.attributes(&json)
        case "MessageSystemAttributes": message.systemAttributes = try self.attributes(&json)
        case "MessageDeduplicationId": message.deduplicationID = try json.string()
        case "MessageGroupId": message.groupID = try json.string()
        default: try json.skip()
        }
    }

    private static func readChange(_ change: inout VisibilityChange, _ json: inout JSONReader, _ name: String) throws(JSONError) {
        switch name {
        case "ReceiptHandle": change.receiptHandle = try json.string()
        case "VisibilityTimeout": change.visibilityTimeoutSeconds = try json.integer()
        default: try json.skip()
        }
    }

    private static func attributes(_ json: inout JSONReader) throws(JSONError) -> [MessageAttribute] {
        var attributes: [MessageAttribute] = []
        try json.members { (json, name) throws(JSONError) in
            var dataType = ""
            var value = MessageAttribute.Value.missing
            try json.members { (json, member) throws(JSONError) in
                switch member {
                case "DataType": dataType = try json.string()
                case "StringValue": value = .string(try json.string())
                case "BinaryValue": value = .binary(try json.base64())
                case "StringListValues", "BinaryListValues": if try !json.strings().isEmpty { value = .list }
                default: try json.skip()
                }
            }
            attributes.append(MessageAttribute(name: name, dataType: dataType, value: value))
        }
        return attributes
    }
}

extension JSONReader {
    /// Each member of an object that isn't `null`.
    fileprivate mutating func members(
        _ body: (inout JSONReader, String) throws(JSONError) -> Void
    ) throws(JSONError) {
        try self.beginObject()
        while let name = try self.nextName() {
            if try !self.takeNull() { try body(&self, name) }
        }
    }

    fileprivate mutating func strings() throws(JSONError) -> [String] {
        var values: [String] = []
        try self.beginArray()
        while try self.nextElement() { values.append(try self.string()) }
        return values
    }

    fileprivate mutating func stringMap() throws(JSONError) -> [String: String] {
        var map: [String: String] = [:]
        try self.members { (json, name) throws(JSONError) in map[name] = try json.string() }
        return map
    }

    fileprivate mutating func base64() throws(JSONError) -> [UInt8] {
        let place = self
        guard let bytes = Base64.decode(try self.string()) else { throw place.error("expected base64") }
        return bytes
    }
}
