/// A batch of messages, as an event source mapping hands it to a function.
///
/// Source: Lambda developer guide, "Using Lambda with Amazon SQS" (https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html).
public struct SQSEvent: Codable, Sendable {
    public struct Message: Codable, Sendable {
        /// A message attribute. A custom label behind the type (`Number.int`) is dropped.
        public enum Attribute: Hashable, Sendable {
            case string(String)
            /// Base64 text, as the event carries it.
            case binary(String)
            case number(String)
        }

        public let messageId: String
        public let receiptHandle: String
        public var body: String
        public let md5OfBody: String
        public let md5OfMessageAttributes: String?
        /// `ApproximateReceiveCount`, `SentTimestamp`, `SenderId`, `ApproximateFirstReceiveTimestamp`; of FIFO queues also
        /// `SequenceNumber`, `MessageGroupId`, `MessageDeduplicationId`.
        public let attributes: [String: String]
        public let messageAttributes: [String: Attribute]
        public let eventSourceArn: String
        /// `aws:sqs`
        public let eventSource: String
        public let awsRegion: String

        enum CodingKeys: String, CodingKey {
            case messageId, receiptHandle, body, md5OfBody, md5OfMessageAttributes, attributes, messageAttributes
            case eventSourceArn = "eventSourceARN"
            case eventSource, awsRegion
        }
    }

    public let records: [Message]

    enum CodingKeys: String, CodingKey {
        case records = "Records"
    }
}

extension SQSEvent.Message.Attribute: Codable {
    enum CodingKeys: String, CodingKey {
        case dataType, stringValue, binaryValue
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let dataType = try container.decode(String.self, forKey: .dataType)
        switch dataType.prefix(while: { $0 != "." }) {
        case "String": self = .string(try container.decode(String.self, forKey: .stringValue))
        case "Number": self = .number(try container.decode(String.self, forKey: .stringValue))
        case "Binary": self = .binary(try container.decode(String.self, forKey: .binaryValue))
        default:
            throw DecodingError.dataCorruptedError(
                forKey: .dataType, in: container,
                debugDescription: "the data type \"\(dataType)\" is none of String, Number and Binary")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .string(let text):
            try container.encode("String", forKey: .dataType)
            try container.encode(text, forKey: .stringValue)
        case .number(let text):
            try container.encode("Number", forKey: .dataType)
            try container.encode(text, forKey: .stringValue)
        case .binary(let text):
            try container.encode("Binary", forKey: .dataType)
            try container.encode(text, forKey: .binaryValue)
        }
    }
}

/// Which messages of a batch failed, for a mapping with `ReportBatchItemFailures`. Only these come back to the queue; an empty
/// list means that all succeeded.
public struct SQSBatchResponse: Codable, Sendable {
    public struct BatchItemFailure: Codable, Sendable {
        public let itemIdentifier: String

        /// - Parameter itemIdentifier: the `messageId`.
        public init(itemIdentifier: String) { self.itemIdentifier = itemIdentifier }
    }

    public let batchItemFailures: [BatchItemFailure]

    public init(batchItemFailures: [BatchItemFailure]) { self.batchItemFailures = batchItemFailures }
}
