import APIGateway
import CoreTypes

/// Web ACLs of AWS WAF with the sets and rule groups that their rules name, and the stages that they stand before: `AWS::WAFv2::`
/// `WebACL`, `WebACLAssociation`, `IPSet`, `RegexPatternSet` and `RuleGroup`.
struct WebACLReader {
    let evaluation: Evaluation

    /// AWS WAF API reference, "RequestBodyAssociatedResourceTypeConfig".
    private static let bodyLimits = ["KB_16": 16_384, "KB_32": 32_768, "KB_48": 49_152, "KB_64": 65_536]

    func read(into configuration: inout GatewayConfiguration) {
        var parts = FirewallParts()
        for resource in GatewayReader.resources("AWS::WAFv2::IPSet", in: self.evaluation) {
            parts.addresses[self.evaluation.firewallARN(of: resource)] = self.addresses(resource)
        }
        for resource in GatewayReader.resources("AWS::WAFv2::RegexPatternSet", in: self.evaluation) {
            parts.patterns[self.evaluation.firewallARN(of: resource)] = self.patterns(resource)
        }
        for resource in GatewayReader.resources("AWS::WAFv2::RuleGroup", in: self.evaluation) {
            parts.groups[self.evaluation.firewallARN(of: resource)] = self.group(resource, parts)
        }
        var acls: [String: WebACL] = [:]
        for resource in GatewayReader.resources("AWS::WAFv2::WebACL", in: self.evaluation) {
            if let acl = self.webACL(resource, parts) { acls[acl.arn] = acl }
        }
        for resource in GatewayReader.resources("AWS::WAFv2::WebACLAssociation", in: self.evaluation) {
            self.associate(PropertyReader(self.evaluation, resource), acls, &configuration)
        }
    }

    // MARK: Sets

    private func addresses(_ resource: Resource) -> [AddressRange] {
        let reader = PropertyReader(self.evaluation, resource)
        reader.check(
            PropertyTable(emulated: ["Name", "Scope", "IPAddressVersion", "Addresses"], ignorable: ["Description", "Tags"]))
        let isVersion6 = reader.required("IPAddressVersion").map { $0 == "IPV6" }
        return (reader.texts("Addresses") ?? []).compactMap { text in
            guard let range = AddressRange(text), text.contains("/"), !text.hasSuffix("/0"),
                isVersion6 == nil || isVersion6 == text.contains(":")
            else {
                reader.error(
                    "\"\(text)\" is no range of \(isVersion6 == true ? "IPv6" : "IPv4") addresses such as "
                        + "\(isVersion6 == true ? "2001:db8::/32" : "203.0.113.0/24"); AWS WAF doesn't take /0.",
                    at: "Addresses")
                return nil
            }
            return range
        }
    }

    private func patterns(_ resource: Resource) -> [TextPattern] {
        let reader = PropertyReader(self.evaluation, resource)
        reader.check(PropertyTable(emulated: ["Name", "Scope", "RegularExpressionList"], ignorable: ["Description", "Tags"]))
        return (reader.texts("RegularExpressionList") ?? []).compactMap {
            FirewallStatementReader.pattern($0, at: "RegularExpressionList", reader)
        }
    }

    private func group(_ resource: Resource, _ parts: FirewallParts) -> FirewallParts.Group {
        let reader = PropertyReader(self.evaluation, resource)
        reader.check(
            PropertyTable(
                emulated: ["Name", "Scope", "Rules", "CustomResponseBodies"],
                ignorable: ["AvailableLabels", "Capacity", "ConsumedLabels", "Description", "Tags", "VisibilityConfig"]))
        let rules = FirewallRuleReader(reader, namespace: self.evaluation.labelNamespace(of: resource), parts, isGroup: true)
        return FirewallParts.Group(
            name: self.evaluation.physicalName(of: resource),
            rules: rules.steps().compactMap { if case .rule(let rule) = $0 { rule } else { nil } },
            names: rules.names)
    }

    // MARK: Web ACLs

