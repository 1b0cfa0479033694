import APIGateway

/// What API Gateway refuses of an integration, in its own words where they are known (PutIntegration, recorded; V2
/// CreateIntegration).
enum IntegrationCheck {
    /// API Gateway quotas: "Integration timeout"; beyond 29 s for a regional or private API only with a raised quota, 15 minutes
    /// for streamed responses.
    private static let restTimeout = 50...300_000
    private static let streamTimeout = 50...900_000
    private static let defaultRestTimeout = 29_000
    private static let httpTimeout = 50...30_000

    static func timeout(_ name: String, in reader: PropertyReader, kind: API.Kind, streams: Bool) -> Int? {
        let range = kind == .http ? Self.httpTimeout : streams ? Self.streamTimeout : Self.restTimeout
        guard let milliseconds = reader.integer(name, in: range) else { return nil }
        if kind == .rest, !streams, milliseconds > Self.defaultRestTimeout {
            reader.notice(
                "AWS takes more than \(Self.defaultRestTimeout) ms only with a raised quota, for regional and private APIs.",
                at: name)
        }
        return milliseconds
    }

    static func check(
        _ integration: Integration, kind: API.Kind, in reader: PropertyReader, uri: String, method: String
    ) {
        guard integration.type != .mock, integration.subtype == nil else { return }
        // An error of the value itself is told already.
        if integration.uri == nil, reader.members[uri] != nil { return }
        if kind == .rest, integration.httpMethod == nil, reader.members[method] == nil {
            reader.error("Enumeration value for HttpMethod must be non-empty. Add \(method).", at: method)
        }
        if let verb = integration.httpMethod, !EventReader.methods.contains(verb) {
            reader.error(
                "There is no method \"\(verb)\"; use one of \(EventReader.methods.joined(separator: ", ")).", at: method)
        }
        if case .failure(let problem) = integration.target {
            let sentence = problem.rawValue.hasSuffix(".") ? problem.rawValue : problem.rawValue + "."
            reader.error("\(sentence) The \(uri) is \"\(integration.uri ?? "")\".", at: uri)
        }
        if case .success(.function) = integration.target, kind == .rest, integration.type == .awsProxy,
            let verb = integration.httpMethod, verb != "POST"
        {
            reader.notice(
                "AWS calls a function with POST only; with \(verb) each request fails with 500 Internal server error.", at: method
            )
        }
    }
}
