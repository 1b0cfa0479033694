import ArgumentParser
import Billing
import CoreTypes

/// The options that all estimates share.
struct CostOptions: ParsableArguments {
    @Option(help: "The region whose prices count (MARTLET_REGION).")
    var region: String = Defaults.text("MARTLET_REGION") ?? PriceBook.defaultRegion

    @Option(
        name: .customLong("prices"), help: "A file of prices that corrects and adds to martlet's own; may be given again.",
        completion: .file(extensions: ["json"]))
    var priceFiles: [String] = []

    @Option(help: "Totals in another currency too: KRW=1100.", transform: Self.currency)
    var currency: Currency?

    @Option(help: "Which free amounts the account has: always, first-year (API Gateway's too) or none.")
    var freeTier = FreeTier.Extent.always

    @Option(help: "text for people, json for machines.")
    var output = OutputForm.text

    mutating func validate() throws {
        if self.region.isEmpty { throw ValidationError("--region names a region, such as \(PriceBook.defaultRegion)") }
    }

    /// martlet's own prices and those of the files.
    func book() throws -> PriceBook {
        var book = PriceBook.embedded
        for path in self.priceFiles {
            let bytes = try InputFile.read(path, as: "the prices")
            do throws(PriceFileError) {
                try book.read(bytes, file: path)
            } catch {
                throw CommandFailure.usage(error.description)
            }
        }
        return book
    }

    func print(_ workload: some Workload) throws {
        let estimate = workload.estimate(try self.book(), region: self.region, extent: self.freeTier)
        switch self.output {
        case .text: Terminal.output(Array(estimate.text(currency: self.currency).utf8))
        case .json: self.print(estimate.json(currency: self.currency))
        }
    }

    func print(_ document: JSON) { Terminal.output(document.bytes + [0x0A]) }

    private static func currency(_ text: String) throws -> Currency {
        guard let currency = Currency(parsing: text) else {
            throw ValidationError("expected a code and what one dollar is in it, such as KRW=1100")
        }
        return currency
    }
}

extension FreeTier.Extent: ExpressibleByArgument {}
extension APIRequests.Kind: ExpressibleByArgument {}

/// Quantities of options: a wrong one is a usage error that says what is taken.
enum Quantity {
    static func count(_ text: String) throws -> Int { try self.checked { try QuantityText.count(text) } }
    static func bytes(_ text: String) throws -> Int { try self.checked { try QuantityText.bytes(text) } }
    static func megabytes(_ text: String) throws -> Int { try self.checked { try QuantityText.megabytes(text) } }
    static func hours(_ text: String) throws -> Int { try self.checked { try QuantityText.hours(text) } }
    static func duration(_ text: String) throws -> Duration { try self.checked { try QuantityText.duration(text) } }
    static func rate(_ text: String) throws -> RequestRate { try self.checked { try QuantityText.rate(text) } }

    /// As SQS has it: a plain number is of seconds.
    static func wait(_ text: String) throws -> Duration {
        try self.checked { try QuantityText.duration(text, plainSeconds: true) }
    }

    private static func checked<Value>(_ parse: () throws -> Value) throws -> Value {
        do {
            return try parse()
        } catch let error as QuantityError {
            throw ValidationError(error.description)
        }
    }
}

/// How many requests a month has: a number or a rate.
struct RequestOptions: ParsableArguments {
    @Option(help: "Requests a month: 3M, 1.5k, 4583293.", transform: Quantity.count)
    var requests: Int?

    @Option(help: "Or how often they come: 50rps, 3k/min, 1M/d.", transform: Quantity.rate)
    var at: RequestRate?

    mutating func validate() throws {
        if self.requests != nil, self.at != nil { throw ValidationError("give --requests or --at, not both") }
    }

    var count: Int? { self.requests ?? self.at?.requestsPerMonth }

    func required() throws -> Int {
        guard let count = self.count else { throw ValidationError("give --requests (3M) or --at (50rps)") }
        return count
    }
}
