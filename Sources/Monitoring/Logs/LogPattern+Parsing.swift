import CoreTypes
import RegularExpressions

extension LogPattern {
    package init(_ text: String) throws(LogPatternError) {
        guard text.unicodeScalars.count <= Self.lengthMax else {
            throw LogPatternError(message: "A filter pattern has up to \(Self.lengthMax) characters.")
        }
        self.text = text
        var scanner = LogPatternScanner(text)
        scanner.skipSpace()
        switch scanner.peek {
        case "{":
            scanner.next()
            let expression = try Self.choice(&scanner, depth: 0) { (scanner) throws(LogPatternError) in
                try Self.selector(&scanner)
            }
            try scanner.expect("}")
            self.form = .json(expression)
        case "[":
            scanner.next()
            self.form = .fields(try Self.fields(&scanner))
        default:
            self.form = .terms(try Self.terms(&scanner))
        }
        scanner.skipSpace()
        guard scanner.isAtEnd else { throw scanner.error("nothing may follow the pattern") }
    }

    // MARK: Terms

    private static func terms(_ scanner: inout LogPatternScanner) throws(LogPatternError) -> Terms {
        var terms = Terms()
        while true {
            scanner.skipSpace()
            guard !scanner.isAtEnd else { return terms }
            if scanner.take("-") {
                scanner.skipSpace()
                terms.excluded.append(try self.term(&scanner))
            } else if scanner.take("?") {
                terms.optional.append(try self.term(&scanner))
            } else {
                terms.required.append(try self.term(&scanner))
            }
        }
    }

    private static func term(_ scanner: inout LogPatternScanner) throws(LogPatternError) -> Term {
        switch scanner.peek {
        case "\"": return .text(try scanner.quoted())
        case "%": return .regex(try scanner.regex())
        default:
            let word = scanner.word { $0 != " " && $0 != "\t" }
            guard !word.isEmpty else { throw scanner.error("a term is missing") }
            if let wrong = word.unicodeScalars.first(where: { !LogPatternScanner.isWordScalar($0) }) {
                throw LogPatternError(
                    message:
                        "Invalid character(s) in term '\(word)': a term with '\(wrong)' must stand in double quotes, as \"\(word)\"."
                )
            }
            return .text(word)
        }
    }

    // MARK: Conditions

    /// `a && b || c`: `&&` binds closer.
    private static func choice<Selector>(
        _ scanner: inout LogPatternScanner, depth: Int,
        _ selector: (inout LogPatternScanner) throws(LogPatternError) -> Selector
    ) throws(LogPatternError) -> Expression<Selector> {
        guard depth <= self.depthMax else { throw scanner.error("parentheses stand too deep in each other") }
        var alternatives = [try self.conjunction(&scanner, depth: depth, selector)]
        while scanner.takeAfterSpace("||") { alternatives.append(try self.conjunction(&scanner, depth: depth, selector)) }
        return alternatives.count == 1 ? alternatives[0] : .any(alternatives)
    }

