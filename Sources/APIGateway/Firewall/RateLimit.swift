import CoreTypes

extension WebACL {
    /// A rate-based statement: matches requests of an aggregation instance that has sent more than the limit in the time looked
    /// back on (AWS WAF API reference, "RateBasedStatement").
    package struct RateLimit: Hashable, Sendable {
        package enum Key: Hashable, Sendable {
            case sourceIP
            case forwardedIP(ForwardedAddress)
            case component(Inspection)
        }

        /// Which of the requests that a rule sees count together; empty: all of them.
        package var keys: [Key]
        package var limit: Int
        package var windowSeconds: Int
        /// Only requests that this matches are counted and limited.
        package var scope: Statement?

        package init(keys: [Key], limit: Int, windowSeconds: Int, scope: Statement?) {
            self.keys = keys
            self.limit = limit
            self.windowSeconds = windowSeconds
            self.scope = scope
        }
    }
}

/// How many requests of each aggregation instance came of late. Times are counted in steps of ten seconds, in which AWS WAF, too,
/// looks at the rates.
package struct RateCounters: Sendable {
    /// What requests count together.
    struct Instance: Hashable, Sendable {
        /// The web ACL's ARN.
        let acl: String
        /// With the namespace of its labels, as rules of a group may be called like the ACL's.
        let rule: String
        /// Of the request, in the order of the keys.
        let values: [[UInt8]]
    }

    private struct Count: Sendable {
        /// Since 1970, in ascending order.
        var steps: [(step: Int64, requests: Int)] = []
        let windowSteps: Int64

        mutating func forget(before step: Int64) { self.steps.removeAll { $0.step < step } }
        mutating func forget(at step: Int64) { self.forget(before: step - self.windowSteps + 1) }
    }

    static let stepSeconds: Int64 = 10
    /// Ours: so many instances of all rules are counted at once. Others aren't until one of them has been quiet for its window.
    static let instancesMax = 10_000

    private var counts: [Instance: Count] = [:]
    /// When stale instances were last looked for, which takes a while.
    private var cleanedAt: Int64 = 0

    /// Counts a request, and says how many there were with it in the window.
    mutating func count(_ instance: Instance, windowSeconds: Int, at now: Timestamp) -> Int {
        let step = now.seconds / Self.stepSeconds
        guard self.hasRoom(for: instance, at: step) else { return 0 }
        var count = self.counts[instance] ?? Count(windowSteps: Int64(windowSeconds) / Self.stepSeconds)
        count.forget(at: step)
        if let last = count.steps.indices.last, count.steps[last].step >= step {
            count.steps[last].requests += 1
        } else {
            count.steps.append((step, 1))
        }
        self.counts[instance] = count
        return count.steps.reduce(0) { $0 + $1.requests }
    }

    private mutating func hasRoom(for instance: Instance, at step: Int64) -> Bool {
        if self.counts.count < Self.instancesMax || self.counts[instance] != nil { return true }
        guard step > self.cleanedAt else { return false }
        self.cleanedAt = step
        for (key, count) in self.counts {
            var count = count
            count.forget(at: step)
            if count.steps.isEmpty { self.counts[key] = nil }
        }
        return self.counts.count < Self.instancesMax
    }
}
