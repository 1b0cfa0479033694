/// A binary heap of times and what is due then. Entries are not taken out when they lose their meaning: whoever pops one looks
/// whether it still holds.
struct DeadlineHeap<Element: Sendable>: Sendable {
    private var entries: [(time: Int64, element: Element)] = []

    var count: Int { self.entries.count }
    var first: (time: Int64, element: Element)? { self.entries.first }

    /// O(log n); O(1) when nothing later is held.
    mutating func push(_ element: Element, at time: Int64) {
        self.entries.append((time, element))
        var child = self.entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard self.entries[child].time < self.entries[parent].time else { return }
            self.entries.swapAt(child, parent)
            child = parent
        }
    }

    mutating func removeFirst() {
        let last = self.entries.removeLast()
        if !self.entries.isEmpty {
            self.entries[0] = last
            self.siftDown()
        }
    }

    /// Keeps what still holds: O(n), for when most entries have lost their meaning.
    mutating func removeAll(where isStale: (Element) -> Bool) {
        let kept = self.entries.filter { !isStale($0.element) }
        self.entries.removeAll(keepingCapacity: false)
        for entry in kept.sorted(by: { $0.time < $1.time }) { self.entries.append(entry) }
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < self.entries.count else { return }
            if child + 1 < self.entries.count, self.entries[child + 1].time < self.entries[child].time { child += 1 }
            guard self.entries[child].time < self.entries[parent].time else { return }
            self.entries.swapAt(child, parent)
            parent = child
        }
    }
}

/// A queue of values with O(1) at both ends, amortized.
struct Line<Element: Sendable>: Sendable {
    private var elements: [Element] = []
    private var start = 0

    var count: Int { self.elements.count - self.start }
    var first: Element? { self.start < self.elements.count ? self.elements[self.start] : nil }
    /// In their order.
    var all: ArraySlice<Element> { self.elements[self.start...] }

    mutating func append(_ element: Element) { self.elements.append(element) }

    mutating func removeFirst() {
        self.start += 1
        if self.start > 32, self.start * 2 > self.elements.count {
            self.elements.removeFirst(self.start)
            self.start = 0
        }
    }

    mutating func removeAll(where isGone: (Element) -> Bool) {
        self.elements.removeFirst(self.start)
        self.start = 0
        self.elements.removeAll(where: isGone)
    }
}
