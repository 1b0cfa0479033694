/// Which template a request or a response is rendered with (API Gateway developer guide, "Method request behavior for
/// payloads without mapping templates", "Data transformations").
package enum TemplateSelection: Hashable, Sendable {
    /// The index of the template in its list.
    case template(Int)
    /// The body goes on unchanged.
    case passthrough
    /// 415 `Unsupported Media Type`.
    case refused
}

extension TemplateSelection {
    /// On the way in, by the Content-Type of the client; without one it is `application/json`. Parameters of the type are
    /// ignored.
    package static func request(
        contentType: String?, types: [String], passthrough: Integration.PassthroughBehavior
    ) -> TemplateSelection {
        let type = self.mediaType(contentType) ?? "application/json"
        if let index = types.firstIndex(where: { equalIgnoringCase($0, type) }) { return .template(index) }
        if let index = types.firstIndex(of: "$default") { return .template(index) }
        return switch passthrough {
        case .whenNoMatch: .passthrough
        case .whenNoTemplates: types.isEmpty ? .passthrough : .refused
        case .never: .refused
        }
    }

    /// On the way out, by the client's Accept; else `application/json`, else the first one. Never ``refused``.
    package static func response(accept: String?, types: [String]) -> TemplateSelection {
        guard !types.isEmpty else { return .passthrough }
        let wanted = self.mediaType(accept)
        let index =
            wanted.flatMap { wanted in types.firstIndex { equalIgnoringCase($0, wanted) } }
            ?? types.firstIndex { equalIgnoringCase($0, "application/json") } ?? 0
        return .template(index)
    }

    /// The first media type of a header's value, without parameters; `nil` where there is none.
    private static func mediaType(_ header: String?) -> String? {
        guard let header else { return nil }
        let type = header.prefix { $0 != ";" && $0 != "," }
        let trimmed = type.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
        return trimmed.isEmpty ? nil : String(trimmed)
    }
}