    private static func conjunction<Selector>(
        _ scanner: inout LogPatternScanner, depth: Int,
        _ selector: (inout LogPatternScanner) throws(LogPatternError) -> Selector
    ) throws(LogPatternError) -> Expression<Selector> {
        var parts = [try self.condition(&scanner, depth: depth, selector)]
        while scanner.takeAfterSpace("&&") { parts.append(try self.condition(&scanner, depth: depth, selector)) }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private static func condition<Selector>(
        _ scanner: inout LogPatternScanner, depth: Int,
        _ selector: (inout LogPatternScanner) throws(LogPatternError) -> Selector
    ) throws(LogPatternError) -> Expression<Selector> {
        scanner.skipSpace()
        if scanner.take("(") {
            let inner = try self.choice(&scanner, depth: depth + 1, selector)
            try scanner.expect(")")
            return inner
        }
        let selected = try selector(&scanner)
        return .test(selected, try self.test(&scanner))
    }

    private static func test(_ scanner: inout LogPatternScanner) throws(LogPatternError) -> Test {
        scanner.skipSpace()
        for sign in Operator.allCases where scanner.take(sign.rawValue) {
            return .compare(sign, try self.literal(&scanner, for: sign))
        }
        for (words, test) in self.wordTests where scanner.take(words: words) { return test }
        throw scanner.error("expected one of = != < <= > >=, IS NULL, IS TRUE, IS FALSE, EXISTS, NOT EXISTS")
    }

    private static let wordTests: [([String], Test)] = [
        (["IS", "NULL"], .isNull), (["IS", "TRUE"], .isTrue), (["IS", "FALSE"], .isFalse), (["EXISTS"], .exists),
        (["NOT", "EXISTS"], .notExists),
    ]

    private static func literal(_ scanner: inout LogPatternScanner, for sign: Operator) throws(LogPatternError) -> Literal {
        scanner.skipSpace()
        let literal: Literal
        switch scanner.peek {
        case "\"": literal = Self.textLiteral(try scanner.quoted(), number: nil)
        case "%": literal = Literal(match: .regex(try scanner.regex()))
        default:
            let word = scanner.word { !" \t,()]}&|".unicodeScalars.contains($0) }
            guard !word.isEmpty else { throw scanner.error("a value is missing") }
            literal = Self.textLiteral(word, number: Double(word).flatMap { $0.isFinite ? $0 : nil })
        }
        switch sign {
        case .equal, .notEqual: return literal
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            guard literal.number != nil else { throw scanner.error("\(sign.rawValue) compares with a number") }
            return literal
        }
    }

    private static func textLiteral(_ text: String, number: Double?) -> Literal {
        if text == "*" { return Literal(match: .text("", openStart: true, openEnd: true)) }
        let openStart = text.hasPrefix("*")
        let openEnd = text.hasSuffix("*")
        let inner = text.dropFirst(openStart ? 1 : 0).dropLast(openEnd ? 1 : 0)
        return Literal(match: .text(String(inner), openStart: openStart, openEnd: openEnd), number: number)
    }

    // MARK: Selectors

    /// `$.users[0].id`, `$.['cluster.name']`
    private static func selector(_ scanner: inout LogPatternScanner) throws(LogPatternError) -> [JSONStep] {
        guard scanner.take("$") else { throw scanner.error("a property begins with $") }
        var steps: [JSONStep] = []
        while true {
            if scanner.take("[") {
                steps.append(try self.bracket(&scanner))
            } else if scanner.take(".") {
                if scanner.take("[") {
                    steps.append(try self.bracket(&scanner))
                    continue
                }
                let name = scanner.word { LogPatternScanner.isWordScalar($0) || $0 == "-" || $0 == "@" || $0 == ":" || $0 == "/" }
                guard !name.isEmpty else { throw scanner.error("a property's name is missing") }
                steps.append(.member(name))
            } else {
                guard !steps.isEmpty else { throw scanner.error("a property is $. and a name") }
                return steps
            }
        }
    }

    private static func bracket(_ scanner: inout LogPatternScanner) throws(LogPatternError) -> JSONStep {
        let step: JSONStep
        if let quote = scanner.peek, quote == "'" || quote == "\"" {
            scanner.next()
            step = .member(scanner.word { $0 != quote })
            try scanner.expect(Character(quote))
        } else {
            let digits = scanner.word { ("0"..."9").contains($0) }
            guard let index = Int(digits) else { throw scanner.error("an element is [NUMBER]") }
            step = .element(index)
        }
        try scanner.expect("]")
        return step
    }

    // MARK: Fields

    private static func fields(_ scanner: inout LogPatternScanner) throws(LogPatternError) -> Fields {
        var fields = Fields(first: [])
        repeat {
            scanner.skipSpace()
            if scanner.take("...") || scanner.take("…") {
                guard fields.last == nil else { throw scanner.error("one ellipsis is enough") }
                fields.last = []
            } else {
                let field = try self.field(&scanner)
                if fields.last == nil { fields.first.append(field) } else { fields.last?.append(field) }
            }
            scanner.skipSpace()
        } while scanner.take(",")
        try scanner.expect("]")
        return fields
    }

    private static func field(_ scanner: inout LogPatternScanner) throws(LogPatternError) -> Field {
        let name = scanner.word(LogPatternScanner.isWordScalar)
        scanner.skipSpace()
        guard let next = scanner.peek, next != ",", next != "]" else { return Field() }
        guard !name.isEmpty else { throw scanner.error("a condition needs the name of its field") }
        // The first condition's name is read already; all conditions of a field are about itself.
        var isFirst = true
        let condition = try self.choice(&scanner, depth: 0) { (scanner) throws(LogPatternError) in
            defer { isFirst = false }
            if isFirst { return NoSelector() }
            let other = scanner.word(LogPatternScanner.isWordScalar)
            guard other == name else { throw scanner.error("the conditions of field \(name) are about \(name), not '\(other)'") }
            return NoSelector()
        }
        return Field(condition: condition)
    }
}
