package import CoreTypes

/// A message as a file has it: of all but its body it may know nothing.
package struct RecordedMessage: Hashable, Sendable {
    package var messageID: String?
    package var receiptHandle: String?
    package var body: String
    package var md5OfBody: String?
    package var attributes: [String: String]
    package var messageAttributes: [String: ReceivedMessage.MessageAttribute]
    package var md5OfMessageAttributes: String?

    package init(body: String) {
        self.body = body
        self.attributes = [:]
        self.messageAttributes = [:]
    }

    /// `SentTimestamp`, in milliseconds on the wire.
    package var sentAt: Timestamp? {
        self.attributes["SentTimestamp"].flatMap(Int64.init).flatMap { milliseconds in
            // Beyond the year 2262 a timestamp has no nanoseconds.
            (0...9_000_000_000_000).contains(milliseconds) ? Timestamp(milliseconds: milliseconds) : nil
        }
    }

    /// The message as a queue would hand it out now; what the file doesn't say is filled in.
    /// - Parameters:
    ///   - number: tells messages without an id apart within a replay.
    ///   - md5: hex MD5 of a text.
    package func received(
        number: Int, now: Timestamp, source: QueueSource, md5: (String) -> String
    ) -> ReceivedMessage {
        var generator = SplitMix64(state: UInt64(bitPattern: Int64(number)) ^ UInt64(bitPattern: now.nanoseconds))
        let id = self.messageID ?? RequestID(using: &generator).description
        var message = ReceivedMessage(
            messageID: id, receiptHandle: self.receiptHandle ?? "replay-\(number)-\(id)", body: self.body,
            md5OfBody: self.md5OfBody ?? md5(self.body), attributes: self.attributes, messageAttributes: self.messageAttributes,
            md5OfMessageAttributes: self.md5OfMessageAttributes)
        func fill(_ name: String, _ value: String) {
            if message.attributes[name] == nil { message.attributes[name] = value }
        }
        fill("ApproximateReceiveCount", "1")
        fill("SentTimestamp", String(now.milliseconds))
        fill("SenderId", "AIDAMARTLETREPLAY")
        fill("ApproximateFirstReceiveTimestamp", String(now.milliseconds))
        if source.isFIFO {
            fill("MessageGroupId", "replay")
            fill("MessageDeduplicationId", id)
            fill("SequenceNumber", Timestamp.pad(number, 20))
        }
        return message
    }
}

/// Something in a file that can't be replayed.
package struct ReplayProblem: Error, Hashable, Sendable, CustomStringConvertible {
    package let file: String
    /// The place in the file's list of messages, from 0, or its line from 1; `nil` for the file as a whole.
    package let item: Int?
    package let message: String

    package var description: String {
        self.item.map { "\(self.file)[\($0)]: \(self.message)" } ?? "\(self.file): \(self.message)"
    }
}
