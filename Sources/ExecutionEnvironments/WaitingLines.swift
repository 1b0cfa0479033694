import LambdaCore
import NIOCore

/// Invocations that wait for an environment: a line for each version, and across all lines who waits longest.
struct WaitingLines {
    private struct Entry {
        let place: UInt64
        let invocation: Invocation
    }

    private(set) var count = 0
    /// Empty ones stay until their version is gone: one caller who calls in turn waits for a moment each time.
    private var lines: [FunctionVersionID: CircularBuffer<Entry>] = [:]
    private var lastPlace: UInt64 = 0

    var isEmpty: Bool { self.count == 0 }
    func count(of version: FunctionVersionID) -> Int { self.isEmpty ? 0 : self.lines[version]?.count ?? 0 }

    /// Whether anybody waits for an environment that has answered and is about to be free.
    var hasPatient: Bool { self.lines.values.contains { $0.contains { $0.invocation.patienceEnds != nil } } }

    mutating func append(_ invocation: Invocation) {
        self.lastPlace += 1
        self.lines[invocation.function.id, default: []].append(Entry(place: self.lastPlace, invocation: invocation))
        self.count += 1
    }

    mutating func popFirst(of version: FunctionVersionID) -> Invocation? {
        guard !self.isEmpty, let entry = self.lines[version]?.popFirst() else { return nil }
        self.count -= 1
        return entry.invocation
    }

    /// Whoever waits longest.
    mutating func popFirst() -> Invocation? {
        let longest = self.lines.min { ($0.value.first?.place ?? .max) < ($1.value.first?.place ?? .max) }
        return longest.flatMap { self.popFirst(of: $0.key) }
    }

    /// Takes those out who have waited long enough for an environment that had answered.
    mutating func takeImpatient(at now: NIODeadline) -> [Invocation] {
        var taken: [Invocation] = []
        for version in Array(self.lines.keys) {
            self.lines[version]?.removeAll { entry in
                guard let end = entry.invocation.patienceEnds, end <= now else { return false }
                entry.invocation.patienceEnds = nil
                taken.append(entry.invocation)
                return true
            }
        }
        self.count -= taken.count
        return taken
    }

    /// Gives up the room of versions that nobody waits for.
    mutating func forget(where isGone: (FunctionVersionID) -> Bool) {
        self.lines = self.lines.filter { !$0.value.isEmpty || !isGone($0.key) }
    }
}
