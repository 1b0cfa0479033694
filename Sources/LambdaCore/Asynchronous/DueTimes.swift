import CoreTypes

/// A binary heap of the times at which events are due; the earliest first, and among equal times the one accepted first.
/// Insertion and removal are O(log n).
struct DueTimes: Sendable {
    struct Element: Sendable {
        let time: Timestamp
        let event: AsynchronousQueue.EventID

        func precedes(_ other: Element) -> Bool { (self.time, self.event.sequence) < (other.time, other.event.sequence) }
    }

    private var heap: [Element] = []

    var first: Element? { self.heap.first }
    var count: Int { self.heap.count }

    mutating func insert(_ event: AsynchronousQueue.EventID, at time: Timestamp) {
        self.heap.append(Element(time: time, event: event))
        var child = self.heap.count - 1
        while child > 0, self.heap[child].precedes(self.heap[(child - 1) / 2]) {
            self.heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// The earliest event when it is due at `now`, else `nil`.
    mutating func removeFirst(dueAt now: Timestamp) -> AsynchronousQueue.EventID? {
        guard let first = self.heap.first, first.time <= now else { return nil }
        self.heap.swapAt(0, self.heap.count - 1)
        self.heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in (2 * parent + 1)...(2 * parent + 2) where child < self.heap.count {
                if self.heap[child].precedes(self.heap[least]) { least = child }
            }
            if least == parent { return first.event }
            self.heap.swapAt(least, parent)
            parent = least
        }
    }
}
