import CoreTypes

/// Reads a price file (docs/billing.md, "Price files") member by member, so that a fault says where it is.
/// ```
/// {"pricesOf": "2026-10-01",
///  "sources": {"mine": {"title": "my contract", "date": "2026-11-01"}},
///  "regions": {"eu-central-1": {"like": "us-east-1", "prices": {
///    "lambda.requests": 0.2,
///    "nlb.hours": {"per": "hour", "usd": 0.027, "source": "mine"},
///    "api.http.requests": {"tiers": [{"upTo": 300, "usd": 1.11}, {"usd": 1.0}]}}}}}
/// ```
struct PriceFileReader {
    private var reader: JSONReader
    private(set) var book: PriceBook
    private var pricesOf: String?
    /// Names of sources that prices gave, to be checked at the end: members come in any order.
    private var namedSources: [(name: String, position: Int)] = []

    init(_ bytes: UnsafeRawBufferPointer, book: PriceBook) {
        self.reader = JSONReader(bytes)
        self.book = book
    }

    mutating func read() throws(JSONError) {
        try self.object(at: "") { this, name, position throws(JSONError) in
            switch name {
            case "pricesOf": this.pricesOf = try this.date(at: name)
            case "sources": try this.readSources()
            case "free": this.book.freeTier = FreeTier(pools: try this.pools())
            case "regions":
                try this.object(at: name) { this, region, position throws(JSONError) in try this.readRegion(region, at: position)
                }
            default:
                throw this.unknown(name, of: "a price file", known: ["pricesOf", "sources", "free", "regions"], at: position)
            }
        }
        try self.reader.end()
        for source in self.namedSources where self.book.sources[source.name] == nil {
            throw self.reader.error("no source is called '\(source.name)'", at: source.position)
        }
    }

    // MARK: Regions

    private mutating func readRegion(_ region: String, at position: Int) throws(JSONError) {
        let path = "regions.\(region)"
        let former = self.book.region(region)
        var (date, like) = (self.pricesOf ?? former?.table.pricesOf, String?.none)
        var (prices, missing) = ([PricedItem: Price](), [PricedItem: String]())
        try self.object(at: path) { this, name, position throws(JSONError) in
            switch name {
            case "pricesOf": date = try this.date(at: "\(path).pricesOf")
            case "like":
                let value = this.reader.position
                like = try this.reader.string()
                guard this.book.region(like ?? "") != nil else {
                    throw this.reader.error("\(path).like: there are no prices of '\(like ?? "")'", at: value)
                }
            case "prices":
                try this.object(at: "\(path).prices") { this, name, position throws(JSONError) in
                    let item = try this.item(name, at: position)
                    guard prices[item] == nil else {
                        throw this.reader.error("\(path).prices.\(name) is there twice", at: position)
                    }
                    prices[item] = try this.price(of: item, at: "\(path).prices.\(name)")
                }
            case "missing":
                try this.object(at: "\(path).missing") { this, name, position throws(JSONError) in
                    missing[try this.item(name, at: position)] = try this.reader.string()
                }
            default:
                throw this.unknown(name, of: path, known: ["pricesOf", "like", "prices", "missing"], at: position)
            }
        }
        guard let date else {
            throw self.reader.error("\(path): pricesOf is missing: the day the prices were read", at: position)
        }
        try self.take(region, date, prices, missing, like: like, former: former, at: position)
    }

