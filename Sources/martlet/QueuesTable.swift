import Billing
import CoreTypes

/// The overview of `martlet queues` for people.
struct QueuesTable {
    private let overview: JSON

    init(_ overview: JSON) { self.overview = overview }

    private static let columns = [
        "QUEUE", "VISIBLE", "IN FLIGHT", "DELAYED", "OLDEST", "WAITING", "SENDS", "RECEIVES", "EMPTY", "DELETES", "REQUESTS",
        "COST",
    ]

    var text: String {
        let queues = self.overview["queues"]?.arrayValue ?? []
        guard !queues.isEmpty else { return "There are no queues.\n" }
        var lines = TextTable(Self.columns, queues.map(self.row)).lines
        lines.append("")
        lines.append(self.footer)
        lines += queues.compactMap(self.advice)
        return lines.joined(separator: "\n") + "\n"
    }

    private func row(_ queue: JSON) -> [String] {
        func requests(_ actions: String...) -> String {
            String(actions.reduce(0) { $0 + (queue["actions"]?[$1]?["requests"]?.intValue ?? 0) })
        }
        func number(_ value: JSON?) -> String { String(value?.intValue ?? 0) }
        let region = queue["region"]?.stringValue ?? ""
        let name = queue["name"]?.stringValue ?? ""
        return [
            region == self.overview["region"]?.stringValue ? name : "\(name) (\(region))", number(queue["visible"]),
            number(queue["inFlight"]), number(queue["delayed"]),
            queue["oldestAgeMilliseconds"]?.intValue.map(Self.age) ?? "-", number(queue["waiting"]),
            requests("SendMessage", "SendMessageBatch"), requests("ReceiveMessage"), number(queue["usage"]?["emptyReceives"]),
            requests("DeleteMessage", "DeleteMessageBatch"), number(queue["usage"]?["requests"]),
            Self.cost(queue["usage"]?["cost"]),
        ]
    }

    private var footer: String {
        let total = self.overview["total"]
        let region = self.overview["pricesRegion"]?.stringValue ?? ""
        return
            "Since \(self.overview["since"]?.stringValue ?? ""): \(total?["requests"]?.intValue ?? 0) requests, "
            + "\(Self.cost(total?["cost"])) at the prices of \(region) (\(self.overview["pricesOf"]?.stringValue ?? "")), "
            + "before the \(self.overview["freeRequestsPerMonth"]?.intValue ?? 0) requests that are free each month."
    }

    /// Where most receives find nothing because they don't wait.
    private func advice(_ queue: JSON) -> String? {
        let receives = queue["actions"]?["ReceiveMessage"]?["requests"]?.intValue ?? 0
        let empty = queue["actions"]?["ReceiveMessage"]?["shortEmptyReceives"]?.intValue ?? 0
        guard receives >= 20, empty * 2 > receives else { return nil }
        return
            "\(queue["name"]?.stringValue ?? ""): \(empty * 100 / receives) % of \(receives) receives came back empty without waiting. "
            + "Each is billed: receive with WaitTimeSeconds 20, or set ReceiveMessageWaitTimeSeconds."
    }

    private static func cost(_ value: JSON?) -> String { "$" + (value?.stringValue ?? "0") }

    private static func age(_ milliseconds: Int) -> String {
        switch milliseconds / 1_000 {
        case ..<1: "\(milliseconds) ms"
        case let seconds where seconds < 120: "\(seconds) s"
        case let seconds where seconds < 7_200: "\(seconds / 60) min"
        case let seconds where seconds < 172_800: "\(seconds / 3_600) h"
        case let seconds: "\(seconds / 86_400) d"
        }
    }
}
