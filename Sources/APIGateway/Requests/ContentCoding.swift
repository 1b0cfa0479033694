/// A compression that REST APIs know (API Gateway developer guide, "Payload compression for REST APIs in API Gateway"; RFC 9110
/// section 8.4.1). HTTP APIs know none.
package enum ContentCoding: String, Hashable, Sendable, CaseIterable {
    case gzip
    /// The zlib format.
    case deflate

    enum OfRequest: Hashable {
        case identity
        case coded(ContentCoding)
        case unsupported
    }

    /// What a body's `Content-Encoding` says.
    static func ofRequest(_ value: String?) -> OfRequest {
        guard let name = value?.lowercased().filter({ $0 != " " && $0 != "\t" }), !name.isEmpty, name != "identity" else {
            return .identity
        }
        return ContentCoding(rawValue: name).map(OfRequest.coded) ?? .unsupported
    }

    /// The coding that `Accept-Encoding` asks for; `nil` where it prefers one that the gateway doesn't know, or no coding: then the
    /// body goes as it is. Of equal ones the first counts.
    static func preferred(_ value: String?) -> ContentCoding? {
        var best: (name: String, weight: Double)?
        for element in (value ?? "").split(separator: ",") {
            let parts = element.lowercased().split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            guard let name = parts.first else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            if weight > (best?.weight ?? 0) { best = (name, weight) }
        }
        return best.flatMap { ContentCoding(rawValue: $0.name) }
    }
}
