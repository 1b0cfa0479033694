import CoreTypes

/// Names with all their values, in the order of first appearance: header lines and query parameters.
package struct ValueLists: Hashable, Sendable {
    package private(set) var entries: [Entry] = []
    /// Where each name stands; kept only once the list is too long to scan.
    private var places: [String: Int] = [:]
    private static let scanLimit = 24

    package struct Entry: Hashable, Sendable {
        package let name: String
        package fileprivate(set) var values: [String]
    }

    package init() {}

    package var isEmpty: Bool { self.entries.isEmpty }

    package subscript(name: String) -> [String]? {
        self.place(of: name, ignoringCase: false).map { self.entries[$0].values }
    }

    /// Adds a value; a name that differs in case alone keeps the spelling it came with first.
    mutating func append(name: String, value: String, ignoringCase: Bool) {
        if let place = self.place(of: name, ignoringCase: ignoringCase) {
            self.entries[place].values.append(value)
            return
        }
        self.entries.append(Entry(name: name, values: [value]))
        if !self.places.isEmpty {
            self.places[ignoringCase ? name.lowercased() : name] = self.entries.count - 1
        } else if self.entries.count > Self.scanLimit {
            for (place, entry) in self.entries.enumerated() {
                self.places[ignoringCase ? entry.name.lowercased() : entry.name] = place
            }
        }
    }

    private func place(of name: String, ignoringCase: Bool) -> Int? {
        if !self.places.isEmpty { return self.places[ignoringCase ? name.lowercased() : name] }
        return self.entries.firstIndex { ignoringCase ? equalIgnoringCase($0.name, name) : $0.name == name }
    }
}

extension ValueLists {
    /// A query string's parameters, decoded. `;` separates like `&` (API Gateway developer guide, "Amazon API Gateway important
    /// notes"); a name without `=` has an empty value.
    init(query: Substring?) {
        self.init()
        guard let query else { return }
        for pair in query.utf8.split(whereSeparator: { $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: ";") }) {
            let text = Substring(pair)
            let mark = text.utf8.firstIndex(of: UInt8(ascii: "=")) ?? text.endIndex
            let value = mark == text.endIndex ? "" : text[text.utf8.index(after: mark)...]
            self.append(
                name: PercentEncoding.decode(text[..<mark], plusIsSpace: true),
                value: PercentEncoding.decode(value, plusIsSpace: true), ignoringCase: false)
        }
    }

    init(headers: [HTTPHeader]) {
        self.init()
        for header in headers { self.append(name: header.name, value: header.value, ignoringCase: true) }
    }
}
