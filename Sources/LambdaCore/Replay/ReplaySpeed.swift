package import CoreTypes

/// How fast a replay goes: `1x` keeps the original spacing, `10x` is ten times as fast, `max` doesn't wait.
package struct ReplaySpeed: Hashable, Sendable {
    /// `nil` doesn't wait.
    package let factor: Double?

    package static let fastest = ReplaySpeed(factor: nil)
    package static let factors = 0.01...10_000.0

    private init(factor: Double?) { self.factor = factor }

    /// `nil` unless the text is `max` or a number from 0.01 to 10,000 with an `x` behind it or without.
    package init?(_ text: String) {
        if text == "max" {
            self = .fastest
            return
        }
        guard let factor = Double(text.hasSuffix("x") ? String(text.dropLast()) : text), Self.factors.contains(factor) else {
            return nil
        }
        self.init(factor: factor)
    }

    /// When each message is due after the start of the replay. Messages that don't say when they were sent go with the one
    /// before them, and none goes before the one before it.
    package func offsets(of sentTimes: [Timestamp?]) -> [Duration] {
        guard let factor, let first = sentTimes.compactMap(\.self).min() else { return sentTimes.map { _ in .zero } }
        var last = Duration.zero
        return sentTimes.map { time in
            if let time { last = max(last, (time - first) / factor) }
            return last
        }
    }
}
