import APIGateway

/// The rules of a web ACL or rule group, and their actions.
struct FirewallRuleReader {
    private let holder: PropertyReader
    private let namespace: String
    private let parts: FirewallParts
    private let isGroup: Bool

    /// AWS WAF developer guide, "Supported status codes for custom response".
    private static let statuses: Set<Int> = [
        200, 201, 202, 204, 206, 300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 408, 409, 411, 412, 413, 414,
        415, 416, 421, 429, 500, 501, 502, 503, 504, 505,
    ]
    private static let contentTypes = [
        "TEXT_PLAIN": "text/plain", "TEXT_HTML": "text/html", "APPLICATION_JSON": "application/json",
    ]

    /// - Parameter namespace: of labels, with a colon at its end.
    init(_ holder: PropertyReader, namespace: String, _ parts: FirewallParts, isGroup: Bool) {
        self.holder = holder
        self.namespace = namespace
        self.parts = parts
        self.isGroup = isGroup
    }

    var names: [String] { (self.holder.maps("Rules") ?? []).compactMap { $0.text("Name") } }

    /// By ascending priority, without those that are not applied.
    func steps() -> [WebACL.Step] {
        var steps: [(priority: Int, step: WebACL.Step)] = []
        var (names, priorities): (Set<String>, Set<Int>) = ([], [])
        for reader in self.holder.maps("Rules") ?? [] {
            reader.check(
                PropertyTable(
                    emulated: ["Name", "Priority", "Statement", "Action", "OverrideAction", "RuleLabels"],
                    ignorable: ["VisibilityConfig", "CaptchaConfig", "ChallengeConfig"]))
            guard let name = reader.required("Name"), reader.required("Priority") != nil,
                let priority = reader.integer("Priority", in: 0...Int(Int32.max))
            else { continue }
            if !names.insert(name).inserted {
                reader.error("There is another rule called \(name). Give each its own name.", at: "Name")
            }
            if !priorities.insert(priority).inserted {
                reader.error("Another rule has the priority \(priority). Give each its own.", at: "Priority")
            }
            if let step = self.step(reader, name: name) { steps.append((priority, step)) }
        }
        return steps.sorted { $0.priority < $1.priority }.map(\.step)
    }

    private func step(_ reader: PropertyReader, name: String) -> WebACL.Step? {
        guard let statement = reader.map("Statement") else {
            reader.error("Property 'Statement' is required: what requests the rule is about.", at: "Statement")
            return nil
        }
        if let reference = statement.map("RuleGroupReferenceStatement") { return self.group(reference, reader) }
        guard let read = FirewallStatementReader(parts: self.parts).rule(statement) else { return nil }
        guard reader.members["OverrideAction"] == nil, let action = reader.map("Action") else {
            reader.error("A rule has an Action; OverrideAction is for rules that name a rule group.", at: "Action")
            return nil
        }
        guard let action = self.action(action, among: ["Allow", "Block", "Count"]) else { return nil }
        if case (.rate, .allow) = (read, action) {
            reader.error("The action of a rate-based rule is Block or Count.", at: "Action")
        }
        var rule = WebACL.Rule(name: name, labelNamespace: self.namespace, statement: read, action: action)
        rule.labels = (reader.maps("RuleLabels") ?? []).compactMap { $0.required("Name") }.map { self.namespace + $0 }
        return .rule(rule)
    }

    // MARK: Rule groups

    private func group(_ reference: PropertyReader, _ reader: PropertyReader) -> WebACL.Step? {
        reference.check(PropertyTable(emulated: ["Arn", "ExcludedRules", "RuleActionOverrides"]))
        guard !self.isGroup else {
            reader.error("A rule group names no other rule group; a web ACL does.", at: "Statement")
            return nil
        }
        guard reader.members["Action"] == nil, let override = reader.map("OverrideAction") else {
            reader.error(
                "A rule that names a rule group has an OverrideAction, None or Count, and no Action.", at: "OverrideAction")
            return nil
        }
        guard let arn = reference.required("Arn") else { return nil }
        guard let group = self.parts.groups[arn] else {
            reference.notice("\"\(arn)\" is no rule group of this template; the rule is not applied.", at: "Arn")
            return nil
        }
        var actions: [String: WebACL.Action] = [:]
        for excluded in reference.maps("ExcludedRules") ?? [] {
            if let name = excluded.required("Name") { actions[name] = .count(insertedHeaders: []) }
        }
        for changed in reference.maps("RuleActionOverrides") ?? [] {
            guard let name = changed.required("Name"), let action = changed.map("ActionToUse") else { continue }
            if !group.names.contains(name) {
                changed.error(
                    "The rule group \(group.name) has no rule \(name)." + Suggestion.sentence(for: name, among: group.names),
                    at: "Name")
            }
            actions[name] = self.action(action, among: ["Allow", "Block", "Count"])
        }
        let rules = group.rules.map { rule in
            var rule = rule
            if let action = actions[rule.name] { rule.action = action }
            return rule
        }
        return .group(name: group.name, rules, countsOnly: override.members["Count"] != nil)
    }

