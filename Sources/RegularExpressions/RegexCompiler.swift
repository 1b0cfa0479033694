/// Reads a pattern of `java.util.regex` and writes its program.
struct RegexCompiler {
    private let pattern: [Unicode.Scalar]
    private var index = 0
    private var program = RegexProgram()
    private var depth = 0
    private var ignoresCase = false
    private var isMultiline = false
    private var dotMatchesAll = false
    private var isFreeSpacing = false

    private static let depthMax = 100
    /// Repetitions are written out, so that `(a{999}){999}` would fill the memory.
    private static let instructionsMax = 20_000

    private typealias Instruction = RegexProgram.Instruction

    init(_ pattern: String) {
        self.pattern = Array(pattern.unicodeScalars)
    }

    mutating func compile() throws(RegexFailure) -> RegexProgram {
        self.program.instructions.append(.save(0))
        try self.alternation()
        guard self.index == self.pattern.count else { throw self.error("Unmatched closing ')'") }
        self.program.instructions += [.save(1), .match]
        return self.program
    }

    private func error(_ message: String) -> RegexFailure {
        RegexFailure("PatternSyntaxException: \(message) near index \(self.index)")
    }

    private var next: Unicode.Scalar? { self.index < self.pattern.count ? self.pattern[self.index] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard self.next == scalar else { return false }
        self.index += 1
        return true
    }

    private mutating func take(_ text: String) -> Bool {
        guard self.pattern[self.index...].starts(with: text.unicodeScalars) else { return false }
        self.index += text.unicodeScalars.count
        return true
    }

    private mutating func add(_ instruction: Instruction) throws(RegexFailure) {
        guard self.program.instructions.count < Self.instructionsMax else { throw self.error("Pattern too large") }
        self.program.instructions.append(instruction)
    }

    private var place: Int { self.program.instructions.count }

    // MARK: Structure

    private mutating func alternation() throws(RegexFailure) {
        self.depth += 1
        guard self.depth <= Self.depthMax else { throw self.error("Nested too deep") }
        let flags = (self.ignoresCase, self.isMultiline, self.dotMatchesAll, self.isFreeSpacing)
        var exits: [Int] = []
        while true {
            let start = self.place
            while let scalar = self.next, scalar != "|", scalar != ")" { try self.piece() }
            guard self.take("|") else { break }
            // This branch becomes the first choice, the rest of the alternation the second.
            try self.insert(.split(start + 1, self.place + 2), at: start)
            exits.append(self.place)
            try self.add(.jump(0))
        }
        for exit in exits { self.program.instructions[exit] = .jump(self.place) }
        (self.ignoresCase, self.isMultiline, self.dotMatchesAll, self.isFreeSpacing) = flags
        self.depth -= 1
    }

    /// Puts an instruction before those from a place on, whose targets move with them.
    private mutating func insert(_ instruction: Instruction, at start: Int) throws(RegexFailure) {
        try self.add(.match)
        for index in stride(from: self.place - 1, to: start, by: -1) {
            self.program.instructions[index] = Self.moved(self.program.instructions[index - 1], from: start, by: 1)
        }
        self.program.instructions[start] = instruction
    }

    private static func moved(_ instruction: Instruction, from start: Int, by count: Int) -> Instruction {
        func move(_ target: Int) -> Int { target >= start ? target + count : target }
        return switch instruction {
        case .jump(let target): .jump(move(target))
        case .split(let first, let second): .split(move(first), move(second))
        case .leaveIfUnmoved(let mark, let target): .leaveIfUnmoved(mark, move(target))
        case .look(let target, let isBehind, let isNegated, let next):
            .look(move(target), isBehind: isBehind, isNegated: isNegated, next: move(next))
        case .atomic(let target, let next): .atomic(move(target), next: move(next))
        default: instruction
        }
    }

    private mutating func piece() throws(RegexFailure) {
        if self.isFreeSpacing {
            if let scalar = self.next, scalar.properties.isWhitespace {
                self.index += 1
                return
            }
            if self.take("#") {
                while let scalar = self.next, !scalar.isLineTerminator { _ = self.take(scalar) }
                return
            }
        }
        let start = self.place
        if self.take("\\Q") {
            while self.index < self.pattern.count, !self.take("\\E") {
                try self.add(.scalar(self.pattern[self.index], ignoresCase: self.ignoresCase))
                self.index += 1
            }
            return
        }
        try self.atom()
        while try self.quantifier(of: start) {}
    }

