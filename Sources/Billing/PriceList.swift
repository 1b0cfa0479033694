package import CoreTypes

/// The prices of one region for a reader.
package struct PriceList: Sendable {
    private let book: PriceBook
    private let region: PriceBook.Region

    /// `nil` for a region that the book doesn't have.
    package init?(_ book: PriceBook, region: String) {
        guard let region = book.region(region) else { return nil }
        self.book = book
        self.region = region
    }

    private var priced: [(item: PricedItem, rate: Rate)] {
        PricedItem.allCases.compactMap { item in self.region.table[item].map { (item, $0) } }
    }

    package var text: String {
        let unnamed = "a price file"
        let rows = self.priced.flatMap { item, rate in
            rate.tiers.map { tier in
                let from = tier.from > 0 ? "from \(DecimalText.grouped(tier.from)) \(item.unit.plural)" : ""
                return [
                    item.title, "\(tier.price.billText) USD per \(item.unit.rawValue)", from,
                    "[\(self.region.sources[item] ?? unnamed)]",
                ]
            }
        }
        var lines = ["Prices of \(self.region.table.region), \(self.region.table.pricesOf)", ""] + TextTable(rows).lines
        if let like = self.region.like { lines += ["", "Prices that were not given are those of \(like)."] }
        let gaps = PricedItem.allCases.compactMap { item in
            let gap = self.region.missing[item] ?? self.region.knownTo[item].map { PriceBook.gap(item, knownTo: $0) }
            return gap.map { "  \(item.title): \($0)" }
        }
        if !gaps.isEmpty { lines += ["", "Not known:"] + gaps }
        lines += ["", "Sources:"]
        let named = Set(self.region.sources.values)
        for (name, source) in self.book.sources.sorted(by: { $0.key < $1.key }) where named.contains(name) {
            lines.append("  [\(name)] \(source.title) (\(source.date))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// ```
    /// {"region":"us-east-1","pricesOf":"2026-10-01","prices":[{"item":"nlb.hours","per":"hour","source":"elb-reports",
    ///  "tiers":[{"from":0,"usd":0.0225}]}],"missing":{"api.cache.237":"not read"},
    ///  "knownTo":{"api.rest.requests":1000},"sources":{"elb-reports":{"title":…,"date":…}}}
    /// ```
    package var json: JSON {
        let prices = self.priced.map { item, rate -> JSON in
            [
                "item": .string(item.rawValue), "per": .string(item.unit.rawValue), "source": JSON(self.region.sources[item]),
                "tiers": .array(
                    rate.tiers.map { ["from": .number(JSONNumber($0.from)), "usd": .decimal($0.price.exactText)] }),
            ]
        }
        let sources = self.book.sources.sorted { $0.key < $1.key }.map { name, source -> (String, JSON) in
            (name, ["title": .string(source.title), "date": .string(source.date)])
        }
        let missing = self.region.missing.sorted { $0.key.rawValue < $1.key.rawValue }.map {
            ($0.key.rawValue, JSON.string($0.value))
        }
        let known = self.region.knownTo.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { ($0.key.rawValue, JSON.number(JSONNumber($0.value))) }
        return [
            "region": .string(self.region.table.region), "pricesOf": .string(self.region.table.pricesOf),
            "like": JSON(self.region.like), "prices": .array(prices), "missing": .object(JSONObject(missing)),
            "knownTo": .object(JSONObject(known)),
            "sources": .object(JSONObject(sources)),
        ]
    }
}
