package import CoreTypes

/// AddPermission and RemovePermission, which edit the queue's policy.
extension QueueService {
    /// Adds a statement with this label to the queue's policy.
    package mutating func addPermission(
        _ request: AddPermissionRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) {
        try self.onQueue(request.queueURL, .addPermission, caller, now, &effects) {
            (service, queue, _, effects) throws(SQSError) in
            let label = try Self.checkedLabel(request.label)
            try Self.checkGrant(request)
            var stored = service.queues[queue]!.stored
            var document = Self.object(stored.attributes.policy)
            let arn = service.queues[queue]!.arn
            document["Version"] = document["Version"] ?? "2008-10-17"
            document["Id"] = document["Id"] ?? .string("\(arn)/SQSDefaultPolicy")
            var statements = Self.statements(of: document)
            if statements.contains(where: { $0["Sid"]?.stringValue == label }) {
                throw .invalid("Label", label, reason: "Already exists.")
            }
            statements.append(Self.statement(label, request, arn: arn))
            document["Statement"] = .array(statements)
            try stored.attributes.set([QueueAttributes.Name.policy.rawValue: JSON.object(document).description])
            service.save(stored, in: queue, now, &effects)
        }
    }

    /// Removes the statement with this label; the policy goes with its last statement.
    package mutating func removePermission(
        _ request: RemovePermissionRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) {
        try self.onQueue(request.queueURL, .removePermission, caller, now, &effects) {
            (service, queue, _, effects) throws(SQSError) in
            let label = try Self.checkedLabel(request.label)
            var stored = service.queues[queue]!.stored
            var document = Self.object(stored.attributes.policy)
            let statements = Self.statements(of: document)
            let kept = statements.filter { $0["Sid"]?.stringValue != label }
            guard kept.count < statements.count else { throw .invalid("Label", label, reason: "can't find label.") }
            document["Statement"] = .array(kept)
            let text = kept.isEmpty ? "" : JSON.object(document).description
            try stored.attributes.set([QueueAttributes.Name.policy.rawValue: text])
            service.save(stored, in: queue, now, &effects)
        }
    }

    private static func object(_ policy: String?) -> JSONObject { policy.flatMap { JSONText.object($0) } ?? JSONObject() }

    private static func statements(of document: JSONObject) -> [JSON] {
        guard let given = document["Statement"] else { return [] }
        return given.arrayValue ?? [given]
    }

    private static func statement(_ label: String, _ request: AddPermissionRequest, arn: String) -> JSON {
        func oneOrMany(_ values: [String]) -> JSON { values.count == 1 ? .string(values[0]) : .array(values.map(JSON.string)) }
        return .object([
            "Sid": .string(label), "Effect": "Allow",
            "Principal": .object(["AWS": oneOrMany(request.accountIDs.map { "arn:aws:iam::\($0):root" })]),
            "Action": oneOrMany(request.actions.map { "SQS:\($0)" }), "Resource": .string(arn),
        ])
    }

    private static func checkedLabel(_ label: String?) throws(SQSError) -> String {
        guard let label else { throw .missing("Label") }
        guard (1...QueuePolicy.labelLengthMax).contains(label.utf8.count),
            label.utf8.allSatisfy(CharacterRules.isNameCharacter)
        else {
            throw .invalid(
                "Label", label,
                reason: "Label can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.")
        }
        return label
    }

    private static func checkGrant(_ request: AddPermissionRequest) throws(SQSError) {
        if request.accountIDs.isEmpty { throw .missing("AWSAccountIds") }
        if request.actions.isEmpty { throw .missing("Actions") }
        for account in request.accountIDs where account.utf8.count != 12 || !account.utf8.allSatisfy({ (48...57).contains($0) }) {
            throw .invalid("PrincipalId", account, reason: "Unable to verify.")
        }
        if request.actions.count > QueuePolicy.permissionActionCountMax {
            throw SQSError(
                .overLimit,
                "\(request.actions.count) Actions were found, maximum allowed is \(QueuePolicy.permissionActionCountMax).")
        }
        for action in request.actions where action != "*" {
            guard let known = QueueAction(rawValue: action), !known.isOwnerOnly else {
                throw .invalid(
                    "ActionName", "SQS:\(action)", reason: "Please refer to the appropriate WSDL for a list of valid actions. ")
            }
        }
    }
}
