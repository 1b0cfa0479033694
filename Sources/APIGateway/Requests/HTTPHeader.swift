/// One header line, in the casing it was sent or is to be sent with.
package struct HTTPHeader: Hashable, Sendable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// Header names match whatever their casing (RFC 9110 section 5.1).
    package func isNamed(_ name: String) -> Bool { equalIgnoringCase(self.name, name) }
}

/// Names of headers that are looked for together: a handful, which are compared faster than hashed.
struct HeaderNames: Sendable, ExpressibleByArrayLiteral {
    private let names: [String]

    init(arrayLiteral names: String...) { self.names = names }

    func contains(_ name: String) -> Bool { self.names.contains { equalIgnoringCase($0, name) } }
}

extension [HTTPHeader] {
    /// The value of the first line of that name.
    package func first(_ name: String) -> String? { self.first { $0.isNamed(name) }?.value }
    /// The value of the last line of that name.
    package func last(_ name: String) -> String? { self.last { $0.isNamed(name) }?.value }

    /// Puts one line in the place of all of that name.
    mutating func replace(_ name: String, _ value: String) {
        self.removeAll { $0.isNamed(name) }
        self.append(HTTPHeader(name, value))
    }
}

/// ASCII letters compare without case; all other bytes must be equal.
func equalIgnoringCase(_ left: String, _ right: String) -> Bool {
    guard left.utf8.count == right.utf8.count else { return false }
    // Texts that come from outside Swift may lie in pieces; all others are looked at in place.
    return left.utf8.withContiguousStorageIfAvailable { left in
        right.utf8.withContiguousStorageIfAvailable { right in
            for index in left.indices where lowercased(left[index]) != lowercased(right[index]) { return false }
            return true
        }
    }?.flatMap { $0 } ?? zip(left.utf8, right.utf8).allSatisfy { lowercased($0) == lowercased($1) }
}

func lowercased(_ byte: UInt8) -> UInt8 { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte }
