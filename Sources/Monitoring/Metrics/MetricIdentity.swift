/// A name and a value that tell one metric of a name from another.
package struct Dimension: Hashable, Comparable, Sendable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    package static func < (left: Self, right: Self) -> Bool { (left.name, left.value) < (right.name, right.value) }
}

/// What makes a metric the one it is: namespace, name and all of its dimensions (Amazon CloudWatch user guide, "Metrics
/// concepts", "Dimensions": a different set of dimensions is a different metric).
package struct MetricIdentity: Hashable, Sendable {
    /// `AWS/Lambda`
    package let namespace: String
    /// `Invocations`
    package let name: String
    /// By name; their order in a request means nothing.
    package let dimensions: [Dimension]

    package init(_ namespace: String, _ name: String, _ dimensions: [Dimension] = []) {
        self.namespace = namespace
        self.name = name
        self.dimensions = dimensions.sorted()
    }

    package func dimension(_ name: String) -> String? { self.dimensions.first { $0.name == name }?.value }
}

/// Of a metric's values (Amazon CloudWatch API reference, "MetricDatum", `Unit`).
package enum MetricUnit: String, Hashable, Sendable, CaseIterable {
    case seconds = "Seconds"
    case microseconds = "Microseconds"
    case milliseconds = "Milliseconds"
    case bytes = "Bytes"
    case kilobytes = "Kilobytes"
    case megabytes = "Megabytes"
    case gigabytes = "Gigabytes"
    case terabytes = "Terabytes"
    case bits = "Bits"
    case kilobits = "Kilobits"
    case megabits = "Megabits"
    case gigabits = "Gigabits"
    case terabits = "Terabits"
    case percent = "Percent"
    case count = "Count"
    case bytesPerSecond = "Bytes/Second"
    case kilobytesPerSecond = "Kilobytes/Second"
    case megabytesPerSecond = "Megabytes/Second"
    case gigabytesPerSecond = "Gigabytes/Second"
    case terabytesPerSecond = "Terabytes/Second"
    case bitsPerSecond = "Bits/Second"
    case kilobitsPerSecond = "Kilobits/Second"
    case megabitsPerSecond = "Megabits/Second"
    case gigabitsPerSecond = "Gigabits/Second"
    case terabitsPerSecond = "Terabits/Second"
    case countPerSecond = "Count/Second"
    case none = "None"
}
