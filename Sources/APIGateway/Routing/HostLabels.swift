/// The labels of host names, looked at as bytes: each request has one.
enum HostLabels {
    /// The first label of a host whose second is the service's and isn't its last, in lower case: `abc123` of
    /// `abc123.execute-api.localhost:3000`.
    static func first(of host: String, before service: StaticString) -> String? {
        let bytes = host.utf8
        guard let dot = bytes.firstIndex(of: UInt8(ascii: ".")) else { return nil }
        let rest = bytes[bytes.index(after: dot)...]
        let isService = service.withUTF8Buffer { name in
            rest.count > name.count && zip(rest, name).allSatisfy { $0 | 0x20 == $1 | 0x20 }
                && rest[rest.index(rest.startIndex, offsetBy: name.count)] == UInt8(ascii: ".")
        }
        return isService ? host[..<dot].lowercased() : nil
    }
}
