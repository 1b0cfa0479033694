/// A place in a format that an argument, a line's end or a percent sign is written at: `%2$-8.3s`.
/// Source: "java.util.Formatter", Java SE 17 API; the order of the checks, and so which of several faults is told, is that of its
/// implementation, found by running it.
struct FormatSpecifier {
    struct Flags: OptionSet {
        let rawValue: UInt8

        /// In the order in which Java lists them.
        static let marks = Array("-#+ 0,(<".utf8)
        static let left = Flags(rawValue: 1)
        static let alternate = Flags(rawValue: 2)
        static let plus = Flags(rawValue: 4)
        static let space = Flags(rawValue: 8)
        static let zero = Flags(rawValue: 16)
        static let group = Flags(rawValue: 32)
        static let parentheses = Flags(rawValue: 64)
        static let previous = Flags(rawValue: 128)

        var text: String {
            let marks = Self.marks.enumerated().filter { self.contains(Flags(rawValue: 1 << UInt8($0.offset))) }
            return String(decoding: marks.map(\.element), as: UTF8.self)
        }
    }

    /// Which argument is written.
    enum Argument {
        /// None: `%n` and `%%`.
        case none
        /// The one after the last that was taken without a number: `%s`.
        case next
        /// The one before again: `%<s`.
        case previous
        /// By its number, from 1: `%2$s`.
        case numbered(Int)
    }

    enum Family {
        case text, character, integer, float, fixed, date
    }

    fileprivate(set) var argument = Argument.next
    fileprivate(set) var flags: Flags = []
    fileprivate(set) var width: Int?
    fileprivate(set) var precision: Int?
    /// The letter in lower case; behind a `t` as it stands.
    fileprivate(set) var conversion: UInt8 = 0
    fileprivate(set) var isUppercase = false
    fileprivate(set) var isDate = false

    /// What the letter writes; nil for one that writes nothing.
    var family: Family? {
        if self.isDate { return Self.dateLetters.utf8.contains(self.conversion) ? .date : nil }
        return switch self.conversion {
        case UInt8(ascii: "b"), UInt8(ascii: "h"), UInt8(ascii: "s"): .text
        case UInt8(ascii: "c"): .character
        case UInt8(ascii: "d"), UInt8(ascii: "o"), UInt8(ascii: "x"): .integer
        case UInt8(ascii: "e"), UInt8(ascii: "f"), UInt8(ascii: "g"): .float
        case UInt8(ascii: "n") where !self.isUppercase, UInt8(ascii: "%"): .fixed
        default: nil
        }
    }

    private static let dateLetters = "aAbBcCdDeFhHIjklLmMNpQrRsSTyYzZ"

    /// As Java writes it in its messages: the parts in its own order.
    var text: String {
        var text = "%" + self.flags.text
        if case .numbered(let number) = self.argument { text += "\(number)$" }
        if let width = self.width { text += String(width) }
        if let precision = self.precision { text += ".\(precision)" }
        return text + self.letter
    }

    var letter: String {
        let letter = String(UnicodeScalar(self.conversion))
        if self.isDate { return (self.isUppercase ? "T" : "t") + letter }
        return self.isUppercase ? letter.uppercased() : letter
    }

    // MARK: What doesn't go together

    fileprivate func check() throws(MethodFailure) {
        if self.isDate { try self.checkPrecision() }
        switch self.family {
        case nil where self.isDate:
            throw MethodFailure("UnknownFormatConversionException: Conversion = 't\(UnicodeScalar(self.conversion))'")
        case nil: throw MethodFailure("UnknownFormatConversionException: Conversion = '\(self.letter)'")
        case .text:
            if self.conversion != UInt8(ascii: "s") { try self.refuse(.alternate) }
            try self.checkJustification(.left)
            try self.refuse(.plus, .space, .zero, .group, .parentheses)
        case .character, .date:
            try self.checkPrecision()
            try self.refuse(.alternate, .plus, .space, .zero, .group, .parentheses)
            try self.checkJustification(.left)
        case .integer:
            try self.checkNumeric()
            try self.checkPrecision()
            try self.refuse(self.conversion == UInt8(ascii: "d") ? .alternate : .group)
        case .float:
            try self.checkNumeric()
            if self.conversion == UInt8(ascii: "e") { try self.refuse(.group) }
            if self.conversion == UInt8(ascii: "g") { try self.refuse(.alternate) }
        case .fixed:
            try self.checkPrecision()
            try self.checkFixed()
        }
    }

    /// Fails for the first of the flags that is there.
    func refuse(_ flags: Flags...) throws(MethodFailure) {
        for flag in flags where self.flags.contains(flag) {
            let letter = String(UnicodeScalar(self.conversion))
            throw MethodFailure("FormatFlagsConversionMismatchException: Conversion = \(letter), Flags = \(flag.text)")
        }
    }

    private func checkPrecision() throws(MethodFailure) {
        if let precision = self.precision { throw MethodFailure("IllegalFormatPrecisionException: \(precision)") }
    }

    /// These flags need a width.
    private func checkJustification(_ flags: Flags) throws(MethodFailure) {
        if self.width == nil, !self.flags.isDisjoint(with: flags) {
            throw MethodFailure("MissingFormatWidthException: \(self.text)")
        }
    }

    private func checkNumeric() throws(MethodFailure) {
        try self.checkJustification([.left, .zero])
        if self.flags.isSuperset(of: [.plus, .space]) || self.flags.isSuperset(of: [.left, .zero]) { throw self.illegalFlags }
    }

    private func checkFixed() throws(MethodFailure) {
        if self.conversion == UInt8(ascii: "n") {
            if let width = self.width { throw MethodFailure("IllegalFormatWidthException: \(width)") }
            if !self.flags.isEmpty { throw self.illegalFlags }
        } else {
            if !self.flags.isSubset(of: .left) { throw self.illegalFlags }
            try self.checkJustification(.left)
        }
    }

