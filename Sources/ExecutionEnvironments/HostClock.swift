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

/// Random numbers from the system, fetched a page at a time: an invocation needs six, and each system call costs as much as
/// fifty.
package struct BufferedRandom: RandomNumberGenerator {
    private var numbers: [UInt64] = []
    private static let pageCount = 512

    package init() {}

    package mutating func next() -> UInt64 {
        if let number = self.numbers.popLast() { return number }
        self.numbers = [UInt64](unsafeUninitializedCapacity: Self.pageCount) { buffer, count in
            var generator = SystemRandomNumberGenerator()
            for index in 0..<Self.pageCount { buffer.initializeElement(at: index, to: generator.next()) }
            count = Self.pageCount
        }
        return self.numbers.removeLast()
    }
}
