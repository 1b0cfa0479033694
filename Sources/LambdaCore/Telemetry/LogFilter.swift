package import CoreTypes

/// What of an environment's output goes to its log, by `LoggingConfig`. Level filters hold with the JSON format only; the
/// Telemetry API gets every event whatever the filter says (Lambda developer guide, "Configuring advanced logging controls").
package struct LogFilter: Hashable, Sendable {
    private let configuration: LoggingConfiguration

    package init(_ configuration: LoggingConfiguration) { self.configuration = configuration }

    /// Appends the log's form of a platform event with its line break; nothing where the format or the level leaves it out.
    package func append(_ event: PlatformEvent, at time: Timestamp, to bytes: inout [UInt8]) {
        switch self.configuration.format {
        case .text: event.appendText(to: &bytes)
        case .json:
            guard event.systemLevel.rank >= self.configuration.systemLevel.rank, let json = event.json(at: time) else { return }
            bytes.append(contentsOf: json)
            bytes.append(UInt8(ascii: "\n"))
        }
    }

    /// Whether a line of the function (without its line break) is written. With the JSON format a line that is a JSON object is
    /// held against `ApplicationLogLevel` by its `level` (missing or unknown means INFO). Other text is always written as it is:
    /// Lambda does not wrap what a custom runtime prints, and the last words of a crash are never JSON.
    package func writes(functionLine line: some Collection<UInt8>) -> Bool {
        guard self.configuration.format == .json, self.configuration.applicationLevel != .trace else { return true }
        guard let level = ApplicationLine.level(of: line) else { return true }
        return level.rank >= self.configuration.applicationLevel.rank
    }
}

/// A line that the function printed, looked at as structured output.
enum ApplicationLine {
    /// The level of a JSON object, `nil` for other text.
    static func level(of line: some Collection<UInt8>) -> LoggingConfiguration.ApplicationLevel? {
        guard let object = self.object(line) else { return nil }
        return object["level"]?.stringValue.flatMap { LoggingConfiguration.ApplicationLevel(rawValue: $0.uppercased()) } ?? .info
    }

    static func isObject(_ line: some Collection<UInt8>) -> Bool { self.object(line) != nil }

    private static func object(_ line: some Collection<UInt8>) -> JSONObject? {
        guard line.first(where: { $0 != 0x20 && $0 != 0x09 }) == UInt8(ascii: "{") else { return nil }
        let bytes = Array(line)
        guard case .success(.object(let object)) = bytes.withUnsafeBytes({ JSON.parse($0) }) else { return nil }
        return object
    }
}

extension LoggingConfiguration.ApplicationLevel {
    /// 0 is the most talkative.
    var rank: Int { Self.allCases.firstIndex(of: self)! }
}

extension LoggingConfiguration.SystemLevel {
    var rank: Int { Self.allCases.firstIndex(of: self)! }
}
