import CoreTypes

/// Paths and queries of backend requests.
enum BackendTarget {
    static func query(_ lists: ValueLists) -> String {
        lists.entries.flatMap { entry in
            entry.values.map { PercentEncoding.encode(entry.name) + "=" + PercentEncoding.encode($0) }
        }.joined(separator: "&")
    }

    static func join(_ path: String, _ queries: [String]) -> String {
        let query = queries.filter { !$0.isEmpty }.joined(separator: "&")
        let path = path.hasPrefix("/") ? path : "/" + path
        return query.isEmpty ? path : "\(path)?\(query)"
    }

    /// `{name}` in a service's path.
    static func path(_ path: String, _ value: (String) -> String?) -> String {
        var text = ""
        var rest = path[...]
        while let opening = rest.firstIndex(of: "{"), let closing = rest[opening...].firstIndex(of: "}") {
            text += rest[..<opening]
            text += value(String(rest[rest.index(after: opening)..<closing])) ?? String(rest[opening...closing])
            rest = rest[rest.index(after: closing)...]
        }
        return text + rest
    }
}
