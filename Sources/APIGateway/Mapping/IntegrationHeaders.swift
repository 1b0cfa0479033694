/// What becomes of headers on their way to and from backends that are no proxies (recorded on AWS).
package enum IntegrationHeaders {
    /// What a mapping or an override to a request header comes to.
    package enum Fate: Hashable, Sendable {
        case sent
        case dropped
        /// The request fails with 500 `InternalServerErrorException`.
        case refused
    }

    package static func fate(ofRequestHeader name: String, type: Integration.Kind) -> Fate {
        let name = name.lowercased()
        if name == "content-length" || name == "transfer-encoding" { return .refused }
        return switch type {
        case .aws, .awsProxy: self.refusedByServices.contains(name) ? .refused : .sent
        case .http, .httpProxy: self.droppedByHTTP.contains(name) ? .dropped : .sent
        case .mock: .sent
        }
    }

    private static let refusedByServices: Set<String> = ["authorization", "connection", "expect", "proxy-authenticate", "te"]
    private static let droppedByHTTP: Set<String> = ["connection", "expect", "proxy-authenticate", "te", "via"]

    /// The headers of a response as the client gets them: names that belong to the gateway or to the connection come out as
    /// `x-amzn-Remapped-…`.
    package static func remapped(_ headers: [HTTPHeader]) -> [HTTPHeader] {
        headers.compactMap { header in
            let name = header.name.lowercased()
            if name == "transfer-encoding" { return nil }
            return self.remappedNames.contains(name) ? HTTPHeader("x-amzn-Remapped-\(header.name)", header.value) : header
        }
    }

    private static let remappedNames: Set<String> = [
        "authorization", "connection", "content-length", "content-md5", "date", "expect", "host", "max-forwards",
        "proxy-authenticate", "server", "trailer", "upgrade", "user-agent", "www-authenticate",
    ]
}
