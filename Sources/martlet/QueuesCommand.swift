import ArgumentParser
import Billing
import CoreTypes
import Emulator
import Foundation

struct QueuesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queues",
        abstract: "Look at the queues of the running host: what they hold, what they are asked, what it costs.",
        discussion: """
            Talks to the host that 'martlet serve' runs for this template.

              martlet queues                         depth, in flight, delayed, oldest age, receives, cost
              martlet queues peek orders             the oldest messages, without receiving them
              martlet queues send orders '{"n":1}'
              martlet queues tail orders             every message that is added, as it comes
              martlet queues redrive orders-dlq      dead letters back to where they came from
              martlet queues purge orders
            """,
        subcommands: [
            QueuesListCommand.self, QueuesPeekCommand.self, QueuesPurgeCommand.self, QueuesRedriveCommand.self,
            QueuesSendCommand.self, QueuesTailCommand.self,
        ], defaultSubcommand: QueuesListCommand.self)
}

/// The host of a command's project.
struct RunningHost {
    let client: HostClient
    let region: String
    let account: String

    init(_ shared: SharedOptions) throws {
        let project = try Project(shared)
        guard let host = HostFile.running(in: project.settings.stateFolder) else {
            throw CommandFailure.host(
                "no host runs for \(shared.template) (state folder \(project.settings.stateFolder)). Start one with 'martlet serve'."
            )
        }
        self.client = HostClient(host: host)
        self.region = shared.region
        self.account = shared.accountId
    }

    /// An action of SQS; its errors end the command.
    func call(_ action: String, _ body: JSON) async throws -> JSON {
        let answer = try await Self.told { try await self.client.queues(action, body, region: self.region) }
        // Actions without a result answer with nothing.
        let json = answer.payload.isEmpty ? JSON.object(JSONObject()) : try JSON(parsing: answer.payload)
        guard answer.status == 200 else { throw CommandFailure.host(self.message(json, body)) }
        return json
    }

    /// SQS's own words, but for a queue that is not there, which they don't name.
    private func message(_ error: JSON, _ request: JSON) -> String {
        if error["__type"]?.stringValue?.hasSuffix("#QueueDoesNotExist") ?? false,
            let name = request["QueueUrl"]?.stringValue?.split(separator: "/").last
        {
            return "there is no queue \(name) in \(self.region)"
        }
        return error["message"]?.stringValue ?? error.description
    }

    func get(_ path: String) async throws -> JSON {
        let answer = try await Self.told { try await self.client.get(path) }
        let json = try JSON(parsing: answer.payload)
        guard answer.status == 200 else { throw CommandFailure.host(json["error"]?.stringValue ?? json.description) }
        return json
    }

    static func told<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as HostError {
            throw CommandFailure.host(error.description)
        }
    }

    func queueURL(_ name: String) -> JSON { .string("/\(self.account)/\(name)") }

    func path(_ queue: String, _ aspect: String, _ query: String = "") throws -> String {
        let allowed = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-_."))
        guard let name = queue.addingPercentEncoding(withAllowedCharacters: allowed) else {
            throw CommandFailure.usage("\(queue) is no name of a queue")
        }
        return "/_martlet/queues/\(name)/\(aspect)?region=\(self.region)\(query)"
    }
}

struct QueuesListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Show all queues (the default).")

    @Option(help: "text or json.")
    var output = OutputForm.text

    @OptionGroup var shared: SharedOptions

    mutating func run() async throws {
        let overview = try await RunningHost(self.shared).get("/_martlet/queues")
        switch self.output {
        case .json: Terminal.output(Array((overview.prettyText + "\n").utf8))
        case .text: Terminal.output(Array(QueuesTable(overview).text.utf8))
        }
    }
}

struct QueuesPeekCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peek", abstract: "Show the oldest messages of a queue as lines of JSON, without receiving them.")

    @Argument(help: "The name of the queue.")
    var queue: String

    @Option(name: [.customShort("n"), .long], help: "How many, up to 100000.")
    var limit = 10

    @OptionGroup var shared: SharedOptions

    mutating func validate() throws {
        guard 1...100_000 ~= self.limit else { throw ValidationError("--limit is 1 to 100000, not \(self.limit)") }
    }

    mutating func run() async throws {
        let host = try RunningHost(self.shared)
        let answer = try await host.get(try host.path(self.queue, "messages", "&limit=\(self.limit)"))
        for message in answer["messages"]?.arrayValue ?? [] { Terminal.output(message.bytes + [0x0A]) }
    }
}

struct QueuesTailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail", abstract: "Show every message that is added to a queue, as lines of JSON, until Ctrl-C.")

    @Argument(help: "The name of the queue.")
    var queue: String

    @OptionGroup var shared: SharedOptions

    mutating func run() async throws {
        let host = try RunningHost(self.shared)
        let path = try host.path(self.queue, "tail")
        try await RunningHost.told { try await host.client.follow(path) { Terminal.output($0) } }
    }
}

struct QueuesSendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "send", abstract: "Send a message; its id goes to stdout.")

    @Argument(help: "The name of the queue.")
    var queue: String

    @Argument(help: "The body, or - for standard input.")
    var body: String

    @Option(help: "The message group, for FIFO queues.")
    var group: String?

    @Option(help: "The deduplication id, for FIFO queues.")
    var deduplicationId: String?

    @Option(help: "Seconds until it can be received.")
    var delay: Int?

    @OptionGroup var shared: SharedOptions

    mutating func run() async throws {
        let host = try RunningHost(self.shared)
        let text = self.body == "-" ? String(decoding: try InputFile.read("-", as: "the body"), as: UTF8.self) : self.body
        var request: JSONObject = ["QueueUrl": host.queueURL(self.queue), "MessageBody": .string(text)]
        request["MessageGroupId"] = self.group.map(JSON.string)
        request["MessageDeduplicationId"] = self.deduplicationId.map(JSON.string)
        request["DelaySeconds"] = self.delay.map { .number(JSONNumber($0)) }
        let answer = try await host.call("SendMessage", .object(request))
        Terminal.output(Array(((answer["MessageId"]?.stringValue ?? "") + "\n").utf8))
    }
}

struct QueuesPurgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "purge", abstract: "Delete all messages of a queue.")

    @Argument(help: "The name of the queue.")
    var queue: String

    @OptionGroup var shared: SharedOptions

    mutating func run() async throws {
        let host = try RunningHost(self.shared)
        _ = try await host.call("PurgeQueue", ["QueueUrl": host.queueURL(self.queue)])
    }
}

struct QueuesRedriveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redrive",
        abstract: "Move the messages of a dead-letter queue, to the queues they came from unless --to says another.")

    @Argument(help: "The name of the dead-letter queue.")
    var queue: String

    @Option(help: "The name of the queue that gets them.")
    var to: String?

    @Option(help: "Messages a second, up to 500; as fast as it goes without.")
    var rate: Int?

    @OptionGroup var shared: SharedOptions

    mutating func run() async throws {
        let host = try RunningHost(self.shared)
        func arn(_ name: String) -> JSON { .string("arn:aws:sqs:\(host.region):\(host.account):\(name)") }
        var request: JSONObject = ["SourceArn": arn(self.queue)]
        request["DestinationArn"] = self.to.map(arn)
        request["MaxNumberOfMessagesPerSecond"] = self.rate.map { .number(JSONNumber($0)) }
        let answer = try await host.call("StartMessageMoveTask", .object(request))
        Terminal.output(Array(((answer["TaskHandle"]?.stringValue ?? "") + "\n").utf8))
    }
}
