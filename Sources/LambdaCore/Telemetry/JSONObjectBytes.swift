import Billing
import CoreTypes

/// Writes the members of one JSON object straight to bytes: records are written for each invocation, and their numbers are
/// spelled as the platform spells them (`5000.0`), which a general number type would not keep.
struct JSONObjectBytes {
    private(set) var bytes: [UInt8]
    private var isEmpty = true

    init(capacity: Int = 384) {
        self.bytes = []
        self.bytes.reserveCapacity(capacity)
        self.bytes.append(UInt8(ascii: "{"))
    }

    consuming func closed() -> [UInt8] {
        self.bytes.append(UInt8(ascii: "}"))
        return self.bytes
    }

    private mutating func name(_ name: StaticString) {
        if !self.isEmpty { self.bytes.append(UInt8(ascii: ",")) }
        self.isEmpty = false
        self.bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { self.bytes.append(contentsOf: $0) }
        self.bytes.append(contentsOf: "\":".utf8)
    }

    mutating func member(_ name: StaticString, _ text: String?) {
        guard let text else { return }
        self.name(name)
        JSONWriter.append(string: text, to: &self.bytes)
    }

    mutating func member(_ name: StaticString, _ id: RequestID) {
        self.name(name)
        self.bytes.append(UInt8(ascii: "\""))
        id.append(to: &self.bytes)
        self.bytes.append(UInt8(ascii: "\""))
    }

    mutating func member(_ name: StaticString, _ number: Int?) {
        guard let number else { return }
        self.name(name)
        DecimalText.append(number, to: &self.bytes)
    }

    mutating func member(_ name: StaticString, milliseconds duration: Duration?) {
        guard let duration else { return }
        self.name(name)
        DecimalText.append(jsonHundredths: duration.hundredthsOfMilliseconds, to: &self.bytes)
    }

    mutating func member(_ name: StaticString, _ texts: [String]) {
        self.name(name)
        JSONWriter.append(.array(texts.map(JSON.string)), to: &self.bytes)
    }

    mutating func member(_ name: StaticString, object write: (inout JSONObjectBytes) -> Void) {
        self.name(name)
        self.object(write)
    }

    mutating func member<Element>(
        _ name: StaticString, objects elements: [Element], _ write: (Element, inout JSONObjectBytes) -> Void
    ) {
        guard !elements.isEmpty else { return }
        self.name(name)
        self.bytes.append(UInt8(ascii: "["))
        for (position, element) in elements.enumerated() {
            if position > 0 { self.bytes.append(UInt8(ascii: ",")) }
            self.object { write(element, &$0) }
        }
        self.bytes.append(UInt8(ascii: "]"))
    }

    /// A value that is JSON text already.
    mutating func member(_ name: StaticString, json text: some Collection<UInt8>) {
        self.name(name)
        self.bytes.append(contentsOf: text)
    }

    private mutating func object(_ write: (inout JSONObjectBytes) -> Void) {
        self.bytes.append(UInt8(ascii: "{"))
        self.isEmpty = true
        write(&self)
        self.bytes.append(UInt8(ascii: "}"))
        self.isEmpty = false
    }
}
