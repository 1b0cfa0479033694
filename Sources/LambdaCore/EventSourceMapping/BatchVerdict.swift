import CoreTypes

/// How an invocation for a batch went, as the poller sees it.
package enum BatchInvocationResult: Hashable, Sendable {
    /// The function returned; its answer as it stands.
    case answered([UInt8])
    /// The function ended with an error, timed out or crashed. `type` is its error type: `Function.ResponseSizeTooLarge`,
    /// `ValueError`.
    case failed(type: String)
    /// 429: the function did not run, and will later.
    case throttled
    /// The function could not be invoked at all (deleted: 404; event too large: 413). `message` is the service's.
    case refused(message: String)
}

/// What becomes of each message of a batch (Lambda developer guide, "Implementing partial batch responses").
package struct BatchVerdict: Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        /// The function returned without reporting a failure.
        case succeeded
        /// Some messages are reported as failed, the others are done.
        case partialFailure
        /// The function failed as a whole; the text says how.
        case failed(String)
        /// The answer can't be read as a report, so that the whole batch counts as failed; the text says why.
        case malformedAnswer(String)
    }

    package let reason: Reason
    /// Places in the batch of the messages that stay in the queue, in rising order. The others are deleted.
    package let failed: [Int]

    init(_ reason: Reason, failed: some Sequence<Int> = []) {
        self.reason = reason
        self.failed = failed.sorted()
    }
}

extension BatchVerdict {
    /// Reads what a function answered.
    ///
    /// Without `ReportBatchItemFailures` a return is a success, whatever it says. With it: no failures are reported by an empty
    /// or null answer, `{}`, and a null or empty `batchItemFailures`; an answer that is no JSON object, an `itemIdentifier` that
    /// is missing, empty, null or of no message in the batch fails the whole batch.
    ///
    /// On a FIFO queue a failed message keeps the later ones of its group in the queue as well: deleting them would let a retry
    /// come after its successors. AWS asks the function to report them all; Martlet doesn't depend on it.
    package static func of(
        answer: [UInt8], for messages: [ReceivedMessage], reportsFailures: Bool, isFIFO: Bool
    ) -> BatchVerdict {
        guard reportsFailures else { return BatchVerdict(.succeeded) }
        let whole = messages.indices
        let identifiers: [String]
        switch self.failures(in: answer) {
        case .success(let found): identifiers = found
        case .failure(let fault): return BatchVerdict(.malformedAnswer(fault.message), failed: whole)
        }
        guard !identifiers.isEmpty else { return BatchVerdict(.succeeded) }
        let places = Dictionary(messages.enumerated().map { ($1.messageID, $0) }, uniquingKeysWith: { first, _ in first })
        var failed: Set<Int> = []
        for identifier in identifiers {
            guard let place = places[identifier] else {
                return BatchVerdict(.malformedAnswer("itemIdentifier '\(identifier)' is no message of this batch"), failed: whole)
            }
            failed.insert(place)
        }
        if isFIFO {
            let groups = Dictionary(failed.map { (messages[$0].groupID, $0) }, uniquingKeysWith: min)
            failed.formUnion(whole.filter { place in groups[messages[place].groupID].map { place > $0 } ?? false })
        }
        return BatchVerdict(.partialFailure, failed: failed)
    }

    /// The verdict on any end of an invocation but a throttle, after which the function has not run: that counts as failed.
    package static func of(
        _ result: BatchInvocationResult, for messages: [ReceivedMessage], reportsFailures: Bool, isFIFO: Bool
    ) -> BatchVerdict {
        switch result {
        case .answered(let answer): self.of(answer: answer, for: messages, reportsFailures: reportsFailures, isFIFO: isFIFO)
        case .failed(let reason), .refused(let reason): BatchVerdict(.failed(reason), failed: messages.indices)
        case .throttled: BatchVerdict(.failed("throttled"), failed: messages.indices)
        }
    }

    private struct Fault: Error { let message: String }

    private static func failures(in answer: [UInt8]) -> Result<[String], Fault> {
        let isBlank = answer.allSatisfy { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
        guard !isBlank else { return .success([]) }
        let document: JSON
        do {
            document = try JSON(parsing: answer)
        } catch {
            return .failure(Fault(message: "the answer is not JSON: \(error)"))
        }
        guard !document.isNull else { return .success([]) }
        guard let object = document.objectValue else {
            return .failure(Fault(message: "the answer is a JSON \(document.kind), not an object with batchItemFailures"))
        }
        guard let list = object["batchItemFailures"], !list.isNull else { return .success([]) }
        guard let items = list.arrayValue else {
            return .failure(Fault(message: "batchItemFailures is a JSON \(list.kind), not an array"))
        }
        var identifiers: [String] = []
        for (index, item) in items.enumerated() {
            guard let identifier = item["itemIdentifier"]?.stringValue, !identifier.isEmpty else {
                return .failure(Fault(message: "batchItemFailures[\(index)] has no itemIdentifier with a text in it"))
            }
            identifiers.append(identifier)
        }
        return .success(identifiers)
    }
}
