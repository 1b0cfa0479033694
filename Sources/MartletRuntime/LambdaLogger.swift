#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A small logger with the calls of swift-log: one line a message on standard error, at once and whole.
///
/// Text format (the one of AWS's Node.js runtime): `2026-01-31T12:00:00.000Z<TAB>request id<TAB>INFO<TAB>message key=value`. With
/// `AWS_LAMBDA_LOG_FORMAT=JSON`: `{"timestamp":…,"level":"INFO","requestId":…,"message":…,"metadata":{…}}`, which Lambda reads
/// level and time from. `AWS_LAMBDA_LOG_LEVEL` sets the level (`TRACE`, `DEBUG`, `INFO`, `WARN`, `ERROR`, `FATAL`); `LOG_LEVEL`
/// goes first with text, second with JSON, as in the official runtime. Without either it is `info`.
public struct LambdaLogger: Sendable {
    /// What a message is accompanied by.
    public typealias Metadata = [String: String]

    /// The levels of swift-log, in ascending order.
    public enum Level: Int, Sendable, CaseIterable, Comparable {
        /// Every step.
        case trace
        /// For finding errors.
        case debug
        /// What normally happens.
        case info
        /// Normal but rare; `INFO` to Lambda.
        case notice
        /// Not an error yet; `WARN` to Lambda.
        case warning
        /// An error.
        case error
        /// Needs somebody at once; `FATAL` to Lambda.
        case critical

        /// Whether the left level is the less severe one.
        public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }

        /// Lambda's name for the level.
        var name: StaticString {
            switch self {
            case .trace: "TRACE"
            case .debug: "DEBUG"
            case .info, .notice: "INFO"
            case .warning: "WARN"
            case .error: "ERROR"
            case .critical: "FATAL"
            }
        }

        init?(environment name: String) {
            switch name.uppercased() {
            case "TRACE": self = .trace
            case "DEBUG": self = .debug
            case "INFO": self = .info
            case "NOTICE": self = .notice
            case "WARN", "WARNING": self = .warning
            case "ERROR": self = .error
            case "FATAL", "CRITICAL": self = .critical
            default: return nil
            }
        }
    }

    /// What the logger is for; it does not appear in lines.
    public let label: String

    /// Messages below it are left out.
    public var logLevel: Level

    var requestID: String?
    private var metadata: Metadata = [:]
    private let isJSON: Bool

    /// A logger as the environment variables ask for.
    public init(label: String) {
        let isJSON = Lambda.env("AWS_LAMBDA_LOG_FORMAT")?.uppercased() == "JSON"
        let names = isJSON ? ["AWS_LAMBDA_LOG_LEVEL", "LOG_LEVEL"] : ["LOG_LEVEL", "AWS_LAMBDA_LOG_LEVEL"]
        let level = names.lazy.compactMap { Lambda.env($0) }.first.flatMap { Level(environment: $0) }
        self.init(label: label, isJSON: isJSON, logLevel: level ?? .info)
    }

    init(label: String, isJSON: Bool, logLevel: Level) {
        self.label = label
        self.isJSON = isJSON
        self.logLevel = logLevel
    }

    /// Metadata that every message of this copy of the logger carries.
    public subscript(metadataKey key: String) -> String? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    /// Logs at a level that is chosen at run time. The message is not made if the level is off.
    public func log(level: Level, _ message: @autoclosure () -> String, metadata: @autoclosure () -> Metadata? = nil) {
        guard level >= self.logLevel else { return }
        Self.write(self.line(level, message(), metadata(), at: LambdaClock().now))
    }

    /// Logs every step.
    public func trace(_ message: @autoclosure () -> String, metadata: @autoclosure () -> Metadata? = nil) {
        self.log(level: .trace, message(), metadata: metadata())
    }

    /// Logs what helps to find errors.
    public func debug(_ message: @autoclosure () -> String, metadata: @autoclosure () -> Metadata? = nil) {
        self.log(level: .debug, message(), metadata: metadata())
    }

    /// Logs what normally happens.
    public func info(_ message: @autoclosure () -> String, metadata: @autoclosure () -> Metadata? = nil) {
        self.log(level: .info, message(), metadata: metadata())
    }

    /// Logs what is normal but rare.
    public func notice(_ message: @autoclosure () -> String, metadata: @autoclosure () -> Metadata? = nil) {
        self.log(level: .notice, message(), metadata: metadata())
    }

    /// Logs what is not an error yet.
    public func warning(_ message: @autoclosure () -> String, metadata: @autoclosure () -> Metadata? = nil) {
        self.log(level: .warning, message(), metadata: metadata())
    }

    /// Logs an error.
    public func error(_ message: @autoclosure () -> String, metadata: @autoclosure () -> Metadata? = nil) {
        self.log(level: .error, message(), metadata: metadata())
    }

    /// Logs what needs somebody at once.
    public func critical(_ message: @autoclosure () -> String, metadata: @autoclosure () -> Metadata? = nil) {
        self.log(level: .critical, message(), metadata: metadata())
    }

    // MARK: Lines

    func line(_ level: Level, _ message: String, _ extra: Metadata?, at time: LambdaClock.Instant) -> [UInt8] {
        let metadata = self.metadata.merging(extra ?? [:]) { $1 }.sorted { $0.key < $1.key }
        var line = self.isJSON ? self.json(level, message, metadata, time) : self.text(level, message, metadata, time)
        line.append(UInt8(ascii: "\n"))
        return line
    }

    private func text(
        _ level: Level, _ message: String, _ metadata: [Metadata.Element], _ time: LambdaClock.Instant
    ) -> [UInt8] {
        var line = "\(time.timestamp)\t\(self.requestID ?? "-")\t\(level.name)\t\(message)"
        for (key, value) in metadata { line += " \(key)=\(value)" }
        return Array(line.utf8)
    }

    private func json(
        _ level: Level, _ message: String, _ metadata: [Metadata.Element], _ time: LambdaClock.Instant
    ) -> [UInt8] {
        var line = Array(#"{"timestamp":"\#(time.timestamp)","level":"\#(level.name)""#.utf8)
        if let requestID = self.requestID {
            line.append(contentsOf: #","requestId":"#.utf8)
            JSONText.append(requestID, to: &line)
        }
        line.append(contentsOf: #","message":"#.utf8)
        JSONText.append(message, to: &line)
        if !metadata.isEmpty {
            line.append(contentsOf: #","metadata":{"#.utf8)
            for (index, entry) in metadata.enumerated() {
                if index > 0 { line.append(UInt8(ascii: ",")) }
                JSONText.append(entry.key, to: &line)
                line.append(UInt8(ascii: ":"))
                JSONText.append(entry.value, to: &line)
            }
            line.append(UInt8(ascii: "}"))
        }
        line.append(UInt8(ascii: "}"))
        return line
    }

    /// One `write` a line, so that lines of several threads don't mix. A log that cannot be written is lost: there is nobody to
    /// tell.
    static func write(_ line: [UInt8]) {
        line.withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                #if canImport(Darwin)
                    let count = Darwin.write(2, bytes.baseAddress! + sent, bytes.count - sent)
                #elseif canImport(Glibc)
                    let count = Glibc.write(2, bytes.baseAddress! + sent, bytes.count - sent)
                #elseif canImport(Musl)
                    let count = Musl.write(2, bytes.baseAddress! + sent, bytes.count - sent)
                #endif
                if count < 0, errno != EINTR { return }
                sent += max(0, count)
            }
        }
    }
}
