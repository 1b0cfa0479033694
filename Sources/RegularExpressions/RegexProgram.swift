/// A compiled regular expression.
struct RegexProgram: Sendable {
    indirect enum Instruction: Sendable {
        case scalar(Unicode.Scalar, ignoresCase: Bool)
        case set(RegexSet)
        case jump(Int)
        /// Goes on at the first and, if that fails, at the second.
        case split(Int, Int)
        case save(Int)
        /// Remembers the place, to leave a loop whose body took nothing.
        case mark(Int)
        case leaveIfUnmoved(Int, Int)
        case start(multiline: Bool), end(multiline: Bool), absoluteEnd
        case wordBoundary(Bool)
        case group(Int)
        /// Looks ahead, or behind up to the given number of characters, for the part that ends with `.match`.
        case look(Int, isBehind: Bool, isNegated: Bool, next: Int)
        /// The part is matched once and not taken back.
        case atomic(Int, next: Int)
        case match
    }

    var instructions: [Instruction] = []
    var groupCount = 1
    var markCount = 0
    var names: [String: Int] = [:]
}

/// A set of characters: ranges, classes, and what intersections make of them.
struct RegexSet: Sendable {
    enum Item: Sendable {
        case range(ClosedRange<UInt32>)
        case test(@Sendable (Unicode.Scalar) -> Bool)
        case set(RegexSet)
    }

    var items: [Item] = []
    var isNegated = false
    var ignoresCase = false
    /// `&&`: all of these too.
    var intersections: [RegexSet] = []

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        var isInside = self.hasItem(scalar)
        if !isInside, self.ignoresCase { isInside = self.hasItem(scalar.caseFlipped) }
        if isInside || self.items.isEmpty && !self.intersections.isEmpty {
            isInside = self.intersections.allSatisfy { $0.contains(scalar) }
        }
        return isInside != self.isNegated
    }

    private func hasItem(_ scalar: Unicode.Scalar) -> Bool {
        self.items.contains { item in
            switch item {
            case .range(let range): range.contains(scalar.value)
            case .test(let test): test(scalar)
            case .set(let set): set.contains(scalar)
            }
        }
    }
}

extension Unicode.Scalar {
    /// The other case of a letter of ASCII.
    var caseFlipped: Unicode.Scalar {
        let isLetter = self.isASCII && (self.value | 0x20) >= 0x61 && (self.value | 0x20) <= 0x7A
        return isLetter ? Unicode.Scalar(UInt8(self.value ^ 0x20)) : self
    }

    var isWord: Bool {
        self == "_" || self.properties.isAlphabetic || self.properties.generalCategory == .decimalNumber
    }

    var isASCIIWord: Bool {
        self == "_" || self.isASCII && (self.properties.isAlphabetic || self.properties.generalCategory == .decimalNumber)
    }

    var isLineTerminator: Bool {
        [0x0A, 0x0D, 0x85, 0x2028, 0x2029].contains(self.value)
    }
}
