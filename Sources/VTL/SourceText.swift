/// A template's text, for errors: what stands in which line and column.
struct SourceText: Sendable {
    let name: String
    let bytes: [UInt8]
    /// Where each line begins.
    private let lines: [Int]

    init(_ text: String, name: String) {
        self.name = name
        self.bytes = Array(text.utf8)
        var lines = [0]
        for (index, byte) in self.bytes.enumerated() where byte == UInt8(ascii: "\n") { lines.append(index + 1) }
        self.lines = lines
    }

    func position(at place: Int) -> Position {
        let place = min(max(place, 0), self.bytes.count)
        var low = 0
        var high = self.lines.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if self.lines[middle] <= place { low = middle } else { high = middle }
        }
        // A character beyond U+FFFF takes four bytes and two columns.
        let column = self.bytes[self.lines[low]..<place].reduce(1) { $0 + ($1 & 0xC0 == 0x80 ? 0 : $1 >= 0xF0 ? 2 : 1) }
        return Position(line: low + 1, column: column)
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
