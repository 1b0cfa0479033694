import CoreTypes

/// The REPORT line that ends the log of an invocation, to the byte as AWS writes it (fields apart by tabs, shown as →):
/// ```
/// REPORT RequestId: …→Duration: 3.01 ms→Billed Duration: 114 ms→Memory Size: 128 MB→Max Memory Used: 36 MB→
/// REPORT RequestId: …→Duration: 3.01 ms→Billed Duration: 114 ms→…→Max Memory Used: 36 MB→Init Duration: 110.10 ms→
/// REPORT RequestId: …→Duration: 3000.00 ms→Billed Duration: 3000 ms→…→Max Memory Used: 30 MB→Status: timeout
/// ```
/// A line that ends in a number has a tab behind it, one that ends in a status has none. Successful invocations carry no status.
/// A traced invocation has one more line, `XRAY TraceId: …→SegmentId: …→Sampled: true→`.
package enum ReportLine {
    /// Appends the line, its XRAY line if it has one, and their line breaks. Allocates nothing but the bytes.
    package static func append(_ record: InvocationRecord, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: "REPORT RequestId: ".utf8)
        record.requestID.append(to: &bytes)
        bytes.append(contentsOf: "\tDuration: ".utf8)
        DecimalText.append(hundredths: record.duration.hundredthsOfMilliseconds, to: &bytes)
        bytes.append(contentsOf: " ms\tBilled Duration: ".utf8)
        DecimalText.append(record.billedMilliseconds, to: &bytes)
        bytes.append(contentsOf: " ms\tMemory Size: ".utf8)
        DecimalText.append(record.memoryMB, to: &bytes)
        bytes.append(contentsOf: " MB\tMax Memory Used: ".utf8)
        DecimalText.append(record.maxMemoryUsedMB, to: &bytes)
        bytes.append(contentsOf: " MB\t".utf8)
        if let initDuration = record.initDuration {
            bytes.append(contentsOf: "Init Duration: ".utf8)
            DecimalText.append(hundredths: initDuration.hundredthsOfMilliseconds, to: &bytes)
            bytes.append(contentsOf: " ms\t".utf8)
        }
        switch record.outcome {
        case .success: break
        case .timeout: bytes.append(contentsOf: "Status: timeout".utf8)
        case .error(let type):
            bytes.append(contentsOf: "Status: error".utf8)
            if !type.isEmpty {
                bytes.append(contentsOf: "\tError Type: ".utf8)
                self.append(field: type.utf8, to: &bytes)
            }
        }
        bytes.append(UInt8(ascii: "\n"))
        if !record.traceHeader.isEmpty { self.append(trace: record.traceHeader, to: &bytes) }
    }

    package static func text(_ record: InvocationRecord) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        self.append(record, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A function names its errors as it likes: control characters become spaces, so that it can't forge fields or lines.
    package static func append(field text: some Sequence<UInt8>, to bytes: inout [UInt8]) {
        for byte in text { bytes.append(byte < 0x20 || byte == 0x7F ? UInt8(ascii: " ") : byte) }
    }

    /// The XRAY line of a sampled trace; nothing for others. The segment is the function's own, the parent of all it calls.
    private static func append(trace header: String, to bytes: inout [UInt8]) {
        // Most traces are not sampled; a header that this project makes says so at its end.
        guard !header.utf8.suffix(10).elementsEqual(";Sampled=0".utf8) else { return }
        var (root, parent, isSampled): (Substring.UTF8View?, Substring.UTF8View?, Bool) = (nil, nil, false)
        for field in header.utf8.split(separator: UInt8(ascii: ";")) {
            if field.starts(with: "Root=".utf8) { root = field.dropFirst(5) }
            if field.starts(with: "Parent=".utf8) { parent = field.dropFirst(7) }
            if field.elementsEqual("Sampled=1".utf8) { isSampled = true }
        }
        guard isSampled, let root, let parent else { return }
        bytes.append(contentsOf: "XRAY TraceId: ".utf8)
        self.append(field: root, to: &bytes)
        bytes.append(contentsOf: "\tSegmentId: ".utf8)
        self.append(field: parent, to: &bytes)
        bytes.append(contentsOf: "\tSampled: true\t\n".utf8)
    }
}
