import CoreTypes

/// A first-class integration of an HTTP API with a service (API Gateway developer guide, "Integration subtype reference"):
/// `SQS-SendMessage` and `SQS-PurgeQueue`, `SQS-DeleteMessage`, `SQS-ReceiveMessage` by the JSON protocol of SQS.
struct HTTPServiceAction: Sendable {
    private let action: String
    private let region: String?
    private let parameters: [(name: String, source: HTTPMappingExpression)]

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

    struct Problem: Error {
        let reason: String
    }

    init(_ subtype: String, _ parameters: [ParameterMapping]) throws(Problem) {
        guard let (required, optional) = Self.actions[subtype] else {
            throw Problem(reason: "the service action \(subtype) is not emulated")
        }
        let given = parameters.map(\.destination)
        if let missing = required.first(where: { !given.contains($0) }) {
            throw Problem(reason: "\(subtype) needs the parameter \(missing)")
        }
        if let unknown = given.first(where: { !required.contains($0) && !optional.contains($0) }) {
            throw Problem(reason: "\(subtype) has no parameter \(unknown)")
        }
        self.action = String(subtype.dropFirst("SQS-".count))
        self.region = parameters.first { $0.destination == "Region" }?.source
        var read: [(name: String, source: HTTPMappingExpression)] = []
        for parameter in parameters where parameter.destination != "Region" {
            do throws(MappingExpressionError) {
                read.append((parameter.destination, try HTTPMappingExpression(parameter.source, side: .request)))
            } catch {
                throw Problem(reason: error.description)
            }
        }
        self.parameters = read
    }

    /// The call of the service. A parameter whose source is missing is left out; the service then says what it lacks.
    func request(_ context: RequestContext, timeoutMilliseconds: Int) throws(GatewayFault) -> ServiceRequest {
        let input = context.httpMappingInput(body: context.body, headers: context.headers)
        var members = JSONObject()
        for (name, source) in self.parameters {
            let text: String?
            do throws(MappingFailure) { text = try source.text(input) } catch { throw .badRequest }
            if let text { members[name] = Self.value(text, of: name) }
        }
        return ServiceRequest(
            service: "sqs", region: self.region ?? context.api.place.region, method: "POST", target: "/",
            headers: [
                HTTPHeader("Content-Type", "application/x-amz-json-1.0"), HTTPHeader("X-Amz-Target", "AmazonSQS.\(self.action)"),
            ], body: JSON.object(members).bytes, timeoutMilliseconds: timeoutMilliseconds)
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