    private mutating func quantifier(of start: Int) throws(RegexFailure) -> Bool {
        let bounds: (low: Int, high: Int?)
        if self.take("*") {
            bounds = (0, nil)
        } else if self.take("+") {
            bounds = (1, nil)
        } else if self.take("?") {
            bounds = (0, 1)
        } else if self.take("{") {
            bounds = try self.counts()
        } else {
            return false
        }
        let isLazy = self.take("?")
        let isPossessive = !isLazy && self.take("+")
        let body = Array(self.program.instructions[start...])
        self.program.instructions.removeSubrange(start...)
        if isPossessive { try self.add(.atomic(self.place + 1, next: 0)) }
        for _ in 0..<bounds.low { try self.copy(body, from: start) }
        if let high = bounds.high {
            try self.optional(body, from: start, count: high - bounds.low, isLazy: isLazy)
        } else {
            try self.loop(body, from: start, isLazy: isLazy)
        }
        if isPossessive {
            try self.add(.match)
            self.program.instructions[start] = .atomic(start + 1, next: self.place)
        }
        return true
    }

    private mutating func counts() throws(RegexFailure) -> (Int, Int?) {
        func number(_ compiler: inout RegexCompiler) -> Int? {
            var digits = ""
            while let scalar = compiler.next, scalar.value >= 0x30, scalar.value <= 0x39, digits.utf8.count < 6 {
                digits.unicodeScalars.append(scalar)
                compiler.index += 1
            }
            return Int(digits)
        }
        guard let low = number(&self) else { throw self.error("Illegal repetition") }
        var high: Int? = low
        if self.take(",") { high = number(&self) }
        guard self.take("}") else { throw self.error("Unclosed counted closure") }
        if let high, high < low { throw self.error("Illegal repetition range") }
        return (low, high)
    }

    private mutating func copy(_ body: [Instruction], from start: Int) throws(RegexFailure) {
        let shift = self.place - start
        for instruction in body { try self.add(Self.moved(instruction, from: start, by: shift)) }
    }

    private mutating func optional(_ body: [Instruction], from start: Int, count: Int, isLazy: Bool) throws(RegexFailure) {
        let end = self.place + count * (body.count + 1)
        for _ in 0..<count {
            try self.add(isLazy ? .split(end, self.place + 1) : .split(self.place + 1, end))
            try self.copy(body, from: start)
        }
    }

    private mutating func loop(_ body: [Instruction], from start: Int, isLazy: Bool) throws(RegexFailure) {
        let mark = self.program.markCount
        self.program.markCount += 1
        let head = self.place
        let end = head + body.count + 4
        try self.add(isLazy ? .split(end, head + 1) : .split(head + 1, end))
        try self.add(.mark(mark))
        try self.copy(body, from: start)
        try self.add(.leaveIfUnmoved(mark, end))
        try self.add(.jump(head))
    }

    // MARK: Atoms

    private mutating func atom() throws(RegexFailure) {
        guard let scalar = self.next else { return }
        self.index += 1
        switch scalar {
        case "(": try self.groupOrFlags()
        case "[": try self.add(.set(try self.set()))
        case ".":
            let all = self.dotMatchesAll
            try self.add(.set(RegexSet(items: [.test { all || !$0.isLineTerminator }])))
        case "^": try self.add(.start(multiline: self.isMultiline))
        case "$": try self.add(.end(multiline: self.isMultiline))
        case "\\": try self.escape()
        case "*", "+", "?": throw self.error("Dangling meta character '\(scalar)'")
        case "{": throw self.error("Illegal repetition")
        default: try self.add(.scalar(scalar, ignoresCase: self.ignoresCase))
        }
    }

    private mutating func groupOrFlags() throws(RegexFailure) {
        guard self.take("?") else { return try self.capture(nil) }
        if self.take(":") { return try self.closed() }
        if self.take("=") { return try self.look(isBehind: false, isNegated: false) }
        if self.take("!") { return try self.look(isBehind: false, isNegated: true) }
        if self.take("<=") { return try self.look(isBehind: true, isNegated: false) }
        if self.take("<!") { return try self.look(isBehind: true, isNegated: true) }
        if self.take(">") {
            let start = self.place
            try self.add(.match)
            try self.closed()
            try self.add(.match)
            self.program.instructions[start] = .atomic(start + 1, next: self.place)
            return
        }
        if self.take("<") {
            let end = self.pattern[self.index...].firstIndex(of: ">")
            guard let end else { throw self.error("named capturing group is missing trailing '>'") }
            let name = String(String.UnicodeScalarView(self.pattern[self.index..<end]))
            self.index = end + 1
            return try self.capture(name)
        }
        try self.flags()
    }

