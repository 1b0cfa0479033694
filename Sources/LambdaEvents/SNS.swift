/// A notification of a topic.
///
/// Source: Lambda developer guide, "Invoking Lambda functions with Amazon SNS notifications"
/// (https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html).
public struct SNSEvent: Codable, Sendable {
    public struct Record: Codable, Sendable {
        public let eventVersion: String
        public let eventSubscriptionArn: String
        /// `aws:sns`
        public let eventSource: String
        public let sns: Message

        enum CodingKeys: String, CodingKey {
            case eventVersion = "EventVersion"
            case eventSubscriptionArn = "EventSubscriptionArn"
            case eventSource = "EventSource"
            case sns = "Sns"
        }
    }

    public struct Message: Codable, Sendable {
        public struct Attribute: Codable, Sendable {
            /// `String`, `Binary`, `Number`, `String.Array`
            public let type: String
            public let value: String

            enum CodingKeys: String, CodingKey {
                case type = "Type"
                case value = "Value"
            }
        }

        public let signatureVersion: String
        /// `2026-11-21T05:47:00.123Z`
        public let timestamp: String
        public let signature: String
        public let signingCertURL: String
        public let messageId: String
        public let message: String
        public let messageAttributes: [String: Attribute]?
        public let type: String
        public let unsubscribeURL: String
        public let topicArn: String
        public let subject: String?

        enum CodingKeys: String, CodingKey {
            case signatureVersion = "SignatureVersion"
            case timestamp = "Timestamp"
            case signature = "Signature"
            case signingCertURL = "SigningCertUrl"
            case messageId = "MessageId"
            case message = "Message"
            case messageAttributes = "MessageAttributes"
            case type = "Type"
            case unsubscribeURL = "UnsubscribeUrl"
            case topicArn = "TopicArn"
            case subject = "Subject"
        }
    }

    public let records: [Record]

    enum CodingKeys: String, CodingKey {
        case records = "Records"
    }
}
