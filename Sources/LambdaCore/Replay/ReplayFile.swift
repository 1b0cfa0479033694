import CoreTypes

/// A file of messages to replay. Four forms are known by their content:
///
/// | form | how it begins | its batches |
/// | --- | --- | --- |
/// | event | `{"Records":[…]}`, what a function receives | the records, together |
/// | receive | `{"Messages":[…]}`, output of `aws sqs receive-message` | the messages, together |
/// | recording | `{"martletRecording":1,…}`, see ``BatchRecording`` | as it was delivered |
/// | bodies | anything else: each line that is not blank is the body of a message | left to the reader |
///
/// A message that can't be read is a ``ReplayProblem`` of its own and keeps none of the others back.
package struct ReplayFile: Hashable, Sendable {
    package enum Form: String, Hashable, Sendable {
        case event, receive, recording, bodies
    }

    package struct Item: Hashable, Sendable {
        package let file: String
        /// The place in the list from 0, for bodies the line from 1.
        package let index: Int
        package let message: RecordedMessage
    }

    package let form: Form
    package internal(set) var items: [Item] = []
    package internal(set) var problems: [ReplayProblem] = []

    /// Larger files are split more usefully than read at once.
    package static let byteLimit = 268_435_456

    package init(_ bytes: [UInt8], name: String) {
        guard bytes.count <= Self.byteLimit else {
            self.init(form: .bodies)
            self.problems = [ReplayProblem(file: name, item: nil, message: "larger than \(Self.byteLimit) bytes: split it")]
            return
        }
        let first = bytes.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "["), let document = Self.document(bytes) {
            self.init(document, name: name, text: bytes)
        } else {
            self.init(lines: bytes, name: name)
        }
    }

    private init(form: Form) { self.form = form }

    /// A text that is no JSON document may still be lines of them.
    private static func document(_ bytes: [UInt8]) -> JSON? {
        switch bytes.withUnsafeBytes({ JSON.parse($0) }) {
        case .success(let document): document
        case .failure: nil
        }
    }

    private init(_ document: JSON, name: String, text: [UInt8]) {
        let list: (Form, JSON?)? =
            if document[BatchRecording.marker] != nil {
                (.recording, document["event"]?["Records"])
            } else if let records = document["Records"] {
                (.event, records)
            } else if let messages = document["Messages"] {
                (.receive, messages)
            } else {
                nil
            }
        guard let (form, value) = list else {
            // One line: a body that is JSON. Several: a document that was meant to be something.
            self.init(lines: text, name: name)
            if self.items.count > 1 {
                self.items = []
                self.problems = [
                    ReplayProblem(
                        file: name, item: nil,
                        message: "a JSON \(document.kind) without Records (an event) or Messages (output of aws sqs "
                            + "receive-message), and not one message body a line")
                ]
            }
            return
        }
        self.init(form: form)
        guard let elements = value?.arrayValue else {
            self.problems = [ReplayProblem(file: name, item: nil, message: "its list of messages is no JSON array")]
            return
        }
        for (index, element) in elements.enumerated() {
            do {
                self.items.append(Item(file: name, index: index, message: try RecordedMessageReader(element).message()))
            } catch {
                self.problems.append(ReplayProblem(file: name, item: index, message: error.message))
            }
        }
    }

    private init(lines bytes: [UInt8], name: String) {
        self.init(form: .bodies)
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            guard line.contains(where: { $0 != 0x20 && $0 != 0x09 }) else { continue }
            guard let text = String(validating: line, as: UTF8.self) else {
                self.problems.append(ReplayProblem(file: name, item: index + 1, message: "the line is not UTF-8"))
                continue
            }
            self.items.append(Item(file: name, index: index + 1, message: RecordedMessage(body: text)))
        }
    }

    /// The batches to deliver: an event, a receive and a recording as they are, bodies `size` at a time.
    package func batches(ofBodies size: Int) -> [[Item]] {
        guard self.form == .bodies else { return self.items.isEmpty ? [] : [self.items] }
        return stride(from: 0, to: self.items.count, by: max(1, size)).map { start in
            Array(self.items[start..<min(start + max(1, size), self.items.count)])
        }
    }
}

/// Reads a message of either wire form: `messageId` of an event, `MessageId` of ReceiveMessage.
private struct RecordedMessageReader {
    struct Fault: Error { let message: String }

    private let object: JSONObject?
    private let kind: String

    init(_ value: JSON) {
        self.object = value.objectValue
        self.kind = value.kind
    }

    func message() throws(Fault) -> RecordedMessage {
        guard let object else { throw Fault(message: "a JSON \(self.kind), not an object") }
        guard let body = try self.text("body", "Body", in: object) else { throw Fault(message: "has no body") }
        var message = RecordedMessage(body: body)
        message.messageID = try self.text("messageId", "MessageId", in: object)
        message.receiptHandle = try self.text("receiptHandle", "ReceiptHandle", in: object)
        message.md5OfBody = try self.text("md5OfBody", "MD5OfBody", in: object)
        message.md5OfMessageAttributes = try self.text("md5OfMessageAttributes", "MD5OfMessageAttributes", in: object)
        for (name, value) in try self.map("attributes", "Attributes", in: object).members {
            guard let text = value.stringValue else { throw Fault(message: "attribute \(name) is a \(value.kind), not a text") }
            message.attributes[name] = text
        }
        for (name, value) in try self.map("messageAttributes", "MessageAttributes", in: object).members {
            message.messageAttributes[name] = try self.attribute(name, value)
        }
        return message
    }

    private func text(_ lower: String, _ upper: String, in object: JSONObject) throws(Fault) -> String? {
        guard let value = object[lower] ?? object[upper], !value.isNull else { return nil }
        guard let text = value.stringValue else { throw Fault(message: "\(lower) is a \(value.kind), not a text") }
        return text
    }

    private func map(_ lower: String, _ upper: String, in object: JSONObject) throws(Fault) -> JSONObject {
        guard let value = object[lower] ?? object[upper], !value.isNull else { return [:] }
        guard let map = value.objectValue else { throw Fault(message: "\(lower) is a \(value.kind), not an object") }
        return map
    }

    private func attribute(_ name: String, _ value: JSON) throws(Fault) -> ReceivedMessage.MessageAttribute {
        guard let object = value.objectValue else {
            throw Fault(message: "message attribute \(name) is a \(value.kind), not an object")
        }
        guard let type = try self.text("dataType", "DataType", in: object) else {
            throw Fault(message: "message attribute \(name) has no dataType")
        }
        if let text = try self.text("stringValue", "StringValue", in: object) {
            return ReceivedMessage.MessageAttribute(dataType: type, value: .text(text))
        }
        guard let binary = try self.text("binaryValue", "BinaryValue", in: object) else {
            throw Fault(message: "message attribute \(name) has neither stringValue nor binaryValue")
        }
        guard Base64.decode(binary) != nil else { throw Fault(message: "binaryValue of message attribute \(name) is not base64") }
        return ReceivedMessage.MessageAttribute(dataType: type, value: .binary(base64: binary))
    }
}
