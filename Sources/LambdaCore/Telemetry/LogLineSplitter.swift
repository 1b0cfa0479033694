/// Cuts a stream of output into lines, whatever pieces it arrives in. Lines longer than ``lengthLimit`` are cut there, so that
/// a process that never breaks its line can't fill the host's memory.
package struct LogLineSplitter: Sendable {
    /// The largest event of CloudWatch Logs that every tool takes (256 KiB).
    package static let lengthLimit = 262_144

    private var partial: [UInt8] = []
    private let limit: Int

    package init(lengthLimit: Int = Self.lengthLimit) {
        precondition(lengthLimit > 0, "a line has at least one byte")
        self.limit = lengthLimit
    }

    /// Whether bytes wait for their line's end.
    package var hasPartialLine: Bool { !self.partial.isEmpty }

    /// Calls `line` with each line that these bytes complete, without its line break. O(n); a line that lies whole in `bytes`
    /// is not copied.
    package mutating func append(_ bytes: ArraySlice<UInt8>, line: (ArraySlice<UInt8>) -> Void) {
        var rest = bytes
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            self.complete(rest[..<end], line: line)
            rest = rest[(end + 1)...]
        }
        self.keep(rest, line: line)
    }

    /// The stream has ended: the last line, when it had no line break.
    package mutating func finish(line: (ArraySlice<UInt8>) -> Void) {
        guard !self.partial.isEmpty else { return }
        line(self.partial[...])
        self.partial = []
    }

    private mutating func complete(_ end: ArraySlice<UInt8>, line: (ArraySlice<UInt8>) -> Void) {
        if self.partial.isEmpty, end.count <= self.limit { return line(end) }
        self.keep(end, line: line)
        self.finish(line: line)
    }

    private mutating func keep(_ bytes: ArraySlice<UInt8>, line: (ArraySlice<UInt8>) -> Void) {
        var rest = bytes
        while !rest.isEmpty {
            // Cut only when more follows, so that a line of just the limit is not followed by an empty one.
            if self.partial.count == self.limit { self.finish(line: line) }
            let taken = rest.prefix(self.limit - self.partial.count)
            self.partial.append(contentsOf: taken)
            rest = rest.dropFirst(taken.count)
        }
    }
}
