/// Who used something.
package struct Consumer: Hashable, Comparable, Sendable, CustomStringConvertible {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case function, api, queue
        /// SQS itself, where a request names no queue that exists.
        case service
        case network
    }

    package let kind: Kind
    package let name: String

    package init(_ kind: Kind, _ name: String) {
        self.kind = kind
        self.name = name
    }

    /// Whom a request to SQS is billed to: its queue, or the service where it names none that exists.
    /// - Parameter home: the region of the bill; a queue of another one has that behind its name.
    package static func queue(_ name: String?, in region: String, of home: String) -> Consumer {
        let place = region == home ? "" : " (\(region))"
        return name.map { Consumer(.queue, $0 + place) } ?? Consumer(.service, "SQS\(place)")
    }

    /// `function Orders`, `SQS, requests that name no queue`
    package var description: String {
        self.kind == .service ? "\(self.name), requests that name no queue" : "\(self.kind.rawValue) \(self.name)"
    }

    package static func < (left: Self, right: Self) -> Bool {
        (Self.place(left.kind), left.name) < (Self.place(right.kind), right.name)
    }

    private static func place(_ kind: Kind) -> Int { Kind.allCases.firstIndex(of: kind) ?? 0 }
}

/// How much of everything was used, by whom: what a bill is computed from. Quantities are whole numbers, so that it doesn't matter
/// in which order records come or how they are split over several values that are added up.
package struct Usage: Hashable, Sendable {
    package private(set) var quantities: [Consumer: [PricedItem: Int128]] = [:]

    package init() {}

    /// Of one consumer.
    package init(of consumer: Consumer, _ quantities: [PricedItem: Int128]) {
        for (item, quantity) in quantities { self.add(quantity, of: item, by: consumer) }
    }

    /// - Precondition: `quantity` is not negative.
    package mutating func add(_ quantity: Int128, of item: PricedItem, by consumer: Consumer) {
        precondition(quantity >= 0, "nobody uses a negative quantity")
        guard quantity > 0 else { return }
        self.quantities[consumer, default: [:]][item, default: 0] += quantity
    }

    package mutating func add(_ record: InvocationRecord) {
        let consumer = Consumer(.function, record.functionName)
        record.forEachUsage { self.add($1, of: $0, by: consumer) }
    }

    package mutating func add(_ requests: QueueRequests, of consumer: Consumer) {
        requests.forEachUsage { self.add($1, of: $0, by: consumer) }
    }

    package mutating func add(_ requests: APIRequests, to api: String) {
        requests.forEachUsage { self.add($1, of: $0, by: Consumer(.api, api)) }
    }

    package static func += (left: inout Self, right: Self) {
        for (consumer, items) in right.quantities {
            for (item, quantity) in items { left.add(quantity, of: item, by: consumer) }
        }
    }

    /// What was used since an earlier look at the same meters.
    package func since(_ earlier: Usage) -> Usage {
        var usage = Usage()
        for (consumer, items) in self.quantities {
            for (item, quantity) in items {
                usage.add(quantity - (earlier.quantities[consumer]?[item] ?? 0), of: item, by: consumer)
            }
        }
        return usage
    }

    /// Of all consumers together.
    package var totals: [PricedItem: Int128] {
        self.quantities.values.reduce(into: [:]) { totals, items in totals.merge(items, uniquingKeysWith: +) }
    }
}

extension Usage {
    /// The usage of many records: one look-up by name for each, so that a million take a fraction of a second.
    package init(_ records: some Sequence<InvocationRecord>) {
        var tallies: [String: FunctionTally] = [:]
        for record in records { tallies[record.functionName, default: FunctionTally()].add(record) }
        for (name, tally) in tallies {
            for (item, quantity) in tally.quantities { self.add(quantity, of: item, by: Consumer(.function, name)) }
        }
    }
}

/// One function's quantities, the frequent ones without a dictionary.
package struct FunctionTally: Sendable {
    private var requests: Int128 = 0
    private var durationX86: Int128 = 0
    private var durationARM: Int128 = 0
    private var others: [PricedItem: Int128] = [:]

    package init() {}

    package mutating func add(_ record: InvocationRecord) {
        record.forEachUsage { item, quantity in
            switch item {
            case .lambdaRequests: self.requests += quantity
            case .lambdaDurationX86: self.durationX86 += quantity
            case .lambdaDurationARM: self.durationARM += quantity
            default: self.others[item, default: 0] += quantity
            }
        }
    }

    /// Memory × billed time of both architectures, in MB·ms.
    package var memoryDuration: Int128 { self.durationX86 + self.durationARM }

    package var quantities: [PricedItem: Int128] {
        self.others.merging(
            [.lambdaRequests: self.requests, .lambdaDurationX86: self.durationX86, .lambdaDurationARM: self.durationARM],
            uniquingKeysWith: +)
    }
}
