/// Everything a price is known for. The raw value is its name in a price file.
package enum PricedItem: String, Hashable, Sendable, CaseIterable {
    case lambdaRequests = "lambda.requests"
    /// Memory × billed time, in MB·ms.
    case lambdaDurationX86 = "lambda.duration.x86_64"
    case lambdaDurationARM = "lambda.duration.arm64"
    /// `/tmp` beyond its first 512 MB × billed time, in MB·ms.
    case lambdaEphemeralStorage = "lambda.ephemeral-storage"
    /// Bytes beyond the first 6 MB of a streamed response.
    case lambdaStreamedBytes = "lambda.streamed"
    /// Memory × concurrency × the time it is configured for, in MB·ms.
    case provisionedConcurrencyX86 = "lambda.provisioned-concurrency.x86_64"
    case provisionedConcurrencyARM = "lambda.provisioned-concurrency.arm64"
    /// Duration of invocations that run on provisioned concurrency.
    case provisionedDurationX86 = "lambda.provisioned-duration.x86_64"
    case provisionedDurationARM = "lambda.provisioned-duration.arm64"
    case restAPIRequests = "api.rest.requests"
    /// In units of 512 KB.
    case httpAPIRequests = "api.http.requests"
    case apiCache500MB = "api.cache.0.5"
    case apiCache1600MB = "api.cache.1.6"
    case apiCache6100MB = "api.cache.6.1"
    case apiCache13500MB = "api.cache.13.5"
    case apiCache28400MB = "api.cache.28.4"
    case apiCache58200MB = "api.cache.58.2"
    case apiCache118GB = "api.cache.118"
    case apiCache237GB = "api.cache.237"
    /// In units of 64 KB; also every request to a FIFO queue that has no FIFO rate.
    case queueRequests = "sqs.standard.requests"
    case fifoQueueRequests = "sqs.fifo.requests"
    /// On top, for requests of messages with a group id on standard queues ("fair queues").
    case fairQueueRequests = "sqs.fair.requests"
    case networkLoadBalancerHours = "nlb.hours"
    case networkLoadBalancerCapacity = "nlb.capacity"
    case vpcLinkHours = "vpc-link.hours"
    /// For each endpoint and zone.
    case interfaceEndpointHours = "endpoint.hours"
    case interfaceEndpointBytes = "endpoint.processed"
    case natGatewayHours = "nat.hours"
    case natGatewayBytes = "nat.processed"
    /// To the internet.
    case dataTransferOut = "transfer.out"
    /// Each way.
    case dataTransferBetweenZones = "transfer.between-zones"

    package var unit: PriceUnit {
        switch self {
        case .lambdaRequests, .restAPIRequests, .httpAPIRequests, .queueRequests, .fifoQueueRequests, .fairQueueRequests:
            .millionRequests
        case .lambdaDurationX86, .lambdaDurationARM, .lambdaEphemeralStorage, .provisionedConcurrencyX86,
            .provisionedConcurrencyARM, .provisionedDurationX86, .provisionedDurationARM:
            .gigabyteSecond
        case .apiCache500MB, .apiCache1600MB, .apiCache6100MB, .apiCache13500MB, .apiCache28400MB, .apiCache58200MB,
            .apiCache118GB, .apiCache237GB, .networkLoadBalancerHours, .vpcLinkHours, .interfaceEndpointHours, .natGatewayHours:
            .hour
        case .networkLoadBalancerCapacity: .capacityUnitHour
        case .lambdaStreamedBytes, .interfaceEndpointBytes, .natGatewayBytes, .dataTransferOut, .dataTransferBetweenZones:
            .gigabyte
        }
    }

    /// What a bill's line calls it.
    package var title: String {
        switch self {
        case .lambdaRequests: "Lambda requests"
        case .lambdaDurationX86: "Lambda duration (x86_64)"
        case .lambdaDurationARM: "Lambda duration (arm64)"
        case .lambdaEphemeralStorage: "Lambda ephemeral storage"
        case .lambdaStreamedBytes: "Lambda streamed bytes"
        case .provisionedConcurrencyX86: "Provisioned concurrency (x86_64)"
        case .provisionedConcurrencyARM: "Provisioned concurrency (arm64)"
        case .provisionedDurationX86: "Provisioned duration (x86_64)"
        case .provisionedDurationARM: "Provisioned duration (arm64)"
        case .restAPIRequests: "REST API requests"
        case .httpAPIRequests: "HTTP API requests (512 KB units)"
        case .apiCache500MB: "API cache 0.5 GB"
        case .apiCache1600MB: "API cache 1.6 GB"
        case .apiCache6100MB: "API cache 6.1 GB"
        case .apiCache13500MB: "API cache 13.5 GB"
        case .apiCache28400MB: "API cache 28.4 GB"
        case .apiCache58200MB: "API cache 58.2 GB"
        case .apiCache118GB: "API cache 118 GB"
        case .apiCache237GB: "API cache 237 GB"
        case .queueRequests: "SQS requests, standard (64 KB units)"
        case .fifoQueueRequests: "SQS requests, FIFO (64 KB units)"
        case .fairQueueRequests: "SQS requests, fair queue surcharge"
        case .networkLoadBalancerHours: "Network Load Balancer hours"
        case .networkLoadBalancerCapacity: "Network Load Balancer capacity"
        case .vpcLinkHours: "VPC link hours"
        case .interfaceEndpointHours: "Interface endpoint hours"
        case .interfaceEndpointBytes: "Interface endpoint data"
        case .natGatewayHours: "NAT gateway hours"
        case .natGatewayBytes: "NAT gateway data"
        case .dataTransferOut: "Data transfer out to the internet"
        case .dataTransferBetweenZones: "Data transfer between zones"
        }
    }

    /// What a host meters by itself. Every table has these.
    package static let metered: [PricedItem] = [
        .lambdaRequests, .lambdaDurationX86, .lambdaDurationARM, .lambdaEphemeralStorage, .lambdaStreamedBytes, .queueRequests,
        .fifoQueueRequests, .fairQueueRequests,
    ]

    /// The memory sizes that a stage's cache comes in ("CacheClusterSize" of the API Gateway API Reference).
    package static let cacheSizes: [(gigabytes: String, item: PricedItem)] = [
        ("0.5", .apiCache500MB), ("1.6", .apiCache1600MB), ("6.1", .apiCache6100MB), ("13.5", .apiCache13500MB),
        ("28.4", .apiCache28400MB), ("58.2", .apiCache58200MB), ("118", .apiCache118GB), ("237", .apiCache237GB),
    ]
}

