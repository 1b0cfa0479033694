package import CoreTypes

/// How fast requests may come: a bucket of `burst` tokens that fills by `rate` tokens a second; each request takes one
/// (API Gateway developer guide, "Throttle requests to your REST APIs for better throughput in API Gateway").
package struct ThrottleLimit: Hashable, Sendable {
    /// Thousandths of a request per second.
    package let rateThousandths: Int64
    /// The bucket's size in requests.
    package let burst: Int

    /// The account's limit for all APIs of a region together ("Amazon API Gateway quotas").
    package static let account = ThrottleLimit(rate: 10_000, burst: 5_000)
    /// The most that can be said: for load tests, which no machine of today brings to it.
    package static let relaxed = ThrottleLimit(rate: 1e9, burst: 9_000_000)

    /// - Parameters:
    ///   - rate: requests per second; thousandths are kept. What is not a number, or negative, is no request at all.
    ///   - burst: 0 to 9,000,000; more is cut.
    package init(rate: Double, burst: Int) {
        self.rateThousandths = rate > 0 ? Int64((min(rate, 1e9) * 1_000).rounded()) : 0
        self.burst = min(max(burst, 0), 9_000_000)
    }

    /// `nil` where neither part is set. A part that is missing is the account's.
    package init?(_ settings: ThrottleSettings) {
        guard !settings.isEmpty else { return nil }
        self.init(rate: settings.rateLimit ?? 10_000, burst: settings.burstLimit ?? 5_000)
    }
}

/// The tokens of one limit. Integers only, so that it is exact under any clock: a token is 10^12 units, and a rate of `n`
/// thousandths a second adds `n` units each nanosecond.
package struct TokenBucket: Hashable, Sendable {
    private static let token: Int64 = 1_000_000_000_000

    private var level: Int64
    private var filledAt: Timestamp

    /// A full one.
    package init(_ limit: ThrottleLimit, at now: Timestamp) {
        self.level = Int64(limit.burst) * Self.token
        self.filledAt = now
    }

    /// Brings the level to the present. A limit that changed in between acts at once; a clock that goes back adds nothing.
    private mutating func fill(_ limit: ThrottleLimit, to now: Timestamp) {
        let capacity = Int64(limit.burst) * Self.token
        let elapsed = max(now.nanoseconds - self.filledAt.nanoseconds, 0)
        let (gained, overflows) = elapsed.multipliedReportingOverflow(by: limit.rateThousandths)
        self.level = overflows || gained >= capacity - self.level ? capacity : self.level + gained
        self.filledAt = max(self.filledAt, now)
    }

    /// Whether a token is there at this time.
    package mutating func hasToken(_ limit: ThrottleLimit, at now: Timestamp) -> Bool {
        self.fill(limit, to: now)
        return self.level >= Self.token
    }

    /// Takes a token; only after ``hasToken(_:at:)`` said that there is one.
    package mutating func take() {
        precondition(self.level >= Self.token, "a token is taken only where there is one")
        self.level -= Self.token
    }
}