    // MARK: Actions

    /// - Parameter allowed: those of the place where it stands.
    func action(_ reader: PropertyReader, among allowed: [String]) -> WebACL.Action? {
        guard reader.members.names.count == 1, let name = reader.members.names.first else {
            reader.error("One action is wanted: \(allowed.joined(separator: ", ")).")
            return nil
        }
        if name == "Captcha" || name == "Challenge", allowed.contains("Count") {
            reader.notice("Not emulated, as AWS's own script answers it in a browser; the rule is not applied.", at: name)
            return nil
        }
        guard allowed.contains(name) else {
            reader.error(
                "There is no action \(name) here; it has to be one of \(allowed.joined(separator: ", "))."
                    + Suggestion.sentence(for: name, among: allowed), at: name)
            return nil
        }
        let settings = reader.map(name)
        switch name {
        case "Block": return .block(settings?.map("CustomResponse").flatMap(self.customResponse))
        case "Count": return .count(insertedHeaders: Self.insertedHeaders(settings))
        default: return .allow(insertedHeaders: Self.insertedHeaders(settings))
        }
    }

    /// AWS WAF API reference, "CustomHTTPHeader": their names get a prefix.
    private static func insertedHeaders(_ settings: PropertyReader?) -> [HTTPHeader] {
        let headers = settings?.map("CustomRequestHandling").map { self.headers("InsertHeaders", $0) } ?? []
        return headers.map { HTTPHeader("x-amzn-waf-\($0.name)", $0.value) }
    }

    private static func headers(_ property: String, _ reader: PropertyReader) -> [HTTPHeader] {
        (reader.maps(property) ?? []).compactMap { header in
            guard let name = header.required("Name"), let value = header.required("Value") else { return nil }
            let isName = !name.isEmpty && name.utf8.allSatisfy { $0.isLetterOrDigit || "-_.".utf8.contains($0) }
            guard isName, ResponseHeaders.isValue(value) else {
                header.error("\"\(name): \(value)\" is no header line.", at: "Name")
                return nil
            }
            return HTTPHeader(name, value)
        }
    }

    private func customResponse(_ reader: PropertyReader) -> WebACL.CustomResponse? {
        reader.check(PropertyTable(emulated: ["ResponseCode", "CustomResponseBodyKey", "ResponseHeaders"]))
        guard reader.required("ResponseCode") != nil, let status = reader.integer("ResponseCode", in: 200...599) else {
            return nil
        }
        if !Self.statuses.contains(status) {
            reader.error("AWS WAF doesn't answer with the status \(status).", at: "ResponseCode")
        }
        var response = WebACL.CustomResponse(status: status, headers: Self.headers("ResponseHeaders", reader))
        if response.headers.contains(where: { $0.isNamed("content-type") }) {
            reader.error("The content type is that of the body, in CustomResponseBodies.", at: "ResponseHeaders")
        }
        guard let key = reader.text("CustomResponseBodyKey") else { return response }
        let bodies = self.holder.map("CustomResponseBodies")
        guard let body = bodies?.map(key) else {
            reader.error(
                "CustomResponseBodies has no \(key)." + Suggestion.sentence(for: key, among: bodies?.members.names ?? []),
                at: "CustomResponseBodyKey")
            return nil
        }
        guard let type = body.required("ContentType"), let content = body.required("Content") else { return nil }
        guard let contentType = Self.contentTypes[type] else {
            body.error("ContentType is one of \(Self.contentTypes.keys.sorted().joined(separator: ", ")).", at: "ContentType")
            return nil
        }
        response.body = content
        response.contentType = contentType
        return response
    }
}
