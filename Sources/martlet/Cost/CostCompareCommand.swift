import ArgumentParser
import Billing

struct CostCompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Ways to answer requests by what a month costs, and where the lines cross.",
        discussion: """
            A way is one of nlb (the balancer of a VPC link, by the hour), lambda (a function for each request), http-api,
            rest-api, endpoint, nat; or several of them with +.

              martlet cost compare --requests 3M --memory 512 --duration 1s nlb lambda http-api rest-api
              martlet cost compare --requests 3M http-api+lambda rest-api+nlb --svg lines.svg
            """)

    @Argument(help: "nlb, lambda, http-api, rest-api, endpoint, nat, or several with +.")
    var ways: [String]

    @OptionGroup var month: RequestOptions

    @Option(help: "Memory size of the function, 128 to 10240 MB.", transform: Quantity.megabytes)
    var memory: Int = 512

    @Option(help: "What an invocation takes.", transform: Quantity.duration)
    var duration: Duration = .seconds(1)

    @Flag(help: "arm64 instead of x86_64.")
    var arm = false

    @Option(help: "Bytes of each request, to 10MB.", transform: Quantity.bytes)
    var request: Int = 0

    @Option(help: "Bytes of each response, to 10MB.", transform: Quantity.bytes)
    var response: Int = 0

    @Option(help: "How long what is paid by the hour stands: 720, 30d.", transform: Quantity.hours)
    var hours: Int = 720

    @Option(help: "Zones of an endpoint.", transform: Quantity.count)
    var zones: Int = 1

    @Option(help: "Where the plot ends, in requests: 10M.", transform: Quantity.count)
    var upTo: Int?

    @Option(help: "Write the plot to a file, as SVG.", completion: .file(extensions: ["svg"]))
    var svg: String?

    @OptionGroup var options: CostOptions

    mutating func validate() throws {
        _ = try self.month.required()
        guard 1...6 ~= self.ways.count else { throw ValidationError("give one to six ways to compare") }
        for way in self.ways where Comparison.Way(way) == nil {
            let known = Comparison.Part.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("'\(way)' is no way to answer requests; there are: \(known), or several of them with +")
        }
        if let way = self.ways.first(where: { way in self.ways.count(where: { $0 == way }) > 1 }) {
            throw ValidationError("'\(way)' is given twice")
        }
        guard LambdaWorkload.memoryMBRange.contains(self.memory) else {
            throw ValidationError("--memory is 128 to 10240 MB, not \(self.memory)")
        }
        guard self.duration <= LambdaWorkload.durationLimit else {
            throw ValidationError("--duration is 15 minutes at most: no invocation takes longer")
        }
        guard self.request <= APIRequests.payloadLimit, self.response <= APIRequests.payloadLimit else {
            throw ValidationError("--request and --response are 10 MB at most, as API Gateway takes")
        }
        guard 1...100 ~= self.zones else { throw ValidationError("--zones is 1 to 100") }
    }

    func run() throws {
        var terms = Comparison.Terms()
        terms.memoryMB = self.memory
        terms.duration = self.duration
        terms.isARM = self.arm
        terms.requestBytes = self.request
        terms.responseBytes = self.response
        terms.hours = self.hours
        terms.zones = self.zones
        let requests = try self.month.required()
        let comparison = Comparison(
            ways: self.ways.compactMap(Comparison.Way.init), terms: terms, book: try self.options.book(),
            region: self.options.region, extent: self.options.freeTier)
        let limit = self.upTo ?? comparison.limit(around: requests)
        if let path = self.svg {
            try OutputFile.write(Array(comparison.plot(upTo: limit).svg.utf8), to: path)
        }
        switch self.options.output {
        case .text:
            let text = comparison.text(requests: requests, upTo: limit, currency: self.options.currency)
            Terminal.output(Array(text.utf8))
        case .json:
            self.options.print(comparison.json(requests: requests, upTo: limit, currency: self.options.currency))
        }
    }
}
