/// Sees whether a name stands twice among the members of one object, while the object is read: by a digest of each name's
/// bytes, so that the usual object costs a few integer comparisons and no hashing of strings.
struct DistinctNames {
    private var digests: [UInt64] = []
    /// Takes over from `digests` in objects too large to scan.
    private var large: Set<UInt64> = []
    private static let scanLimit = 32

    /// Whether an earlier name may be equal: certain when `false`; when `true` the members have to be compared.
    mutating func mayRepeat(_ name: Slice<UnsafeRawBufferPointer>) -> Bool {
        let digest = Self.digest(name)
        if self.digests.count < Self.scanLimit {
            let repeats = self.digests.contains(digest)
            self.digests.append(digest)
            return repeats
        }
        if self.large.isEmpty { self.large = Set(self.digests) }
        return !self.large.insert(digest).inserted
    }

    /// The length with the first and the last eight bytes.
    private static func digest(_ name: Slice<UnsafeRawBufferPointer>) -> UInt64 {
        var digest = UInt64(name.count)
        for byte in name.prefix(8) { digest = digest &* 0x100_0000_01b3 ^ UInt64(byte) }
        if name.count > 8 {
            for byte in name.suffix(8) { digest = digest &* 0x100_0000_01b3 ^ UInt64(byte) }
        }
        return digest
    }
}
