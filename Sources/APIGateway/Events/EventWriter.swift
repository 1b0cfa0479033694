import CoreTypes

/// Writes an event as JSON text without building a tree. A comma is due wherever the last byte does not open a list or object.
struct EventWriter {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) { self.bytes.reserveCapacity(capacity) }

    private mutating func separate() {
        guard let last = self.bytes.last, last != UInt8(ascii: "{"), last != UInt8(ascii: "[") else { return }
        self.bytes.append(UInt8(ascii: ","))
    }

    private mutating func raw(_ text: StaticString) {
        self.bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func name(_ name: StaticString) {
        self.separate()
        self.bytes.append(UInt8(ascii: "\""))
        self.raw(name)
        self.raw("\":")
    }

    /// A member of the names that AWS gives, which need no escaping.
    mutating func member(_ name: StaticString, _ value: String) {
        self.name(name)
        JSONWriter.append(string: value, to: &self.bytes)
    }

    mutating func member(_ name: StaticString, _ value: String?) {
        guard let value else { return self.null(name) }
        self.member(name, value)
    }

    /// With a space behind the colon where AWS writes one.
    mutating func member(_ name: StaticString, _ value: String?, isSpaced: Bool) {
        self.name(name)
        if isSpaced { self.bytes.append(UInt8(ascii: " ")) }
        if let value { JSONWriter.append(string: value, to: &self.bytes) } else { self.raw("null") }
    }

    mutating func member(_ name: StaticString, _ value: Bool) {
        self.name(name)
        self.raw(value ? "true" : "false")
    }

    mutating func member(_ name: StaticString, _ value: Int64) {
        self.name(name)
        self.bytes.append(contentsOf: String(value).utf8)
    }

    mutating func member(_ name: StaticString, _ value: JSON) {
        self.name(name)
        JSONWriter.append(value, to: &self.bytes)
    }

    /// A member of a name that is not ours.
    mutating func entry(_ name: String, _ value: JSON) {
        self.key(name)
        JSONWriter.append(value, to: &self.bytes)
    }

    mutating func null(_ name: StaticString) {
        self.name(name)
        self.raw("null")
    }

    mutating func begin() {
        self.separate()
        self.bytes.append(UInt8(ascii: "{"))
    }

    mutating func begin(_ name: StaticString) {
        self.name(name)
        self.bytes.append(UInt8(ascii: "{"))
    }

    mutating func end() { self.bytes.append(UInt8(ascii: "}")) }

    mutating func list(_ name: StaticString, _ values: some Sequence<String>) {
        self.name(name)
        self.elements(values)
    }

    private mutating func elements(_ values: some Sequence<String>) {
        self.bytes.append(UInt8(ascii: "["))
        for value in values {
            self.separate()
            JSONWriter.append(string: value, to: &self.bytes)
        }
        self.bytes.append(UInt8(ascii: "]"))
    }

    /// An object of the client's or the template's names.
    mutating func map(_ name: StaticString, _ pairs: some Sequence<(String, String)>) {
        self.begin(name)
        for (key, value) in pairs {
            self.key(key)
            JSONWriter.append(string: value, to: &self.bytes)
        }
        self.end()
    }

    mutating func lists(_ name: StaticString, _ lists: ValueLists) {
        self.begin(name)
        for entry in lists.entries {
            self.key(entry.name)
            self.elements(entry.values)
        }
        self.end()
    }

    private mutating func key(_ key: String) {
        self.separate()
        JSONWriter.append(string: key, to: &self.bytes)
        self.bytes.append(UInt8(ascii: ":"))
    }

    /// The request body: base64, or text in which bytes that are not UTF-8 became U+FFFD, as on AWS.
    mutating func body(_ name: StaticString, _ body: [UInt8], isBase64: Bool) {
        self.name(name)
        if isBase64 {
            self.bytes.append(UInt8(ascii: "\""))
            body.withUnsafeBytes { Base64.append($0, to: &self.bytes) }
            self.bytes.append(UInt8(ascii: "\""))
        } else {
            JSONWriter.append(string: String(decoding: body, as: UTF8.self), to: &self.bytes)
        }
    }
}