    private var illegalFlags: MethodFailure {
        // An upper-case letter is a flag to Java too, the second of them.
        var text = self.flags.text
        if self.isUppercase { text.insert("^", at: text.hasPrefix("-") ? text.index(after: text.startIndex) : text.startIndex) }
        return MethodFailure("IllegalFormatFlagsException: Flags = '\(text)'")
    }
}

/// Reads a format: `%[number$][flags][width][.precision]conversion` between texts.
struct FormatParser {
    enum Part {
        /// Bytes of the format.
        case text(Range<Int>)
        case specifier(FormatSpecifier)
    }

    let bytes: [UInt8]
    private var place = 0

    init(_ format: String) {
        self.bytes = Array(format.utf8)
    }

    mutating func parts() throws(MethodFailure) -> [Part] {
        var parts: [Part] = []
        while self.place < self.bytes.count {
            guard let mark = self.bytes[self.place...].firstIndex(of: UInt8(ascii: "%")) else {
                parts.append(.text(self.place..<self.bytes.count))
                break
            }
            if mark > self.place { parts.append(.text(self.place..<mark)) }
            self.place = mark + 1
            parts.append(.specifier(try self.specifier()))
        }
        return parts
    }

    private mutating func specifier() throws(MethodFailure) -> FormatSpecifier {
        let start = self.place
        var result = FormatSpecifier()
        let number = self.digits()
        if number != nil, self.byte == UInt8(ascii: "$") {
            self.place += 1
        } else {
            self.place = start
        }
        let flags = self.place
        while let byte = self.byte, FormatSpecifier.Flags.marks.contains(byte) { self.place += 1 }
        let flagsEnd = self.place
        let width = self.digits()
        var precision: Substring?
        if self.byte == UInt8(ascii: "."), self.place + 1 < self.bytes.count, Self.isDigit(self.bytes[self.place + 1]) {
            self.place += 1
            precision = self.digits()
        }
        guard let letter = self.byte, Self.isLetter(letter) || letter == UInt8(ascii: "%") else {
            let text = String(decoding: self.bytes[start...], as: UTF8.self).unicodeScalars.first.map { String($0) } ?? "%"
            throw MethodFailure("UnknownFormatConversionException: Conversion = '\(text)'")
        }
        self.place += 1
        if start < flags, let number { result.argument = .numbered(try Self.number(number)) }
        try self.readFlags(flags..<flagsEnd, into: &result)
        result.width = try width.map { (digits) throws(MethodFailure) in try Self.size(digits, "IllegalFormatWidthException") }
        result.precision = try precision.map { (digits) throws(MethodFailure) in
            try Self.size(digits, "IllegalFormatPrecisionException")
        }
        if letter | 0x20 == UInt8(ascii: "t"), let date = self.byte, Self.isLetter(date) || date == UInt8(ascii: "%") {
            self.place += 1
            (result.isDate, result.conversion, result.isUppercase) = (true, date, letter == UInt8(ascii: "T"))
            try result.check()
            return result
        }
        try Self.setConversion(letter, of: &result)
        return result
    }

    private static func setConversion(_ letter: UInt8, of specifier: inout FormatSpecifier) throws(MethodFailure) {
        specifier.isUppercase = letter >= UInt8(ascii: "A") && letter <= UInt8(ascii: "Z")
        specifier.conversion = specifier.isUppercase ? letter | 0x20 : letter
        // Decimals and whole numbers in decimal have no upper case; neither has a line's end.
        if specifier.isUppercase, "dofn".utf8.contains(specifier.conversion) {
            throw MethodFailure("UnknownFormatConversionException: Conversion = '\(specifier.letter)'")
        }
        if specifier.conversion == UInt8(ascii: "a") {
            throw MethodFailure("UnsupportedOperationException: %\(specifier.letter) can't be formatted here")
        }
        if specifier.family == .fixed { specifier.argument = .none }
        try specifier.check()
    }

    private func readFlags(_ range: Range<Int>, into specifier: inout FormatSpecifier) throws(MethodFailure) {
        for byte in self.bytes[range] {
            guard let offset = FormatSpecifier.Flags.marks.firstIndex(of: byte) else { continue }
            let flag = FormatSpecifier.Flags(rawValue: 1 << UInt8(offset))
            if specifier.flags.contains(flag) {
                throw MethodFailure("DuplicateFormatFlagsException: Flags = '\(flag.text)'")
            }
            specifier.flags.insert(flag)
        }
        if specifier.flags.contains(.previous) { specifier.argument = .previous }
    }

    // MARK: Characters

    private var byte: UInt8? { self.place < self.bytes.count ? self.bytes[self.place] : nil }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private static func isLetter(_ byte: UInt8) -> Bool {
        byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
    }

    private mutating func digits() -> Substring? {
        let start = self.place
        while let byte = self.byte, Self.isDigit(byte) { self.place += 1 }
        return start == self.place ? nil : String(decoding: self.bytes[start..<self.place], as: UTF8.self)[...]
    }

    private static func number(_ digits: Substring) throws(MethodFailure) -> Int {
        guard let number = Int32(digits), number > 0 else {
            let shown = Int32(digits) == nil ? "Integer.MIN_VALUE" : "0"
            throw MethodFailure("IllegalFormatArgumentIndexException: Illegal format argument index = \(shown)")
        }
        return Int(number)
    }

    private static func size(_ digits: Substring, _ exception: String) throws(MethodFailure) -> Int {
        guard let size = Int32(digits) else { throw MethodFailure("\(exception): \(Int32.min)") }
        return Int(size)
    }
}
