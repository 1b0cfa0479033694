/// A template's text, for errors: what stands in which line and column.
struct SourceText: Sendable {
    let name: String
    let bytes: [UInt8]
    /// Where each line begins.
    private let lines: [Int]
    /// How many columns the text has before every 256th byte, were it one line: a place in a line of any length is found as fast.
    private let columns: [Int]

    private static let stride = 256

    init(_ text: String, name: String) {
        self.name = name
        self.bytes = Array(text.utf8)
        var lines = [0]
        var columns: [Int] = []
        var column = 0
        for (index, byte) in self.bytes.enumerated() {
            if index % Self.stride == 0 { columns.append(column) }
            if byte == UInt8(ascii: "\n") { lines.append(index + 1) }
            column += Self.width(of: byte)
        }
        self.lines = lines
        self.columns = columns
    }

    func position(at place: Int) -> Position {
        let place = min(max(place, 0), self.bytes.count)
        var low = 0
        var high = self.lines.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if self.lines[middle] <= place { low = middle } else { high = middle }
        }
        return Position(line: low + 1, column: 1 + self.columns(before: place) - self.columns(before: self.lines[low]))
    }

    private func columns(before place: Int) -> Int {
        guard place > 0 else { return 0 }
        let mark = (place - 1) / Self.stride
        return self.bytes[(mark * Self.stride)..<place].reduce(self.columns[mark]) { $0 + Self.width(of: $1) }
    }

    /// The columns that a byte begins: a character beyond U+FFFF takes four bytes and two columns.
    private static func width(of byte: UInt8) -> Int {
        byte & 0xC0 == 0x80 ? 0 : byte >= 0xF0 ? 2 : 1
    }

    func error(_ kind: TemplateError.Kind, _ message: String, at place: Int) -> TemplateError {
        TemplateError(kind: kind, message: message, template: self.name, position: self.position(at: place))
    }

    /// Nil before the beginning and after the end.
    func byte(at place: Int) -> UInt8? {
        self.bytes.indices.contains(place) ? self.bytes[place] : nil
    }

    func text(_ range: Range<Int>) -> String {
        String(decoding: self.bytes[range.clamped(to: 0..<self.bytes.count)], as: UTF8.self)
    }
}
