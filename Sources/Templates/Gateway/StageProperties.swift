import APIGateway

/// What stages of both kinds have in common (api-gateway facts, section 5.3).
enum StageProperties {
    private static let nameLength = 128

    /// `nil` once an error is reported.
    static func name(_ reader: PropertyReader, kind: API.Kind) -> String? {
        guard let name = reader.text("StageName") else { return nil }
        if name == "$default", kind == .http { return name }
        let isValid = name.utf8.allSatisfy { $0.isLetterOrDigit || $0 == 0x2D || $0 == 0x5F }
        guard isValid, !name.isEmpty, name.utf8.count <= Self.nameLength else {
            reader.error(
                "Stage name only allows a-zA-Z0-9_ and hyphens, \(Self.nameLength) at most; this is \"\(name)\".",
                at: "StageName")
            return nil
        }
        return name
    }

    /// API Gateway quotas, none of which can be raised: "Stage variables per stage", "Length, in characters, of the key in a stage
    /// variable", "… of the value …".
    private static let variablesMax = 100
    private static let variableNameLength = 64
    private static let variableValueLength = 512

    static func variables(_ property: String, _ reader: PropertyReader) -> [String: String] {
        let variables = reader.textMap(property) ?? [:]
        if variables.count > Self.variablesMax {
            reader.error("A stage has \(Self.variablesMax) variables at most; these are \(variables.count).", at: property)
        }
        for (name, value) in variables.sorted(by: { $0.key < $1.key }) {
            if !name.utf8.allSatisfy({ $0.isLetterOrDigit || $0 == 0x5F }) {
                reader.error(
                    "The name of a stage variable has letters, digits and underscores only; this is \"\(name)\".", at: property)
            }
            if name.utf8.count > Self.variableNameLength || value.utf8.count > Self.variableValueLength {
                reader.error(
                    "The name of a stage variable has \(Self.variableNameLength) characters at most, its value "
                        + "\(Self.variableValueLength); \(name) has more.", at: property)
            }
            if !value.utf8.allSatisfy({ $0.isLetterOrDigit || "-._~:/?#&=,".utf8.contains($0) }) {
                reader.error("The stage variable \(name) may hold letters, digits and -._~:/?#&=, only.", at: property)
            }
        }
        return variables
    }

    /// API Gateway quotas: "Access log template size", 3 KB.
    private static let formatBytes = 3072

    static func accessLog(_ property: String, _ reader: PropertyReader) -> AccessLogSettings? {
        guard let settings = reader.map(property) else { return nil }
        settings.check(PropertyTable(emulated: ["DestinationArn", "Format"]))
        guard let format = settings.text("Format") else { return nil }
        if !format.contains("$context.requestId"), !format.contains("$context.extendedRequestId") {
            settings.error(
                "The format has to contain at least one of $context.requestId or $context.extendedRequestId.", at: "Format")
        }
        if format.utf8.count > Self.formatBytes {
            settings.error("The format may have \(Self.formatBytes) bytes at most.", at: "Format")
        }
        return AccessLogSettings(destinationARN: settings.text("DestinationArn"), format: format)
    }

    /// Negative numbers stand for no limit.
    static func throttle(_ reader: PropertyReader, rate: String, burst: String) -> ThrottleSettings {
        ThrottleSettings(
            rateLimit: reader.number(rate, in: -1...1_000_000_000).flatMap { $0 < 0 ? nil : $0 },
            burstLimit: reader.integer(burst, in: -1...1_000_000_000).flatMap { $0 < 0 ? nil : $0 })
    }
}
