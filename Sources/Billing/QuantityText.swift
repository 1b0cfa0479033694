import CoreTypes

/// Quantities as people write them on a command line. Each function throws a ``QuantityError`` that says what it takes.
package enum QuantityText {
    /// More than any account has: it keeps all arithmetic far from overflowing.
    package static let countLimit = 10_000_000_000_000
    /// A hundred years.
    package static let durationLimit = Duration.seconds(3_155_760_000)
    /// 1,000 PB.
    package static let byteLimit = 1_000 << 50

    /// `3M`, `1.5k`, `4583293`, `4_583_293`: a whole number with a decimal suffix (k, M, G or B, T).
    package static func count(_ text: String) throws(QuantityError) -> Int {
        guard let value = self.value(of: text, times: 0), value <= self.countLimit else {
            throw QuantityError(text: text, expected: "a whole number up to 10T such as 3M, 1.5k or 4583293")
        }
        return value
    }

    /// A number with a decimal suffix × 10^`power`, when that is a whole number up to 10¹⁶.
    private static func value(of text: String, times power: Int) -> Int? {
        let (number, suffix) = self.split(text)
        let powers = ["": 0, "k": 3, "K": 3, "M": 6, "G": 9, "B": 9, "T": 12]
        guard let own = powers[suffix],
            let value = DecimalText.parse(number, scale: own + power, limit: Int128(self.countLimit) * 1_000), value >= 0
        else { return nil }
        return Int(value)
    }

    /// `250ms`, `1s`, `20m`, `720h`, `30d`; `0` and, where `plainSeconds` is given, plain numbers of seconds.
    package static func duration(_ text: String, plainSeconds: Bool = false) throws(QuantityError) -> Duration {
        let (number, suffix) = self.split(text)
        let units: [String: Int128] = [
            "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000, "min": 60_000_000_000,
            "h": 3_600_000_000_000, "d": 86_400_000_000_000,
        ]
        let unit = units[suffix] ?? (suffix.isEmpty && (plainSeconds || number == "0") ? units["s"] : nil)
        guard let unit, let billionths = DecimalText.parse(number, scale: 9, limit: 10_000_000_000_000_000_000), billionths >= 0,
            billionths * unit % 1_000_000_000 == 0, billionths * unit / 1_000_000_000 <= Int128(self.durationLimit.nanoseconds)
        else {
            let plain = plainSeconds ? ", or a plain number of seconds" : ""
            throw QuantityError(text: text, expected: "a time such as 250ms, 1s, 20m, 720h or 30d\(plain)")
        }
        return .nanoseconds(Int64(billionths * unit / 1_000_000_000))
    }

    /// `720` or `720h`: hours, the begun one counted.
    package static func hours(_ text: String) throws(QuantityError) -> Int {
        let isPlain = text.utf8.last.map { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } ?? false
        do {
            return try self.duration(isPlain ? text + "h" : text).begunHours
        } catch {
            throw QuantityError(text: text, expected: "hours such as 720, 720h or 30d")
        }
    }

    /// `512`, `4KB`, `1.5GB`: bytes in units of 1,024, as AWS counts them.
    package static func bytes(_ text: String) throws(QuantityError) -> Int {
        let (number, suffix) = self.split(text)
        let shifts = ["": 0, "B": 0, "KB": 10, "KIB": 10, "MB": 20, "MIB": 20, "GB": 30, "GIB": 30, "TB": 40, "TIB": 40]
        guard let shift = shifts[suffix.uppercased()],
            let millionths = DecimalText.parse(number, scale: 6, limit: 1_000_000_000_000_000_000_000), millionths >= 0,
            (millionths << shift) / 1_000_000 <= Int128(self.byteLimit)
        else { throw QuantityError(text: text, expected: "a size such as 512, 4KB, 1.5GB or 2TB") }
        return Int((millionths << shift) / 1_000_000)
    }

    /// `512` or `512MB` or `1GB`: megabytes of memory.
    package static func megabytes(_ text: String) throws(QuantityError) -> Int {
        let isPlain = text.utf8.last.map { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } ?? false
        do {
            let bytes = try self.bytes(isPlain ? text + "MB" : text)
            guard bytes % (1 << 20) == 0 else { throw QuantityError(text: text, expected: "") }
            return bytes >> 20
        } catch {
            throw QuantityError(text: text, expected: "megabytes such as 512, 512MB or 1GB")
        }
    }

    /// `50rps`, `50/s`, `3k/min`, `1M/h`, `1M/d`
    package static func rate(_ text: String) throws(QuantityError) -> RequestRate {
        let periods: [(suffix: String, seconds: Int)] = [
            ("rps", 1), ("/s", 1), ("/min", 60), ("/m", 60), ("/h", 3_600), ("/d", 86_400), ("/month", 2_592_000),
        ]
        for (suffix, seconds) in periods where text.hasSuffix(suffix) {
            let number = String(text.dropLast(suffix.count))
            // 0.5rps is 500 in 1,000 s: three decimals keep their meaning.
            guard let thousandths = self.value(of: number, times: 3) else { break }
            let rate =
                thousandths % 1_000 == 0
                ? RequestRate(requests: thousandths / 1_000, per: .seconds(seconds))
                : RequestRate(requests: thousandths, per: .seconds(1_000 * seconds))
            guard rate.requestsPerMonth <= self.countLimit else { break }
            return rate
        }
        throw QuantityError(text: text, expected: "a rate such as 50rps, 0.5rps, 3k/min, 1M/d or 3M/month")
    }

    /// The number and what follows it. Underscores between digits are for the reader's eye.
    private static func split(_ text: String) -> (number: String, suffix: String) {
        let isPart: (UInt8) -> Bool = { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || ".-_".utf8.contains($0) }
        let number = text.utf8.prefix(while: isPart)
        let suffix = text.dropFirst(number.count)
        let digits = String(decoding: number, as: UTF8.self)
        let isGrouped = digits.contains("_") && !digits.hasPrefix("_") && !digits.hasSuffix("_") && !digits.contains("__")
        return (isGrouped ? digits.filter { $0 != "_" } : digits, String(suffix))
    }
}

/// `'3X' should be a whole number such as 3M`
package struct QuantityError: Error, Hashable, CustomStringConvertible {
    package let text: String
    package let expected: String

    package var description: String { "'\(self.text)' should be \(self.expected)" }
}
