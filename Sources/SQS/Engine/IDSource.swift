import CoreTypes

/// Makes ids of random bits that were given once: two SplitMix64 generators (Steele, Lea, Flood 2014), one for each half.
struct IDSource: Sendable {
    private var high: UInt64
    private var low: UInt64

    init(seed: (UInt64, UInt64)) {
        self.high = seed.0
        self.low = seed.1
    }

    mutating func next() -> RequestID {
        RequestID(random: Self.next(&self.high), Self.next(&self.low))
    }

    private static func next(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
