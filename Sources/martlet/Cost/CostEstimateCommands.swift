import ArgumentParser
import Billing

struct CostLambdaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lambda", abstract: "A month of invocations.",
        discussion: "martlet cost lambda --memory 512 --requests 3M --duration 1s")

    @OptionGroup var month: RequestOptions

    @Option(help: "What one takes, its share of cold starts included: 1s, 250ms.", transform: Quantity.duration)
    var duration: Duration

    @Option(help: "Memory size, 128 to 10240 MB.", transform: Quantity.megabytes)
    var memory: Int = 128

    @Flag(help: "arm64 instead of x86_64.")
    var arm = false

    @Option(help: "Ephemeral storage, 512 to 10240 MB.", transform: Quantity.megabytes)
    var storage: Int = 512

    @Option(help: "What each response streams: 10MB.", transform: Quantity.bytes)
    var streamed: Int = 0

    @Option(help: "Environments of provisioned concurrency.", transform: Quantity.count)
    var provisioned: Int?

    @Option(help: "For how long: 8h, 30d.", transform: Quantity.duration)
    var provisionedFor: Duration = .seconds(2_592_000)

    @OptionGroup var options: CostOptions

    mutating func validate() throws {
        _ = try self.month.required()
        guard LambdaWorkload.memoryMBRange.contains(self.memory) else {
            throw ValidationError("--memory is 128 to 10240 MB, not \(self.memory)")
        }
        guard LambdaWorkload.ephemeralStorageMBRange.contains(self.storage) else {
            throw ValidationError("--storage is 512 to 10240 MB, not \(self.storage)")
        }
        guard self.duration <= LambdaWorkload.durationLimit else {
            throw ValidationError("--duration is 15 minutes at most: no invocation takes longer")
        }
        guard self.streamed <= LambdaWorkload.streamedBytesLimit else {
            throw ValidationError("--streamed is 200 MB at most: no response is larger")
        }
        guard self.provisioned ?? 0 <= 1_000_000 else { throw ValidationError("--provisioned is 1,000,000 at most") }
    }

    func run() throws {
        var workload = LambdaWorkload(
            requests: try self.month.required(), duration: self.duration, memoryMB: self.memory, isARM: self.arm)
        workload.ephemeralStorageMB = self.storage
        workload.streamedBytes = self.streamed
        workload.provisioned = self.provisioned.map { ($0, self.provisionedFor) }
        try self.options.print(workload)
    }
}

struct CostSQSCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sqs", abstract: "A month of requests to queues, or of asking an empty one.",
        discussion: """
            martlet cost sqs --pollers 1 --wait 0 --sleep 1s     an empty queue, asked each second
            martlet cost sqs --pollers 5 --wait 20               an idle event source mapping
            martlet cost sqs --requests 4583293
            """)

    @OptionGroup var month: RequestOptions

    @Option(
        help: "How many loops ask an empty queue, 1 to 10,000; one where only their pace is given.", transform: Quantity.count)
    var pollers: Int?

    @Option(help: "WaitTimeSeconds of their receives, 0 to 20.", transform: Quantity.wait)
    var wait: Duration = .zero

    @Option(help: "What each loop sleeps after an empty receive: 1s.", transform: Quantity.wait)
    var sleep: Duration = .zero

    @Option(help: "What a request takes beyond its wait: 20ms.", transform: Quantity.duration)
    var roundTrip: Duration = .zero

    @Option(help: "Bytes of messages in each request, to 1MB: each 64 KB is a request.", transform: Quantity.bytes)
    var size: Int = 0

    @Flag(help: "A FIFO queue.")
    var fifo = false

    @Flag(help: "A standard queue whose messages have a group id (fair queue).")
    var fair = false

    @OptionGroup var options: CostOptions

    mutating func validate() throws {
        let isPolling = self.pollers != nil || self.wait + self.sleep + self.roundTrip > .zero
        guard (self.month.count != nil) != isPolling else {
            throw ValidationError("give --pollers or --wait to ask an empty queue, or --requests or --at")
        }
        guard 1...10_000 ~= self.pollers ?? 1 else { throw ValidationError("--pollers is 1 to 10,000") }
        guard self.wait <= .seconds(20) else { throw ValidationError("--wait is 20 seconds at most, as WaitTimeSeconds is") }
        guard self.pollers == nil || self.wait + self.sleep + self.roundTrip >= .milliseconds(1) else {
            throw ValidationError("nothing slows this loop down: give --wait, --sleep or --round-trip (20ms)")
        }
        guard self.size <= 1 << 20 else { throw ValidationError("--size is 1 MB at most, as SQS takes") }
        guard !(self.fifo && self.fair) else { throw ValidationError("--fair is for standard queues, not for --fifo") }
    }

    func run() throws {
        let pattern = ReceivePattern(
            pollers: self.pollers ?? 1, wait: self.wait, pause: self.sleep, roundTrip: self.roundTrip)
        var workload = QueueWorkload(self.month.count.map { .count($0) } ?? .polling(pattern))
        workload.payloadBytes = self.size
        workload.isFIFO = self.fifo
        workload.isFair = self.fair
        try self.options.print(workload)
    }
}

