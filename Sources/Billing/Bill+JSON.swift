package import CoreTypes

extension Estimate {
    /// ```
    /// {"title":"…","steps":[{"label":"Duration","expression":"…","result":"1,500,000 GB-s"}],"bill":{…},"notes":["…"]}
    /// ```
    package func json(currency: Currency? = nil) -> JSON {
        [
            "title": .string(self.title),
            "steps": .array(
                self.steps.map {
                    ["label": .string($0.label), "expression": .string($0.expression), "result": .string($0.result)]
                }),
            "bill": self.bill.json(currency: currency), "notes": .array(self.notes.map(JSON.string)),
        ]
    }
}

extension Bill {
    /// Amounts and quantities are exact decimal numbers; amounts are dollars.
    /// ```
    /// {"region":"us-east-1","pricesOf":"2026-10-01","currency":"USD","gross":…,"credit":…,"total":…,
    ///  "items":[{"item":"lambda.requests","title":"Lambda requests","unit":"requests","quantity":3000000,"free":1000000,
    ///            "per":"million requests","gross":0.6,"credit":0.2,"amount":0.4,
    ///            "tiers":[{"tier":1,"quantity":2000000,"rate":0.2,"amount":0.4}]}],
    ///  "lines":[{"kind":"function","name":"Orders","item":"lambda.requests","tier":1,"quantity":…,"rate":…,"amount":…}],
    ///  "unpriced":[{"kind":…,"name":…,"item":…,"quantity":…}],"converted":{"currency":"KRW","total":…}}
    /// ```
    package func json(currency: Currency? = nil) -> JSON {
        var document: JSONObject = [
            "region": .string(self.region), "pricesOf": .string(self.pricesOf), "currency": "USD",
            "gross": .decimal(self.gross.exactText), "credit": .decimal(self.credit.exactText),
            "total": .decimal(self.total.exactText), "items": .array(self.items.map(Self.json)),
            "lines": .array(self.lines.map(Self.json)), "unpriced": .array(self.unpriced.map(Self.json)),
        ]
        if let currency {
            document["converted"] = [
                "currency": .string(currency.code), "total": .decimal(currency.decimalText(self.total)),
            ]
        }
        return .object(document)
    }

    private static func json(_ item: Item) -> JSON {
        [
            "item": .string(item.item.rawValue), "title": .string(item.item.title),
            "unit": .string(item.item.unit.quantityUnit), "quantity": .decimal(item.item.unit.decimalText(item.quantity)),
            "free": .decimal(item.item.unit.decimalText(item.freeQuantity)), "per": .string(item.item.unit.rawValue),
            "gross": .decimal(item.gross.exactText), "credit": .decimal(item.credit.exactText),
            "amount": .decimal(item.amount.exactText),
            "tiers": .array(item.net.map { .object(self.json($0, item.item.unit)) }),
        ]
    }

    private static func json(_ segment: Rate.Segment, _ unit: PriceUnit) -> JSONObject {
        [
            "tier": .number(JSONNumber(segment.tier)), "quantity": .decimal(unit.decimalText(segment.quantity)),
            "rate": .decimal(segment.price.exactText), "amount": .decimal(segment.amount.exactText),
        ]
    }

    private static func json(_ line: Line) -> JSON {
        let head: [(String, JSON)] = [
            ("kind", .string(line.consumer.kind.rawValue)), ("name", .string(line.consumer.name)),
            ("item", .string(line.item.rawValue)),
        ]
        return .object(JSONObject(head + self.json(line.segment, line.item.unit).members.map { ($0.name, $0.value) }))
    }

    private static func json(_ line: Unpriced) -> JSON {
        [
            "kind": .string(line.consumer.kind.rawValue), "name": .string(line.consumer.name),
            "item": .string(line.item.rawValue), "quantity": .decimal(line.item.unit.decimalText(line.quantity)),
        ]
    }
}

extension JSON {
    /// Digits with a decimal point are a JSON number as they stand.
    static func decimal(_ digits: String) -> JSON {
        do {
            return try JSON(parsing: digits)
        } catch {
            preconditionFailure("decimal digits are a JSON number: \(error)")
        }
    }
}
