import CoreTypes

/// The record of a message in a function's event, written straight to bytes: the batch limit counts them, and the event is their
/// concatenation.
///
/// ```
/// {"messageId":"…","receiptHandle":"…","body":"…","attributes":{"ApproximateReceiveCount":"1",…},
///  "messageAttributes":{"kind":{"stringValue":"gift","stringListValues":[],"binaryListValues":[],"dataType":"String"}},
///  "md5OfMessageAttributes":null,"md5OfBody":"…","eventSource":"aws:sqs","eventSourceARN":"arn:aws:sqs:…","awsRegion":"…"}
/// ```
/// Members and their order: Lambda developer guide, "Using Lambda with Amazon SQS", and recorded events. Recordings of 2024 and
/// later carry `md5OfMessageAttributes` as `null` where a message has no attributes; older ones leave it out.
package enum QueueRecord {
    /// The order of the guide's sample events; what is not in the list follows by name.
    private static let attributeOrder = [
        "ApproximateReceiveCount", "AWSTraceHeader", "SentTimestamp", "SequenceNumber", "MessageGroupId", "SenderId",
        "MessageDeduplicationId", "ApproximateFirstReceiveTimestamp", "DeadLetterQueueSourceArn",
    ]

    package static func bytes(of message: ReceivedMessage, from source: QueueSource) -> [UInt8] {
        var record = JSONObjectBytes(capacity: message.body.utf8.count + 768)
        record.member("messageId", message.messageID)
        record.member("receiptHandle", message.receiptHandle)
        record.member("body", message.body)
        record.member("attributes", json: self.attributes(message.attributes))
        record.member("messageAttributes", json: self.messageAttributes(message.messageAttributes))
        if let digest = message.md5OfMessageAttributes {
            record.member("md5OfMessageAttributes", digest)
        } else {
            record.member("md5OfMessageAttributes", json: "null".utf8)
        }
        record.member("md5OfBody", message.md5OfBody)
        record.member("eventSource", "aws:sqs")
        record.member("eventSourceARN", source.arn)
        record.member("awsRegion", source.region)
        return record.closed()
    }

    /// `{"Records":[…]}`
    package static func event(records: some Collection<[UInt8]>) -> [UInt8] {
        var event = Array("{\"Records\":[".utf8)
        event.reserveCapacity(records.reduce(self.eventOverhead) { $0 + $1.count + 1 })
        for (position, record) in records.enumerated() {
            if position > 0 { event.append(UInt8(ascii: ",")) }
            event.append(contentsOf: record)
        }
        event.append(contentsOf: "]}".utf8)
        return event
    }

    /// Bytes of an event beyond its records; each record also costs a comma.
    static let eventOverhead = "{\"Records\":[]}".utf8.count

    private static func attributes(_ attributes: [String: String]) -> [UInt8] {
        var bytes = [UInt8(ascii: "{")]
        func append(_ name: String, _ value: String) {
            if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
            JSONWriter.append(string: name, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            JSONWriter.append(string: value, to: &bytes)
        }
        var written = 0
        for name in self.attributeOrder {
            guard let value = attributes[name] else { continue }
            append(name, value)
            written += 1
        }
        if written < attributes.count {
            let others = attributes.filter { !self.attributeOrder.contains($0.key) }
            for (name, value) in others.sorted(by: { $0.key < $1.key }) { append(name, value) }
        }
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    private static func messageAttributes(_ attributes: [String: ReceivedMessage.MessageAttribute]) -> [UInt8] {
        let members = attributes.sorted { $0.key < $1.key }.map { name, attribute in
            var member: JSONObject = [:]
            switch attribute.value {
            case .text(let text): member["stringValue"] = .string(text)
            case .binary(let base64): member["binaryValue"] = .string(base64)
            }
            member["stringListValues"] = []
            member["binaryListValues"] = []
            member["dataType"] = .string(attribute.dataType)
            return (name, JSON.object(member))
        }
        return JSON.object(JSONObject(members)).bytes
    }
}
