import ArgumentParser
import Billing
import CoreTypes
import Emulator
import LambdaCore

struct TriggersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "triggers",
        abstract:
            "Show the event source mappings of the running host: pollers, batches, failures, empty receives and their cost.",
        discussion: """
            Talks to the host that 'martlet serve' runs for this template. Every receive is a request that AWS bills, an empty
            one too: the columns RECEIVES and EMPTY count them, IDLE/MONTH says what the mapping asks an empty queue for.
            """)

    @Option(help: "text or json.")
    var output = OutputForm.text

    @OptionGroup var shared: SharedOptions

    mutating func run() async throws {
        let overview = try await RunningHost(self.shared).get("/_martlet/triggers")
        switch self.output {
        case .json: Terminal.output(Array((overview.prettyText + "\n").utf8))
        case .text: Terminal.output(Array(TriggersTable(overview).text.utf8))
        }
    }
}

/// The overview of `martlet triggers` for people.
struct TriggersTable {
    private let overview: JSON

    init(_ overview: JSON) { self.overview = overview }

    private static let columns = [
        "QUEUE", "FUNCTION", "STATE", "POLLERS", "IN FLIGHT", "BATCHES", "MESSAGES", "FAILED", "FILTERED", "THROTTLED",
        "RECEIVES",
        "EMPTY", "EMPTY COST", "IDLE/MONTH",
    ]

    var text: String {
        let triggers = self.overview["triggers"]?.arrayValue ?? []
        guard !triggers.isEmpty else { return "There are no event source mappings.\n" }
        let lines = TextTable(Self.columns, triggers.map(Self.row), leftColumns: 3).lines
        let notes = triggers.flatMap { self.notes($0) }
        return (lines + (notes.isEmpty ? [] : [""] + notes)).joined(separator: "\n") + "\n"
    }

    private static func row(_ trigger: JSON) -> [String] {
        func number(_ name: String) -> String { trigger[name]?.intValue.map(String.init) ?? "-" }
        func text(_ name: String) -> String { trigger[name]?.stringValue ?? "-" }
        return [
            text("queue"), text("function"), text("state"), number("pollers"), number("messagesInFlight"), number("batches"),
            number("messages"), number("failed"), number("filtered"), number("throttles"), number("receives"),
            number("emptyReceives"), trigger["emptyReceiveCost"]?.stringValue.map { "$" + $0 } ?? "-",
            number("idleReceivesPerMonth"),
        ]
    }

    /// More than five long polls of 20 s ask for.
    private static let thriftyReceives = 648_000

    private func notes(_ trigger: JSON) -> [String] {
        let queue = trigger["queue"]?.stringValue ?? ""
        var notes: [String] = []
        if let problem = trigger["problem"]?.stringValue { notes.append("\(queue): \(problem)") }
        if let receives = trigger["idleReceivesPerMonth"]?.intValue, receives > Self.thriftyReceives {
            let cost = PriceTable.table(for: self.overview["region"]?.stringValue ?? "").monthlyQueueAmount(
                requests: receives, isFIFO: queue.hasSuffix(".fifo"))
            notes.append(
                "\(queue): an empty queue costs \(receives) requests a month as this mapping asks (\(cost) after the free million). "
                    + "Two long polls of 20 s make 259200: set WaitTimeSeconds 20, or let it rest with MaximumIdlePauseSeconds.")
        }
        return notes
    }
}
