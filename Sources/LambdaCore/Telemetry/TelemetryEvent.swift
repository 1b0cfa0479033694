package import CoreTypes

/// One thing that a subscriber may have asked for.
package enum TelemetryEvent: Hashable, Sendable {
    case platform(PlatformEvent)
    /// A line that the function printed, without its line break.
    case function(line: [UInt8])
    /// A line that an external extension printed.
    case `extension`(line: [UInt8])

    package var type: TelemetryType {
        switch self {
        case .platform: .platform
        case .function: .function
        case .extension: .extension
        }
    }

    /// The record without a line break; `nil` where the schema has none. Lines are strings, with JSON logging they are objects
    /// when they are JSON objects. Bytes that are not UTF-8 become U+FFFD.
    package func json(at time: Timestamp, schema: TelemetrySchema, format: LoggingConfiguration.Format) -> [UInt8]? {
        switch self {
        case .platform(let event): event.json(at: time, schema: schema)
        case .function(let line), .extension(let line): self.json(line: line, at: time, format)
        }
    }

    private func json(line: [UInt8], at time: Timestamp, _ format: LoggingConfiguration.Format) -> [UInt8] {
        var object = JSONObjectBytes(capacity: line.count + 96)
        object.member("time", time.iso8601)
        object.member("type", self.type.rawValue)
        if format == .json, ApplicationLine.isObject(line) {
            object.member("record", json: line)
        } else {
            object.member("record", String(decoding: line, as: UTF8.self))
        }
        return object.closed()
    }
}
