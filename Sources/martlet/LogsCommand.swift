import ArgumentParser
import Billing
import CoreTypes
import Emulator
import Foundation
import Monitoring
import Synchronization

struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Show what functions of the running host have printed, with their START, END and REPORT lines.",
        discussion: """
            Talks to the host that 'martlet serve' runs for this template. Filter patterns are those of CloudWatch Logs: terms
            that must all be there, "quoted" where they have other characters than letters, digits and _, -term for one that must
            not, ?a ?b for one of several, { $.level = "ERROR" } for fields of JSON lines, %regex%.

              martlet logs Hello                     the last ten minutes of one function
              martlet logs -f                        all functions, and what comes, until Ctrl-C
              martlet logs -f Orders --filter '?ERROR ?"Task timed out"'
              martlet logs --since 1h --filter '{ $.latency > 500 }' --output json
            """)

    @Argument(help: "A function: its name, or its logical id in the template. All without one.")
    var function: String?

    @Flag(name: [.short, .long], help: "Go on with what comes.")
    var follow = false

    @Option(help: "A filter pattern of CloudWatch Logs.")
    var filter: String?

    @Option(help: "How far back: 30s, 10m, 2h, 1d.")
    var since = "10m"

    @Option(help: "Another log group than a function's.")
    var group: String?

    @Option(help: "text, or json for a line of JSON with time, group, stream, requestId and message.")
    var output = OutputForm.text

    @OptionGroup var shared: SharedOptions

    mutating func validate() throws {
        if self.function != nil, self.group != nil { throw ValidationError("a function or --group, not both") }
        do {
            if let filter { _ = try LogPattern(filter) }
            _ = try QuantityText.duration(self.since)
        } catch let error as LogPatternError {
            throw ValidationError("--filter: \(error.message)")
        } catch {
            throw ValidationError("--since: \(error)")
        }
    }

    mutating func run() async throws {
        let host = try RunningHost(self.shared)
        // The template's name, or that of a function which was made through the API.
        let function = try self.function.map { try Project(self.shared).functionName($0) ?? $0 }
        let past = try QuantityText.duration(self.since)
        let now = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
        let start = now + .nanoseconds(-past.nanoseconds)
        var query = ["since=\(max(start.milliseconds, 0))"]
        func add(_ name: String, _ value: String?) {
            if let value { query.append("\(name)=\(PercentEncoding.encode(value))") }
        }
        add("function", function)
        add("group", self.group)
        add("pattern", self.filter)
        if self.follow { query.append("follow=1") }
        let printer = LogLinePrinter(output: self.output, namesGroups: self.function == nil && self.group == nil)
        let path = "/_martlet/logs?\(query.joined(separator: "&"))"
        try await RunningHost.told { try await host.client.follow(path) { printer.received($0) } }
    }
}

/// Takes the host's lines of JSON, in whatever pieces they come, and prints them.
private final class LogLinePrinter: Sendable {
    private let partial = Mutex<[UInt8]>([])
    private let output: OutputForm
    private let namesGroups: Bool

    init(output: OutputForm, namesGroups: Bool) {
        self.output = output
        self.namesGroups = namesGroups
    }

    func received(_ bytes: [UInt8]) {
        let lines = self.partial.withLock { partial -> [[UInt8]] in
            var lines = (partial + bytes).split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0) }
            partial = lines.removeLast()
            return lines
        }
        var text: [UInt8] = []
        for line in lines { text += self.printed(line) }
        if !text.isEmpty { Terminal.output(text) }
    }

    private func printed(_ line: [UInt8]) -> [UInt8] {
        guard self.output == .text, case .success(let json) = line.withUnsafeBytes({ JSON.parse($0) }) else {
            return line + [0x0A]
        }
        if let skipped = json["skipped"]?.intValue {
            return Array("(\(skipped) lines skipped: they came faster than they were read)\n".utf8)
        }
        let group = json["group"]?.stringValue ?? ""
        let name = self.namesGroups ? " " + (group.split(separator: "/").last.map(String.init) ?? group) : ""
        var message = json["message"]?.stringValue ?? ""
        while message.last?.isNewline == true { message.removeLast() }
        return Array("\(json["time"]?.stringValue ?? "")\(name) \(message)\n".utf8)
    }
}
