import CoreTypes

/// `{"deadLetterTargetArn":"…","maxReceiveCount":3}`.
package struct RedrivePolicy: Hashable, Sendable {
    package let deadLetterTargetARN: String
    package let maximumReceiveCount: Int
    static let receiveCounts = 1...1_000

    /// As it reads back: the count is a number, however it was sent.
    package var text: String {
        let object: JSON = .object([
            "deadLetterTargetArn": .string(self.deadLetterTargetARN),
            "maxReceiveCount": .number(JSONNumber(self.maximumReceiveCount)),
        ])
        return object.description
    }

    init(_ text: String) throws(SQSError) {
        func refused(_ reason: String) -> SQSError { .invalid("RedrivePolicy", text, reason: reason) }
        guard let object = JSONText.object(text) else { throw refused("Redrive policy is not a valid JSON map.") }
        guard let target = object["deadLetterTargetArn"]?.stringValue else {
            throw refused("Redrive policy does not contain mandatory attribute: deadLetterTargetArn.")
        }
        guard let given = object["maxReceiveCount"], !given.isNull else {
            throw refused("Redrive policy does not contain mandatory attribute: maxReceiveCount.")
        }
        guard let count = given.intValue ?? given.stringValue.flatMap({ Int($0) }) else {
            throw refused(
                "Invalid value for maxReceiveCount: \(given.stringValue ?? given.description), valid values are from 1 to 1000 both inclusive."
            )
        }
        guard Self.receiveCounts.contains(count) else {
            throw refused("Invalid value for maxReceiveCount: \(count), valid values are from 1 to 1000 both inclusive.")
        }
        self.deadLetterTargetARN = target
        self.maximumReceiveCount = count
    }
}

/// `{"redrivePermission":"byQueue","sourceQueueArns":["…"]}`: which queues may use this one for dead letters.
package struct RedriveAllowPolicy: Hashable, Sendable {
    package enum Permission: String, Hashable, Sendable { case allowAll, denyAll, byQueue }

    package let permission: Permission
    package let sourceQueueARNs: [String]
    /// As it was set.
    package let text: String
    static let sourceCountMax = 10

    init(_ text: String) throws(SQSError) {
        func refused(_ reason: String) -> SQSError { .invalid("RedriveAllowPolicy", text, reason: reason) }
        guard let object = JSONText.object(text) else { throw refused("Amazon SQS can't parse the RedriveAllowPolicy as JSON.") }
        guard let permission = object["redrivePermission"]?.stringValue.flatMap(Permission.init(rawValue:)) else {
            throw refused("Amazon SQS can't find a valid redrivePermission: allowAll, denyAll or byQueue.")
        }
        let sources = object["sourceQueueArns"]
        if permission != .byQueue, let sources, !sources.isNull {
            throw refused("You can't specify sourceQueueArns when redrivePermission is \(permission.rawValue).")
        }
        let names = sources?.arrayValue?.compactMap(\.stringValue) ?? []
        if permission == .byQueue, !(1...Self.sourceCountMax).contains(names.count) || names.count != sources?.arrayValue?.count {
            throw refused("You must specify 1 to 10 sourceQueueArns when redrivePermission is byQueue.")
        }
        self.permission = permission
        self.sourceQueueARNs = names
        self.text = text
    }

    package func allows(sourceARN: String) -> Bool {
        switch self.permission {
        case .allowAll: true
        case .denyAll: false
        case .byQueue: self.sourceQueueARNs.contains(sourceARN)
        }
    }
}

enum JSONText {
    static func object(_ text: String) -> JSONObject? {
        // The caller says in AWS's words that the text is no JSON object; where it fails adds nothing there.
        (try? JSON(parsing: text))?.objectValue
    }
}
