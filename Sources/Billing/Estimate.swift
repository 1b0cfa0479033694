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
        return Estimate(
            title: self.title, steps: self.steps, bill: bill, notes: self.notes + book.notes(on: bill, region: region))
    }
}
