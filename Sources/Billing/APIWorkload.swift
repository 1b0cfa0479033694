/// A month of requests to an API that are all alike.
package struct APIWorkload: Workload {
    package var kind: APIRequests.Kind
    package var requests: Int
    package var requestBytes = 0
    package var responseBytes = 0
    /// A stage's cache (REST APIs), and for how long.
    package var cache: (item: PricedItem, hours: Int)?

    package init(_ kind: APIRequests.Kind, requests: Int) {
        self.kind = kind
        self.requests = requests
    }

    private var unitsEach: Int {
        APIRequests.units(self.kind, requestBytes: self.requestBytes, responseBytes: self.responseBytes)
    }

    package var title: String {
        "\(DecimalText.grouped(self.requests)) requests a month to \(self.kind == .rest ? "a REST API" : "an HTTP API")"
    }

    package var usage: Usage {
        let api = Consumer(.api, "estimate")
        var usage = Usage()
        usage.add(
            Int128(self.requests) * Int128(self.unitsEach), of: self.kind == .rest ? .restAPIRequests : .httpAPIRequests, by: api)
        usage.add(Int128(self.requests) * Int128(self.responseBytes), of: .dataTransferOut, by: api)
        if let cache = self.cache { usage.add(Int128(cache.hours) * 3_600, of: cache.item, by: api) }
        return usage
    }

    package var steps: [Estimate.Step] {
        let requests = DecimalText.grouped(self.requests)
        var steps: [Estimate.Step] = []
        if self.unitsEach > 1 {
            let bytes = DecimalText.grouped(max(self.requestBytes, self.responseBytes))
            steps.append(Estimate.Step("Units of 512 KB", "\(bytes) bytes ÷ 524,288, rounded up", "\(self.unitsEach) a request"))
            steps.append(
                Estimate.Step(
                    "Requests", "\(requests) × \(self.unitsEach)",
                    "\(DecimalText.grouped(self.requests * self.unitsEach)) requests"))
        }
        if self.responseBytes > 0 {
            steps.append(
                Estimate.Step(
                    "Out to the internet", "\(requests) × \(DecimalText.grouped(self.responseBytes)) bytes",
                    PriceUnit.gigabyte.text(Int128(self.requests) * Int128(self.responseBytes))))
        }
        return steps
    }

    package var notes: [String] { [] }
}
