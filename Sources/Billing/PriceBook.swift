package import CoreTypes

/// The prices of several regions, with where and when each was read. The book that martlet carries is the file
/// `Prices/prices.json`; files of the same form correct it and add regions.
package struct PriceBook: Sendable {
    /// Where a price was read.
    package struct Source: Hashable, Sendable {
        package let title: String
        /// Of the page or price list, `YYYY-MM-DD` as far as known.
        package let date: String
    }

    /// One region's prices, and what is known of them.
    package struct Region: Sendable {
        package let table: PriceTable
        /// Names of ``PriceBook/sources``.
        package let sources: [PricedItem: String]
        /// Why a price is not there, for those that were looked for.
        package let missing: [PricedItem: String]
        /// Priced units a month up to which the tiers were read, where that is not all: the last tier is charged beyond.
        package let knownTo: [PricedItem: Int128]
        /// The region whose prices stand in for those that this one's file did not have.
        package let like: String?
    }

    /// In the order of the files.
    package internal(set) var regions: [Region] = []
    package internal(set) var sources: [String: Source] = [:]
    package internal(set) var freeTier = FreeTier(pools: [])

    init() {}

    package static let defaultRegion = "us-east-1"

    /// What a reader should know of a bill's prices.
    package func notes(on bill: Bill, region: String) -> [String] {
        var notes: [String] = []
        if bill.region != region { notes.append("There are no prices of \(region): these are of \(bill.region).") }
        guard let region = self.region(bill.region) else { return notes }
        if let like = region.like { notes.append("Prices that were not given are those of \(like).") }
        for item in bill.items {
            guard let known = region.knownTo[item.item], item.quantity > known * item.item.unit.size else { continue }
            notes.append("\(item.item.title): \(Self.gap(item.item, knownTo: known)).")
        }
        return notes
    }

    static func gap(_ item: PricedItem, knownTo known: Int128) -> String {
        "prices beyond \(DecimalText.grouped(known)) \(item.unit.plural) a month were not read, the last one that was is charged"
    }

    package func region(_ name: String) -> Region? { self.regions.first { $0.table.region == name } }

    /// The table of a region, or that of us-east-1 where there is none; ``PriceTable/region`` says which.
    package func table(for region: String) -> PriceTable {
        guard let found = self.region(region) ?? self.region(Self.defaultRegion) else {
            preconditionFailure("the embedded price book has us-east-1, and files only add to it")
        }
        return found.table
    }

    /// Read once; a test reads it too.
    package static let embedded: PriceBook = {
        var book = PriceBook()
        do {
            try book.read(PackageResources.prices_json, file: "prices.json")
        } catch {
            preconditionFailure("the embedded prices can't be read: \(error)")
        }
        return book
    }()

    /// Takes the prices of a file over those that are there.
    package mutating func read(_ bytes: [UInt8], file: String) throws(PriceFileError) {
        let result = bytes.withUnsafeBytes { bytes -> Result<PriceBook, JSONError> in
            var reader = PriceFileReader(bytes, book: self)
            do throws(JSONError) {
                try reader.read()
                return .success(reader.book)
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let book): self = book
        case .failure(let error): throw PriceFileError(file: file, fault: error)
        }
    }
}

/// `seoul.json:12:9: regions.ap-northeast-2.prices.nlb.hours: expected a number`
package struct PriceFileError: Error, Hashable, CustomStringConvertible {
    package let file: String
    package let fault: JSONError

    package var description: String { "\(self.file):\(self.fault)" }
}
