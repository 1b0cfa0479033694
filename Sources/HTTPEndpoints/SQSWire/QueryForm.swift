import CoreTypes
import SQS

/// A request of the older Query protocol as the body that the JSON protocol would have: the two differ in how they spell a
/// request, not in what it means, so that one reader serves both (Amazon SQS developer guide, "Making Query API requests").
struct QueryForm {
    let action: String?
    let queueURL: String?
    private let root: Node

    /// Parameters by their path: `Attribute.1.Name` lies at `Attribute`, `1`, `Name`.
    private final class Node {
        var value: String?
        var children: [(name: String, node: Node)] = []

        subscript(name: String) -> Node? { self.children.first { $0.name == name }?.node }

        func text(_ name: String) -> String? { self[name]?.value }

        /// The numbered children in their order.
        func list(_ name: String) -> [Node] {
            let numbered = (self[name]?.children ?? []).compactMap { child in
                Int(child.name).map { (number: $0, node: child.node) }
            }
            return numbered.sorted { $0.number < $1.number }.map(\.node)
        }

        func make(_ name: String) -> Node {
            if let node = self[name] { return node }
            let node = Node()
            self.children.append((name, node))
            return node
        }
    }

    /// `SendMessageBatchRequestEntry.10.MessageAttribute.10.Value.BinaryListValue.1` has seven.
    private static let pathLengthMax = 8
    /// A batch of ten messages with ten attributes has some 350.
    private static let parameterCountMax = 2_000

    init(_ parameters: [AWSRequest.Parameter]) throws(SQSError) {
        guard parameters.count <= Self.parameterCountMax else {
            throw SQSError(.malformedInput, "A request has at most \(Self.parameterCountMax) parameters.")
        }
        let root = Node()
        for parameter in parameters {
            var node = root
            for part in parameter.name.split(separator: ".", maxSplits: Self.pathLengthMax) { node = node.make(String(part)) }
            node.value = parameter.value
        }
        self.root = root
        self.action = root.text("Action")
        self.queueURL = root.text("QueueUrl")
    }

    /// The body of the JSON protocol.
    func body(of action: QueueAction) throws(SQSError) -> JSONObject {
        var body = JSONObject()
        for field in Self.fields(of: action) { body[field.member] = try Self.value(field, in: self.root) }
        body["QueueUrl"] = self.queueURL.map(JSON.string)
        return body
    }

    // MARK: The table

    private struct Field: Sendable {
        enum Kind: Sendable {
            case text, integer, list
            /// Numbered pairs of key and value.
            case map(key: String, value: String)
            case attributes
            case entries([Field])
        }

        let member: String
        /// As the form spells it.
        let parameter: String
        let kind: Kind

        init(_ member: String, _ parameter: String? = nil, _ kind: Kind = .text) {
            self.member = member
            self.parameter = parameter ?? member
            self.kind = kind
        }
    }

    private static let attributes = Field("Attributes", "Attribute", .map(key: "Name", value: "Value"))
    private static let message = [
        Field("MessageBody"), Field("DelaySeconds", nil, .integer), Field("MessageDeduplicationId"), Field("MessageGroupId"),
        Field("MessageAttributes", "MessageAttribute", .attributes),
        Field("MessageSystemAttributes", "MessageSystemAttribute", .attributes),
    ]
    private static let visibility = [Field("ReceiptHandle"), Field("VisibilityTimeout", nil, .integer)]

    private static func entries(_ action: QueueAction, _ fields: [Field]) -> [Field] {
        [Field("Entries", "\(action.rawValue)RequestEntry", .entries([Field("Id")] + fields))]
    }

