/// A message attribute or a message system attribute as the sender gave it.
package struct MessageAttribute: Hashable, Sendable {
    package enum Value: Hashable, Sendable {
        /// UTF-8 text: data types `String` and `Number`.
        case string(String)
        /// Decoded from base64: data type `Binary`.
        case binary([UInt8])
        /// `StringListValues` or `BinaryListValues`: modelled and always refused.
        case list
        /// No value member at all: refused.
        case missing
    }

    package let name: String
    /// `String`, `Number` or `Binary`, each with an optional label: `Number.int`.
    package let dataType: String
    package let value: Value

    package init(name: String, dataType: String, value: Value) {
        self.name = name
        self.dataType = dataType
        self.value = value
    }

    /// What the attribute adds to the size of a message: name, data type and value.
    package var byteCount: Int {
        let valueCount =
            switch self.value {
            case .string(let text): text.utf8.count
            case .binary(let bytes): bytes.count
            case .list, .missing: 0
            }
        return self.name.utf8.count + self.dataType.utf8.count + valueCount
    }
}

/// The names of `MessageSystemAttributeNames`, and of `AttributeNames` in its old use on ReceiveMessage.
package enum SystemAttributeName: String, CaseIterable, Hashable, Sendable {
    case senderID = "SenderId"
    case sentTimestamp = "SentTimestamp"
    case receiveCount = "ApproximateReceiveCount"
    case firstReceiveTimestamp = "ApproximateFirstReceiveTimestamp"
    case traceHeader = "AWSTraceHeader"
    case sequenceNumber = "SequenceNumber"
    case deduplicationID = "MessageDeduplicationId"
    case groupID = "MessageGroupId"
    case deadLetterQueueSourceARN = "DeadLetterQueueSourceArn"
}
