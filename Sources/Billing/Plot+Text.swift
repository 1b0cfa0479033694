extension Plot {
    /// For a terminal of that many columns and rows, axes and legend included. Each line has its letter; where lines meet the
    /// later one covers the earlier ones.
    package func text(columns: Int = 78, rows: Int = 20) -> String {
        let (width, height) = (max(20, columns - Self.margin - 1), max(5, rows - 3))
        var labels = Array(repeating: "", count: height)
        for tick in Self.ticks(upTo: self.maximumY) { labels[self.row(tick, height)] = Self.short(tick) }
        let rows = zip(labels, self.cells(width, height)).map { label, cells in
            String(repeating: " ", count: max(0, Self.margin - 2 - label.count)) + label + " |" + String(cells)
        }
        let legend = self.lines.enumerated().map { "\(Self.letter($0)) \($1.name)" }.joined(separator: "   ")
        return ([self.title] + rows + self.axis(width) + [legend]).map(Self.trimmed).joined(separator: "\n") + "\n"
    }

    private static let margin = 10

    private func cells(_ width: Int, _ height: Int) -> [[Character]] {
        var cells = Array(repeating: Array(repeating: Character(" "), count: width), count: height)
        for (index, line) in self.lines.enumerated() {
            for column in 0..<width {
                let point = line.points[column * (line.points.count - 1) / (width - 1)]
                if point.y <= self.maximumY { cells[self.row(point.y, height)][column] = Self.letter(index) }
            }
        }
        return cells
    }

    /// From the top.
    private func row(_ value: Double, _ height: Int) -> Int {
        height - 1 - Int((value / self.maximumY * Double(height - 1)).rounded())
    }

    /// The line below the plot and its numbers. One that would run into the one before it is left out.
    private func axis(_ width: Int) -> [String] {
        var rule = Array(repeating: Character("-"), count: width)
        var numbers = ""
        for tick in Self.ticks(upTo: self.maximumX) {
            let column = Int((tick / self.maximumX * Double(width - 1)).rounded())
            let text = Self.requestsText(tick)
            let gap = min(Self.margin + column - text.count / 2, Self.margin + width - text.count) - numbers.count
            guard gap > 0 else { continue }
            rule[column] = "+"
            numbers += String(repeating: " ", count: gap) + text
        }
        return [String(repeating: " ", count: Self.margin - 1) + "+" + String(rule), numbers]
    }

    private static func trimmed(_ line: String) -> String {
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }

    private static func letter(_ index: Int) -> Character { Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")[index % 26] }
}
