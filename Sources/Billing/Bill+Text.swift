extension Bill {
    /// For people: each consumer with a line for each price component and tier, the sum at list price, what the free tier takes
    /// off, and the total.
    /// ```
    /// function Orders
    ///   Lambda requests            1,200 requests × 0.20 USD per million requests         0.00024 USD
    ///   Lambda duration (x86_64)        0.15 GB-s × 0.0000166667 USD per GB-s     0.0000025000 USD
    /// At list price                                                              0.0002425000 USD
    /// Free tier
    ///   Lambda requests            1,200 requests                                   −0.00024 USD
    /// Total                                                                              0.00 USD
    /// ```
    /// - Parameter details: lines below a consumer's own, such as how many of its requests found nothing.
    package func text(currency: Currency? = nil, details: [Consumer: [String]] = [:]) -> String {
        guard !self.lines.isEmpty || !self.unpriced.isEmpty || !details.isEmpty else { return "Nothing was used.\n" }
        var rows: [Row] = []
        let consumers = Set(self.lines.map(\.consumer)).union(details.keys).union(self.unpriced.map(\.consumer))
        for consumer in consumers.sorted() {
            rows.append(.text("\(consumer)"))
            rows += self.lines.filter { $0.consumer == consumer }.map { .cells(Self.cells($0)) }
            rows += self.unpriced.filter { $0.consumer == consumer }.map {
                .cells(["  \($0.item.title)", $0.item.unit.text($0.quantity), "no price in \(self.region)", ""])
            }
            rows += (details[consumer] ?? []).map { .text("  \($0)") }
        }
        rows.append(.cells(["At list price", "", "", Self.dollars(self.gross)]))
        let free = self.items.filter { $0.credit != .zero || $0.freeQuantity > 0 }
        if !free.isEmpty {
            rows.append(.text("Free tier"))
            rows += free.map {
                .cells(["  \($0.item.title)", $0.item.unit.text($0.freeQuantity), "", "−" + Self.dollars($0.credit)])
            }
        }
        rows.append(.cells(["Total", "", "", Self.dollars(self.total)]))
        if let currency { rows.append(.cells(["", "", "", currency.text(self.total)])) }
        return Self.aligned(rows)
    }

    private enum Row {
        case text(String)
        case cells([String])
    }

    private static func cells(_ line: Line) -> [String] {
        let unit = line.item.unit
        let tier = line.segment.tier > 1 ? " (tier \(line.segment.tier))" : ""
        return [
            "  \(line.item.title)", unit.text(line.segment.quantity),
            "× \(line.segment.price.billText) USD per \(unit.rawValue)\(tier)", self.dollars(line.segment.amount),
        ]
    }

    private static func dollars(_ money: Money) -> String { "\(money.billText) USD" }

    private static func aligned(_ rows: [Row]) -> String {
        let cells = rows.compactMap { row -> [String]? in if case .cells(let cells) = row { cells } else { nil } }
        let widths = (0..<4).map { column in cells.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row -> String in
            switch row {
            case .text(let text): return text
            case .cells(let cells):
                var line = ""
                for (column, cell) in cells.enumerated() {
                    let padding = String(repeating: " ", count: widths[column] - cell.count)
                    // Names and prices begin at the left, quantities and amounts end at the right.
                    line += (column == 0 ? "" : "  ") + (column == 0 || column == 2 ? cell + padding : padding + cell)
                }
                return line
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
