/// Text that is put together from bytes of UTF-8 and from UTF-16 units of `\u` escapes: pairs of surrogates join, a lone one
/// becomes U+FFFD, as a Swift string can't hold it.
struct JavaTextBuffer {
    private var bytes: [UInt8] = []
    private var highSurrogate: UInt16?

    var string: String {
        var copy = self
        copy.endSurrogate()
        return String(decoding: copy.bytes, as: UTF8.self)
    }

    private mutating func endSurrogate() {
        guard self.highSurrogate != nil else { return }
        self.highSurrogate = nil
        self.bytes.append(contentsOf: "\u{FFFD}".utf8)
    }

    mutating func append(_ byte: UInt8) {
        self.endSurrogate()
        self.bytes.append(byte)
    }

    mutating func append(unit: UInt16) {
        switch (self.highSurrogate, unit) {
        case (let high?, 0xDC00...0xDFFF):
            self.highSurrogate = nil
            let value = 0x10000 + (UInt32(high) - 0xD800) << 10 + (UInt32(unit) - 0xDC00)
            self.append(Unicode.Scalar(value) ?? "\u{FFFD}")
        case (_, 0xD800...0xDBFF):
            self.endSurrogate()
            self.highSurrogate = unit
        default:
            self.endSurrogate()
            self.append(Unicode.Scalar(unit) ?? "\u{FFFD}")
        }
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        self.bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
}
