/// Lines over a number of requests, to be drawn in a terminal or as SVG.
package struct Plot: Hashable, Sendable {
    package struct Point: Hashable, Sendable {
        package let x: Double
        package let y: Double

        package init(x: Double, y: Double) {
            self.x = x
            self.y = y
        }
    }

    package struct Line: Hashable, Sendable {
        package let name: String
        /// At least one.
        package let points: [Point]

        package init(name: String, points: [Point]) {
            self.name = name
            self.points = points
        }
    }

    package struct Mark: Hashable, Sendable {
        package let point: Point
        package let label: String
    }

    package let title: String
    package let lines: [Line]
    package let marks: [Mark]

    /// Segments of each line.
    static let pointCount = 200

    package init(title: String, lines: [Line], marks: [Mark] = []) {
        self.title = title
        self.lines = lines
        self.marks = marks
    }

    var maximumX: Double { max(self.lines.flatMap(\.points).map(\.x).max() ?? 0, 1) }

    /// The highest point that is shown. Where lines cross, dear ones are cut off above three times the highest crossing:
    /// otherwise what matters would lie flat on the axis.
    package var maximumY: Double {
        let top = self.lines.flatMap(\.points).map(\.y).max() ?? 0
        let crossing = self.marks.map(\.point.y).max() ?? top
        return max(min(top, crossing > 0 ? crossing * 3 : top), 0.01)
    }

    /// Round numbers for an axis, from 0 up to `maximum`, four to six of them: multiples of 1, 2, 2.5 or 5 with zeros.
    package static func ticks(upTo maximum: Double) -> [Double] {
        var magnitude = 0.001
        while magnitude * 10 <= maximum { magnitude *= 10 }
        // The smallest step that is taken no more than five times.
        let step = [0.2, 0.25, 0.5, 1].map { $0 * magnitude }.first { maximum / $0 < 6 } ?? magnitude * 2
        return (0...5).map { Double($0) * step }.filter { $0 <= maximum }
    }

    /// `0`, `1.5M`, `20k`
    static func requestsText(_ value: Double) -> String {
        let units: [(size: Double, name: String)] = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")]
        for unit in units where value >= unit.size { return self.short(value / unit.size) + unit.name }
        return self.short(value)
    }

    /// Three digits that matter.
    static func short(_ value: Double) -> String {
        let decimals = value >= 100 ? 0 : value >= 10 ? 1 : value >= 0.1 ? 2 : 4
        let scale = [1.0, 10, 100, 1_000, 10_000][decimals]
        return DecimalText.grouped(DecimalText.text(Int128((value * scale).rounded()), scale: decimals, minimumFraction: 0))
    }
}
