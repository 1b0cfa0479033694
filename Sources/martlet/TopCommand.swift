import ArgumentParser
import CoreTypes
import Foundation

struct TopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Show what functions, APIs and queues of the running host do: rates, errors, durations, concurrency, cost.",
        discussion: """
            Talks to the host that 'martlet serve' runs for this template. On a terminal it goes on until Ctrl-C; elsewhere, and
            with --once, it shows one table. Durations are those of the last five minutes, counts and cost those since the host
            started, before the free amounts of the month.

              martlet top
              martlet top --once --output json
            """)

    @Flag(help: "Show one table and end.")
    var once = false

    @Option(help: "Seconds between two looks.")
    var interval = 1.0

    @Option(help: "text or json; json shows one look.")
    var output = OutputForm.text

    @OptionGroup var shared: SharedOptions

    mutating func validate() throws {
        guard (0.1...3_600).contains(self.interval) else {
            throw ValidationError("--interval is from 0.1 to 3600 seconds, not \(self.interval)")
        }
    }

    mutating func run() async throws {
        let host = try RunningHost(self.shared)
        var overview = try await host.get("/_martlet/top")
        if self.output == .json {
            Terminal.output(Array((overview.prettyText + "\n").utf8))
            return
        }
        guard !self.once, Terminal.isOutputTerminal else {
            Terminal.output(Array(TopTable(overview, former: nil).text.utf8))
            return
        }
        var former: JSON?
        while true {
            let table = TopTable(overview, former: former)
            let text = Terminal.outputSize.map { table.text(columns: $0.columns, rows: $0.rows) } ?? table.text
            // Home, the lines, then nothing below: a screen that is not cleared first doesn't flicker.
            Terminal.output(Array("\u{1B}[H\(text.replacing("\n", with: "\u{1B}[K\n"))\u{1B}[J".utf8))
            try await Task.sleep(for: .seconds(self.interval))
            former = overview
            overview = try await host.get("/_martlet/top")
        }
    }
}
