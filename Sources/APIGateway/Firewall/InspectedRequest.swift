import CoreTypes

/// A request as AWS WAF sees it: what API Gateway hands it, with the headers that API Gateway adds (AWS WAF developer guide, "Log
/// examples", where the paths of API Gateway's requests begin with the stage). Taken apart when a rule asks.
struct InspectedRequest {
    let method: String
    let target: RequestTarget
    let headers: [HTTPHeader]
    let sourceIP: String
    let body: [UInt8]
    let bodyBytesMax: Int

    /// AWS WAF API reference, "Headers" and "Cookies": 8 KB, and 200 of them.
    static let fieldsBytesMax = 8_192
    static let fieldsMax = 200

    func content(_ component: WebACL.Component) -> InspectedContent {
        switch component {
        case .method: .values([Array(self.method.utf8)])
        case .path: .values([Array(self.target.path.utf8)])
        case .query: .values([Array((self.target.query ?? "").utf8)])
        case .header(let name): .values(self.headers.filter { $0.isNamed(name) }.map { Array($0.value.utf8) })
        case .queryArgument(let name):
            .values(self.queryArguments.filter { equalIgnoringCase(String($0.name), name) }.map { Array($0.value.utf8) })
        case .allQueryArguments: .values(self.queryArguments.flatMap { [Array($0.name.utf8), Array($0.value.utf8)] })
        case .headers(let selection, let scope, let oversize):
            Self.fields(self.headers.map { ($0.name, $0.value) }, selection, scope, oversize)
        case .cookies(let selection, let scope, let oversize): Self.fields(self.cookies, selection, scope, oversize)
        case .cookie(let name): .values(self.cookies.filter { $0.name == name }.map { Array($0.value.utf8) })
        case .headerOrder(let oversize): self.headerOrder(oversize)
        case .body(let oversize): self.bounded(oversize) { .values([Array($0)]) }
        case .jsonBody(let json): self.bounded(json.oversize) { json.content(of: $0) }
        }
    }

    private var queryArguments: [(name: Substring, value: Substring)] {
        (self.target.query ?? "").split(separator: "&").map(Self.pair)
    }

    /// `a=1; b=2`, on any number of lines (RFC 6265 section 4.2.1).
    private var cookies: [(name: String, value: String)] {
        self.headers.filter { $0.isNamed("cookie") }.flatMap { line in
            line.value.split(separator: ";").map { part in
                let pair = Self.pair(part.drop { $0 == " " })
                return (String(pair.name), String(pair.value))
            }
        }
    }

    private static func pair(_ text: Substring) -> (name: Substring, value: Substring) {
        guard let mark = text.utf8.firstIndex(of: UInt8(ascii: "=")) else { return (text, "") }
        return (text[..<mark], text[text.utf8.index(after: mark)...])
    }

    private static func fields(
        _ fields: [(name: String, value: String)], _ selection: WebACL.Selection, _ scope: WebACL.Scope,
        _ oversize: WebACL.Oversize
    ) -> InspectedContent {
        let kept = self.kept(fields)
        if kept.count < fields.count, let decision = oversize.decision { return .decided(decision) }
        return .values(
            kept.filter { selection.holds($0.name) }.flatMap { name, value in
                (scope.hasKeys ? [Array(name.utf8)] : []) + (scope.hasValues ? [Array(value.utf8)] : [])
            })
    }

    /// As many as WAF looks at.
    private static func kept(_ fields: [(name: String, value: String)]) -> ArraySlice<(name: String, value: String)> {
        var (count, bytes) = (0, 0)
        for (name, value) in fields.prefix(self.fieldsMax) {
            bytes += name.utf8.count + value.utf8.count
            guard bytes <= self.fieldsBytesMax else { break }
            count += 1
        }
        return fields[..<count]
    }

    private func headerOrder(_ oversize: WebACL.Oversize) -> InspectedContent {
        let kept = Self.kept(self.headers.map { ($0.name, $0.value) })
        if kept.count < self.headers.count, let decision = oversize.decision { return .decided(decision) }
        return .values([Array(kept.map { $0.name.lowercased() }.joined(separator: ":").utf8)])
    }

    private func bounded(_ oversize: WebACL.Oversize, _ content: (ArraySlice<UInt8>) -> InspectedContent) -> InspectedContent {
        guard self.body.count > self.bodyBytesMax else { return content(self.body[...]) }
        if let decision = oversize.decision { return .decided(decision) }
        return content(self.body[..<self.bodyBytesMax])
    }
}

extension WebACL.Oversize {
    fileprivate var decision: Bool? {
        switch self {
        case .continue: nil
        case .match: true
        case .noMatch: false
        }
    }
}

extension WebACL.JSONBody {
    /// Keys and values, those of all levels below the paths: texts without quotes, all else as JSON writes it.
    fileprivate func content(of body: ArraySlice<UInt8>) -> InspectedContent {
        guard case .success(let json) = body.withUnsafeBytes({ JSON.parse($0) }) else {
            switch self.fallback {
            case .match: return .decided(true)
            case .noMatch: return .decided(false)
            case .evaluateAsString: return .values([Array(body)])
            }
        }
        var values: [[UInt8]] = []
        // The parser has a limit on depth.
        func gather(_ json: JSON) {
            switch json {
            case .object(let members):
                for (name, value) in members.members {
                    if self.scope.hasKeys { values.append(Array(name.utf8)) }
                    gather(value)
                }
            case .array(let elements): for element in elements { gather(element) }
            case .string(let text): if self.scope.hasValues { values.append(Array(text.utf8)) }
            case .number, .bool, .null: if self.scope.hasValues { values.append(Array(json.description.utf8)) }
            }
        }
        guard let paths else {
            gather(json)
            return .values(values)
        }
        for path in paths {
            guard let found = Self.value(at: path, in: json) else { continue }
            if self.scope.hasKeys, let last = path.last { values.append(Array(last.utf8)) }
            gather(found)
        }
        return .values(values)
    }

    private static func value(at path: [String], in json: JSON) -> JSON? {
        path.reduce(json) { value, part in
            switch value {
            case .object(let members): members[part]
            case .array(let elements): Int(part).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
            default: nil
            }
        }
    }
}
