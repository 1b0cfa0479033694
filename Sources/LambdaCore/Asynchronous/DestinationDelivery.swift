package import CoreTypes

/// Something to send because an asynchronous invocation ended: bytes, and to whom. Whoever owns functions and queues performs
/// it; a failed delivery is not tried again, it is logged (metrics `DestinationDeliveryFailures`, `DeadLetterErrors`).
package struct DestinationDelivery: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case destination
        case deadLetter = "dead-letter queue"
    }

    package let kind: Kind
    /// Of the invocation that ended.
    package let requestID: RequestID
    package let target: DestinationTarget
    /// The body of the message, or the event of the function.
    package let body: [UInt8]
    /// Message attributes; only dead letters have some.
    package let attributes: [MessageAttribute]
}

/// A message attribute as SQS knows it.
package struct MessageAttribute: Hashable, Sendable {
    package enum DataType: String, Hashable, Sendable {
        case string = "String"
        case number = "Number"
    }

    package let name: String
    package let dataType: DataType
    package let value: String
}

/// Who receives a delivery, read from its ARN.
package enum DestinationTarget: Hashable, Sendable {
    /// An asynchronous invocation of this function, with the body as its event.
    case function(arn: ARN, name: String, qualifier: String?)
    /// A standard queue: the body and the attributes make one message.
    case queue(arn: ARN, name: String)
    /// No delivery is possible. `reason` is a sentence for the log.
    case unsupported(arn: String, reason: String)

    /// A destination of `EventInvokeConfig`: of the services that AWS allows there, functions and standard queues are emulated.
    package init(arn text: String) {
        guard let arn = ARN(text) else {
            self = .unsupported(arn: text, reason: "The destination ARN \(text) is invalid.")
            return
        }
        let parts = arn.resource.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        switch arn.service {
        case "lambda" where parts.first == "function" && (2...3).contains(parts.count) && !parts.contains(""):
            self = .function(arn: arn, name: parts[1], qualifier: parts.count == 3 ? parts[2] : nil)
        case "sqs" where parts.count == 1 && arn.resource.hasSuffix(".fifo"):
            self = .unsupported(
                arn: text, reason: "Asynchronous invocations deliver to standard queues, and \(text) is a FIFO queue.")
        case "sqs" where parts.count == 1:
            self = .queue(arn: arn, name: arn.resource)
        case "sns", "events", "s3":
            self = .unsupported(
                arn: text, reason: "Deliveries to \(arn.service) are not emulated: use a function or a queue instead of \(text).")
        default:
            self = .unsupported(arn: text, reason: "The destination ARN \(text) is invalid.")
        }
    }

    /// `DeadLetterConfig.TargetArn`: a standard queue (or a topic, which is not emulated), never a function.
    package init(deadLetterARN text: String) {
        self.init(arn: text)
        if case .function = self {
            self = .unsupported(arn: text, reason: "A dead-letter queue is a queue or a topic, and \(text) is a function.")
        }
    }
}

/// The attributes of a dead letter (Lambda developer guide, "Dead-letter queues"): `RequestID`, `ErrorCode`, `ErrorMessage`.
enum DeadLetterAttributes {
    /// "The first 1 KB of the error message."
    static let errorMessageBytes = 1_024

    /// Without an answer (the event was never tried) there is no error to tell of. An empty message is left out, as SQS has no
    /// empty attributes.
    static func of(_ event: AsynchronousEvent, answer: AsynchronousAnswer?) -> [MessageAttribute] {
        var attributes = [MessageAttribute(name: "RequestID", dataType: .string, value: event.requestID.description)]
        guard let answer else { return attributes }
        attributes.append(MessageAttribute(name: "ErrorCode", dataType: .number, value: String(answer.statusCode)))
        let message = self.allowed(self.errorMessage(in: answer.payload))
        if !message.isEmpty {
            attributes.append(MessageAttribute(name: "ErrorMessage", dataType: .string, value: message))
        }
        return attributes
    }

    /// `errorMessage` of a function's error, `message` of a service error; any other payload as it stands.
    private static func errorMessage(in payload: [UInt8]) -> String {
        switch JSON.parsed(payload) {
        case .success(let error):
            error["errorMessage"]?.stringValue ?? error["message"]?.stringValue ?? error["Message"]?.stringValue
                ?? String(decoding: payload, as: UTF8.self)
        case .failure: String(decoding: payload, as: UTF8.self)
        }
    }

    /// Cut at a whole character scalar; what SQS doesn't allow in text (control characters, U+FFFE, U+FFFF) becomes a space.
    private static func allowed(_ message: String) -> String {
        var result = String.UnicodeScalarView()
        var bytes = 0
        for scalar in message.unicodeScalars {
            bytes += UTF8.width(scalar)
            if bytes > self.errorMessageBytes { break }
            switch scalar.value {
            case 0x9, 0xA, 0xD, 0x20...0xFFFD, 0x10000...0x10FFFF: result.append(scalar)
            default: result.append(" ")
            }
        }
        return String(result)
    }
}

extension JSON {
    fileprivate static func parsed(_ bytes: [UInt8]) -> Result<JSON, JSONError> { bytes.withUnsafeBytes { JSON.parse($0) } }
}