    private func webACL(_ resource: Resource, _ parts: FirewallParts) -> WebACL? {
        let reader = PropertyReader(self.evaluation, resource)
        reader.check(
            PropertyTable(
                emulated: ["AssociationConfig", "CustomResponseBodies", "DefaultAction", "Name", "Rules", "Scope"],
                ignorable: [
                    "CaptchaConfig", "ChallengeConfig", "DataProtectionConfig", "Description", "Tags", "TokenDomains",
                    "VisibilityConfig",
                ], unemulated: ["ApplicationConfig", "OnSourceDDoSProtectionConfig"]))
        guard let scope = reader.required("Scope") else { return nil }
        guard scope == "REGIONAL" else {
            reader.notice("Not emulated: only stages of REST APIs have web ACLs here, whose scope is REGIONAL.", at: "Scope")
            return nil
        }
        let rules = FirewallRuleReader(reader, namespace: self.evaluation.labelNamespace(of: resource), parts, isGroup: false)
        guard let action = reader.map("DefaultAction") else {
            reader.error(
                "DefaultAction says what becomes of requests that no rule decides on: Allow or Block.", at: "DefaultAction")
            return nil
        }
        guard let defaultAction = rules.action(action, among: ["Allow", "Block"]) else { return nil }
        var acl = WebACL(
            arn: self.evaluation.firewallARN(of: resource), name: self.evaluation.physicalName(of: resource),
            defaultAction: defaultAction)
        acl.steps = rules.steps()
        if let limits = reader.map("AssociationConfig")?.map("RequestBody")?.map("API_GATEWAY"),
            let limit = limits.required("DefaultSizeInspectionLimit")
        {
            if let bytes = Self.bodyLimits[limit] {
                acl.bodyBytesMax = bytes
            } else {
                limits.error(
                    "DefaultSizeInspectionLimit is one of \(Self.bodyLimits.keys.sorted().joined(separator: ", ")).",
                    at: "DefaultSizeInspectionLimit")
            }
        }
        return acl
    }

    // MARK: Associations

    private func associate(_ reader: PropertyReader, _ acls: [String: WebACL], _ configuration: inout GatewayConfiguration) {
        reader.check(PropertyTable(emulated: ["ResourceArn", "WebACLArn"]))
        guard let arn = reader.required("ResourceArn"), let aclARN = reader.required("WebACLArn"),
            self.evaluation.diagnostics.errors.isEmpty
        else { return }
        guard let (apiID, name) = Self.stage(arn) else {
            reader.notice(
                "\"\(arn)\" is no stage of a REST API, arn:aws:apigateway:REGION::/restapis/ID/stages/NAME; web ACLs stand "
                    + "before nothing else here, and no request is filtered.",
                at: "ResourceArn")
            return
        }
        guard let place = configuration.apis.firstIndex(where: { $0.id == apiID }) else {
            reader.notice("\"\(apiID)\" is no API of this template; no request is filtered.", at: "ResourceArn")
            return
        }
        guard case .rest(var api) = configuration.apis[place] else {
            reader.error("HTTP APIs have no web ACL; AWS WAF refuses the association.", at: "ResourceArn")
            return
        }
        guard let stage = api.stages.firstIndex(where: { $0.name == name }) else {
            reader.error(
                "The API has no stage \(name)." + Suggestion.sentence(for: name, among: api.stages.map(\.name)), at: "ResourceArn"
            )
            return
        }
        guard let acl = acls[aclARN] else {
            reader.notice(
                "\"\(aclARN)\" is no web ACL of this template; no request is filtered. Use !GetAtt of an AWS::WAFv2::WebACL.",
                at: "WebACLArn")
            return
        }
        if let other = api.stages[stage].webACL {
            reader.error("The stage \(name) has the web ACL \(other.name) already; a stage has one.", at: "ResourceArn")
            return
        }
        api.stages[stage].webACL = acl
        configuration.apis[place] = .rest(api)
    }

    /// `arn:aws:apigateway:us-east-1::/restapis/abc123/stages/Prod` gives `abc123` and `Prod`.
    private static func stage(_ arn: String) -> (apiID: String, name: String)? {
        let fields = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard fields.count == 6, fields[0] == "arn", fields[2] == "apigateway" else { return nil }
        let path = fields[5].split(separator: "/", omittingEmptySubsequences: false)
        guard path.count == 5, path[0].isEmpty, path[1] == "restapis" || path[1] == "apis", path[3] == "stages" else {
            return nil
        }
        return (String(path[2]), String(path[4]))
    }
}

/// What rules name by its ARN.
struct FirewallParts {
    struct Group {
        var name: String
        var rules: [WebACL.Rule]
        /// Of all its rules, also of those that are not applied.
        var names: [String]
    }

    var addresses: [String: [AddressRange]] = [:]
    var patterns: [String: [TextPattern]] = [:]
    var groups: [String: Group] = [:]
}
