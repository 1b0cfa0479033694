extension StringProtocol {
    /// The first place where `part` begins, by Unicode scalars.
    func firstPlace(of part: String) -> Index? {
        guard let first = part.unicodeScalars.first else { return nil }
        var place = self.startIndex
        while let found = self.unicodeScalars[place...].firstIndex(of: first) {
            if self.unicodeScalars[found...].starts(with: part.unicodeScalars) { return found }
            place = self.unicodeScalars.index(after: found)
        }
        return nil
    }
}

extension String {
    /// All pieces between separators; empty ones count.
    func pieces(separatedBy separator: String) -> [String] {
        var pieces: [String] = []
        var rest = self.unicodeScalars[...]
        while let place = Substring(rest).firstPlace(of: separator) {
            pieces.append(String(rest[..<place]))
            rest = rest[rest.index(place, offsetBy: separator.unicodeScalars.count)...]
        }
        return pieces + [String(rest)]
    }

    /// Without white space at both ends.
    var trimmed: String {
        let front = self.drop { $0.isWhitespace }
        guard let last = front.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(front[...last])
    }

    /// RFC 4648 section 4 of the UTF-8 bytes.
    var base64: String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        let bytes = Array(self.utf8)
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let value = group.reduce(0) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - group.count))
            for place in 0..<4 {
                text.append(place <= group.count ? alphabet[Int(value >> (18 - 6 * UInt32(place)) & 63)] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
