extension Estimate {
    /// For people: the steps, then each item of the bill with what is free of it, then the total.
    /// ```
    /// 3,000,000 requests a month of 1,000 ms at 512 MB, x86_64
    ///   Duration    3,000,000 × 1 s × 512 MB ÷ 1,024 = 1,500,000 GB-s
    ///
    /// Lambda duration (x86_64)    1,500,000 GB-s
    ///   free                       −400,000 GB-s
    ///   1,100,000 GB-s × 0.0000166667 USD per GB-s    18.33337 USD
    /// ```
    package func text(currency: Currency? = nil) -> String {
        var lines = [self.title]
        let width = self.steps.map(\.label.count).max() ?? 0
        for step in self.steps {
            let label = step.label + String(repeating: " ", count: width - step.label.count)
            lines.append("  \(label)  \(step.expression) = \(step.result)")
        }
        lines.append("")
        lines += TextTable(self.bill.items.flatMap(Self.rows)).lines
        lines += self.bill.unpriced.map {
            "\($0.item.title): \($0.item.unit.text($0.quantity)), left out: there is no price in \(self.bill.region)"
        }
        let total = currency.map { " = \($0.text(self.bill.total))" } ?? ""
        lines.append("Total  \(self.bill.total.billText) USD a month\(total)")
        lines.append("")
        lines += self.notes
        lines.append("Prices of \(self.bill.region), \(self.bill.pricesOf).")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func rows(_ item: Bill.Item) -> [[String]] {
        let unit = item.item.unit
        var rows = [[item.item.title, unit.text(item.quantity), ""]]
        if item.freeQuantity > 0 { rows.append(["  free", "−" + unit.text(item.freeQuantity), ""]) }
        for segment in item.net {
            let tier = item.net.count > 1 ? " (tier \(segment.tier))" : ""
            rows.append([
                "  × \(segment.price.billText) USD per \(unit.rawValue)\(tier)", unit.text(segment.quantity),
                "\(segment.amount.billText) USD",
            ])
        }
        return rows
    }
}

/// Rows with the first column at the left and the others at the right.
struct TextTable {
    let lines: [String]

    init(_ rows: [[String]]) {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
        self.lines = rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                line += column == 0 ? cell + padding : "  " + padding + cell
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
