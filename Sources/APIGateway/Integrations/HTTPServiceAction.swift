import CoreTypes

/// A first-class integration of an HTTP API with a service (API Gateway developer guide, "Integration subtype reference"):
/// `SQS-SendMessage` and `SQS-PurgeQueue`, `SQS-DeleteMessage`, `SQS-ReceiveMessage` by the JSON protocol of SQS.
struct HTTPServiceAction: Sendable {
    private enum Part: Sendable {
        case text(String)
        case expression(String)
    }

    private let action: String
    private let region: String?
    private let parameters: [(name: String, parts: [Part])]

    /// Required ones first ("Integration subtype reference").
    private static let actions: [String: (required: [String], optional: [String])] = [
        "SQS-SendMessage": (
            ["QueueUrl", "MessageBody"],
            [
                "DelaySeconds", "MessageAttributes", "MessageDeduplicationId", "MessageGroupId", "MessageSystemAttributes",
                "Region",
            ]
        ),
        "SQS-ReceiveMessage": (
            ["QueueUrl"],
            [
                "AttributeNames", "MaxNumberOfMessages", "MessageAttributeNames", "ReceiveRequestAttemptId", "VisibilityTimeout",
                "WaitTimeSeconds", "Region",
            ]
        ),
        "SQS-DeleteMessage": (["ReceiptHandle", "QueueUrl"], ["Region"]),
        "SQS-PurgeQueue": (["QueueUrl"], ["Region"]),
    ]

    init?(_ subtype: String, _ parameters: [ParameterMapping]) {
        guard let (required, optional) = Self.actions[subtype] else { return nil }
        let given = Set(parameters.map(\.destination))
        guard given.isSuperset(of: required), given.isSubset(of: required + optional) else { return nil }
        self.action = String(subtype.dropFirst("SQS-".count))
        self.region = parameters.first { $0.destination == "Region" }?.source
        self.parameters = parameters.filter { $0.destination != "Region" }.map { ($0.destination, Self.parts($0.source)) }
    }

    /// An expression alone, `$request.body.id`, or several in a text as `${…}`.
    private static func parts(_ source: String) -> [Part] {
        if source.hasPrefix("$"), !source.hasPrefix("${") { return [.expression(String(source.dropFirst()))] }
        var parts: [Part] = []
        var rest = source[...]
        while let opening = rest.firstRange(of: "${"), let closing = rest[opening.upperBound...].firstIndex(of: "}") {
            if opening.lowerBound > rest.startIndex { parts.append(.text(String(rest[..<opening.lowerBound]))) }
            parts.append(.expression(String(rest[opening.upperBound..<closing])))
            rest = rest[rest.index(after: closing)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        return parts
    }

    /// The call of the service. A parameter whose source is missing is left out; the service then says what it lacks.
    func request(_ context: RequestContext, timeoutMilliseconds: Int) -> ServiceRequest {
        let body = MappingBody(context.body)
        var members = JSONObject()
        for (name, parts) in self.parameters {
            guard let text = Self.text(parts, context, body) else { continue }
            members[name] = Self.value(text, of: name)
        }
        return ServiceRequest(
            service: "sqs", region: self.region ?? context.api.place.region, method: "POST", target: "/",
            headers: [
                HTTPHeader("Content-Type", "application/x-amz-json-1.0"), HTTPHeader("X-Amz-Target", "AmazonSQS.\(self.action)"),
            ], body: JSON.object(members).bytes, timeoutMilliseconds: timeoutMilliseconds)
    }

    private static func text(_ parts: [Part], _ context: RequestContext, _ body: MappingBody) -> String? {
        var text = ""
        for part in parts {
            switch part {
            case .text(let literal): text += literal
            case .expression(let expression):
                guard let value = context.selected(expression, body) else { return parts.count == 1 ? nil : text }
                text += value
            }
        }
        return text
    }

    /// Attributes and lists are written as JSON text, numbers as digits.
    private static func value(_ text: String, of name: String) -> JSON {
        switch name {
        case "DelaySeconds", "MaxNumberOfMessages", "VisibilityTimeout", "WaitTimeSeconds":
            return Int(text).map { .number(JSONNumber($0)) } ?? .string(text)
        case "MessageAttributes", "MessageSystemAttributes", "AttributeNames", "MessageAttributeNames":
            let parsed = Result { () throws(JSONError) in try JSON(parsing: text) }
            return if case .success(let value) = parsed { value } else { .string(text) }
        default: return .string(text)
        }
    }
}

extension RequestContext {
    /// A selection expression without its `$`: `request.header.x`, `request.body.a.b`, `context.requestId`.
    func selected(_ expression: String, _ body: MappingBody) -> String? {
        if let name = expression.removing(prefix: "request.header.") {
            let values = self.headers.filter { $0.isNamed(name) }.map(\.value)
            return values.isEmpty ? nil : values.joined(separator: ",")
        }
        if let name = expression.removing(prefix: "request.querystring.") { return self.query[name]?.joined(separator: ",") }
        if let name = expression.removing(prefix: "request.path.") {
            return self.pathParameters.first { $0.name == name }.map { PercentEncoding.decode($0.value, plusIsSpace: false) }
        }
        if expression == "request.path" { return self.decodedPath }
        if expression == "request.body" { return String(decoding: self.body, as: UTF8.self) }
        if let path = expression.removing(prefix: "request.body.") {
            // Anything that fails is a value that is not there.
            return (try? body.value(at: "$." + path)).flatMap { $0?.mappedText }
        }
        if let name = expression.removing(prefix: "context.") { return self.variable(name) }
        if let name = expression.removing(prefix: "stageVariables.") { return self.stage.variables[name] }
        return nil
    }
}
