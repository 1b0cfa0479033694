package import CoreTypes

/// When a change happens, and where its new ids come from: all of them follow from the id of the request that makes it, so that
/// the same calls make the same registry.
package struct RegistryChange: Sendable {
    package let time: Timestamp
    private var generator: SplitMix64

    package init(time: Timestamp, requestID: RequestID) {
        self.time = time
        self.generator = SplitMix64(state: requestID.high ^ (requestID.low &* 0x9E37_79B9_7F4A_7C15))
    }

    mutating func nextID() -> RequestID { RequestID(using: &self.generator) }
}

/// The generator of Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
struct SplitMix64: RandomNumberGenerator, Sendable {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
