/// All queues of one account, over all regions, as a value: it decides, its owner acts.
///
/// Every verb takes the present time and puts what follows from it into an ``Effects``: changes to be written before the answer,
/// answers to parked receives, and usage. A verb first lets time pass, so that its caller sees what is true now. Verbs cost O(1),
/// or O(log n) for timers, whatever the backlog; those that end a whole queue cost what it holds.
package struct QueueService: Sendable {
    /// - Parameter seed: random bits, new for each start: message ids are made of them.
    package init(settings: QueueSettings, seed: (UInt64, UInt64)) { fatalError() }

    /// The live state after these changes, in their order. Call ``resume(now:into:)`` next.
    package init(settings: QueueSettings, seed: (UInt64, UInt64), replaying changes: some Sequence<Change>) throws(SQSError) {
        fatalError()
    }
}
