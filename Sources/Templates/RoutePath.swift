import APIGateway

/// What API Gateway accepts as the path of a resource or route (api-gateway facts, sections 5.1 and 5.2).
enum RoutePath {
    /// A sentence on what is wrong, or `nil`.
    static func problem(with path: String, kind: API.Kind) -> String? {
        guard path.hasPrefix("/") else { return "The path \"\(path)\" has to begin with a slash: \"/\(path)\"." }
        let segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        var names: Set<Substring> = []
        for (index, segment) in segments.enumerated() {
            if segment.isEmpty {
                if index == segments.count - 1 { continue }
                return "The path \"\(path)\" has an empty part. Remove one of the slashes."
            }
            guard segment.contains("{") || segment.contains("}") else {
                if kind == .rest, !segment.utf8.allSatisfy(self.isAllowed) {
                    return "The part \"\(segment)\" may have letters, digits and _ - . , : only."
                }
                continue
            }
            guard let name = self.parameter(segment) else {
                return "A parameter takes a whole part of the path, such as {id}; this is \"\(segment)\"."
            }
            if !names.insert(name).inserted { return "The parameter {\(name)} stands twice in the path. Rename one." }
            if segment.hasSuffix("+}"), index < segments.count - 1 {
                return "Cannot create a child of a resource with a greedy path variable: \(segment). Put it last."
            }
        }
        return nil
    }

    /// The name within `{name}` or `{name+}`.
    static func parameter(_ segment: Substring) -> Substring? {
        guard segment.hasPrefix("{"), segment.hasSuffix("}") else { return nil }
        let inner = segment.dropFirst().dropLast()
        let name = inner.hasSuffix("+") ? inner.dropLast() : inner
        let isValid = name.utf8.allSatisfy { $0.isLetterOrDigit || "_-.$:".utf8.contains($0) }
        return name.isEmpty || !isValid ? nil : name
    }

    private static func isAllowed(_ byte: UInt8) -> Bool { byte.isLetterOrDigit || "_-.,:~$@!*'()+=&;%".utf8.contains(byte) }
}
