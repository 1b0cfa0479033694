import CoreTypes

/// A function's response headers on their way to the client.
package enum ResponseHeaders {
    /// The lines of `headers` and `multiValueHeaders`, or `nil` if they are not the maps they must be. For each name the multi
    /// values come first, then the single one as a line more; the multi entry's casing wins (recorded from AWS).
    static func merged(single: JSON?, multi: JSON?) -> [HTTPHeader]? {
        guard let single = self.members(single), let multi = self.members(multi) else { return nil }
        var lists = ValueLists()
        for (name, value) in multi {
            guard let values = value.arrayValue else { return nil }
            for value in values {
                guard self.append(name, value, to: &lists) else { return nil }
            }
        }
        for (name, value) in single {
            guard self.append(name, value, to: &lists) else { return nil }
        }
        return lists.entries.flatMap { entry in entry.values.map { HTTPHeader(entry.name, $0) } }
    }

    private static func members(_ value: JSON?) -> [(name: String, value: JSON)]? {
        switch value {
        case nil, .null?: []
        case .object(let object)?: object.members
        default: nil
        }
    }

    private static func append(_ name: String, _ value: JSON, to lists: inout ValueLists) -> Bool {
        guard let text = self.text(value), self.isName(name), self.isValue(text) else { return false }
        lists.append(name: name, value: text, ignoringCase: true)
        return true
    }

    /// Numbers and booleans are written out; lists, objects and null are no header values.
    private static func text(_ value: JSON) -> String? {
        switch value {
        case .string(let text): text
        case .number(let number): number.text
        case .bool(let flag): flag ? "true" : "false"
        case .null, .array, .object: nil
        }
    }

    /// A token (RFC 9110 section 5.6.2): nothing else may stand before the colon of a header line.
    private static func isName(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }

    /// No line break or NUL may stand in a value (RFC 9110 section 5.5): a function can't write a second header through it.
    package static func isValue(_ value: String) -> Bool {
        value.utf8.allSatisfy { $0 != 0x0A && $0 != 0x0D && $0 != 0 }
    }

    /// Where headers come from: each has its own table.
    enum Source {
        case restFunction
        case restHTTPProxy
        case httpAPI
        case functionURL
    }

    /// What becomes of names that belong to the gateway (recorded from AWS for REST APIs and function URLs).
    static func remapped(_ headers: [HTTPHeader], source: Source) -> [HTTPHeader] {
        headers.compactMap { header in
            let name = header.name
            if header.isNamed("transfer-encoding") { return nil }
            switch source {
            case .restFunction:
                if self.remappedByREST.contains(name) { return HTTPHeader("x-amzn-Remapped-\(name)", header.value) }
                return self.ownOfREST.contains(name) ? nil : header
            case .restHTTPProxy:
                if self.droppedByHTTPProxy.contains(name) { return nil }
                let isRemapped = self.remappedByREST.contains(name) || header.isNamed("x-amzn-requestid")
                return isRemapped ? HTTPHeader("x-amzn-Remapped-\(name)", header.value) : header
            case .httpAPI:
                return self.ownOfHTTP.contains(name) || ForwardedHeaders.hopByHop.contains(name) ? nil : header
            case .functionURL:
                let name = name.lowercased()
                let isOwn = self.ownOfURLs.contains(name) || name.hasPrefix("x-amzn-")
                return isOwn || ForwardedHeaders.hopByHop.contains(name)
                    ? HTTPHeader("x-amzn-remapped-\(name)", header.value) : header
            }
        }
    }

    private static let remappedByREST: HeaderNames = ["connection", "content-length", "date", "server"]
    /// The gateway's own values of these stand in their place.
    private static let ownOfREST: HeaderNames = ["x-amzn-requestid", "x-amz-apigw-id", "x-amzn-trace-id"]
    private static let droppedByHTTPProxy: HeaderNames = ["content-encoding", "via", "x-amz-apigw-id"]
    private static let ownOfHTTP: HeaderNames = ["apigw-requestid", "content-length", "date"]
    private static let ownOfURLs: HeaderNames = ["content-length", "date", "server"]
}
