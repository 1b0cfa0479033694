package import LambdaCore

/// How a mapping's pollers reach their queue: one of this host, or one elsewhere. Lives on the event loop, and calls back on it.
package protocol QueueTransport: AnyObject {
    /// ReceiveMessage with all attributes. `completion` is called once, never before this returns.
    /// - Parameter waitSeconds: `nil` for the queue's own.
    /// - Returns: ends the receive early; it completes nonetheless.
    func receive(
        maximumMessages: Int, waitSeconds: Int?, completion: @escaping (Result<[ReceivedMessage], QueueTransportError>) -> Void
    ) -> () -> Void
    /// DeleteMessageBatch of at most ten handles. What fails is told to `completion` in a sentence.
    func delete(_ handles: [String], completion: @escaping (String?) -> Void)
    /// ChangeMessageVisibilityBatch to 0 of at most ten handles.
    func makeVisible(_ handles: [String], completion: @escaping (String?) -> Void)
    /// The queue's visibility timeout.
    func lookUp(completion: @escaping (Result<QueueFacts, QueueTransportError>) -> Void)
    /// Nothing is asked any more.
    func close()
}

/// What a mapping has to know of its queue.
package struct QueueFacts: Hashable, Sendable {
    package let visibilityTimeoutSeconds: Int
    package let maximumReceiveCount: Int?

    package init(visibilityTimeoutSeconds: Int, maximumReceiveCount: Int?) {
        self.visibilityTimeoutSeconds = visibilityTimeoutSeconds
        self.maximumReceiveCount = maximumReceiveCount
    }
}

/// Why a queue could not be asked.
package enum QueueTransportError: Error, Hashable, Sendable {
    /// The receive was ended early.
    case cancelled
    /// One sentence.
    case failed(String)
}