    /// New prices over those that were there, over those of the region that stands in.
    private mutating func take(
        _ region: String, _ date: String, _ prices: [PricedItem: Price], _ missing: [PricedItem: String], like: String?,
        former: PriceBook.Region?, at position: Int
    ) throws(JSONError) {
        let base = [former, like.flatMap(self.book.region)].compactMap { $0 }
        var all = prices
        for item in PricedItem.allCases where all[item] == nil {
            all[item] =
                base.lazy.compactMap { region in
                    region.table[item].map { Price(rate: $0, source: region.sources[item], knownTo: region.knownTo[item]) }
                }.first
        }
        let absent = (former?.missing ?? [:]).merging(missing) { $1 }.filter { all[$0.key] == nil }
        do {
            let table = try PriceTable(region: region, pricesOf: date, rates: all.mapValues(\.rate))
            let entry = PriceBook.Region(
                table: table, sources: all.compactMapValues(\.source), missing: absent, knownTo: all.compactMapValues(\.knownTo),
                like: like ?? former?.like)
            if let index = self.book.regions.firstIndex(where: { $0.table.region == region }) {
                self.book.regions[index] = entry
            } else {
                self.book.regions.append(entry)
            }
        } catch {
            let names = error.items.map(\.rawValue).joined(separator: ", ")
            throw self.reader.error(
                "regions.\(region): prices are missing: \(names). Give them, or take them from another region with \"like\"",
                at: position)
        }
    }

    // MARK: Prices

    private struct Price {
        let rate: Rate
        let source: String?
        let knownTo: Int128?
    }

    private mutating func price(of item: PricedItem, at path: String) throws(JSONError) -> Price {
        guard self.reader.isAtObject else {
            let tier = Rate.Tier(from: 0, price: try self.money(at: path))
            return Price(rate: Rate(unit: item.unit.size, tiers: [tier]), source: nil, knownTo: nil)
        }
        let start = self.reader.position
        var (tiers, source, known) = ([Rate.Tier](), String?.none, Int128?.none)
        try self.object(at: path) { this, name, position throws(JSONError) in
            let value = this.reader.position
            switch name {
            case "per":
                let unit = try this.reader.string()
                guard unit == item.unit.rawValue else {
                    throw this.reader.error("\(path).per: this is priced per \(item.unit.rawValue), not per \(unit)", at: value)
                }
            case "usd": tiers = [Rate.Tier(from: 0, price: try this.money(at: "\(path).usd"))]
            case "tiers": tiers = try this.tiers(at: "\(path).tiers")
            case "source":
                source = try this.reader.string()
                this.namedSources.append((source ?? "", value))
            case "knownTo":
                known = Int128(try this.reader.integer())
                guard known.map({ 0...Self.quantityLimit ~= $0 }) ?? false else {
                    throw this.reader.error("\(path).knownTo: expected 0 to 10^12", at: value)
                }
            default: throw this.unknown(name, of: path, known: ["per", "usd", "tiers", "knownTo", "source"], at: position)
            }
        }
        guard !tiers.isEmpty else { throw self.reader.error("\(path): expected usd or tiers", at: start) }
        return Price(rate: Rate(unit: item.unit.size, tiers: tiers), source: source, knownTo: known)
    }

    private mutating func tiers(at path: String) throws(JSONError) -> [Rate.Tier] {
        let start = self.reader.position
        var (tiers, from) = ([Rate.Tier](), Int128?.some(0))
        try self.reader.beginArray()
        while try self.reader.nextElement() {
            let position = self.reader.position
            guard let begin = from else {
                throw self.reader.error("\(path): a tier behind the one without upTo", at: position)
            }
            guard tiers.count < Self.tierLimit else {
                throw self.reader.error("\(path): more than \(Self.tierLimit) tiers", at: position)
            }
            var (end, price) = (Int128?.none, Money?.none)
            try self.object(at: path) { this, name, position throws(JSONError) in
                switch name {
                case "upTo":
                    let value = this.reader.position
                    end = Int128(try this.reader.integer())
                    guard end.map({ $0 > begin && $0 <= Self.quantityLimit }) ?? false else {
                        throw this.reader.error("\(path).upTo: tiers end at rising numbers, to 10^12 at most", at: value)
                    }
                case "usd": price = try this.money(at: "\(path).usd")
                default: throw this.unknown(name, of: path, known: ["upTo", "usd"], at: position)
                }
            }
            guard let price else { throw self.reader.error("\(path): a tier without usd", at: position) }
            tiers.append(Rate.Tier(from: begin, price: price))
            from = end
        }
        guard from == nil else {
            throw self.reader.error("\(path): the last tier has no upTo: it holds for all that is more", at: start)
        }
        return tiers
    }

