package import CoreTypes

/// A record and its cost for a reader outside the host: a JSON document for machines, one line for people.
package struct InvocationReport: Sendable {
    package let record: InvocationRecord
    package let prices: PriceTable
    package let charges: [Charge]

    package init(_ record: InvocationRecord, prices: PriceTable) {
        self.record = record
        self.prices = prices
        self.charges = Billing.charges(for: record, prices: prices)
    }

    /// What `martlet invoke --report json` prints. All members are always there, except `initDurationMs` (cold starts only) and
    /// `errorType` (errors only); amounts are exact decimal numbers of dollars.
    /// ```
    /// {"requestId":"…","functionName":"Hello","functionVersion":"$LATEST","source":"invoke","startedAt":"2026-10-01T12:00:00.000Z",
    ///  "coldStart":true,"durationMs":3.01,"billedDurationMs":114,"initDurationMs":110.1,"memorySizeMB":128,"maxMemoryUsedMB":36,
    ///  "architecture":"x86_64","requestBytes":2,"responseBytes":15,"status":"success","gbSeconds":0.01425,
    ///  "cost":{"requests":0.0000002,"duration":0.000000237500475,"total":0.000000437500475,"currency":"USD",
    ///          "region":"us-east-1","pricesOf":"2026-10-01"}}
    /// ```
    /// `status` is `success`, `error` or `timeout`. `cost` also has `ephemeralStorage` and `streamedBytes` where they
    /// cost anything.
    package var json: JSON {
        let record = self.record
        var document: JSONObject = [
            "requestId": .string(record.requestID.description), "functionName": .string(record.functionName),
            "functionVersion": .string(record.version), "source": .string(record.source.rawValue),
            "startedAt": .string(record.startedAt.iso8601), "coldStart": .bool(record.isColdStart),
            "durationMs": Self.milliseconds(record.duration),
            "billedDurationMs": .number(JSONNumber(record.billedMilliseconds)),
        ]
        document["initDurationMs"] = record.initDuration.map(Self.milliseconds)
        document["memorySizeMB"] = .number(JSONNumber(record.memoryMB))
        document["maxMemoryUsedMB"] = .number(JSONNumber(record.maxMemoryUsedMB))
        document["architecture"] = record.isARM ? "arm64" : "x86_64"
        document["requestBytes"] = .number(JSONNumber(record.requestBytes))
        document["responseBytes"] = .number(JSONNumber(record.responseBytes))
        document["status"] = .string(record.outcome.kind.rawValue)
        if case .error(let type) = record.outcome { document["errorType"] = .string(type) }
        document["gbSeconds"] = JSON.decimal(record.gigabyteSecondsText)
        document["cost"] = .object(self.cost)
        return .object(document)
    }

    /// `Billed 114 ms x 128 MB = 0.01425 GB-s: 0.0000004375 USD (us-east-1, prices of 2026-10-01)`
    package var costLine: String {
        "Billed \(self.record.billedMilliseconds) ms x \(self.record.memoryMB) MB = \(self.record.gigabyteSecondsText) GB-s: "
            + "\(self.charges.total) (\(self.prices.region), prices of \(self.prices.pricesOf))"
    }

    private var cost: JSONObject {
        var cost = JSONObject(self.charges.map { (Self.name($0.item), JSON.decimal($0.amount.exactText)) })
        cost["total"] = JSON.decimal(self.charges.total.exactText)
        cost["currency"] = "USD"
        cost["region"] = .string(self.prices.region)
        cost["pricesOf"] = .string(self.prices.pricesOf)
        return cost
    }

    private static func name(_ item: PricedItem) -> String {
        switch item {
        case .lambdaRequests: "requests"
        case .lambdaDurationX86, .lambdaDurationARM: "duration"
        case .lambdaEphemeralStorage: "ephemeralStorage"
        case .lambdaStreamedBytes: "streamedBytes"
        default: item.rawValue
        }
    }

    private static func milliseconds(_ duration: Duration) -> JSON {
        JSON.decimal(DecimalText.text(Int128(duration.hundredthsOfMilliseconds), scale: 2, minimumFraction: 0))
    }
}
