import CoreTypes
import Foundation
import LambdaCore
import Synchronization

/// Keeps count of a replay and shows it: a line for each message, a bar while it goes on, sums at its end.
final class ReplayBoard: Sendable {
    enum Ending: Hashable {
        case succeeded
        /// No filter of the mapping lets it pass: the trigger would delete it.
        case filtered
        case failed(String)

        var word: String {
            switch self {
            case .succeeded: "succeeded"
            case .filtered: "filtered"
            case .failed: "failed"
            }
        }
    }

    private struct Counts {
        var expected = 0
        var batches = 0
        var succeeded = 0
        var filtered = 0
        var failed = 0
        var unreadable = 0
        var ended: Int { self.succeeded + self.filtered + self.failed }
    }

    private let counts = Mutex(Counts())
    private let output: OutputForm
    private let isQuiet: Bool
    private let showsBar: Bool
    private let start = ContinuousClock.now

    init(output: OutputForm, isQuiet: Bool) {
        self.output = output
        self.isQuiet = isQuiet
        self.showsBar = !isQuiet && Terminal.isErrorTerminal
    }

    var hasSucceeded: Bool { self.counts.withLock { $0.failed == 0 && $0.unreadable == 0 && $0.ended == $0.expected } }

    func expect(_ messages: Int) { self.counts.withLock { $0.expected += messages } }
    func countBatch() { self.counts.withLock { $0.batches += 1 } }

    func add(_ problem: ReplayProblem) {
        self.counts.withLock { $0.unreadable += 1 }
        Terminal.error("error: \(problem)")
    }

    func add(_ item: ReplayFile.Item, messageID: String, _ ending: Ending) {
        let counts = self.counts.withLock { counts in
            switch ending {
            case .succeeded: counts.succeeded += 1
            case .filtered: counts.filtered += 1
            case .failed: counts.failed += 1
            }
            return counts
        }
        let place = "\(item.file)[\(item.index)]"
        var reason: String?
        if case .failed(let why) = ending { reason = why }
        switch self.output {
        case .text:
            let word = ending.word.padding(toLength: 10, withPad: " ", startingAt: 0)
            Terminal.output(Array("\(word)\(messageID)  \(place)\(reason.map { "  \($0)" } ?? "")\n".utf8))
        case .json:
            let line: JSON = [
                "messageId": .string(messageID), "file": .string(item.file), "index": .number(JSONNumber(item.index)),
                "result": .string(ending.word), "reason": JSON(reason),
            ]
            Terminal.output(line.bytes + [0x0A])
        }
        if self.showsBar { self.drawBar(counts) }
    }

    private func drawBar(_ counts: Counts) {
        let width = 30
        let filled = counts.expected == 0 ? 0 : counts.ended * width / counts.expected
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        FileHandle.standardError.write(Data("\r\(bar) \(counts.ended)/\(counts.expected), \(counts.failed) failed ".utf8))
        if counts.ended == counts.expected { FileHandle.standardError.write(Data("\n".utf8)) }
    }

    func summarize() {
        let counts = self.counts.withLock { $0 }
        let elapsed = ContinuousClock.now - self.start
        let missing = counts.expected - counts.ended
        switch self.output {
        case .text:
            guard !self.isQuiet else { return }
            var parts = ["\(counts.succeeded) succeeded", "\(counts.failed) failed"]
            if counts.filtered > 0 { parts.append("\(counts.filtered) filtered") }
            if counts.unreadable > 0 { parts.append("\(counts.unreadable) not readable") }
            if missing > 0 { parts.append("\(missing) without news") }
            let seconds = Double(elapsed.nanoseconds) / 1e9
            Terminal.error(
                "\(counts.expected) messages in \(counts.batches) batches: \(parts.joined(separator: ", ")). "
                    + String(format: "%.2f s, %.0f messages a second.", seconds, Double(counts.ended) / max(seconds, 0.001)))
        case .json:
            func number(_ value: Int) -> JSON { .number(JSONNumber(value)) }
            let line: JSON = [
                "messages": number(counts.expected), "batches": number(counts.batches), "succeeded": number(counts.succeeded),
                "failed": number(counts.failed), "filtered": number(counts.filtered), "notReadable": number(counts.unreadable),
                "withoutNews": number(missing), "elapsedMilliseconds": .number(JSONNumber(elapsed.milliseconds)),
            ]
            Terminal.output(line.bytes + [0x0A])
        }
    }
}
