import Billing
import CoreTypes
import LambdaCore
import Testing

@Suite("Log filter")
struct LogFilterTests {
    private func filter(
        _ format: LoggingConfiguration.Format, system: LoggingConfiguration.SystemLevel = .info,
        application: LoggingConfiguration.ApplicationLevel = .info
    ) -> LogFilter {
        var configuration = LoggingConfiguration()
        configuration.format = format
        configuration.systemLevel = system
        configuration.applicationLevel = application
        return LogFilter(configuration)
    }

    private func log(_ event: PlatformEvent, _ filter: LogFilter) -> String {
        var bytes: [UInt8] = []
        filter.append(event, at: Sample.time, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("text ignores the levels")
    func text() {
        let filter = self.filter(.text, system: .warn, application: .fatal)
        #expect(self.log(Sample.start(), filter).hasPrefix("START RequestId: "))
        #expect(filter.writes(functionLine: Array(#"{"level":"DEBUG"}"#.utf8)))
    }

    @Test("JSON writes a record a line, by its system level")
    func system() {
        let start = self.log(Sample.start(), self.filter(.json))
        #expect(start.hasPrefix(#"{"time":"2026-10-01T12:00:00.064Z","type":"platform.start","record":{"#))
        #expect(start.hasSuffix("}\n"))
        #expect(self.log(Sample.start(), self.filter(.json, system: .warn)).isEmpty)
        #expect(self.log(Sample.runtimeDone(), self.filter(.json)).isEmpty)
        #expect(!self.log(Sample.runtimeDone(), self.filter(.json, system: .debug)).isEmpty)
        #expect(!self.log(.report(.init(Sample.record(.timeout))), self.filter(.json, system: .warn)).isEmpty)
        #expect(self.log(.end(Sample.id), self.filter(.json, system: .debug)).isEmpty, "END is a text line only")
    }

    @Test(
        "JSON lines are held against the application level; missing or unknown levels are INFO",
        arguments: [
            (#"{"level":"TRACE"}"#, [.trace]), (#"{"level":"DEBUG"}"#, [.trace, .debug]),
            (#"{"level":"info"}"#, [.trace, .debug, .info]),
            (#"{"message":"x"}"#, [.trace, .debug, .info]), (#"{"level":"LOUD"}"#, [.trace, .debug, .info]),
            (#"{"level":4}"#, [.trace, .debug, .info]), (#"{"level":"WARN"}"#, [.trace, .debug, .info, .warn]),
            (#" {"level":"ERROR"}"#, [.trace, .debug, .info, .warn, .error]),
            (#"{"level":"FATAL"}"#, LoggingConfiguration.ApplicationLevel.allCases),
            ("plain text", LoggingConfiguration.ApplicationLevel.allCases),
            (#"{"level":"DEBUG""#, LoggingConfiguration.ApplicationLevel.allCases),
            ("", LoggingConfiguration.ApplicationLevel.allCases), (#"["DEBUG"]"#, LoggingConfiguration.ApplicationLevel.allCases),
        ] as [(String, [LoggingConfiguration.ApplicationLevel])])
    func application(line: String, written: [LoggingConfiguration.ApplicationLevel]) {
        let levels = LoggingConfiguration.ApplicationLevel.allCases.filter {
            self.filter(.json, application: $0).writes(functionLine: Array(line.utf8))
        }
        #expect(levels == written)
    }
}

@Suite("Log line splitter")
struct LogLineSplitterTests {
    private func lines(_ text: String, pieces size: Int, limit: Int = LogLineSplitter.lengthLimit) -> [String] {
        var splitter = LogLineSplitter(lengthLimit: limit)
        var lines: [String] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            splitter.append(bytes[start..<min(start + size, bytes.count)]) { lines.append(String(decoding: $0, as: UTF8.self)) }
        }
        splitter.finish { lines.append(String(decoding: $0, as: UTF8.self)) }
        return lines
    }

    @Test(
        "gives the same lines whatever the pieces",
        arguments: [
            ("", []), ("a", ["a"]), ("a\n", ["a"]), ("a\nb", ["a", "b"]), ("\n\n", ["", ""]), ("a\n\nbc\n", ["a", "", "bc"]),
            ("세계\n책\n", ["세계", "책"]), ("12345678\n", ["12345678"]), ("123456789\n", ["12345678", "9"]),
            ("1234567812345678\n", ["12345678", "12345678"]), ("12345678", ["12345678"]), ("123456789", ["12345678", "9"]),
        ] as [(String, [String])])
    func lines(text: String, lines: [String]) {
        for size in 1...20 {
            #expect(self.lines(text, pieces: size, limit: 8) == lines, "in pieces of \(size)")
        }
    }
}
