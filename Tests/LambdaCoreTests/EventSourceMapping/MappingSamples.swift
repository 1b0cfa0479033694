import CoreTypes
import LambdaCore

enum MappingSamples {
    static let standardQueue = ARN(service: "sqs", region: "us-east-1", account: "123456789012", resource: "orders")
    static let fifoQueue = ARN(service: "sqs", region: "us-east-1", account: "123456789012", resource: "orders.fifo")
    static let source = QueueSource(standardQueue)
    static let fifoSource = QueueSource(fifoQueue)
    static let start = Timestamp(seconds: 1_795_000_000)

    static func message(_ id: String, body: String = "text", group: String? = nil) -> ReceivedMessage {
        var message = ReceivedMessage(messageID: id, receiptHandle: "handle-\(id)", body: body, md5OfBody: "digest-\(id)")
        message.attributes["ApproximateReceiveCount"] = "1"
        message.attributes["MessageGroupId"] = group
        return message
    }

    static func messages(_ numbers: some Sequence<Int>, group: String? = nil) -> [ReceivedMessage] {
        numbers.map { self.message("m\($0)", group: group) }
    }

    static func function(_ name: String = "Work", qualifier: String? = nil, timeoutSeconds: Int = 3) -> MappedFunction {
        MappedFunction(
            name: name, qualifier: qualifier,
            arn: "arn:aws:lambda:us-east-1:123456789012:function:\(name)" + (qualifier.map { ":\($0)" } ?? ""),
            timeoutSeconds: timeoutSeconds)
    }
}
