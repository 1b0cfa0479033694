package import CoreTypes

/// Metrics in a line of a log (Amazon CloudWatch user guide, "Specification: Embedded metric format"). The line is a JSON
/// object and nothing else; its member `_aws` says which of its other members are metrics and dimensions:
/// ```
/// {"_aws":{"Timestamp":1574109732004,"CloudWatchMetrics":[{"Namespace":"lambda-function-metrics",
///  "Dimensions":[["functionVersion"]],"Metrics":[{"Name":"time","Unit":"Milliseconds","StorageResolution":60}]}]},
///  "functionVersion":"$LATEST","time":100}
/// ```
package enum EmbeddedMetrics {
    /// Values of one metric in a line; dimensions of a set.
    package static let valuesMax = 100
    package static let dimensionsMax = 30
    /// Metrics of one directive.
    package static let metricsMax = 100

    /// Whether a line may have metrics: cheap, and never wrong when it says no.
    package static func mayHaveMetrics(_ line: some BidirectionalCollection<UInt8>) -> Bool {
        guard line.first == UInt8(ascii: "{"), line.count > Self.marker.count else { return false }
        return line.count <= Self.lineBytesMax && Self.containsMarker(Array(line))
    }

    private static let marker = Array(#""_aws""#.utf8)
    /// The size of a log event (CloudWatch Logs quotas, since April 2025).
    private static let lineBytesMax = 1_048_576

    private static func containsMarker(_ line: [UInt8]) -> Bool {
        guard line.count >= self.marker.count else { return false }
        return (0...(line.count - self.marker.count)).contains { start in
            line[start] == self.marker[0] && line[start...].starts(with: self.marker)
        }
    }

    /// The metrics of a line; none where it is no embedded metric document, as CloudWatch leaves such lines alone.
    /// - Parameter time: of the line, where the document has none of its own. Metrics of a time that CloudWatch refuses, more
    ///   than two weeks before or two hours after it, are left out.
    package static func metrics(in line: some BidirectionalCollection<UInt8>, at time: Timestamp) -> [MetricDatum] {
        guard self.mayHaveMetrics(line), case .success(.object(let root)) = Array(line).withUnsafeBytes({ JSON.parse($0) }),
            let metadata = root["_aws"]?.objectValue, let directives = metadata["CloudWatchMetrics"]?.arrayValue
        else { return [] }
        var own = time
        if let text = metadata["Timestamp"] {
            guard let milliseconds = text.intValue, MetricDatum.accepts(milliseconds: milliseconds, at: time) else { return [] }
            own = Timestamp(milliseconds: Int64(milliseconds))
        }
        return directives.flatMap { self.metrics(of: $0, root: root, at: own) }
    }

    private static func metrics(of directive: JSON, root: JSONObject, at time: Timestamp) -> [MetricDatum] {
        guard let namespace = directive["Namespace"]?.stringValue, !namespace.isEmpty, !namespace.hasPrefix("AWS/"),
            let definitions = directive["Metrics"]?.arrayValue
        else { return [] }
        // Without dimensions, or with an empty set, the metric has none.
        let sets = (directive["Dimensions"]?.arrayValue ?? [.array([])]).compactMap { self.dimensions($0, root) }
        return definitions.prefix(self.metricsMax).flatMap { definition -> [MetricDatum] in
            guard let name = definition["Name"]?.stringValue, let values = root[name].flatMap(self.values) else { return [] }
            let unit = definition["Unit"]?.stringValue.flatMap(MetricUnit.init(rawValue:)) ?? .none
            return sets.map { dimensions in
                MetricDatum(MetricIdentity(namespace, name, dimensions), unit: unit, time: time, .values(values))
            }
        }
    }

    /// `nil` where a member that a set names is no text: such a set is no dimension set.
    private static func dimensions(_ set: JSON, _ root: JSONObject) -> [Dimension]? {
        guard let names = set.arrayValue, names.count <= self.dimensionsMax else { return nil }
        var dimensions: [Dimension] = []
        for name in names {
            guard let name = name.stringValue, let value = root[name]?.stringValue, !value.isEmpty else { return nil }
            dimensions.append(Dimension(name, value))
        }
        return dimensions
    }

    /// A number, or an array of numbers.
    private static func values(_ value: JSON) -> [(value: Double, times: Double)]? {
        let numbers =
            switch value {
            case .number(let number): [number.doubleValue]
            case .array(let elements): elements.prefix(self.valuesMax).compactMap { $0.numberValue?.doubleValue }
            case .null, .bool, .string, .object: [Double]()
            }
        let finite = numbers.filter(\.isFinite)
        return finite.isEmpty ? nil : finite.map { ($0, 1) }
    }
}
