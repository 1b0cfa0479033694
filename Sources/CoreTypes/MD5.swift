/// MD5 (RFC 1321), which SQS and Lambda use as a checksum of messages. Not for security.
package struct MD5: Sendable {
    package struct Digest: Hashable, Sendable, CustomStringConvertible {
        /// The 16 bytes, the first one highest.
        package let high: UInt64
        package let low: UInt64

        package init(high: UInt64, low: UInt64) {
            self.high = high
            self.low = low
        }

        /// 32 lower-case hexadecimal digits.
        package var description: String {
            String(unsafeUninitializedCapacity: 32) { buffer in
                for index in 0..<32 {
                    let word = index < 16 ? self.high : self.low
                    let nibble = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * (index % 16))) & 15
                    buffer[index] = nibble < 10 ? 48 + nibble : 87 + nibble
                }
                return 32
            }
        }
    }

    /// The integer part of 2^32 × |sin(i + 1)|, as RFC 1321 section 3.4 lists them.
    private static let sines: [UInt32] = [
        0xd76a_a478, 0xe8c7_b756, 0x2420_70db, 0xc1bd_ceee, 0xf57c_0faf, 0x4787_c62a, 0xa830_4613, 0xfd46_9501, 0x6980_98d8,
        0x8b44_f7af, 0xffff_5bb1, 0x895c_d7be, 0x6b90_1122, 0xfd98_7193, 0xa679_438e, 0x49b4_0821, 0xf61e_2562, 0xc040_b340,
        0x265e_5a51, 0xe9b6_c7aa, 0xd62f_105d, 0x0244_1453, 0xd8a1_e681, 0xe7d3_fbc8, 0x21e1_cde6, 0xc337_07d6, 0xf4d5_0d87,
        0x455a_14ed, 0xa9e3_e905, 0xfcef_a3f8, 0x676f_02d9, 0x8d2a_4c8a, 0xfffa_3942, 0x8771_f681, 0x6d9d_6122, 0xfde5_380c,
        0xa4be_ea44, 0x4bde_cfa9, 0xf6bb_4b60, 0xbebf_bc70, 0x289b_7ec6, 0xeaa1_27fa, 0xd4ef_3085, 0x0488_1d05, 0xd9d4_d039,
        0xe6db_99e5, 0x1fa2_7cf8, 0xc4ac_5665, 0xf429_2244, 0x432a_ff97, 0xab94_23a7, 0xfc93_a039, 0x655b_59c3, 0x8f0c_cc92,
        0xffef_f47d, 0x8584_5dd1, 0x6fa8_7e4f, 0xfe2c_e6e0, 0xa301_4314, 0x4e08_11a1, 0xf753_7e82, 0xbd3a_f235, 0x2ad7_d2bb,
        0xeb86_d391,
    ]

    private var state: (UInt32, UInt32, UInt32, UInt32) = (0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476)

    package static func digest(of bytes: [UInt8]) -> Digest {
        bytes.withUnsafeBytes { self.digest(of: $0) }
    }

    package static func digest(of bytes: UnsafeRawBufferPointer) -> Digest {
        var hash = MD5()
        let whole = bytes.count / 64 * 64
        var offset = 0
        while offset < whole {
            hash.compress(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + 64]))
            offset += 64
        }
        withUnsafeTemporaryAllocation(byteCount: 128, alignment: 8) { tail in
            let rest = bytes.count - whole
            let padded = rest < 56 ? 64 : 128
            tail.initializeMemory(as: UInt8.self, repeating: 0)
            if rest > 0 {
                UnsafeMutableRawBufferPointer(rebasing: tail[0..<rest]).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: bytes[whole...]))
            }
            tail[rest] = 0x80
            tail.storeBytes(of: (UInt64(bytes.count) &* 8).littleEndian, toByteOffset: padded - 8, as: UInt64.self)
            for start in stride(from: 0, to: padded, by: 64) {
                hash.compress(UnsafeRawBufferPointer(rebasing: tail[start..<start + 64]))
            }
        }
        return hash.digest
    }

    private var digest: Digest {
        Digest(
            high: UInt64(self.state.0.byteSwapped) << 32 | UInt64(self.state.1.byteSwapped),
            low: UInt64(self.state.2.byteSwapped) << 32 | UInt64(self.state.3.byteSwapped))
    }

    /// Four rounds of sixteen steps (RFC 1321 section 3.4). Four steps stand together, as the four words of the state have their
    /// places again behind them, and each has its own shift as a constant: with shifts from a table a step takes twice as long.
    private mutating func compress(_ block: UnsafeRawBufferPointer) {
        var (a, b, c, d) = self.state
        Self.sines.withUnsafeBufferPointer { sines in
            func term(_ step: Int, _ word: Int) -> UInt32 {
                sines[step] &+ UInt32(littleEndian: block.loadUnaligned(fromByteOffset: (word & 15) * 4, as: UInt32.self))
            }
            for step in stride(from: 0, to: 16, by: 4) {
                a = Self.rotated(a &+ (d ^ (b & (c ^ d))) &+ term(step, step), by: 7) &+ b
                d = Self.rotated(d &+ (c ^ (a & (b ^ c))) &+ term(step + 1, step + 1), by: 12) &+ a
                c = Self.rotated(c &+ (b ^ (d & (a ^ b))) &+ term(step + 2, step + 2), by: 17) &+ d
                b = Self.rotated(b &+ (a ^ (c & (d ^ a))) &+ term(step + 3, step + 3), by: 22) &+ c
            }
            for step in stride(from: 16, to: 32, by: 4) {
                a = Self.rotated(a &+ (c ^ (d & (b ^ c))) &+ term(step, 5 * step + 1), by: 5) &+ b
                d = Self.rotated(d &+ (b ^ (c & (a ^ b))) &+ term(step + 1, 5 * step + 6), by: 9) &+ a
                c = Self.rotated(c &+ (a ^ (b & (d ^ a))) &+ term(step + 2, 5 * step + 11), by: 14) &+ d
                b = Self.rotated(b &+ (d ^ (a & (c ^ d))) &+ term(step + 3, 5 * step + 16), by: 20) &+ c
            }
            for step in stride(from: 32, to: 48, by: 4) {
                a = Self.rotated(a &+ (b ^ c ^ d) &+ term(step, 3 * step + 5), by: 4) &+ b
                d = Self.rotated(d &+ (a ^ b ^ c) &+ term(step + 1, 3 * step + 8), by: 11) &+ a
                c = Self.rotated(c &+ (d ^ a ^ b) &+ term(step + 2, 3 * step + 11), by: 16) &+ d
                b = Self.rotated(b &+ (c ^ d ^ a) &+ term(step + 3, 3 * step + 14), by: 23) &+ c
            }
            for step in stride(from: 48, to: 64, by: 4) {
                a = Self.rotated(a &+ (c ^ (b | ~d)) &+ term(step, 7 * step), by: 6) &+ b
                d = Self.rotated(d &+ (b ^ (a | ~c)) &+ term(step + 1, 7 * step + 7), by: 10) &+ a
                c = Self.rotated(c &+ (a ^ (d | ~b)) &+ term(step + 2, 7 * step + 14), by: 15) &+ d
                b = Self.rotated(b &+ (d ^ (c | ~a)) &+ term(step + 3, 7 * step + 21), by: 21) &+ c
            }
        }
        self.state = (self.state.0 &+ a, self.state.1 &+ b, self.state.2 &+ c, self.state.3 &+ d)
    }

    @inline(__always)
    private static func rotated(_ word: UInt32, by bits: UInt32) -> UInt32 { word &<< bits | word &>> (32 &- bits) }
}