/// What a price is for. Quantities are whole numbers of something smaller, so that sums are exact.
package enum PriceUnit: String, Hashable, Sendable {
    case millionRequests = "million requests"
    case gigabyteSecond = "GB-s"
    case gigabyte = "GB"
    case hour
    case capacityUnitHour = "NLCU-hour"

    /// How many of the smallest countable things make one: requests, MB·ms (1,024 MB × 1,000 ms), bytes (AWS counts 1,024³ to a
    /// GB), seconds, millionths.
    package var size: Int128 {
        switch self {
        case .millionRequests: 1_000_000
        case .gigabyteSecond: PriceTable.gigabyteSecond
        case .gigabyte: PriceTable.gigabyte
        case .hour: 3_600
        case .capacityUnitHour: 1_000_000
        }
    }

    /// `hours`, `million requests`
    package var plural: String { self == .hour || self == .capacityUnitHour ? self.rawValue + "s" : self.rawValue }

    /// What a quantity is counted in for a reader: single requests, everything else as it is priced.
    package var quantityUnit: String {
        switch self {
        case .millionRequests: "requests"
        case .hour: "hours"
        case .capacityUnitHour: "NLCU-hours"
        case .gigabyteSecond, .gigabyte: self.rawValue
        }
    }

    /// `1100000`, `0.01425`: a quantity in ``quantityUnit`` as a JSON number, to nine decimals at most.
    package func decimalText(_ quantity: Int128) -> String {
        let size = self == .millionRequests ? 1 : self.size
        let billionths = DecimalText.dividing(quantity * 1_000_000_000, by: size)
        return DecimalText.text(billionths, scale: 9, minimumFraction: 0)
    }

    /// `1,100,000 GB-s`, `1 request`
    package func text(_ quantity: Int128) -> String {
        let digits = self.decimalText(quantity)
        let isCounted = self != .gigabyteSecond && self != .gigabyte
        let unit = digits == "1" && isCounted ? self.quantityUnit.dropLast() : self.quantityUnit[...]
        return "\(DecimalText.grouped(digits)) \(unit)"
    }
}
