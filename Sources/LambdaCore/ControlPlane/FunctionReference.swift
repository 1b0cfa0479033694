/// How a caller names a function: `name`, `name:qualifier`, `123456789012:function:name` or an ARN, each with or without a
/// qualifier (Lambda API reference, parameter `FunctionName`).
package struct FunctionReference: Hashable, Sendable {
    package var name: String
    /// `$LATEST`, a number or an alias.
    package var qualifier: String?
    package var region: String?
    package var account: String?

    /// The pattern of the API model, as validation messages show it.
    package static let pattern =
        #"(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?"#
        + #"([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?"#

    /// Follows the pattern above, from left to right. A region counts as one only when an account follows.
    package init(_ text: String) throws(LambdaAPIError) {
        var parts = text.split(separator: ":", omittingEmptySubsequences: false)[...]
        if parts.first == "arn" {
            guard parts.count > 3, parts[1].hasPrefix("aws"), parts[2] == "lambda" else { throw Self.refused(text) }
            parts = parts.dropFirst(3)
        }
        if parts.count > 2, Self.isAccount(parts[parts.startIndex + 1]), parts[parts.startIndex].contains("-") {
            self.region = String(parts.removeFirst())
        }
        if parts.count > 1, let first = parts.first, Self.isAccount(first) { self.account = String(parts.removeFirst()) }
        if parts.count > 1, parts.first == "function" { parts.removeFirst() }
        guard let name = parts.popFirst(), parts.count <= 1, Self.isWord(name) else { throw Self.refused(text) }
        if let qualifier = parts.first {
            guard qualifier == FunctionVersion.latest || Self.isWord(qualifier) else { throw Self.refused(text) }
            self.qualifier = String(qualifier)
        }
        guard name.utf8.count <= FunctionLimits.nameLength else {
            throw .validation([
                "Value '\(text)' at 'functionName' failed to satisfy constraint: "
                    + "Member must have length less than or equal to \(FunctionLimits.nameLength)"
            ])
        }
        self.name = String(name)
    }

    private static func refused(_ text: String) -> LambdaAPIError {
        .validation([
            "Value '\(text)' at 'functionName' failed to satisfy constraint: "
                + (text.isEmpty
                    ? "Member must have length greater than or equal to 1"
                    : "Member must satisfy regular expression pattern: \(Self.pattern)")
        ])
    }

    private static func isAccount(_ text: Substring) -> Bool {
        text.utf8.count == 12 && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// `[a-zA-Z0-9-_]+`
    package static func isWord(_ text: some StringProtocol) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
