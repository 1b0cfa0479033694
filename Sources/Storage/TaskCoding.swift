import CoreTypes
import SQS

/// A move task as JSON: there are few of them, and none is on a hot path.
enum TaskCoding {
    static func encode(_ task: MessageMoveTask) -> String {
        var object: JSONObject = [
            "id": .string(task.id.description), "source": .number(JSONNumber(task.source.value)),
            "sourceArn": .string(task.sourceARN),
            "startedAt": .number(JSONNumber(task.startedAt.nanoseconds)), "toMove": .number(JSONNumber(task.messagesToMove)),
            "status": .string(task.status.rawValue), "moved": .number(JSONNumber(task.messagesMoved)),
        ]
        object["destinationArn"] = task.destinationARN.map(JSON.string)
        object["perSecond"] = task.maximumMessagesPerSecond.map { .number(JSONNumber($0)) }
        object["failure"] = task.failureReason.map(JSON.string)
        return JSON.object(object).description
    }

    static func decode(_ text: String?) -> MessageMoveTask? {
        // Whoever asks says what is wrong with the row; where its JSON fails adds nothing.
        guard let text, let json = try? JSON(parsing: text), let id = json["id"]?.stringValue.flatMap({ RequestID($0) }),
            let source = json["source"]?.numberValue.flatMap({ UInt64($0.text) }), let sourceARN = json["sourceArn"]?.stringValue,
            let startedAt = json["startedAt"]?.numberValue.flatMap({ Int64($0.text) }), let toMove = json["toMove"]?.intValue,
            let status = json["status"]?.stringValue.flatMap(MessageMoveTask.Status.init(rawValue:)),
            let moved = json["moved"]?.intValue
        else { return nil }
        return MessageMoveTask(
            id: id, source: QueueID(source), sourceARN: sourceARN, destinationARN: json["destinationArn"]?.stringValue,
            maximumMessagesPerSecond: json["perSecond"]?.intValue, startedAt: Timestamp(nanoseconds: startedAt),
            messagesToMove: toMove, status: status, messagesMoved: moved,
            failureReason: json["failure"]?.stringValue)
    }
}