struct CostAPICommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api", abstract: "A month of requests to an API.",
        discussion: "martlet cost api --type http --requests 10M --response 4KB")

    @Option(help: "rest or http.")
    var type: APIRequests.Kind

    @OptionGroup var month: RequestOptions

    @Option(help: "Bytes of each request, to 10MB.", transform: Quantity.bytes)
    var request: Int = 0

    @Option(help: "Bytes of each response, to 10MB; they go out to the internet.", transform: Quantity.bytes)
    var response: Int = 0

    @Option(help: "A stage's cache in GB: 0.5, 1.6, 6.1, 13.5, 28.4, 58.2, 118 or 237 (REST).")
    var cache: String?

    @Option(help: "How long the cache stands: 720, 30d.", transform: Quantity.hours)
    var hours: Int = 720

    @OptionGroup var options: CostOptions

    mutating func validate() throws {
        _ = try self.month.required()
        guard self.request <= APIRequests.payloadLimit, self.response <= APIRequests.payloadLimit else {
            throw ValidationError("--request and --response are 10 MB at most, as API Gateway takes")
        }
        guard let cache = self.cache else { return }
        guard self.type == .rest else { throw ValidationError("--cache is for REST APIs: HTTP APIs have none") }
        guard PricedItem.cacheSizes.contains(where: { $0.gigabytes == cache }) else {
            throw ValidationError("--cache is one of \(PricedItem.cacheSizes.map(\.gigabytes).joined(separator: ", "))")
        }
    }

    func run() throws {
        var workload = APIWorkload(self.type, requests: try self.month.required())
        workload.requestBytes = self.request
        workload.responseBytes = self.response
        if let item = PricedItem.cacheSizes.first(where: { $0.gigabytes == self.cache })?.item {
            workload.cache = (item, self.hours)
        }
        try self.options.print(workload)
    }
}

struct CostNetworkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "network", abstract: "Balancers, links, endpoints, NAT gateways and transfers: by the hour and the GB.",
        discussion: "martlet cost network --nlb 1 --hours 720")

    @Option(help: "How long all of it stands: 720, 30d. Begun hours count whole.", transform: Quantity.hours)
    var hours: Int = 720

    @Option(help: "Network Load Balancers.", transform: Quantity.count)
    var nlb: Int = 0

    @Option(help: "New connections a second on each of them.", transform: Quantity.count)
    var newConnections: Int = 0

    @Option(help: "Active connections on each of them.", transform: Quantity.count)
    var activeConnections: Int = 0

    @Option(help: "What each of them passes in all: 100GB.", transform: Quantity.bytes)
    var nlbData: Int = 0

    @Option(help: "VPC links.", transform: Quantity.count)
    var vpcLinks: Int = 0

    @Option(help: "Interface endpoints.", transform: Quantity.count)
    var endpoints: Int = 0

    @Option(help: "Zones of each endpoint.", transform: Quantity.count)
    var zones: Int = 1

    @Option(help: "What passes through the endpoints.", transform: Quantity.bytes)
    var endpointData: Int = 0

    @Option(help: "NAT gateways.", transform: Quantity.count)
    var nat: Int = 0

    @Option(help: "What passes through them.", transform: Quantity.bytes)
    var natData: Int = 0

    @Option(help: "What goes out to the internet.", transform: Quantity.bytes)
    var out: Int = 0

    @Option(help: "What goes from zone to zone.", transform: Quantity.bytes)
    var betweenZones: Int = 0

    @OptionGroup var options: CostOptions

    mutating func validate() throws {
        let counts = [self.nlb, self.vpcLinks, self.endpoints, self.zones, self.nat]
        guard counts.allSatisfy({ $0 <= 10_000 }) else { throw ValidationError("no more than 10,000 of anything") }
        guard self.newConnections <= 1_000_000_000, self.activeConnections <= 1_000_000_000 else {
            throw ValidationError("no more than 1,000,000,000 connections")
        }
        guard self.zones > 0 else { throw ValidationError("--zones is 1 at least") }
        let used = [
            self.nlb, self.vpcLinks, self.endpoints, self.endpointData, self.nat, self.natData, self.out, self.betweenZones,
        ]
        guard used.contains(where: { $0 > 0 }) else {
            throw ValidationError("say what there is: --nlb, --vpc-links, --endpoints, --nat, --out or --between-zones")
        }
    }

    func run() throws {
        var workload = NetworkWorkload(hours: self.hours)
        workload.balancers = self.nlb
        workload.load = BalancerLoad(
            newConnectionsPerSecond: self.newConnections, activeConnections: self.activeConnections, bytes: Int128(self.nlbData))
        workload.vpcLinks = self.vpcLinks
        workload.endpoints = self.endpoints
        workload.zonesPerEndpoint = self.zones
        workload.endpointBytes = Int128(self.endpointData)
        workload.natGateways = self.nat
        workload.natBytes = Int128(self.natData)
        workload.outgoingBytes = Int128(self.out)
        workload.bytesBetweenZones = Int128(self.betweenZones)
        try self.options.print(workload)
    }
}
