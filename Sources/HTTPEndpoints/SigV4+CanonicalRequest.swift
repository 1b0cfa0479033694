import APIGateway

/// The one text that client and service make of a request and sign (IAM user guide, "Create a signed AWS API request", "Create a
/// canonical request").
struct CanonicalRequest {
    let text: String

    init(_ request: GatewayRequest, signedHeaders: [String], bodyHash: String) {
        let query = SignedQuery(request.target)
        let headers = signedHeaders.map { "\($0):\(Self.value(of: $0, in: request))\n" }.joined()
        self.text = [
            request.method, Self.path(of: request.target), query.canonical, headers, signedHeaders.joined(separator: ";"),
            bodyHash,
        ].joined(separator: "\n")
    }

    /// All lines of a name, in order, each without blanks around it and with single ones within.
    private static func value(of name: String, in request: GatewayRequest) -> String {
        request.headers.filter { $0.isNamed(name) }.map { header in
            header.value.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
        }.joined(separator: ",")
    }

    /// Without `.`, `..` and empty segments, and percent-encoded once more than on the wire.
    private static func path(of target: String) -> String {
        let path = target.prefix { $0 != "?" }
        var segments: [Substring] = []
        for segment in path.split(separator: "/") {
            switch segment {
            case ".": break
            case "..": _ = segments.popLast()
            default: segments.append(segment)
            }
        }
        let isFolder = path.hasSuffix("/") && !segments.isEmpty
        return "/" + segments.map { SignedQuery.encode($0.utf8) }.joined(separator: "/") + (isFolder ? "/" : "")
    }
}

/// The query of a signed request, its names and values decoded. A plus sign is itself.
struct SignedQuery {
    private let pairs: [(name: [UInt8], value: [UInt8])]

    init(_ target: String) {
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else {
            self.pairs = []
            return
        }
        let query = target.utf8[target.utf8.index(after: mark)...]
        self.pairs = query.split(separator: UInt8(ascii: "&")).map { pair in
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return (Self.decode(parts[0]), parts.count == 2 ? Self.decode(parts[1]) : [])
        }
    }

    subscript(name: String) -> String? {
        self.pairs.first { $0.name == Array(name.utf8) }.map { String(decoding: $0.value, as: UTF8.self) }
    }

    /// Encoded and sorted by name, then by value; without the signature itself.
    var canonical: String {
        self.pairs.map { (Self.encode($0.name), Self.encode($0.value)) }
            .filter { $0.0 != "X-Amz-Signature" }
            .sorted { Array($0.0.utf8) == Array($1.0.utf8) ? Self.precedes($0.1, $1.1) : Self.precedes($0.0, $1.0) }
            .map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    }

    private static func precedes(_ left: String, _ right: String) -> Bool { left.utf8.lexicographicallyPrecedes(right.utf8) }

    private static func decode(_ text: some Collection<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(text)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let high = rest.first.flatMap(Self.digit),
                let low = rest.dropFirst().first.flatMap(Self.digit)
            {
                bytes.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// All but the unreserved characters (RFC 3986 section 2.3), with capital digits.
    static func encode(_ text: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
