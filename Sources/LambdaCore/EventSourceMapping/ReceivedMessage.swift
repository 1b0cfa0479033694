package import CoreTypes

/// A message as ReceiveMessage returns it with all of its attributes: what becomes a record of a function's event.
package struct ReceivedMessage: Hashable, Sendable {
    package var messageID: String
    /// Good for this receive alone: it deletes the message or changes its visibility.
    package var receiptHandle: String
    package var body: String
    /// Hex MD5 of the body.
    package var md5OfBody: String
    /// System attributes (`ApproximateReceiveCount`, `MessageGroupId`, …), all values text.
    package var attributes: [String: String]
    package var messageAttributes: [String: MessageAttribute]
    /// `nil` without message attributes.
    package var md5OfMessageAttributes: String?

    /// One message attribute: `String`, `Number` or `Binary`, with an optional label behind a dot.
    package struct MessageAttribute: Hashable, Sendable {
        package enum Value: Hashable, Sendable {
            case text(String)
            /// Base64 text, as it stands on the wire and in the record.
            case binary(base64: String)
        }
        package var dataType: String
        package var value: Value

        package init(dataType: String, value: Value) {
            self.dataType = dataType
            self.value = value
        }
    }

    package init(
        messageID: String, receiptHandle: String, body: String, md5OfBody: String, attributes: [String: String] = [:],
        messageAttributes: [String: MessageAttribute] = [:], md5OfMessageAttributes: String? = nil
    ) {
        self.messageID = messageID
        self.receiptHandle = receiptHandle
        self.body = body
        self.md5OfBody = md5OfBody
        self.attributes = attributes
        self.messageAttributes = messageAttributes
        self.md5OfMessageAttributes = md5OfMessageAttributes
    }

    /// `MessageGroupId`: also on standard queues, where it means no order.
    package var groupID: String? { self.attributes["MessageGroupId"] }
}

/// The queue that messages come from, as their records name it.
package struct QueueSource: Hashable, Sendable {
    package let arn: String
    package let region: String
    package let isFIFO: Bool

    package init(_ arn: ARN) {
        self.arn = arn.description
        self.region = arn.region
        self.isFIFO = arn.resource.hasSuffix(".fifo")
    }
}
