import APIGateway

/// What a statement looks at: `FieldToMatch`, `TextTransformations`, and the keys of rate-based rules.
enum FirewallComponentReader {
    private static let unemulated = ["JA3Fingerprint", "JA4Fingerprint", "UriFragment"]
    private static let emulated = [
        "AllQueryArguments", "Body", "Cookies", "HeaderOrder", "Headers", "JsonBody", "Method", "QueryString", "SingleHeader",
        "SingleQueryArgument", "UriPath",
    ]
    private static let unemulatedTransformations = [
        "CMD_LINE_UNIX", "CMD_LINE_WIN", "CSS_DECODE", "ESCAPE_SEQ_DECODE", "JS_DECODE", "JS_DECODE_EXT", "REMOVE_COMMENTS_CHAR",
        "REMOVE_WHITESPACE", "SHA256", "SQL_HEX_DECODE", "TRIM", "TRIM_LEFT", "TRIM_RIGHT", "UPPERCASE", "URL_DECODE_UNI",
        "UTF8_TO_UNICODE",
    ]

    static func inspection(_ reader: PropertyReader) -> WebACL.Inspection? {
        guard let field = reader.map("FieldToMatch") else {
            reader.error("Property 'FieldToMatch' is required: what of a request is looked at.", at: "FieldToMatch")
            return nil
        }
        let component = self.component(field)
        guard let transformations = self.transformations(reader) else { return nil }
        return component.map { WebACL.Inspection($0, transformations) }
    }

    private static func transformations(_ reader: PropertyReader) -> [TextTransformation]? {
        let readers = reader.maps("TextTransformations") ?? []
        if readers.isEmpty {
            reader.error("TextTransformations is required; NONE is the one that does nothing.", at: "TextTransformations")
            return nil
        }
        var found: [(priority: Int, transformation: TextTransformation)] = []
        for reader in readers {
            guard reader.required("Priority") != nil, let type = reader.required("Type"),
                let priority = reader.integer("Priority", in: 0...Int(Int32.max))
            else { return nil }
            if self.unemulatedTransformations.contains(type) {
                reader.notice("The transformation \(type) is not emulated; the rule is not applied.", at: "Type")
                return nil
            }
            guard let transformation = reader.choice("Type", of: TextTransformation.allCases) else { return nil }
            found.append((priority, transformation))
        }
        return found.sorted { $0.priority < $1.priority }.map(\.transformation)
    }

    private static func component(_ reader: PropertyReader) -> WebACL.Component? {
        guard reader.members.names.count == 1, let name = reader.members.names.first else {
            reader.error("One component is wanted.")
            return nil
        }
        if self.unemulated.contains(name) {
            reader.notice("Not emulated, as API Gateway doesn't hand it to AWS WAF; the rule is not applied.", at: name)
            return nil
        }
        guard self.emulated.contains(name) else {
            reader.error("There is no component \(name)." + Suggestion.sentence(for: name, among: self.emulated), at: name)
            return nil
        }
        let settings = reader.map(name)
        switch name {
        case "Method": return .method
        case "UriPath": return .path
        case "QueryString": return .query
        case "AllQueryArguments": return .allQueryArguments
        case "SingleHeader": return settings?.required("Name").map(WebACL.Component.header)
        case "SingleQueryArgument": return settings?.required("Name").map(WebACL.Component.queryArgument)
        case "Body": return .body(settings.flatMap(self.oversize) ?? .continue)
        case "HeaderOrder": return settings.flatMap(self.oversize).map(WebACL.Component.headerOrder)
        case "Headers":
            return self.fields("Headers", settings).map { .headers($0.selection, $0.scope, $0.oversize) }
        case "Cookies":
            return self.fields("Cookies", settings).map { .cookies($0.selection, $0.scope, $0.oversize) }
        default: return settings.flatMap(self.jsonBody)
        }
    }

