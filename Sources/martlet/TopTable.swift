import CoreTypes
import Foundation

/// The overview of `martlet top` for people.
struct TopTable {
    private let overview: JSON
    /// An earlier look, from which rates are told; without one they are those of the last minutes.
    private let former: JSON?

    init(_ overview: JSON, former: JSON?) {
        self.overview = overview
        self.former = former
    }

    private static let functionColumns = [
        "FUNCTION", "RATE/S", "INVOCATIONS", "ERRORS", "ERROR %", "P50 MS", "P99 MS", "MAX MS", "RUNNING", "COLD", "THROTTLED",
        "COST",
    ]
    private static let apiColumns = ["API", "TYPE", "RATE/S", "REQUESTS", "4XX", "5XX", "P50 MS", "P99 MS", "MAX MS", "COST"]
    private static let queueColumns = [
        "QUEUE", "VISIBLE", "IN FLIGHT", "DELAYED", "OLDEST", "SENT", "RECEIVED", "EMPTY", "DELETED", "COST",
    ]

    var text: String {
        var lines = [self.heading, ""]
        lines += TextTable(Self.functionColumns, self.rows("functions", self.function)).lines
        let apis = self.rows("apis", self.api)
        if !apis.isEmpty { lines += [""] + TextTable(Self.apiColumns, apis, leftColumns: 2).lines }
        let queues = self.rows("queues") { row, _ in Self.queue(row) }
        if !queues.isEmpty { lines += [""] + TextTable(Self.queueColumns, queues).lines }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What fits a terminal: lines are cut at its edge, and how many are missing below is said in the last one.
    func text(columns: Int, rows: Int) -> String {
        var lines = self.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        // The cursor stands below the last line.
        let room = max(rows - 1, 1)
        if lines.count > room {
            let missing = lines.count - room + 1
            lines = lines.prefix(room - 1) + ["… \(missing) more lines: martlet top --once"]
        }
        return lines.map { $0.prefix(max(columns - 1, 1)) + "\n" }.joined()
    }

    private var heading: String {
        func text(_ name: String) -> String { self.overview[name]?.stringValue ?? "" }
        return "\(text("now"))  up since \(text("since"))  functions $\(text("functionsCost"))  APIs $\(text("apisCost"))  "
            + "queues $\(text("queuesCost"))  "
            + "(\(text("region")), prices of \(text("pricesOf")))"
    }

    private func rows(_ name: String, _ row: (JSON, JSON?) -> [String]) -> [[String]] {
        let earlier = self.former?[name]?.arrayValue ?? []
        return (self.overview[name]?.arrayValue ?? []).map { item in
            row(item, earlier.first { $0["name"] == item["name"] })
        }
    }

    private func function(_ row: JSON, _ former: JSON?) -> [String] {
        let invocations = Self.value(row["invocations"])
        let errors = Self.value(row["errors"])
        return [
            row["name"]?.stringValue ?? "", self.rate(row, former, "invocations"), Self.whole(invocations), Self.whole(errors),
            invocations == 0 ? "-" : Self.decimal(errors / invocations * 100, 1), Self.milliseconds(row, "p50"),
            Self.milliseconds(row, "p99"), Self.milliseconds(row, "max"), Self.whole(Self.value(row["concurrency"])),
            Self.whole(Self.value(row["coldStarts"])), Self.whole(Self.value(row["throttles"])),
            "$" + (row["cost"]?.stringValue ?? "0"),
        ]
    }

    private func api(_ row: JSON, _ former: JSON?) -> [String] {
        [
            row["name"]?.stringValue ?? "", row["type"]?.stringValue ?? "", self.rate(row, former, "requests"),
            Self.whole(Self.value(row["requests"])), Self.whole(Self.value(row["clientErrors"])),
            Self.whole(Self.value(row["serverErrors"])), Self.milliseconds(row, "p50"), Self.milliseconds(row, "p99"),
            Self.milliseconds(row, "max"), "$" + (row["cost"]?.stringValue ?? "0"),
        ]
    }

    private static func queue(_ row: JSON) -> [String] {
        func number(_ name: String) -> String { self.whole(self.value(row[name])) }
        return [
            row["name"]?.stringValue ?? "", number("visible"), number("inFlight"), number("delayed"),
            row["oldestAgeSeconds"]?.intValue.map { "\($0) s" } ?? "-", number("sent"), number("received"),
            number("emptyReceives"), number("deleted"), "$" + (row["cost"]?.stringValue ?? "0"),
        ]
    }

    private func rate(_ row: JSON, _ former: JSON?, _ count: String) -> String {
        if let former, let seconds = self.elapsedSeconds, seconds > 0 {
            return Self.decimal((Self.value(row[count]) - Self.value(former[count])) / seconds, 1)
        }
        return Self.decimal(Self.value(row["recent"]?["perSecond"]), 1)
    }

    /// Between the two looks.
    private var elapsedSeconds: Double? {
        func time(_ overview: JSON?) -> Timestamp? { overview?["now"]?.stringValue.flatMap(Timestamp.init(policyDate:)) }
        guard let now = time(self.overview), let then = time(self.former) else { return nil }
        return (now - then).milliseconds / 1_000
    }

    private static func milliseconds(_ row: JSON, _ name: String) -> String {
        guard let value = row["recent"]?[name]?.numberValue?.doubleValue else { return "-" }
        return self.decimal(value, value < 100 ? 2 : 0)
    }

    private static func value(_ value: JSON?) -> Double { value?.numberValue?.doubleValue ?? 0 }
    private static func whole(_ value: Double) -> String { String(Int(value)) }
    private static func decimal(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
}
