/// Ways to answer requests, compared by what a month of them costs.
package struct Comparison: Sendable {
    /// One of the things that are paid for.
    package enum Part: String, Hashable, Sendable, CaseIterable {
        /// A Network Load Balancer, as a VPC link needs it: by the hour, and by the bytes that pass.
        case nlb
        /// A function for each request.
        case lambda
        case httpAPI = "http-api"
        case restAPI = "rest-api"
        /// An interface endpoint, as a private API needs it: by the hour and zone, and by the bytes that pass.
        case endpoint
        case nat
    }

    /// One way: its parts together, `rest-api+nlb`.
    package struct Way: Hashable, Sendable {
        package let parts: [Part]

        /// `nil` for a name that no part has.
        package init?(_ name: String) {
            let parts = name.split(separator: "+", omittingEmptySubsequences: false).map { Part(rawValue: String($0)) }
            guard !parts.contains(nil) else { return nil }
            self.parts = parts.compactMap { $0 }
        }

        package var name: String { self.parts.map(\.rawValue).joined(separator: "+") }
    }

    /// What every request is like, and how long the things by the hour stand.
    package struct Terms: Hashable, Sendable {
        package var memoryMB = 512
        package var duration = Duration.seconds(1)
        package var isARM = false
        package var requestBytes = 0
        package var responseBytes = 0
        package var hours = 720
        package var zones = 1

        package init() {}
    }

    /// Where two ways cost the same: from so many requests on the second one is cheaper than the first one.
    package struct Crossing: Hashable, Sendable {
        package let before: Way
        package let after: Way
        package let requests: Int
        /// Of the cheaper one, there.
        package let amount: Money
    }

    package let ways: [Way]
    package let terms: Terms
    package let book: PriceBook
    package let region: String
    package let extent: FreeTier.Extent

    package init(ways: [Way], terms: Terms, book: PriceBook, region: String, extent: FreeTier.Extent) {
        self.ways = ways
        self.terms = terms
        self.book = book
        self.region = region
        self.extent = extent
    }

    package func usage(of way: Way, requests: Int) -> Usage {
        way.parts.reduce(into: Usage()) { $0 += self.usage(of: $1, requests: requests) }
    }

    package func bill(of way: Way, requests: Int) -> Bill {
        self.book.bill(for: self.usage(of: way, requests: requests), region: self.region, extent: self.extent)
    }

    private func usage(of part: Part, requests: Int) -> Usage {
        let bytes = Int128(requests) * Int128(self.terms.requestBytes + self.terms.responseBytes)
        var network = NetworkWorkload(hours: self.terms.hours)
        switch part {
        case .nlb:
            network.balancers = 1
            network.load.bytes = bytes
        case .endpoint:
            network.endpoints = 1
            network.zonesPerEndpoint = self.terms.zones
            network.endpointBytes = bytes
        case .nat:
            network.natGateways = 1
            network.natBytes = bytes
        case .lambda:
            return LambdaWorkload(
                requests: requests, duration: self.terms.duration, memoryMB: self.terms.memoryMB, isARM: self.terms.isARM
            ).usage
        case .httpAPI, .restAPI:
            var api = APIWorkload(part == .httpAPI ? .http : .rest, requests: requests)
            api.requestBytes = self.terms.requestBytes
            api.responseBytes = self.terms.responseBytes
            return api.usage
        }
        return network.usage
    }

    // MARK: Crossings

    /// All points up to `limit` requests where one way becomes cheaper than another, by rising requests. Between two of the
    /// points that are looked at (a hundredth more each time) lines that cross twice are taken as not crossing.
    package func crossings(upTo limit: Int) -> [Crossing] {
        let points = Self.points(upTo: limit)
        var crossings: [Crossing] = []
        for (index, first) in self.ways.enumerated() {
            for second in self.ways[(index + 1)...] {
                var (last, lastSign) = (0, self.sign(first, second, 0))
                for point in points {
                    let sign = self.sign(first, second, point)
                    if sign != 0, lastSign != 0, sign != lastSign {
                        crossings.append(self.crossing(first, second, above: last, upTo: point, sign: sign))
                    }
                    if sign != 0 { (last, lastSign) = (point, sign) }
                }
            }
        }
        return crossings.sorted { ($0.requests, $0.before.name, $0.after.name) < ($1.requests, $1.before.name, $1.after.name) }
    }

    private static func points(upTo limit: Int) -> [Int] {
        var points: [Int] = []
        var point = 1
        while point < limit {
            points.append(point)
            point += max(1, point / 100)
        }
        return points + [max(limit, 1)]
    }

    /// 1 when the first one is dearer, -1 when it is cheaper.
    private func sign(_ first: Way, _ second: Way, _ requests: Int) -> Int {
        let (one, other) = (self.bill(of: first, requests: requests).total, self.bill(of: second, requests: requests).total)
        return one == other ? 0 : one > other ? 1 : -1
    }

    /// The least number of requests with the new sign, by halving.
    private func crossing(_ first: Way, _ second: Way, above low: Int, upTo high: Int, sign: Int) -> Crossing {
        var (low, high) = (low, high)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if self.sign(first, second, middle) == sign { high = middle } else { low = middle }
        }
        let (before, after) = sign == 1 ? (first, second) : (second, first)
        return Crossing(
            before: before, after: after, requests: high, amount: self.bill(of: after, requests: high).total)
    }

    // MARK: Lines

    /// The lines of a plot from 0 to `limit` requests.
    package func plot(upTo limit: Int) -> Plot {
        let count = Plot.pointCount
        let lines = self.ways.map { way in
            Plot.Line(
                name: way.name,
                points: (0...count).map { index in
                    let requests = Int(Int128(limit) * Int128(index) / Int128(count))
                    return Plot.Point(x: Double(requests), y: self.bill(of: way, requests: requests).total.approximateDollars)
                })
        }
        let marks = self.crossings(upTo: limit).map { crossing in
            Plot.Mark(
                point: Plot.Point(x: Double(crossing.requests), y: crossing.amount.approximateDollars),
                label: "\(DecimalText.grouped(crossing.requests)): \(crossing.after.name)")
        }
        return Plot(title: "USD a month by requests a month", lines: lines, marks: marks)
    }
}

extension Money {
    /// For drawing only.
    var approximateDollars: Double { Double(self.attodollars) / 1e18 }
}
