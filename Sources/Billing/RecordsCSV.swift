import CoreTypes

/// Records as a table for spreadsheets (RFC 4180): a line of names, then a line for each record. Amounts are exact decimal
/// numbers of dollars, before the free tier, as ``InvocationReport/json`` has them.
package struct RecordsCSV: Sendable {
    private let prices: PriceTable

    package init(prices: PriceTable) { self.prices = prices }

    package static let header = [
        "requestId", "functionName", "functionVersion", "source", "startedAt", "coldStart", "initDurationMs", "durationMs",
        "billedDurationMs", "memorySizeMB", "maxMemoryUsedMB", "architecture", "requestBytes", "responseBytes", "streamed",
        "status", "errorType", "gbSeconds", "costUSD", "traceHeader",
    ]

    /// With its line break, as each row.
    package var head: [UInt8] { Self.line(Self.header) }

    package func row(_ record: InvocationRecord) -> [UInt8] {
        let (status, errorType) =
            switch record.outcome {
            case .success: ("success", "")
            case .timeout: ("timeout", "")
            case .error(let type): ("error", type)
            }
        return Self.line([
            record.requestID.description, record.functionName, record.version, record.source.rawValue, record.startedAt.iso8601,
            record.isColdStart ? "true" : "false", record.initDuration.map(Self.milliseconds) ?? "",
            Self.milliseconds(record.duration), String(record.billedMilliseconds), String(record.memoryMB),
            String(record.maxMemoryUsedMB), record.isARM ? "arm64" : "x86_64", String(record.requestBytes),
            String(record.responseBytes), record.isStreamed ? "true" : "false", status, errorType, record.gigabyteSecondsText,
            charges(for: record, prices: self.prices).total.exactText, record.traceHeader,
        ])
    }

    private static func milliseconds(_ duration: Duration) -> String {
        DecimalText.text(Int128(duration.hundredthsOfMilliseconds), scale: 2, minimumFraction: 0)
    }

    private static func line(_ fields: [String]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (index, field) in fields.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            self.append(field, to: &bytes)
        }
        bytes += [0x0D, 0x0A]
        return bytes
    }

    /// A function names its errors as it likes: what would end a field is quoted.
    private static func append(_ field: String, to bytes: inout [UInt8]) {
        let special: (UInt8) -> Bool = { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
        guard field.utf8.contains(where: special) else {
            bytes.append(contentsOf: field.utf8)
            return
        }
        bytes.append(0x22)
        for byte in field.utf8 {
            if byte == 0x22 { bytes.append(0x22) }
            bytes.append(byte)
        }
        bytes.append(0x22)
    }
}
