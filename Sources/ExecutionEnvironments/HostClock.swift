package import CoreTypes

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The clock and the random source of a running host. The core gets their values as arguments.
package enum HostClock {
    package static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}

/// Random numbers from the system, fetched so many at a time: an invocation needs six, and each system call costs as much as
/// fifty.
package struct BufferedRandom: RandomNumberGenerator {
    private var numbers: [UInt64] = []
    /// What one call of getentropy gives at most: 256 bytes.
    private static let pageCount = 32

    package init() {}

    package mutating func next() -> UInt64 {
        if let number = self.numbers.popLast() { return number }
        self.numbers = [UInt64](unsafeUninitializedCapacity: Self.pageCount) { buffer, count in
            let result = getentropy(buffer.baseAddress!, Self.pageCount * MemoryLayout<UInt64>.size)
            precondition(result == 0, "a system that runs processes has random numbers")
            count = Self.pageCount
        }
        return self.numbers.removeLast()
    }
}
