import Billing
import CoreTypes
import Foundation
import Storage
import Synchronization

@testable import SQS

/// A ledger of a test, with what it reported.
struct LedgerBench {
    let ledger: Ledger
    let reports: Reports

    /// Hears on any thread.
    final class Reports: Sendable {
        private let lines = Mutex<[String]>([])
        func add(_ line: String) { self.lines.withLock { $0.append(line) } }
        var all: [String] { self.lines.withLock { $0 } }
    }

    init(_ path: String?, kind: LedgerSession.Kind = .host, region: String = "us-east-1", keeping invocations: Int = 1_000_000)
        throws
    {
        let reports = Reports()
        self.reports = reports
        self.ledger = try Ledger(
            path: path,
            settings: Ledger.Settings(
                kind: kind, region: region, processID: 4_711, startedAt: Timestamp.start, invocationsMax: invocations),
            clock: { Timestamp.start + .seconds(3_600) }, report: { reports.add($0) })
    }

    func append(_ records: some Sequence<InvocationRecord>) {
        for record in records { self.ledger.append(record) }
    }
}

extension Timestamp {
    /// 2026-10-01T12:00:00Z: day 20,727, and half of it.
    static let start = Timestamp(seconds: 20_727 * 86_400 + 43_200)
}

extension InvocationRecord {
    /// A warm, successful invocation, `seconds` behind ``CoreTypes/Timestamp/start``.
    static func sample(
        _ number: UInt64, seconds: Double = 0, function: String = "Hello", source: Source = .invoke, outcome: Outcome = .success
    ) -> InvocationRecord {
        InvocationRecord(
            requestID: RequestID(random: number, number), functionName: function, version: "$LATEST", source: source,
            startedAt: .start + .seconds(seconds), initDuration: nil, duration: .milliseconds(10), memoryMB: 128,
            maxMemoryUsedMB: 30, outcome: outcome, requestBytes: 2, responseBytes: 15)
    }

    /// Any record that a host could make.
    static func random(_ random: inout some RandomNumberGenerator) -> InvocationRecord {
        let sources: [Source] = [.invoke, .asynchronous, .gateway, .functionURL, .queue]
        let outcomes: [Outcome] = [.success, .success, .error(type: "Order\"Error, 주문"), .error(type: ""), .timeout]
        let memoryMB = [128, 512, 1_769, 10_240].randomElement(using: &random)!
        return InvocationRecord(
            requestID: RequestID(using: &random),
            functionName: ["Hello", "Orders", "주문", "a-function-with-a-longer-name"]
                .randomElement(using: &random)!,
            version: ["$LATEST", "7"].randomElement(using: &random)!, source: sources.randomElement(using: &random)!,
            // Few times for many records, so that ids decide the order as well.
            startedAt: .start + .nanoseconds(Int64.random(in: 0..<20, using: &random) * 17_000_000_001),
            initDuration: Bool.random(using: &random) ? .nanoseconds(Int64.random(in: 0..<9_000_000_000, using: &random)) : nil,
            duration: .nanoseconds(Int64.random(in: 0..<900_000_000_000, using: &random)), memoryMB: memoryMB,
            ephemeralStorageMB: [512, 10_240].randomElement(using: &random)!, isARM: Bool.random(using: &random),
            maxMemoryUsedMB: Int.random(in: 1...memoryMB, using: &random), outcome: outcomes.randomElement(using: &random)!,
            requestBytes: Int.random(in: 0...6_291_456, using: &random),
            responseBytes: Int.random(in: 0...209_715_200, using: &random), isStreamed: Bool.random(using: &random),
            traceHeader: ["", "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"]
                .randomElement(using: &random)!)
    }
}

extension UsageEvent {
    /// A receive that found nothing after 20 s, unless told otherwise.
    static func sample(
        seconds: Double = 0, region: String = "us-east-1", queue: String? = "orders", action: QueueAction = .receiveMessage,
        isFIFO: Bool = false, units: Int = 1, messages: Int = 0, isFair: Bool = false, isRefused: Bool = false
    ) -> UsageEvent {
        UsageEvent(
            time: .start + .seconds(seconds), region: region, queue: queue, action: action, isFIFO: isFIFO, units: units,
            bytes: 0,
            messages: messages, isEmptyReceive: action == .receiveMessage && messages == 0, isFair: isFair, source: "test",
            waitTimeSeconds: action == .receiveMessage ? 20 : nil, isRefused: isRefused)
    }
}
