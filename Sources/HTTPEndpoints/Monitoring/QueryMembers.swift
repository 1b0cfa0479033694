import CoreTypes

/// A form of the Query protocol as the object that the JSON protocol would have: `MetricData.member.1.Value=2` is the first
/// element's `Value` in the list `MetricData`. All values stay text.
enum QueryMembers {
    /// `MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.1.Name` has nine parts.
    private static let depthMax = 12
    private static let parametersMax = 20_000

    private indirect enum Node {
        case text(String)
        case group([String: Node])
    }

    static func object(_ parameters: [AWSRequest.Parameter]) throws(ServiceError) -> JSONObject {
        guard parameters.count <= self.parametersMax else {
            throw ServiceError("MalformedInput", "A request has at most \(self.parametersMax) parameters.")
        }
        var root: [String: Node] = [:]
        for parameter in parameters {
            let path = parameter.name.split(separator: ".").map(String.init)
            guard !path.isEmpty, path.count <= self.depthMax else {
                throw ServiceError("MalformedQueryString", "\(parameter.name) is no parameter.")
            }
            self.insert(parameter.value, path[...], into: &root)
        }
        return JSONObject(root.sorted { $0.key < $1.key }.map { ($0.key, self.json($0.value)) })
    }

    private static func insert(_ value: String, _ path: ArraySlice<String>, into group: inout [String: Node]) {
        guard let name = path.first else { return }
        guard path.count > 1 else {
            group[name] = .text(value)
            return
        }
        var inner: [String: Node] = [:]
        if case .group(let nodes) = group.removeValue(forKey: name) { inner = nodes }
        self.insert(value, path.dropFirst(), into: &inner)
        group[name] = .group(inner)
    }

    private static func json(_ node: Node) -> JSON {
        switch node {
        case .text(let text): return .string(text)
        case .group(let nodes):
            if nodes.count == 1, case .group(let elements) = nodes["member"] {
                let numbered = elements.compactMap { element in Int(element.key).map { (number: $0, node: element.value) } }
                return .array(numbered.sorted { $0.number < $1.number }.map { self.json($0.node) })
            }
            return .object(JSONObject(nodes.sorted { $0.key < $1.key }.map { ($0.key, self.json($0.value)) }))
        }
    }

    /// A result as XML: lists have an element `member` for each, maps an `entry` with `key` and `value`.
    static func xml(_ object: JSONObject, times: Set<String>, maps: Set<String>) -> String {
        object.members.map { member in
            let isTime = times.contains(member.name)
            let content =
                maps.contains(member.name)
                ? self.entries(member.value) : self.content(member.value, isTime: isTime, times: times, maps: maps)
            return "<\(member.name)>\(content)</\(member.name)>"
        }.joined()
    }

    private static func entries(_ map: JSON) -> String {
        (map.objectValue?.members ?? []).map {
            "<entry><key>\(UnsupportedWire.escaped($0.name))</key><value>\($0.value)</value></entry>"
        }.joined()
    }

    private static func content(_ value: JSON, isTime: Bool, times: Set<String>, maps: Set<String>) -> String {
        switch value {
        case .object(let object): self.xml(object, times: times, maps: maps)
        case .array(let elements):
            elements.map { "<member>\(self.content($0, isTime: isTime, times: times, maps: maps))</member>" }.joined()
        case .string(let text): UnsupportedWire.escaped(text)
        case .number(let number):
            isTime ? Timestamp(milliseconds: Int64(number.doubleValue * 1_000)).iso8601 : number.text
        case .bool, .null: value.description
        }
    }
}
