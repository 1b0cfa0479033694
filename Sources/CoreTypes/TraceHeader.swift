/// An `X-Amzn-Trace-Id` header: `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=a87bd80c:1`
/// (AWS X-Ray developer guide, "Tracing header"). Other fields are not kept.
package struct TraceHeader: Hashable, Sendable {
    package static let name = "X-Amzn-Trace-Id"

    package enum Decision: String, Hashable, Sendable {
        case sampled = "1"
        case notSampled = "0"
        /// The caller asks to be told.
        case requested = "?"
    }

    package var root: String
    package var parent: String?
    package var sampling: Decision?
    /// Recursion detection: `hash:count` pairs apart by bars, passed on as they are.
    package var lineage: String?

    /// Longer headers are not read.
    package static let lengthLimit = 1_024

    package init(root: String, parent: String? = nil, sampling: Decision? = nil, lineage: String? = nil) {
        self.root = root
        self.parent = parent
        self.sampling = sampling
        self.lineage = lineage
    }

    /// `nil` when there is no Root, or a character in it that a header can't carry: the invocation then gets a trace of its own.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.lengthLimit, text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) else { return nil }
        var (root, parent, lineage): (String?, String?, String?)
        var sampling: Decision?
        for field in text.split(separator: ";") {
            let field = field.drop { $0 == " " }
            if field.hasPrefix("Root=") {
                root = String(field.dropFirst(5))
            } else if field.hasPrefix("Parent=") {
                parent = String(field.dropFirst(7))
            } else if field.hasPrefix("Sampled=") {
                sampling = Decision(rawValue: String(field.dropFirst(8)))
            } else if field.hasPrefix("Lineage=") {
                lineage = String(field.dropFirst(8))
            }
        }
        guard let root, !root.isEmpty else { return nil }
        self.init(root: root, parent: parent, sampling: sampling, lineage: lineage)
    }

    /// A new trace: the time in its Root is `now`, all other bits are the caller's.
    package init(newTraceAt now: Timestamp, random: TraceRandomness) {
        let root = String(unsafeUninitializedCapacity: 35) { text in
            text[0] = UInt8(ascii: "1")
            text[1] = UInt8(ascii: "-")
            HexadecimalText.write(UInt64(bitPattern: now.seconds), digits: 8, at: 2, into: text)
            text[10] = UInt8(ascii: "-")
            HexadecimalText.write(random.traceHigh, digits: 16, at: 11, into: text)
            HexadecimalText.write(random.traceLow, digits: 8, at: 27, into: text)
            return 35
        }
        self.init(root: root, parent: random.segmentID, sampling: .notSampled)
    }

    package var text: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(128)
        bytes.append(contentsOf: "Root=".utf8)
        bytes.append(contentsOf: self.root.utf8)
        if let parent {
            bytes.append(contentsOf: ";Parent=".utf8)
            bytes.append(contentsOf: parent.utf8)
        }
        if let sampling {
            bytes.append(contentsOf: ";Sampled=".utf8)
            bytes.append(contentsOf: sampling.rawValue.utf8)
        }
        if let lineage {
            bytes.append(contentsOf: ";Lineage=".utf8)
            bytes.append(contentsOf: lineage.utf8)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    package var isSampled: Bool { self.sampling == .sampled }
}

/// The random bits of one trace: 96 for its Root, 64 for a segment.
package struct TraceRandomness: Hashable, Sendable {
    package let traceHigh: UInt64
    package let traceLow: UInt64
    package let segment: UInt64

    package init(traceHigh: UInt64, traceLow: UInt64, segment: UInt64) {
        self.traceHigh = traceHigh
        self.traceLow = traceLow
        self.segment = segment
    }

    package init(using generator: inout some RandomNumberGenerator) {
        self.init(traceHigh: generator.next(), traceLow: generator.next(), segment: generator.next())
    }

    package var segmentID: String { HexadecimalText.text(self.segment, digits: 16) }
}
