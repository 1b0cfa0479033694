/// The format of access logs, taken apart once: text and `$context.x` variables, no template language (API Gateway developer
/// guide, "Set up CloudWatch logging for REST APIs in API Gateway").
package struct AccessLogFormat: Hashable, Sendable {
    /// Why a format is refused.
    package enum Problem: String, Error, Hashable, Sendable {
        case tooLong = "An access log format may have up to 3072 bytes."
        case withoutRequestID =
            "An access log format must contain at least $context.requestId or $context.extendedRequestId."
    }

    package static let bytesMax = 3_072
    private let template: PlainTemplate

    package init(_ format: String) throws(Problem) {
        guard format.utf8.count <= Self.bytesMax else { throw .tooLong }
        self.template = PlainTemplate(format, contextOnly: true)
        guard self.template.contains(.context("requestId")) || self.template.contains(.context("extendedRequestId")) else {
            throw .withoutRequestID
        }
    }

    /// One line, without its end. What has no value is written `-`; line breaks in a value become spaces, as a record is one
    /// line.
    func line(_ context: RequestContext) -> String {
        self.template.render { variable in
            if variable == .context("requestId"), context.stamp.hasInvalidClientID { return Self.invalidRequestID }
            return context.value(variable).map(Self.oneLine) ?? "-"
        }
    }

    /// What stands for a client's id that is none.
    private static let invalidRequestID = "UUID_REPLACED_INVALID_REQUEST_ID"

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
