package import CoreTypes

/// One function measured at several memory sizes: what each costs and how long it takes.
package struct Tuning: Sendable {
    /// The invocations of one size, the cold one first.
    package struct Size: Hashable, Sendable {
        package let memoryMB: Int
        package let records: [InvocationRecord]

        package init(memoryMB: Int, records: [InvocationRecord]) {
            self.memoryMB = memoryMB
            self.records = records
        }

        /// The first failure, which rules the size out.
        package var failure: String? {
            for record in self.records {
                switch record.outcome {
                case .success: continue
                case .timeout: return "timeout"
                case .error(let type): return type.isEmpty ? "error" : type
                }
            }
            return nil
        }

        package var initDuration: Duration? { self.records.compactMap(\.initDuration).first }

        /// The median of the warm ones; of all where there is no warm one.
        package var duration: Duration? {
            let warm = self.records.filter { !$0.isColdStart }
            let sorted = (warm.isEmpty ? self.records : warm).map(\.duration).sorted()
            return sorted.isEmpty ? nil : sorted[(sorted.count - 1) / 2]
        }

        package var maxMemoryUsedMB: Int { self.records.map(\.maxMemoryUsedMB).max() ?? 0 }

        /// What a million such invocations cost, before the free tier.
        package func million(_ book: PriceBook, region: String) -> Money? {
            guard self.failure == nil, let duration = self.duration, let record = self.records.first else { return nil }
            let workload = LambdaWorkload(
                requests: 1_000_000, duration: duration, memoryMB: self.memoryMB, isARM: record.isARM)
            return workload.estimate(book, region: region, extent: .none).bill.total
        }
    }

    package let function: String
    /// By memory.
    package let sizes: [Size]
    private let book: PriceBook
    private let region: String

    package init(function: String, sizes: [Size], book: PriceBook, region: String) {
        self.function = function
        self.sizes = sizes.sorted { $0.memoryMB < $1.memoryMB }
        self.book = book
        self.region = region
    }

    /// Of equal ones the smaller size.
    package var cheapest: Size? {
        self.sizes.compactMap { size in size.million(self.book, region: self.region).map { (size, $0) } }
            .min { $0.1 < $1.1 }?.0
    }

    package var fastest: Size? {
        self.sizes.filter { $0.failure == nil }.compactMap { size in size.duration.map { (size, $0) } }.min { $0.1 < $1.1 }?.0
    }

    // MARK: For readers

    /// A table with a bar for each duration and cost.
    package var text: String {
        let longest = self.sizes.compactMap(\.duration).max() ?? .zero
        let dearest = self.sizes.compactMap { $0.million(self.book, region: self.region) }.max() ?? .zero
        var rows = [["MEMORY", "INIT", "WARM", "USD A MILLION", "USED"]]
        var bars: [[String]] = []
        for size in self.sizes {
            let cost = size.million(self.book, region: self.region)
            rows.append([
                "\(size.memoryMB) MB", size.initDuration.map(Self.milliseconds) ?? "-",
                size.failure ?? size.duration.map(Self.milliseconds) ?? "-", cost?.billText ?? "-", "\(size.maxMemoryUsedMB) MB",
            ])
            guard let cost, let duration = size.duration else { continue }
            let time = Self.bar(duration.hundredthsOfMilliseconds, of: longest.hundredthsOfMilliseconds)
            let money = Self.bar(cost.attodollars, of: dearest.attodollars)
            bars.append(["\(size.memoryMB) MB", "time  " + time, "cost  " + money])
        }
        let warm = self.sizes.first.map { $0.records.filter { !$0.isColdStart }.count } ?? 0
        var lines = ["\(self.function): one cold and \(warm) warm invocations of each size; WARM is their median", ""]
        lines += TextTable(rows).lines + [""] + TextTable(bars).lines + [""]
        if let cheapest, let fastest { lines.append("Cheapest: \(cheapest.memoryMB) MB. Fastest: \(fastest.memoryMB) MB.") }
        lines.append(Self.caution)
        let prices = self.book.table(for: self.region)
        lines.append("Prices of \(prices.region), \(prices.pricesOf), before the free tier.")
        return lines.joined(separator: "\n") + "\n"
    }

    /// Lambda gives processor time in proportion to memory, one vCPU at 1,769 MB (AWS Lambda Developer Guide, "Configure Lambda
    /// function memory").
    private static let caution =
        "This machine gives each size the same processor; Lambda gives it in proportion to memory, one vCPU at 1,769 MB. A function "
        + "that computes is slower there below that, one that waits is not."

    /// ```
    /// {"function":"Orders","cheapestMB":128,"fastestMB":512,"sizes":[{"memoryMB":128,"initDurationMs":110.1,"durationMs":3.01,
    ///  "maxMemoryUsedMB":36,"failure":null,"usdPerMillion":0.468…}]}
    /// ```
    package var json: JSON {
        let sizes = self.sizes.map { size -> JSON in
            [
                "memoryMB": .number(JSONNumber(size.memoryMB)), "initDurationMs": Self.json(size.initDuration),
                "durationMs": Self.json(size.duration), "maxMemoryUsedMB": .number(JSONNumber(size.maxMemoryUsedMB)),
                "failure": JSON(size.failure),
                "usdPerMillion": size.million(self.book, region: self.region).map { .decimal($0.exactText) } ?? .null,
            ]
        }
        return [
            "function": .string(self.function), "cheapestMB": self.cheapest.map { .number(JSONNumber($0.memoryMB)) } ?? .null,
            "fastestMB": self.fastest.map { .number(JSONNumber($0.memoryMB)) } ?? .null, "sizes": .array(sizes),
        ]
    }

    private static func json(_ duration: Duration?) -> JSON {
        duration.map { .decimal(DecimalText.text(Int128($0.hundredthsOfMilliseconds), scale: 2, minimumFraction: 0)) } ?? .null
    }

    private static func milliseconds(_ duration: Duration) -> String {
        DecimalText.text(Int128(duration.hundredthsOfMilliseconds), scale: 2, minimumFraction: 2) + " ms"
    }

    private static let barLength = 24

    private static func bar(_ value: some BinaryInteger, of longest: some BinaryInteger) -> String {
        let filled = longest > 0 ? Int(Int128(value) * Int128(self.barLength) / Int128(longest)) : 0
        return String(repeating: "#", count: max(1, filled)) + String(repeating: " ", count: self.barLength - max(1, filled))
    }
}
