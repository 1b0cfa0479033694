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
        /// What is not known of a price: all of it, or some of its tiers.
        package let missing: [PricedItem: String]
        /// The region whose prices stand in for those that this one's file did not have.
        package let like: String?
    }

    /// In the order of the files.
    package internal(set) var regions: [Region] = []
    package internal(set) var sources: [String: Source] = [:]
    package internal(set) var freeTier = FreeTier(pools: [])

    init() {}

    package static let defaultRegion = "us-east-1"

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
