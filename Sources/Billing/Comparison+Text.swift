package import CoreTypes

extension Comparison {
    /// For people: what each way costs at that many requests, its working, where they cross, and the plot.
    package func text(requests: Int, upTo limit: Int, currency: Currency? = nil) -> String {
        var rows = [["\(DecimalText.grouped(requests)) requests a month", "USD"] + (currency.map { [$0.code] } ?? [])]
        var left: [String] = []
        for way in self.ways {
            let bill = self.bill(of: way, requests: requests)
            rows.append(
                [way.name, bill.total.billText] + (currency.map { [DecimalText.grouped($0.decimalText(bill.total))] } ?? []))
            for item in bill.items {
                for segment in item.net {
                    let unit = item.item.unit
                    let price = "\(segment.price.billText) USD per \(unit.rawValue)"
                    rows.append(["    \(unit.text(segment.quantity)) × \(price)", segment.amount.billText])
                }
            }
            left += bill.unpriced.map { "\(way.name): \($0.item.title) is left out, there is no price in \(bill.region)" }
        }
        var lines = TextTable(rows).lines + left
        let lambda = LambdaWorkload(
            requests: requests, duration: self.terms.duration, memoryMB: self.terms.memoryMB, isARM: self.terms.isARM)
        if self.ways.contains(where: { $0.parts.contains(.lambda) }) { lines.append("lambda: \(lambda.each) for each request") }
        if self.ways.count > 1 {
            lines.append("")
            let crossings = self.crossings(upTo: limit)
            lines += crossings.map {
                "From \(DecimalText.grouped($0.requests)) requests on \($0.after.name) is cheaper than \($0.before.name) "
                    + "(\($0.amount.billText) USD)."
            }
            if crossings.isEmpty { lines.append("No lines cross up to \(DecimalText.grouped(limit)) requests.") }
        }
        lines += ["", self.plot(upTo: limit).text()]
        let bills = self.ways.map { self.bill(of: $0, requests: limit) }
        let notes = bills.flatMap { self.book.notes(on: $0, region: self.region) }
        for note in notes where !lines.contains(note) { lines.append(note) }
        if let bill = bills.first { lines.append("Prices of \(bill.region), \(bill.pricesOf).") }
        return lines.joined(separator: "\n") + "\n"
    }

    /// ```
    /// {"requests":3000000,"ways":[{"name":"nlb","bill":{…}}],
    ///  "crossings":[{"requests":1976398,"before":"lambda","after":"nlb","amount":16.2}],
    ///  "lines":[{"name":"nlb","points":[[0,16.2],…]}]}
    /// ```
    package func json(requests: Int, upTo limit: Int, currency: Currency? = nil) -> JSON {
        let ways = self.ways.map { way -> JSON in
            ["name": .string(way.name), "bill": self.bill(of: way, requests: requests).json(currency: currency)]
        }
        let crossings = self.crossings(upTo: limit).map { crossing -> JSON in
            [
                "requests": .number(JSONNumber(crossing.requests)), "before": .string(crossing.before.name),
                "after": .string(crossing.after.name), "amount": .decimal(crossing.amount.exactText),
            ]
        }
        let lines = self.plot(upTo: limit).lines.map { line -> JSON in
            [
                "name": .string(line.name),
                "points": .array(line.points.map { [.number(JSONNumber(Int($0.x))), .number(JSONNumber($0.y))] }),
            ]
        }
        return [
            "requests": .number(JSONNumber(requests)), "ways": .array(ways), "crossings": .array(crossings),
            "lines": .array(lines),
        ]
    }

    /// How far to look: twice the requests, or a quarter beyond the last crossing within a hundred times as many.
    package func limit(around requests: Int) -> Int {
        let far = min(max(requests, 10_000) * 100, QuantityText.countLimit)
        let last = self.crossings(upTo: far).last { $0.requests <= max(requests, 10_000) * 20 }?.requests ?? 0
        return min(max(requests * 2, last + last / 4, 1_000), QuantityText.countLimit)
    }
}
