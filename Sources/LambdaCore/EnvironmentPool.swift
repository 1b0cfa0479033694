package import CoreTypes

/// Which execution environment takes an invocation. Environments are numbers here; their processes belong to the edge.
///
/// The one used last is used first: its caches are warm, and those below it can be let go.
package struct EnvironmentPool: Sendable {
    package typealias EnvironmentID = Int

    package enum Placement: Hashable, Sendable {
        case reuse(EnvironmentID)
        /// Start a new environment, after ending `evicted`, an idle one of another version, where the machine's bound asks for
        /// it.
        case start(EnvironmentID, evicted: EnvironmentID?)
        /// All environments the machine may have are at work: take the next that becomes free.
        case wait
    }

    private struct Entry {
        let version: FunctionVersionID
        var idleSince: Timestamp?
        var isRetired = false
    }

    package let limit: Int
    package let idleTimeout: Duration
    private var entries: [EnvironmentID: Entry] = [:]
    /// For each version its idle environments, last used last.
    private var idle: [FunctionVersionID: [EnvironmentID]] = [:]
    private var lastID = 0

    /// - Parameters:
    ///   - limit: environments that may exist at once.
    ///   - idleTimeout: how long an environment is kept without work; AWS keeps them some minutes, at most some hours.
    package init(limit: Int, idleTimeout: Duration) {
        precondition(limit > 0, "a host without environments runs nothing")
        self.limit = limit
        self.idleTimeout = idleTimeout
    }

    package var count: Int { self.entries.count }

    /// Whether a new environment could start, if need be in the place of an idle one. O(n).
    package var hasRoom: Bool { self.entries.count < self.limit || self.entries.values.contains { $0.idleSince != nil } }

    package func hasIdle(_ version: FunctionVersionID) -> Bool { self.idle[version]?.isEmpty == false }

    package mutating func place(_ version: FunctionVersionID) -> Placement {
        if let id = self.idle[version]?.popLast() {
            self.entries[id]?.idleSince = nil
            return .reuse(id)
        }
        var evicted: EnvironmentID?
        if self.entries.count >= self.limit {
            guard let oldest = self.longestIdle() else { return .wait }
            self.remove(oldest)
            evicted = oldest
        }
        self.lastID += 1
        self.entries[self.lastID] = Entry(version: version)
        return .start(self.lastID, evicted: evicted)
    }

    /// An environment has nothing to do. `false`: it was retired meanwhile and must end.
    /// - Parameter isFresh: an environment that must start its process again is used after all others.
    package mutating func becameIdle(_ id: EnvironmentID, at now: Timestamp, isFresh: Bool = true) -> Bool {
        guard let entry = self.entries[id] else { return false }
        precondition(entry.idleSince == nil, "an environment becomes idle once")
        guard !entry.isRetired else {
            self.entries[id] = nil
            return false
        }
        self.entries[id]?.idleSince = now
        if isFresh {
            self.idle[entry.version, default: []].append(id)
        } else {
            self.idle[entry.version, default: []].insert(id, at: 0)
        }
        return true
    }

    /// Forgets an environment, idle or not.
    package mutating func remove(_ id: EnvironmentID) {
        guard let entry = self.entries.removeValue(forKey: id), entry.idleSince != nil else { return }
        self.idle[entry.version]?.removeAll { $0 == id }
        if self.idle[entry.version]?.isEmpty == true { self.idle[entry.version] = nil }
    }

    /// A version will get no more invocations. Returns its idle environments, which must end; busy ones end when they are done.
    package mutating func retire(where isRetired: (FunctionVersionID) -> Bool) -> [EnvironmentID] {
        var ended: [EnvironmentID] = []
        for (id, entry) in self.entries where isRetired(entry.version) {
            if entry.idleSince != nil { ended.append(id) } else { self.entries[id]?.isRetired = true }
        }
        for id in ended { self.remove(id) }
        return ended.sorted()
    }

    /// Takes out the environments that have been idle for the whole time-out, and says when to look again.
    package mutating func expire(at now: Timestamp) -> (ended: [EnvironmentID], next: Timestamp?) {
        let expired = self.entries.filter { $0.value.idleSince.map { now - $0 >= self.idleTimeout } ?? false }.keys.sorted()
        for id in expired { self.remove(id) }
        let oldest = self.entries.values.compactMap(\.idleSince).min()
        return (expired, oldest.map { $0 + self.idleTimeout })
    }

    private func longestIdle() -> EnvironmentID? {
        self.entries.compactMap { id, entry in entry.idleSince.map { (id, $0) } }.min { ($0.1, $0.0) < ($1.1, $1.0) }?.0
    }
}
