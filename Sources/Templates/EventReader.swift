import APIGateway

/// One route that a function's event asks for.
struct RouteEvent {
    var kind: API.Kind
    /// The id of the API that the event names; `nil` for the implicit one.
    var apiID: String?
    /// In capitals; `nil` for the route `$default`.
    var method: String?
    var routePath: String
    var payload: PayloadFormat
    var location: SourceLocation
    /// `Resources/Hello/Properties/Events/Get`
    var path: String
}

/// Reads the events of a serverless function. Those of type Api and HttpApi become routes, those of type SQS are left to
/// ``MappingReader``; every other one is a notice.
struct EventReader {
    static let methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "ANY"]
    static let types = [
        "AlexaSkill", "Api", "CloudWatchEvent", "CloudWatchLogs", "Cognito", "DocumentDB", "DynamoDB", "EventBridgeRule",
        "HttpApi",
        "IoTRule", "Kinesis", "MQ", "MSK", "S3", "SNS", "SQS", "Schedule", "ScheduleV2", "SelfManagedKafka",
    ]

    let evaluation: Evaluation
    let resource: Resource

    func read() -> [RouteEvent] {
        guard let events = PropertyReader(self.evaluation, self.resource).map("Events") else { return [] }
        return events.members.entries.compactMap { entry in
            guard let event = events.map(entry.name) else { return nil }
            return self.read(entry, event, path: events.path(entry.name))
        }
    }

    private func read(_ entry: TemplateMap.Entry, _ event: PropertyReader, path: String) -> RouteEvent? {
        for member in event.members.entries where !["Type", "Properties"].contains(member.name) {
            self.evaluation.error(
                "An event has no \(member.name); it has Type and Properties.", at: member.location, path: event.path(member.name))
        }
        guard let type = event.text("Type") else {
            if event.members["Type"] == nil {
                self.evaluation.error("Property 'Type' is required. Set it, for example to Api.", at: entry.location, path: path)
            }
            return nil
        }
        let properties =
            event.map("Properties")
            ?? PropertyReader(self.evaluation, TemplateMap(), at: entry.location, path: { "\(path)/Properties/\($0)" })
        switch type {
        case "Api": return self.restEvent(properties, at: entry.location, path: path)
        case "HttpApi": return self.httpEvent(properties, at: entry.location, path: path)
        case MappingReader.eventType: return nil
        default: break
        }
        if Self.types.contains(type) {
            self.evaluation.notice(
                "Events of type \(type) are not emulated; nothing triggers the function from it.", at: entry.location, path: path)
        } else {
            self.evaluation.error(
                "There is no event type \(type)." + Suggestion.sentence(for: type, among: Self.types),
                at: event.location(of: "Type"),
                path: "\(path)/Type")
        }
        return nil
    }

    private func restEvent(_ properties: PropertyReader, at location: SourceLocation, path: String) -> RouteEvent? {
        properties.check(.apiEvent)
        for name in ["Path", "Method"] where properties.members[name] == nil {
            self.evaluation.error(
                "Property '\(name)' is required. Add it to the event.", at: location, path: "\(path)/Properties/\(name)")
        }
        guard let method = self.method(properties), let routePath = properties.text("Path") else { return nil }
        guard let api = self.api("RestApiId", properties) else { return nil }
        if let problem = RoutePath.problem(with: routePath, kind: .rest) {
            properties.error(problem, at: "Path")
            return nil
        }
        return RouteEvent(
            kind: .rest, apiID: api.id, method: method, routePath: routePath, payload: .version1, location: location, path: path)
    }

    private func httpEvent(_ properties: PropertyReader, at location: SourceLocation, path: String) -> RouteEvent? {
        properties.check(.httpAPIEvent)
        let payload = properties.choice("PayloadFormatVersion", of: [PayloadFormat.version1, .version2]) ?? .version2
        guard let api = self.api("ApiId", properties) else { return nil }
        let hasPath = properties.members["Path"] != nil
        let hasMethod = properties.members["Method"] != nil
        if hasPath != hasMethod {
            self.evaluation.error(
                "Property '\(hasPath ? "Method" : "Path")' is required. An HttpApi event has Path and Method, or neither of them.",
                at: location, path: "\(path)/Properties")
            return nil
        }
        var event = RouteEvent(
            kind: .http, apiID: api.id, method: nil, routePath: "$default", payload: payload, location: location, path: path)
        guard hasPath else { return event }
        guard let method = self.method(properties), let routePath = properties.text("Path") else { return nil }
        if routePath == "$default" { return event }
        if let problem = RoutePath.problem(with: routePath, kind: .http) {
            properties.error(problem, at: "Path")
            return nil
        }
        event.method = method
        event.routePath = routePath
        return event
    }

    private func method(_ properties: PropertyReader) -> String? {
        guard let text = properties.text("Method") else { return nil }
        let method = text == "*" || text.lowercased() == "x-amazon-apigateway-any-method" ? "ANY" : text.uppercased()
        if Self.methods.contains(method) { return method }
        properties.error(
            "There is no method \"\(text)\"; use one of \(Self.methods.joined(separator: ", "))."
                + Suggestion.sentence(for: method, among: Self.methods), at: "Method")
        return nil
    }

    /// The outer `nil` means that the property is wrong, the inner one that it isn't there.
    private func api(_ name: String, _ properties: PropertyReader) -> (id: String?, Void)? {
        guard properties.members[name] != nil else { return (nil, ()) }
        return properties.text(name).map { ($0, ()) }
    }
}
