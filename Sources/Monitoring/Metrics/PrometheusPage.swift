package import CoreTypes

/// The metrics of a host in Prometheus's text format, version 0.0.4 (Prometheus documentation, "Exposition formats"). Names and
/// units are Prometheus's: seconds instead of milliseconds, `_total` behind counters. Counters count from the start of the
/// host; quantiles are those of the last five minutes.
package struct PrometheusPage: Sendable {
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"
    /// Of quantiles.
    package static let windowSeconds: Int64 = 300
    private static let quantiles = [0.5, 0.9, 0.99]

    package enum Kind: String, Hashable, Sendable {
        case counter, gauge, summary
    }

    /// All samples of one name.
    private struct Family {
        let help: String
        let kind: Kind
        var lines: [String] = []
    }

    private let now: Timestamp
    private var families: [String: Family] = [:]
    /// In the order of their first sample.
    private var names: [String] = []

    package init(_ store: MetricStore, at now: Timestamp) {
        self.now = now
        for identity in store.identities {
            let custom = identity.namespace.hasPrefix("AWS/") ? nil : PrometheusName.custom(identity)
            guard let name = PrometheusName.known(identity) ?? custom, let series = store[identity] else { continue }
            self.add(series, name)
        }
    }

    /// Adds a value that is no metric of CloudWatch's.
    package mutating func add(
        _ name: String, _ kind: Kind, help: String, labels: [(name: String, value: String)] = [], value: String
    ) {
        self.line(name, kind, help, "\(name)\(Self.text(labels)) \(value)")
    }

    /// Ends with a line break.
    package var text: String {
        self.names.map { name in
            guard let family = self.families[name] else { return "" }
            let head = "# HELP \(name) \(family.help)\n# TYPE \(name) \(family.kind.rawValue)\n"
            return head + family.lines.joined(separator: "\n") + "\n"
        }.joined()
    }

    private mutating func add(_ series: MetricSeries, _ name: PrometheusName) {
        let labels = Self.text(name.labels)
        func number(_ value: Double) -> String { Self.text(value * name.scale) }
        switch name.kind {
        case .counter: self.line(name, "\(name.name)\(labels) \(number(series.total.sum))")
        case .gauge: self.line(name, "\(name.name)\(labels) \(number(series.last))")
        case .summary:
            let recent = series.values(
                from: Timestamp(seconds: self.now.seconds - Self.windowSeconds), to: Timestamp(seconds: self.now.seconds + 60))
            for quantile in Self.quantiles {
                let value = recent.percentile(quantile * 100).map(number) ?? "NaN"
                self.line(name, "\(name.name)\(Self.text(name.labels + [("quantile", Self.text(quantile))])) \(value)")
            }
            self.line(name, "\(name.name)_sum\(labels) \(number(series.total.sum))")
            self.line(name, "\(name.name)_count\(labels) \(Self.text(series.total.count))")
        }
    }

    private mutating func line(_ name: PrometheusName, _ line: String) { self.line(name.name, name.kind, name.help, line) }

    private mutating func line(_ name: String, _ kind: Kind, _ help: String, _ line: String) {
        if self.families[name] == nil {
            self.families[name] = Family(help: help, kind: kind)
            self.names.append(name)
        }
        self.families[name]?.lines.append(line)
    }

    private static func text(_ labels: [(name: String, value: String)]) -> String {
        guard !labels.isEmpty else { return "" }
        return "{" + labels.map { "\($0.name)=\"\(self.escaped($0.value))\"" }.joined(separator: ",") + "}"
    }

    private static func escaped(_ value: String) -> String {
        guard value.utf8.contains(where: { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "\"") || $0 == 0x0A }) else {
            return value
        }
        var escaped = String.UnicodeScalarView()
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": escaped.append(contentsOf: #"\\"#.unicodeScalars)
            case "\"": escaped.append(contentsOf: #"\""#.unicodeScalars)
            case "\n": escaped.append(contentsOf: #"\n"#.unicodeScalars)
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }

    /// Whole numbers without a fraction.
    private static func text(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : "\(value)"
    }
}