    private mutating func closed() throws(RegexFailure) {
        try self.alternation()
        guard self.take(")") else { throw self.error("Unclosed group") }
    }

    private mutating func capture(_ name: String?) throws(RegexFailure) {
        let group = self.program.groupCount
        self.program.groupCount += 1
        if let name {
            guard self.program.names.updateValue(group, forKey: name) == nil else {
                throw self.error("Named capturing group <\(name)> is already defined")
            }
        }
        try self.add(.save(2 * group))
        try self.closed()
        try self.add(.save(2 * group + 1))
    }

    private mutating func look(isBehind: Bool, isNegated: Bool) throws(RegexFailure) {
        let start = self.place
        try self.add(.match)
        try self.closed()
        try self.add(.match)
        self.program.instructions[start] = .look(start + 1, isBehind: isBehind, isNegated: isNegated, next: self.place)
    }

    private mutating func flags() throws(RegexFailure) {
        var isOn = true
        let outer = (self.ignoresCase, self.isMultiline, self.dotMatchesAll, self.isFreeSpacing)
        while let scalar = self.next {
            self.index += 1
            switch scalar {
            case "i": self.ignoresCase = isOn
            case "m": self.isMultiline = isOn
            case "s": self.dotMatchesAll = isOn
            case "x": self.isFreeSpacing = isOn
            case "u", "d", "U": break
            case "-": isOn = false
            case ")": return
            case ":":
                try self.closed()
                (self.ignoresCase, self.isMultiline, self.dotMatchesAll, self.isFreeSpacing) = outer
                return
            default: throw self.error("Unknown inline modifier")
            }
        }
        throw self.error("Unclosed group")
    }

    private mutating func escape() throws(RegexFailure) {
        guard let scalar = self.next else { throw self.error("Unexpected internal error: a backslash at the end") }
        switch scalar {
        case "b", "B":
            self.index += 1
            try self.add(.wordBoundary(scalar == "b"))
        case "A":
            self.index += 1
            try self.add(.start(multiline: false))
        case "Z":
            self.index += 1
            try self.add(.end(multiline: false))
        case "z":
            self.index += 1
            try self.add(.absoluteEnd)
        case "1"..."9":
            self.index += 1
            try self.add(.group(Int(scalar.value) - 0x30))
        default:
            if let set = try self.classEscape() {
                try self.add(.set(set))
            } else {
                try self.add(.scalar(try self.characterEscape(), ignoresCase: self.ignoresCase))
            }
        }
    }

    // MARK: Characters and classes

    /// `\n`, `\x41`, `\u0041`, `\.`
    private mutating func characterEscape() throws(RegexFailure) -> Unicode.Scalar {
        guard let scalar = self.next else { throw self.error("Illegal escape sequence") }
        self.index += 1
        switch scalar {
        case "t": return "\t"
        case "n": return "\n"
        case "r": return "\r"
        case "f": return "\u{0C}"
        case "a": return "\u{07}"
        case "e": return "\u{1B}"
        case "x": return try self.hexadecimal(2)
        case "u": return try self.hexadecimal(4)
        default:
            guard !(scalar.isASCII && scalar.properties.isAlphabetic) else {
                throw self.error("Illegal/unsupported escape sequence")
            }
            return scalar
        }
    }

