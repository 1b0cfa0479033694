/// What is asked of the values of a period (Amazon CloudWatch user guide, "CloudWatch statistics definitions").
package enum Statistic: Hashable, Sendable {
    case sampleCount, sum, average, minimum, maximum
    /// `p99.9`: from 0 to 100.
    case percentile(Double)

    /// The name in requests: `Sum`, `p95`. `nil` for none, and for trimmed means and their like, which are not computed here.
    package init?(_ name: String) {
        switch name {
        case "SampleCount": self = .sampleCount
        case "Sum": self = .sum
        case "Average": self = .average
        case "Minimum": self = .minimum
        case "Maximum": self = .maximum
        default:
            guard name.utf8.first == UInt8(ascii: "p"), let percent = Self.percent(name.dropFirst()) else { return nil }
            self = .percentile(percent)
        }
    }

    /// Digits with up to ten decimal places.
    private static func percent(_ text: Substring) -> Double? {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), (1...3).contains(parts[0].count), parts.last!.count <= 10,
            parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { (48...57).contains($0) } }), let percent = Double(text),
            percent <= 100
        else { return nil }
        return percent
    }

    /// `nil` where there are no values, or where a percentile can't be known.
    package func value(of distribution: Distribution) -> Double? {
        guard !distribution.isEmpty else { return nil }
        return switch self {
        case .sampleCount: distribution.count
        case .sum: distribution.sum
        case .average: distribution.average
        case .minimum: distribution.minimum
        case .maximum: distribution.maximum
        case .percentile(let percent): distribution.percentile(percent)
        }
    }
}
