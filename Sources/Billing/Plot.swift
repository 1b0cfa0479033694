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
    var maximumY: Double {
        let top = self.lines.flatMap(\.points).map(\.y).max() ?? 0
        let crossing = self.marks.map(\.point.y).max() ?? top
        return max(min(top, crossing > 0 ? crossing * 3 : top), 0.01)
    }

    /// `0`, `1.5M`, `20k`
    static func requestsText(_ value: Double) -> String {
        let units: [(size: Double, name: String)] = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")]
        for unit in units where value >= unit.size { return self.short(value / unit.size) + unit.name }
        return self.short(value)
    }

    /// Three digits that matter.
    static func short(_ value: Double) -> String {
        let decimals = value >= 100 ? 0 : value >= 10 ? 1 : 2
        let scale = [1.0, 10, 100][decimals]
        return DecimalText.grouped(DecimalText.text(Int128((value * scale).rounded()), scale: decimals, minimumFraction: 0))
    }
}

extension Plot {
    /// For a terminal of that many columns and rows, axes and legend included. Each line has its letter; where lines meet the
    /// later one covers the earlier ones.
    package func text(columns: Int = 78, rows: Int = 20) -> String {
        let margin = 10
        let (width, height) = (max(20, columns - margin - 1), max(5, rows - 3))
        var cells = Array(repeating: Array(repeating: Character(" "), count: width), count: height)
        for (index, line) in self.lines.enumerated() {
            for column in 0..<width {
                let point = line.points[column * (line.points.count - 1) / (width - 1)]
                let row = Int((point.y / self.maximumY * Double(height - 1)).rounded())
                if row < height { cells[height - 1 - row][column] = Self.letter(index) }
            }
        }
        var text: [String] = [self.title]
        for row in 0..<height {
            let label =
                row % 4 == 0 || row == height - 1
                ? Self.short(self.maximumY * Double(height - 1 - row) / Double(height - 1)) : ""
            text.append(String(repeating: " ", count: max(0, margin - 2 - label.count)) + label + " |" + String(cells[row]))
        }
        text.append(String(repeating: " ", count: margin - 1) + "+" + String(repeating: "-", count: width))
        let end = Self.requestsText(self.maximumX)
        text.append(
            String(repeating: " ", count: margin) + "0" + String(repeating: " ", count: max(1, width - 1 - end.count)) + end)
        let legend = self.lines.enumerated().map { "\(Self.letter($0)) \($1.name)" }.joined(separator: "   ")
        return (text + [legend]).map(Self.trimmed).joined(separator: "\n") + "\n"
    }

    private static func letter(_ index: Int) -> Character { Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")[index % 26] }

    private static func trimmed(_ line: String) -> String {
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }
}

extension Plot {
    /// A drawing of 800 × 480 that stands by itself and follows the reader's light or dark scheme.
    package var svg: String {
        let (left, right, top, bottom) = (70.0, 780.0, 40.0, 410.0)
        func x(_ value: Double) -> String { Self.coordinate(left + value / self.maximumX * (right - left)) }
        func y(_ value: Double) -> String { Self.coordinate(bottom - min(value / self.maximumY, 1.02) * (bottom - top)) }
        var parts = [
            #"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 480" font-family="system-ui, sans-serif" font-size="13">"#,
            "<title>\(Self.escaped(self.title))</title>",
            "<style>svg{background:#fff;color:#222}@media(prefers-color-scheme:dark){svg{background:#181818;color:#ddd}}"
                + "text{fill:currentColor}.axis{stroke:currentColor;opacity:.4}.line{fill:none;stroke-width:2}</style>",
            #"<text x="\#(left)" y="24">\#(Self.escaped(self.title))</text>"#,
        ]
        for step in 0...4 {
            let (valueX, valueY) = (self.maximumX * Double(step) / 4, self.maximumY * Double(step) / 4)
            parts.append(#"<line class="axis" x1="\#(left)" x2="\#(right)" y1="\#(y(valueY))" y2="\#(y(valueY))"/>"#)
            parts.append(#"<text x="\#(left - 8)" y="\#(y(valueY))" text-anchor="end">\#(Self.short(valueY))</text>"#)
            parts.append(#"<text x="\#(x(valueX))" y="428" text-anchor="middle">\#(Self.requestsText(valueX))</text>"#)
        }
        for (index, line) in self.lines.enumerated() {
            let color = Self.colors[index % Self.colors.count]
            let points = line.points.map { "\(x($0.x)),\(y($0.y))" }.joined(separator: " ")
            parts.append(#"<polyline class="line" stroke="\#(color)" points="\#(points)"/>"#)
            let place = Self.coordinate(left + Double(index) * 118)
            parts.append(#"<text x="\#(place)" y="458" style="fill:\#(color)">\#(Self.escaped(line.name))</text>"#)
        }
        for mark in self.marks {
            let (markX, markY) = (x(mark.point.x), y(mark.point.y))
            parts.append(
                #"<circle cx="\#(markX)" cy="\#(markY)" r="4" fill="currentColor"><title>\#(Self.escaped(mark.label))</title></circle>"#
            )
        }
        return (parts + ["</svg>"]).joined(separator: "\n") + "\n"
    }

    /// Told apart by people who don't see red and green as different (Okabe and Ito, "Color Universal Design").
    private static let colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]

    private static func coordinate(_ value: Double) -> String {
        DecimalText.text(Int128((value * 10).rounded()), scale: 1, minimumFraction: 0)
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.append(character)
            }
        }
    }
}