    private static func fields(of action: QueueAction) -> [Field] {
        switch action {
        case .createQueue: [Field("QueueName"), self.attributes, Field("tags", "Tag", .map(key: "Key", value: "Value"))]
        case .getQueueURL: [Field("QueueName"), Field("QueueOwnerAWSAccountId")]
        case .listQueues: [Field("QueueNamePrefix"), Field("MaxResults", nil, .integer), Field("NextToken")]
        case .listDeadLetterSourceQueues: [Field("MaxResults", nil, .integer), Field("NextToken")]
        case .deleteQueue, .purgeQueue, .listQueueTags: []
        case .getQueueAttributes: [Field("AttributeNames", "AttributeName", .list)]
        case .setQueueAttributes: [self.attributes]
        case .tagQueue: [Field("Tags", "Tag", .map(key: "Key", value: "Value"))]
        case .untagQueue: [Field("TagKeys", "TagKey", .list)]
        case .addPermission:
            [Field("Label"), Field("AWSAccountIds", "AWSAccountId", .list), Field("Actions", "ActionName", .list)]
        case .removePermission: [Field("Label")]
        case .sendMessage: self.message
        case .sendMessageBatch: self.entries(action, self.message)
        case .receiveMessage:
            [
                Field("MaxNumberOfMessages", nil, .integer), Field("VisibilityTimeout", nil, .integer),
                Field("WaitTimeSeconds", nil, .integer), Field("ReceiveRequestAttemptId"),
                Field("AttributeNames", "AttributeName", .list),
                Field("MessageSystemAttributeNames", "MessageSystemAttributeName", .list),
                Field("MessageAttributeNames", "MessageAttributeName", .list),
            ]
        case .deleteMessage: [Field("ReceiptHandle")]
        case .deleteMessageBatch: self.entries(action, [Field("ReceiptHandle")])
        case .changeMessageVisibility: self.visibility
        case .changeMessageVisibilityBatch: self.entries(action, self.visibility)
        case .startMessageMoveTask:
            [Field("SourceArn"), Field("DestinationArn"), Field("MaxNumberOfMessagesPerSecond", nil, .integer)]
        case .cancelMessageMoveTask: [Field("TaskHandle")]
        case .listMessageMoveTasks: [Field("SourceArn"), Field("MaxResults", nil, .integer)]
        }
    }

    /// `nil` when the form has nothing of it.
    private static func value(_ field: Field, in node: Node) throws(SQSError) -> JSON? {
        switch field.kind {
        case .text: return node.text(field.parameter).map(JSON.string)
        case .integer:
            guard let text = node.text(field.parameter) else { return nil }
            guard let number = Int(text) else {
                throw SQSError(
                    .invalidParameterValue,
                    "Value \(text) for parameter \(field.parameter) is invalid. Reason: Must be an integer.")
            }
            return .number(JSONNumber(number))
        case .list:
            let values = node.list(field.parameter).compactMap(\.value)
            return values.isEmpty ? nil : .array(values.map(JSON.string))
        case .map(let key, let value):
            let pairs = node.list(field.parameter).compactMap { item in
                item.text(key).map { ($0, JSON.string(item.text(value) ?? "")) }
            }
            return pairs.isEmpty ? nil : .object(JSONObject(pairs))
        case .attributes:
            let pairs = node.list(field.parameter).compactMap { item in
                item.text("Name").map { ($0, Self.attribute(item["Value"])) }
            }
            return pairs.isEmpty ? nil : .object(JSONObject(pairs))
        case .entries(let fields):
            var entries: [JSON] = []
            for item in node.list(field.parameter) {
                var entry = JSONObject()
                for field in fields { entry[field.member] = try Self.value(field, in: item) }
                entries.append(.object(entry))
            }
            return .array(entries)
        }
    }

    private static func attribute(_ node: Node?) -> JSON {
        var value = JSONObject()
        for name in ["DataType", "StringValue", "BinaryValue"] { value[name] = node?.text(name).map(JSON.string) }
        for name in ["StringListValue", "BinaryListValue"] {
            let texts = node?.list(name).compactMap(\.value) ?? []
            if !texts.isEmpty { value["\(name)s"] = .array(texts.map(JSON.string)) }
        }
        return .object(value)
    }
}