    private static func oversize(_ reader: PropertyReader) -> WebACL.Oversize? {
        reader.choice("OversizeHandling", of: WebACL.Oversize.allCases)
    }

    private static func fields(
        _ kind: String, _ reader: PropertyReader?
    ) -> (selection: WebACL.Selection, scope: WebACL.Scope, oversize: WebACL.Oversize)? {
        guard let reader else { return nil }
        reader.check(PropertyTable(emulated: ["MatchPattern", "MatchScope", "OversizeHandling"]))
        guard let scope = self.scope(reader), reader.required("OversizeHandling") != nil, let oversize = self.oversize(reader),
            let pattern = self.pattern(reader)
        else { return nil }
        if let names = pattern.texts("Included\(kind)") { return (.included(names), scope, oversize) }
        if let names = pattern.texts("Excluded\(kind)") { return (.excluded(names), scope, oversize) }
        return (.all, scope, oversize)
    }

    private static func scope(_ reader: PropertyReader) -> WebACL.Scope? {
        guard reader.required("MatchScope") != nil else { return nil }
        return reader.choice("MatchScope", of: WebACL.Scope.allCases)
    }

    private static func pattern(_ reader: PropertyReader) -> PropertyReader? {
        guard let pattern = reader.map("MatchPattern"), pattern.members.names.count == 1 else {
            reader.error("MatchPattern has one member: All, or the names that are meant.", at: "MatchPattern")
            return nil
        }
        return pattern
    }

    private static func jsonBody(_ reader: PropertyReader) -> WebACL.Component? {
        reader.check(PropertyTable(emulated: ["InvalidFallbackBehavior", "MatchPattern", "MatchScope", "OversizeHandling"]))
        guard let scope = self.scope(reader), let pattern = self.pattern(reader) else { return nil }
        let fallback = reader.choice("InvalidFallbackBehavior", of: WebACL.JSONBody.Fallback.allCases) ?? .noMatch
        return .jsonBody(
            WebACL.JSONBody(
                scope: scope, paths: pattern.texts("IncludedPaths")?.map(self.pointer), fallback: fallback,
                oversize: self.oversize(reader) ?? .continue))
    }

    /// `/dogs/0/name` (RFC 6901): `~1` is a slash, `~0` a tilde.
    private static func pointer(_ text: String) -> [String] {
        text.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
            String($0).replacing("~1", with: "/").replacing("~0", with: "~")
        }
    }

    // MARK: Keys of rates

    static func key(_ reader: PropertyReader, forwarded: () -> WebACL.RateLimit.Key?) -> WebACL.RateLimit.Key? {
        guard let name = reader.members.names.first, reader.members.names.count == 1 else {
            reader.error("One key is wanted.")
            return nil
        }
        let settings = reader.map(name)
        func named(_ make: (String) -> WebACL.Component) -> WebACL.RateLimit.Key? {
            guard let settings, let name = settings.required("Name") else { return nil }
            return self.transformations(settings).map { .component(WebACL.Inspection(make(name), $0)) }
        }
        func whole(_ component: WebACL.Component) -> WebACL.RateLimit.Key? {
            settings.flatMap(self.transformations).map { .component(WebACL.Inspection(component, $0)) }
        }
        switch name {
        case "Header": return named(WebACL.Component.header)
        case "Cookie": return named(WebACL.Component.cookie)
        case "QueryArgument": return named(WebACL.Component.queryArgument)
        case "QueryString": return whole(.query)
        case "UriPath": return whole(.path)
        case "HTTPMethod": return .component(WebACL.Inspection(.method, []))
        case "IP": return .sourceIP
        case "ForwardedIP": return forwarded()
        case "ASN", "JA3Fingerprint", "JA4Fingerprint", "LabelNamespace":
            reader.notice("Not emulated as a key; the rule is not applied.", at: name)
            return nil
        default:
            reader.error("There is no key \(name).", at: name)
            return nil
        }
    }
}
