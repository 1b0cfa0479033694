/// Rows for people: names begin at the left, numbers end at the right.
struct TextTable {
    private let rows: [[String]]
    private let leftColumns: Int

    /// - Parameter leftColumns: how many columns, from the first, hold names.
    init(_ columns: [String], _ rows: [[String]], leftColumns: Int = 1) {
        self.rows = [columns] + rows
        self.leftColumns = leftColumns
    }

    /// The heading and a line for each row.
    var lines: [String] {
        let widths = self.rows[0].indices.map { column in self.rows.map { $0[column].count }.max() ?? 0 }
        return self.rows.map { row in
            row.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                return column < self.leftColumns ? row[column] + padding : padding + row[column]
            }.joined(separator: "  ")
        }
    }
}
