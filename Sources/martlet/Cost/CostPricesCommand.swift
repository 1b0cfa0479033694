import ArgumentParser
import Billing

struct CostPricesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prices", abstract: "The prices of a region, each with its source, and what is not known.")

    @OptionGroup var options: CostOptions

    func run() throws {
        let book = try self.options.book()
        guard let list = PriceList(book, region: self.options.region) else {
            let known = book.regions.map(\.table.region).joined(separator: ", ")
            throw CommandFailure.usage(
                "there are no prices of \(self.options.region); there are: \(known). Add some with --prices")
        }
        switch self.options.output {
        case .text: Terminal.output(Array(list.text.utf8))
        case .json: self.options.print(list.json)
        }
    }
}
