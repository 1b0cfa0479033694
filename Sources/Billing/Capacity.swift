import CoreTypes

/// What a Network Load Balancer is asked for, evenly over time.
///
/// The most used of three dimensions is paid for: one capacity unit is 800 new connections a second, 100,000 active ones or
/// 1 GB an hour (Elastic Load Balancing pricing, TCP).
package struct BalancerLoad: Hashable, Sendable {
    package var newConnectionsPerSecond: Int
    package var activeConnections: Int
    /// Over the whole time.
    package var bytes: Int128

    package init(newConnectionsPerSecond: Int = 0, activeConnections: Int = 0, bytes: Int128 = 0) {
        self.newConnectionsPerSecond = newConnectionsPerSecond
        self.activeConnections = activeConnections
        self.bytes = bytes
    }

    package static let newConnectionsPerUnit: Int128 = 800
    package static let activeConnectionsPerUnit: Int128 = 100_000

    /// In millionths of an NLCU-hour, rounded up.
    package func capacityUnitHours(over hours: Int) -> Int128 {
        let million = PriceUnit.capacityUnitHour.size
        func perUnit(_ count: Int, _ each: Int128) -> Int128 { (Int128(count) * Int128(hours) * million + each - 1) / each }
        return max(
            perUnit(self.newConnectionsPerSecond, Self.newConnectionsPerUnit),
            perUnit(self.activeConnections, Self.activeConnectionsPerUnit),
            (self.bytes * million + PriceTable.gigabyte - 1) / PriceTable.gigabyte)
    }
}

extension Duration {
    /// Whole hours, a begun one counted: balancers and interface endpoints are paid for by the hour or part of it (Elastic Load
    /// Balancing pricing, AWS PrivateLink pricing), NAT gateways too (Amazon VPC pricing).
    package var begunHours: Int {
        let (seconds, attoseconds) = self.components
        return Int(seconds / 3_600) + (seconds % 3_600 > 0 || attoseconds > 0 ? 1 : 0)
    }

    /// Milliseconds of provisioned concurrency, from enabling to disabling, rounded up to five minutes (AWS Lambda pricing,
    /// "Provisioned Concurrency Pricing").
    package var provisionedMilliseconds: Int128 {
        let five: Int128 = 300_000_000_000
        return (Int128(self.nanoseconds) + five - 1) / five * 300_000
    }
}