    /// A price has never had more; a volume of 10¹² units is far beyond any quota.
    private static let tierLimit = 100
    private static let quantityLimit: Int128 = 1_000_000_000_000

    private mutating func money(at path: String) throws(JSONError) -> Money {
        let start = self.reader.position
        let text = try self.reader.number().text
        guard let money = Money(parsing: text), money >= .zero, money <= Self.priceLimit else {
            throw self.reader.error(
                "\(path): expected a price in USD from 0 to 1,000,000, with 18 decimals at most, not \(text)", at: start)
        }
        return money
    }

    private static let priceLimit = Money(attodollars: 1_000_000 * DecimalText.power(of: 10, Money.scale))

    // MARK: The rest

    private mutating func readSources() throws(JSONError) {
        try self.object(at: "sources") { this, source, position throws(JSONError) in
            var (title, date) = (String?.none, "")
            try this.object(at: "sources.\(source)") { this, name, position throws(JSONError) in
                switch name {
                case "title": title = try this.reader.string()
                case "date": date = try this.reader.string()
                default: throw this.unknown(name, of: "sources.\(source)", known: ["title", "date"], at: position)
                }
            }
            guard let title else { throw this.reader.error("sources.\(source): title is missing", at: position) }
            this.book.sources[source] = PriceBook.Source(title: title, date: date)
        }
    }

    private mutating func pools() throws(JSONError) -> [FreeTier.Pool] {
        var pools: [FreeTier.Pool] = []
        try self.reader.beginArray()
        while try self.reader.nextElement() {
            let start = self.reader.position
            var (title, items, quantity, firstYear) = ("", [PricedItem](), Int128(0), false)
            try self.object(at: "free") { this, name, position throws(JSONError) in
                switch name {
                case "name": title = try this.reader.string()
                case "items":
                    try this.reader.beginArray()
                    while try this.reader.nextElement() {
                        let position = this.reader.position
                        items.append(try this.item(try this.reader.string(), at: position))
                    }
                case "quantity": quantity = Int128(try this.reader.integer())
                case "months": firstYear = try this.reader.integer() == 12
                case "source":
                    let value = this.reader.position
                    this.namedSources.append((try this.reader.string(), value))
                default:
                    throw this.unknown(
                        name, of: "free", known: ["name", "items", "quantity", "months", "source"], at: position)
                }
            }
            guard let unit = items.first?.unit, items.allSatisfy({ $0.unit == unit }) else {
                throw self.reader.error("free: expected items of one unit", at: start)
            }
            guard (0...Self.quantityLimit).contains(quantity) else {
                throw self.reader.error("free.quantity: expected 0 to 10^12", at: start)
            }
            pools.append(
                FreeTier.Pool(name: title, items: items, quantity: quantity * unit.size, isFirstYearOnly: firstYear))
        }
        return pools
    }

    private mutating func date(at path: String) throws(JSONError) -> String {
        let start = self.reader.position
        let text = try self.reader.string()
        let shape = text.utf8.map { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 ? UInt8(ascii: "0") : $0 }
        guard shape == Array("0000-00-00".utf8) else {
            throw self.reader.error("\(path): expected a date such as 2026-10-01, not '\(text)'", at: start)
        }
        return text
    }

    private func item(_ name: String, at position: Int) throws(JSONError) -> PricedItem {
        guard let item = PricedItem(rawValue: name) else {
            throw self.unknown(name, of: "prices", known: PricedItem.allCases.map(\.rawValue), at: position)
        }
        return item
    }

    private func unknown(_ name: String, of parent: String, known: [String], at position: Int) -> JSONError {
        self.reader.error("'\(name)' is no member of \(parent); there are: \(known.joined(separator: ", "))", at: position)
    }

    /// Each member of an object, with the place of its name's end, where its value begins.
    private mutating func object(
        at path: String, _ member: (inout Self, String, Int) throws(JSONError) -> Void
    ) throws(JSONError) {
        guard self.reader.isAtObject else { throw self.reader.error("\(path.isEmpty ? "" : path + ": ")expected an object") }
        try self.reader.beginObject()
        while let name = try self.reader.nextName() { try member(&self, name, self.reader.position) }
    }
}
