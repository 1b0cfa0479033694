import CoreTypes
import NIOCore
import SQS

/// A result of the JSON protocol as the Query protocol has it: XML, or the same tree as JSON for clients that accept that.
enum QueryAnswer {
    static let namespace = "http://queue.amazonaws.com/doc/2012-11-05/"

    static func xml(_ action: QueueAction, _ result: JSON?, requestID: RequestID) -> String {
        var text = "<?xml version=\"1.0\"?><\(action.rawValue)Response xmlns=\"\(self.namespace)\">"
        if action.hasResult {
            text += "<\(action.rawValue)Result>"
            for member in result?.objectValue?.members ?? [] { self.append(member.name, member.value, of: action, to: &text) }
            text += "</\(action.rawValue)Result>"
        }
        return text + "<ResponseMetadata><RequestId>\(requestID)</RequestId></ResponseMetadata></\(action.rawValue)Response>"
    }

    static func json(_ action: QueueAction, _ result: JSON?, requestID: RequestID) -> JSON {
        var response = JSONObject()
        if action.hasResult {
            var object = result?.objectValue ?? JSONObject()
            // Maps are lists of pairs in this protocol.
            if let attributes = object["Attributes"]?.objectValue {
                object["Attributes"] = .array(
                    attributes.members.map { .object(["Name": .string($0.name), "Value": $0.value]) })
            }
            response["\(action.rawValue)Result"] = .object(object)
        }
        response["ResponseMetadata"] = .object(["RequestId": .string(requestID.description)])
        return .object(["\(action.rawValue)Response": .object(response)])
    }

    static func xml(_ error: SQSError, requestID: RequestID) -> String {
        "<?xml version=\"1.0\"?><ErrorResponse xmlns=\"\(self.namespace)\"><Error><Type>Sender</Type><Code>\(error.queryCode)</Code>"
            + "<Message>\(self.escaped(error.queryMessage))</Message><Detail/></Error><RequestId>\(requestID)</RequestId></ErrorResponse>"
    }

    static func json(_ error: SQSError, requestID: RequestID) -> JSON {
        .object([
            "Error": .object([
                "Code": .string(error.queryCode), "Message": .string(error.queryMessage), "Type": .string("Sender"),
            ]), "RequestId": .string(requestID.description),
        ])
    }

    /// Lists are flat: an element for each, none around them.
    private static func append(_ name: String, _ value: JSON, of action: QueueAction, to text: inout String) {
        switch value {
        case .array(let elements):
            let element = self.elementName(of: name, action)
            for value in elements { self.append(element, content: value, of: action, to: &text) }
        case .object(let object) where name == "Attributes" || name == "Tags":
            let (element, key) = name == "Tags" ? ("Tag", "Key") : ("Attribute", "Name")
            for member in object.members {
                text += "<\(element)><\(key)>\(self.escaped(member.name))</\(key)><Value>"
                text += self.escaped(member.value.stringValue ?? "") + "</Value></\(element)>"
            }
        case .object(let object) where name == "MessageAttributes":
            for member in object.members {
                text += "<MessageAttribute><Name>\(self.escaped(member.name))</Name>"
                self.append("Value", content: member.value, of: action, to: &text)
                text += "</MessageAttribute>"
            }
        case .object, .string, .number, .bool, .null: self.append(name, content: value, of: action, to: &text)
        }
    }

    private static func append(_ name: String, content: JSON, of action: QueueAction, to text: inout String) {
        text += "<\(name)>"
        switch content {
        case .object(let object):
            for member in object.members { self.append(member.name, member.value, of: action, to: &text) }
        case .string(let value): text += self.escaped(value)
        case .number, .bool, .null, .array: text += content.description
        }
        text += "</\(name)>"
    }

    private static func elementName(of list: String, _ action: QueueAction) -> String {
        switch list {
        case "QueueUrls", "queueUrls": "QueueUrl"
        case "Messages": "Message"
        case "Failed": "BatchResultErrorEntry"
        case "Successful", "Results": "\(action.rawValue)ResultEntry"
        default: list
        }
    }

    /// A carriage return is written as a reference, or a reader of XML would make a line feed of it.
    private static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        // By scalars: CR LF is one character.
        for scalar in UnsupportedWire.escaped(text).unicodeScalars {
            switch scalar {
            case "\r": result.append(contentsOf: "&#13;".unicodeScalars)
            case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}

extension QueueAction {
    /// Whether the Query protocol's answer has a result element.
    var hasResult: Bool {
        switch self {
        case .addPermission, .changeMessageVisibility, .deleteMessage, .deleteQueue, .purgeQueue, .removePermission,
            .setQueueAttributes, .tagQueue, .untagQueue:
            false
        case .cancelMessageMoveTask, .changeMessageVisibilityBatch, .createQueue, .deleteMessageBatch, .getQueueAttributes,
            .getQueueURL, .listDeadLetterSourceQueues, .listMessageMoveTasks, .listQueues, .listQueueTags, .receiveMessage,
            .sendMessage, .sendMessageBatch, .startMessageMoveTask:
            true
        }
    }
}

extension SQSError {
    /// The older protocol names its version where a queue is missing.
    fileprivate var queryMessage: String {
        self == .queueDoesNotExist ? "The specified queue does not exist for this wsdl version." : self.message
    }
}
