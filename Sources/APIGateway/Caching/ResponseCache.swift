import CoreTypes

/// Answers that stages keep. A value under the time it is given.
package struct ResponseCache: Sendable {
    struct Key: Hashable, Sendable {
        let apiID: String
        let stage: String
        let isCanary: Bool
        let verb: String
        let namespace: String
        /// One list a cache key parameter; empty where the request has none.
        let values: [[String]]
    }

    private struct Entry: Sendable {
        let response: GatewayResponse
        let expires: Timestamp
        /// Which of the keeps it is: a place in ``order`` that a later one replaced says nothing.
        let number: Int
    }

    /// "The maximum size of a response that can be cached."
    static let responseBytesMax = 1_048_576
    /// Of all bodies together; ours, as the sizes of clusters on AWS begin at half a gigabyte.
    static let bytesMax = 64 * 1_048_576

    private var entries: [Key: Entry] = [:]
    /// From the oldest on.
    private var order: [(key: Key, number: Int)] = []
    private var first = 0
    private var next = 0
    private(set) var bytes = 0

    package init() {}

    func response(_ key: Key, at now: Timestamp) -> GatewayResponse? {
        guard let entry = self.entries[key], entry.expires > now else { return nil }
        return entry.response
    }

    mutating func keep(_ response: GatewayResponse, for key: Key, ttlSeconds: Int, at now: Timestamp) {
        self.remove(key)
        guard response.body.count <= Self.responseBytesMax else { return }
        while self.bytes + response.body.count > Self.bytesMax, self.first < self.order.count { self.removeOldest() }
        self.entries[key] = Entry(response: response, expires: now + .seconds(ttlSeconds), number: self.next)
        self.order.append((key, self.next))
        self.next += 1
        self.bytes += response.body.count
        // Replaced entries leave their places behind.
        if self.order.count > 2 * self.entries.count + 64 {
            self.order = self.order[self.first...].filter { self.entries[$0.key]?.number == $0.number }
            self.first = 0
        }
    }

    private mutating func removeOldest() {
        let (key, number) = self.order[self.first]
        self.first += 1
        if self.entries[key]?.number == number { self.remove(key) }
    }

    private mutating func remove(_ key: Key) {
        guard let entry = self.entries.removeValue(forKey: key) else { return }
        self.bytes -= entry.response.body.count
    }
}
