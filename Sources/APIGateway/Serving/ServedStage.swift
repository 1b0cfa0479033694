/// A stage as it is served, or its canary: what a request's events, variables and logs say of it.
final class ServedStage: Sendable {
    let name: String
    let deploymentID: String
    let variables: [String: String]
    /// The variables in the order of their names, for events.
    let sortedVariables: [(name: String, value: String)]
    let accessLog: AccessLogFormat?
    let webACL: WebACL?
    /// `nil` for a stage without a canary: then `$context.isCanaryRequest` is `false`, too.
    let isCanary: Bool
    /// A canary that doesn't use the stage's cache.
    let hasCacheOfItsOwn: Bool

    init(
        name: String, deploymentID: String, variables: [String: String], accessLog: AccessLogFormat?, isCanary: Bool = false,
        usesStageCache: Bool = true, webACL: WebACL? = nil
    ) {
        self.name = name
        self.deploymentID = deploymentID
        self.variables = variables
        self.sortedVariables = variables.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        self.accessLog = accessLog
        self.webACL = webACL
        self.isCanary = isCanary
        self.hasCacheOfItsOwn = !usesStageCache
    }
}

/// `${stageVariables.x}` in configured texts.
enum StageVariables {
    private static let opening = "${stageVariables."

    /// The text with each variable in its place; a missing one is empty.
    static func resolve(_ text: String, _ variables: [String: String]) -> String {
        guard text.contains(self.opening) else { return text }
        var resolved = ""
        var rest = text[...]
        while let found = rest.firstRange(of: self.opening), let end = rest[found.upperBound...].firstIndex(of: "}") {
            resolved += rest[..<found.lowerBound]
            resolved += variables[String(rest[found.upperBound..<end])] ?? ""
            rest = rest[rest.index(after: end)...]
        }
        return resolved + rest
    }
}
