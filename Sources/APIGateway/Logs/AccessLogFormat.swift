/// The format of access logs, taken apart once: text and `$context.x` variables, no template language (API Gateway developer guide,
/// "Set up CloudWatch logging for REST APIs in API Gateway").
package struct AccessLogFormat: Hashable, Sendable {
    private enum Part: Hashable, Sendable {
        case text(String)
        case variable(String)
    }

    /// Why a format is refused.
    package enum Problem: String, Error, Hashable, Sendable {
        case tooLong = "An access log format may have up to 3072 bytes."
        case withoutRequestID =
            "An access log format must contain at least $context.requestId or $context.extendedRequestId."
    }

    package static let bytesMax = 3_072
    private static let mark = "$context."
    private let parts: [Part]

    package init(_ format: String) throws(Problem) {
        guard format.utf8.count <= Self.bytesMax else { throw .tooLong }
        var parts: [Part] = []
        var rest = format[...]
        while let found = rest.firstRange(of: Self.mark) {
            let name = rest[found.upperBound...].prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "_" || $0 == "-") }
            // A full stop at the end belongs to the sentence.
            let trimmed = name.hasSuffix(".") ? name.dropLast() : name
            if found.lowerBound > rest.startIndex { parts.append(.text(String(rest[..<found.lowerBound]))) }
            parts.append(trimmed.isEmpty ? .text(Self.mark) : .variable(String(trimmed)))
            rest = rest[(trimmed.isEmpty ? found.upperBound : trimmed.endIndex)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        guard parts.contains(.variable("requestId")) || parts.contains(.variable("extendedRequestId")) else {
            throw .withoutRequestID
        }
        self.parts = parts
    }

    /// One line, without its end. What has no value is written `-`; line breaks in a value become spaces, as a record is one line.
    package func line(_ value: (String) -> String?) -> String {
        var line = ""
        for part in self.parts {
            switch part {
            case .text(let text): line += text
            case .variable(let name): line += value(name).map(Self.oneLine) ?? "-"
            }
        }
        return line
    }

    private static func oneLine(_ text: String) -> String {
        text.utf8.contains { $0 == 0x0A || $0 == 0x0D } ? String(text.map { $0.isNewline ? " " : $0 }) : text
    }
}

extension AccessLogFormat {
    /// The console's presets.
    package enum Preset: String, CaseIterable, Sendable {
        case commonLogFormat = "CLF"
        case json = "JSON"
        case xml = "XML"
        case csv = "CSV"

        package var format: String {
            switch self {
            case .commonLogFormat:
                return "$context.identity.sourceIp $context.identity.caller $context.identity.user [$context.requestTime] "
                    + #""$context.httpMethod $context.resourcePath $context.protocol" $context.status $context.responseLength "#
                    + "$context.requestId $context.extendedRequestId"
            case .json:
                return "{ " + Self.fields.map { #""\#($0)":"$context.\#($1)""# }.joined(separator: ", ") + " }"
            case .xml:
                let elements = Self.fields.dropFirst().map { "<\($0)>$context.\($1)</\($0)>" }.joined(separator: " ")
                return #"<request id="$context.requestId"> "# + elements + " </request>"
            case .csv:
                return "$context.identity.sourceIp,$context.identity.caller,$context.identity.user,$context.requestTime,"
                    + "$context.httpMethod,$context.resourcePath,$context.protocol,$context.status,$context.responseLength,"
                    + "$context.requestId,$context.extendedRequestId"
            }
        }

        private static let fields = [
            ("requestId", "requestId"), ("extendedRequestId", "extendedRequestId"), ("ip", "identity.sourceIp"),
            ("caller", "identity.caller"), ("user", "identity.user"), ("requestTime", "requestTime"),
            ("httpMethod", "httpMethod"), ("resourcePath", "resourcePath"), ("status", "status"), ("protocol", "protocol"),
            ("responseLength", "responseLength"),
        ]
    }
}
