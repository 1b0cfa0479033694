/// What something will cost in a month, with every step that led there, so that a person can follow each line with a pencil.
package struct Estimate: Sendable {
    /// `5 pollers × 129,600 = 648,000 receives`
    package struct Step: Hashable, Sendable {
        package let label: String
        package let expression: String
        package let result: String

        package init(_ label: String, _ expression: String, _ result: String) {
            self.label = label
            self.expression = expression
            self.result = result
        }
    }

    package let title: String
    /// How the quantities of the bill came about.
    package let steps: [Step]
    package let bill: Bill
    /// What a reader should know besides.
    package let notes: [String]
}

/// Something that can be estimated: it says what it uses and how it came to that.
package protocol Workload: Sendable {
    var title: String { get }
    var steps: [Estimate.Step] { get }
    var usage: Usage { get }
    /// What would be cheaper, or is not counted.
    var notes: [String] { get }
}

extension Workload {
    package func estimate(_ book: PriceBook, region: String, extent: FreeTier.Extent) -> Estimate {
        let bill = book.bill(for: self.usage, region: region, extent: extent)
        var notes = self.notes
        if bill.region != region { notes.append("There are no prices of \(region): these are of \(bill.region).") }
        if let region = book.region(bill.region) {
            if let like = region.like { notes.append("Prices that were not given are those of \(like).") }
            for item in bill.items {
                if let gap = region.missing[item.item] { notes.append("\(item.item.title): \(gap).") }
            }
        }
        return Estimate(title: self.title, steps: self.steps, bill: bill, notes: notes)
    }
}
