import APIGateway

/// Actions of listeners and rules.
struct ListenerActions {
    let reader: PropertyReader
    /// ARNs of the target groups of the template.
    let groups: Set<String>

    func read(_ name: String) -> [LoadBalancer.Action] {
        let actions = (self.reader.maps(name) ?? []).compactMap(self.action)
        if actions.isEmpty, self.reader.evaluation.diagnostics.errors.isEmpty {
            self.reader.error("\(name) needs an action, such as Type: forward with a TargetGroupArn.", at: name)
        }
        return actions
    }

    private func action(_ reader: PropertyReader) -> LoadBalancer.Action? {
        reader.check(
            PropertyTable(
                emulated: ["Type", "TargetGroupArn", "ForwardConfig", "RedirectConfig", "FixedResponseConfig"],
                ignorable: ["Order"],
                unemulated: ["AuthenticateCognitoConfig", "AuthenticateOidcConfig", "JwtValidationConfig"]))
        switch reader.required("Type") {
        case "forward": return self.forward(reader)
        case "redirect":
            guard let settings = reader.map("RedirectConfig"), let status = settings.required("StatusCode") else { return nil }
            var redirect = LoadBalancer.Redirect(statusCode: status)
            redirect.protocolName = settings.text("Protocol") ?? redirect.protocolName
            redirect.host = settings.text("Host") ?? redirect.host
            redirect.port = settings.text("Port") ?? redirect.port
            redirect.path = settings.text("Path") ?? redirect.path
            redirect.query = settings.text("Query") ?? redirect.query
            return .redirect(redirect)
        case "fixed-response":
            guard let settings = reader.map("FixedResponseConfig"), let status = settings.required("StatusCode") else {
                return nil
            }
            return .fixedResponse(
                statusCode: status, contentType: settings.text("ContentType"), body: settings.text("MessageBody"))
        case "authenticate-cognito", "authenticate-oidc", "jwt-validation":
            reader.notice("Not emulated: nobody is asked to authenticate here.", at: "Type")
            return nil
        case let other?:
            reader.error("There is no action \"\(other)\"; use forward, redirect or fixed-response.", at: "Type")
            return nil
        case nil: return nil
        }
    }

    private func forward(_ reader: PropertyReader) -> LoadBalancer.Action? {
        var targets: [LoadBalancer.WeightedTargetGroup] = []
        if let arn = reader.text("TargetGroupArn") {
            targets = [LoadBalancer.WeightedTargetGroup(arn: arn)]
        } else if let settings = reader.map("ForwardConfig") {
            // Weights: 0 to 999 (Elastic Load Balancing API reference, "TargetGroupTuple").
            targets = (settings.maps("TargetGroups") ?? []).compactMap { group in
                group.required("TargetGroupArn").map {
                    LoadBalancer.WeightedTargetGroup(arn: $0, weight: group.integer("Weight", in: 0...999) ?? 1)
                }
            }
        }
        guard !targets.isEmpty else {
            if reader.evaluation.diagnostics.errors.isEmpty {
                reader.error("An action of type forward needs a TargetGroupArn or a ForwardConfig.", at: "TargetGroupArn")
            }
            return nil
        }
        for target in targets where !self.groups.contains(target.arn) && reader.evaluation.diagnostics.errors.isEmpty {
            reader.error("\(target.arn) is no target group of this template. Use !Ref of one.", at: "TargetGroupArn")
        }
        return .forward(targets)
    }
}

/// Conditions of rules: `Values`, or the config of each field.
enum ListenerConditions {
    static func read(_ reader: PropertyReader) -> [LoadBalancer.Condition] {
        (reader.maps("Conditions") ?? []).compactMap(self.condition)
    }

    private static func condition(_ reader: PropertyReader) -> LoadBalancer.Condition? {
        func values(_ config: String) -> [String] { reader.texts("Values") ?? reader.map(config)?.texts("Values") ?? [] }
        switch reader.required("Field") {
        case "path-pattern": return .pathPattern(values("PathPatternConfig"))
        case "host-header": return .hostHeader(values("HostHeaderConfig"))
        case "http-request-method": return .httpRequestMethod(values("HttpRequestMethodConfig"))
        case "source-ip": return .sourceIP(values("SourceIpConfig"))
        case "http-header":
            guard let settings = reader.map("HttpHeaderConfig"), let name = settings.required("HttpHeaderName") else {
                return nil
            }
            return .httpHeader(name: name, values: settings.texts("Values") ?? [])
        case "query-string":
            let pairs = reader.map("QueryStringConfig")?.maps("Values") ?? []
            return .queryString(
                pairs.compactMap { pair in pair.required("Value").map { .init(key: pair.text("Key"), value: $0) } })
        case let other?:
            reader.error(
                "There is no field \"\(other)\"; use path-pattern, host-header, http-header, http-request-method, query-string or source-ip.",
                at: "Field")
            return nil
        case nil: return nil
        }
    }
}
