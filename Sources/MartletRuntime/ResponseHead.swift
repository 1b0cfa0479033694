/// The status line and the headers of one Runtime API answer, as far as a runtime needs them.
///
/// Ranges are offsets into the bytes that were parsed; they hold until these bytes are overwritten.
struct ResponseHead: Equatable {
    var status = 0
    var contentLength: Int?
    var isChunked = false
    var closesConnection = false
    var requestID: Range<Int>?
    var deadlineMilliseconds: Int64?
    var invokedFunctionARN: Range<Int>?
    var traceID: Range<Int>?
    var clientContext: Range<Int>?
    var cognitoIdentity: Range<Int>?
    var tenantID: Range<Int>?

    /// The offset behind the empty line that ends a head, searching from `from`; nil if it is not there yet.
    static func end(in bytes: [UInt8], from: Int, to end: Int) -> Int? {
        var index = from
        while index + 3 < end {
            if bytes[index] == carriageReturn, bytes[index + 1] == lineFeed, bytes[index + 2] == carriageReturn,
                bytes[index + 3] == lineFeed
            {
                return index + 4
            }
            index += 1
        }
        return nil
    }

    /// Parses a head with its final empty line. Nil if it is not HTTP/1.x or a length is not a number.
    init?(_ bytes: [UInt8], in range: Range<Int>) {
        var line = range.lowerBound
        guard let status = Self.status(bytes, range) else { return nil }
        self.status = status
        self.closesConnection = bytes[line + 7] == UInt8(ascii: "0")
        while let next = Self.afterLine(bytes, from: line, to: range.upperBound) {
            line = next
            guard let colon = bytes[line..<range.upperBound].firstIndex(of: UInt8(ascii: ":")) else { break }
            guard let end = Self.afterLine(bytes, from: line, to: range.upperBound) else { break }
            guard colon < end else { return nil }
            let value = Self.trimmed(bytes, (colon + 1)..<(end - 2))
            guard self.take(bytes, name: line..<colon, value: value) else { return nil }
        }
    }

    /// Keeps a header if it is one of those that matter. False if its value cannot be right.
    private mutating func take(_ bytes: [UInt8], name: Range<Int>, value: Range<Int>) -> Bool {
        switch name.count {
        case 10 where Self.matches(bytes, name, "connection"):
            if Self.matches(bytes, value, "close") { self.closesConnection = true }
        case 14 where Self.matches(bytes, name, "content-length"):
            guard let length = Self.number(bytes, value) else { return false }
            self.contentLength = Int(length)
        case 17 where Self.matches(bytes, name, "transfer-encoding"):
            self.isChunked = Self.matches(bytes, value, "chunked")
        case 23 where Self.matches(bytes, name, "lambda-runtime-trace-id"):
            self.traceID = value
        case 26 where Self.matches(bytes, name, "lambda-runtime-deadline-ms"):
            self.deadlineMilliseconds = Self.number(bytes, value)
        case 28 where Self.matches(bytes, name, "lambda-runtime-aws-tenant-id"):
            self.tenantID = value
        case 29 where Self.matches(bytes, name, "lambda-runtime-aws-request-id"):
            self.requestID = value
        case 29 where Self.matches(bytes, name, "lambda-runtime-client-context"):
            self.clientContext = value
        case 31 where Self.matches(bytes, name, "lambda-runtime-cognito-identity"):
            self.cognitoIdentity = value
        case 35 where Self.matches(bytes, name, "lambda-runtime-invoked-function-arn"):
            self.invokedFunctionARN = value
        default: break
        }
        return true
    }

    // MARK: Scanning

    private static let carriageReturn = UInt8(ascii: "\r")
    private static let lineFeed = UInt8(ascii: "\n")

    /// The three digits behind `HTTP/1.x `.
    private static func status(_ bytes: [UInt8], _ range: Range<Int>) -> Int? {
        let start = range.lowerBound
        guard range.count >= 12, matches(bytes, start..<(start + 7), "http/1.") else { return nil }
        guard bytes[start + 8] == UInt8(ascii: " ") else { return nil }
        return number(bytes, (start + 9)..<(start + 12)).map(Int.init)
    }

    private static func afterLine(_ bytes: [UInt8], from: Int, to end: Int) -> Int? {
        var index = from
        while index + 1 < end {
            if bytes[index] == carriageReturn, bytes[index + 1] == lineFeed { return index + 2 }
            index += 1
        }
        return nil
    }

    private static func trimmed(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
        func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var lower = range.lowerBound
        var upper = range.upperBound
        while lower < upper, isSpace(bytes[lower]) { lower += 1 }
        while lower < upper, isSpace(bytes[upper - 1]) { upper -= 1 }
        return lower..<upper
    }

    /// Compares with a lower-case ASCII text, ignoring the case of letters.
    private static func matches(_ bytes: [UInt8], _ range: Range<Int>, _ text: StaticString) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { expected in
            for (offset, letter) in expected.enumerated() {
                let byte = bytes[range.lowerBound + offset]
                let lowered = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
                if lowered != letter { return false }
            }
            return true
        }
    }

    private static func number(_ bytes: [UInt8], _ range: Range<Int>) -> Int64? {
        guard !range.isEmpty, range.count <= maximumDigits else { return nil }
        var result: Int64 = 0
        for byte in bytes[range] {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            result = result * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        return result
    }

    /// As many decimal digits as always fit 64 bits.
    private static let maximumDigits = 18
}