    private mutating func hexadecimal(_ count: Int) throws(RegexFailure) -> Unicode.Scalar {
        let digits = String(String.UnicodeScalarView(self.pattern[self.index...].prefix(count)))
        guard digits.utf8.count == count, let scalar = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init) else {
            throw self.error("Illegal hexadecimal escape sequence")
        }
        self.index += count
        return scalar
    }

    /// `\d`, `\W`, `\p{Alpha}`; nil if no class follows.
    private mutating func classEscape() throws(RegexFailure) -> RegexSet? {
        guard let scalar = self.next else { return nil }
        let tests: [Unicode.Scalar: @Sendable (Unicode.Scalar) -> Bool] = [
            "d": { $0.value >= 0x30 && $0.value <= 0x39 },
            "w": { $0.isASCIIWord },
            "s": { [0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D].contains($0.value) },
            "h": { $0 == " " || $0 == "\t" || $0 == "\u{A0}" },
        ]
        if let test = tests[scalar] ?? tests[Unicode.Scalar(scalar.value | 0x20) ?? scalar],
            "dwshDWSH".unicodeScalars.contains(scalar)
        {
            self.index += 1
            return RegexSet(items: [.test(test)], isNegated: tests[scalar] == nil)
        }
        guard scalar == "p" || scalar == "P" else { return nil }
        self.index += 1
        var name = String(String.UnicodeScalarView(self.pattern[self.index...].prefix(1)))
        self.index += 1
        if name == "{" {
            guard let end = self.pattern[self.index...].firstIndex(of: "}") else { throw self.error("Unclosed character family") }
            name = String(String.UnicodeScalarView(self.pattern[self.index..<end]))
            self.index = end + 1
        }
        guard let test = Self.family(name) else { throw self.error("Unknown character property name {\(name)}") }
        return RegexSet(items: [.test(test)], isNegated: scalar == "P")
    }

    private static func family(_ name: String) -> (@Sendable (Unicode.Scalar) -> Bool)? {
        switch name {
        case "Lower": { $0.value >= 0x61 && $0.value <= 0x7A }
        case "Upper": { $0.value >= 0x41 && $0.value <= 0x5A }
        case "ASCII": { $0.isASCII }
        case "Alpha": { $0.isASCII && $0.properties.isAlphabetic }
        case "Digit": { $0.value >= 0x30 && $0.value <= 0x39 }
        case "Alnum": { $0.isASCIIWord && $0 != "_" }
        case "Punct": { "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~".unicodeScalars.contains($0) }
        case "Space": { [0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D].contains($0.value) }
        case "Blank": { $0 == " " || $0 == "\t" }
        case "Cntrl": { $0.value < 0x20 || $0.value == 0x7F }
        case "XDigit": { $0.isASCII && $0.properties.isASCIIHexDigit }
        case "L", "IsL", "IsAlphabetic": { $0.properties.isAlphabetic }
        case "Lu", "IsUppercase": { $0.properties.generalCategory == .uppercaseLetter }
        case "Ll", "IsLowercase": { $0.properties.generalCategory == .lowercaseLetter }
        case "N", "Nd", "IsDigit": { $0.properties.generalCategory == .decimalNumber }
        case "P", "IsPunctuation":
            {
                [
                    .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
                    .finalPunctuation, .otherPunctuation,
                ].contains($0.properties.generalCategory)
            }
        default: nil
        }
    }

    /// After `[`, up to and with `]`.
    private mutating func set() throws(RegexFailure) -> RegexSet {
        self.depth += 1
        guard self.depth <= Self.depthMax else { throw self.error("Nested too deep") }
        var set = RegexSet()
        set.ignoresCase = self.ignoresCase
        set.isNegated = self.take("^")
        var isFirst = true
        while let scalar = self.next {
            if scalar == "]", !isFirst { break }
            isFirst = false
            if self.take("&&") {
                set.intersections.append(try self.intersection())
            } else if self.take("[") {
                set.items.append(.set(try self.set()))
            } else {
                try self.member(of: &set)
            }
        }
        guard self.take("]") else { throw self.error("Unclosed character class") }
        self.depth -= 1
        return set
    }

    private mutating func member(of set: inout RegexSet) throws(RegexFailure) {
        if self.next == "\\" {
            self.index += 1
            if let inner = try self.classEscape() { return set.items.append(.set(inner)) }
            self.index -= 1
        }
        let low = try self.setCharacter()
        guard self.next == "-", self.index + 1 < self.pattern.count, self.pattern[self.index + 1] != "]",
            self.pattern[self.index + 1] != "["
        else { return set.items.append(.range(low.value...low.value)) }
        self.index += 1
        let high = try self.setCharacter()
        guard low.value <= high.value else { throw self.error("Illegal character range") }
        set.items.append(.range(low.value...high.value))
    }

    private mutating func setCharacter() throws(RegexFailure) -> Unicode.Scalar {
        guard let scalar = self.next else { throw self.error("Unclosed character class") }
        self.index += 1
        return scalar == "\\" ? try self.characterEscape() : scalar
    }

    /// The right side of `&&`: a set in brackets, or members up to the end.
    private mutating func intersection() throws(RegexFailure) -> RegexSet {
        var set = RegexSet()
        set.ignoresCase = self.ignoresCase
        while let scalar = self.next, scalar != "]" {
            if self.pattern[self.index...].starts(with: "&&".unicodeScalars) { break }
            if self.take("[") {
                set.items.append(.set(try self.set()))
            } else {
                try self.member(of: &set)
            }
        }
        return set
    }
}
