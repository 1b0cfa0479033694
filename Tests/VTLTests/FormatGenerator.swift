/// Makes calls of `String.format` from a seed: specifiers of all conversions with flags, widths and precisions, mostly such as go
/// together, and arguments that mostly fit them. Without `%a` and dates of a `long`, which are not there, and without most doubles above 10¹⁷,
/// for which Java has found the shortest digits only since version 19.
struct FormatGenerator {
    private var random: SplitMix64
    private var arguments: [String] = []

    init(seed: UInt64) {
        self.random = SplitMix64(seed: seed)
    }

    /// The template, and its variables as JSON.
    mutating func call() -> (template: String, variables: String) {
        var format = ""
        for _ in 0..<(self.random.below(3) + 1) {
            format += self.pick(["", "", "<", "é☃ ", "u v", "50 "]) + self.specifier()
        }
        if self.random.below(12) == 0 { format = self.broken(format) }
        // Now and then one too few, one too many.
        switch self.random.below(20) {
        case 0: self.arguments = Array(self.arguments.dropLast())
        case 1: self.arguments.append(self.argument("s"))
        default: break
        }
        let names = self.arguments.indices.map { "$a\($0)" }
        let values = zip(self.arguments.indices, self.arguments).map { "\"a\($0)\":\($1)" }
        let call = (["$f"] + names).joined(separator: ", ")
        let variables = (["\"s\":\"\"", "\"f\":\(DifferentialTests.quoted(format))"] + values).joined(separator: ",")
        return ("$s.format(\(call))", "{\(variables)}")
    }

    private mutating func pick<T>(_ choices: [T]) -> T { choices[self.random.below(choices.count)] }

    private mutating func broken(_ format: String) -> String {
        var characters = Array(format)
        let place = self.random.below(characters.count + 1)
        if self.random.below(2) == 0, place < characters.count {
            characters.remove(at: place)
        } else {
            characters.insert(
                contentsOf: self.pick(["%", "$", ".", "0", "q", "%5.s", "D", "N", "9999999999", "é", "-", "<", "#", "%0$s"]),
                at: place)
        }
        return String(characters)
    }

    private mutating func specifier() -> String {
        let conversion = self.pick([
            "b", "B", "h", "H", "s", "s", "s", "S", "c", "C", "d", "d", "d", "d", "o", "x", "X", "e", "E", "f", "f", "f", "f",
            "g", "G",
            "n", "%", self.random.below(3) == 0 ? "tY" : "s",
        ])
        var flags = ""
        let isNumber = "doxXeEfgG".contains(conversion)
        for flag in isNumber ? ["-", "#", "+", " ", "0", "0", ",", "("] : ["-", "-", "#", "0", "+"] {
            if self.random.below(isNumber ? 7 : 12) == 0, !flags.contains(flag) || self.random.below(30) == 0 { flags += flag }
        }
        let isWide = self.random.below(2) == 0 || (!flags.isDisjoint(with: "-0") && self.random.below(8) > 0)
        let width = isWide ? String(self.random.below(self.random.below(3) == 0 ? 30 : 12) + 1) : ""
        let isPrecise = "eEfgGsS".contains(conversion) ? self.random.below(2) == 0 : self.random.below(20) == 0
        let precision = isPrecise ? ".\(self.random.below(self.random.below(4) == 0 ? 25 : 6))" : ""
        var number = ""
        if conversion != "n", conversion != "%" {
            switch self.random.below(10) {
            case 0 where !self.arguments.isEmpty: number = "\(self.random.below(self.arguments.count) + 1)$"
            case 1 where !self.arguments.isEmpty: number = "<"
            default: self.arguments.append(self.argument(conversion))
            }
        }
        return "%" + (number == "<" ? self.pick(["<" + flags, flags + "<"]) : number + flags) + width + precision + conversion
    }

    // MARK: Arguments

    private mutating func argument(_ conversion: String) -> String {
        if self.random.below(12) == 0 {
            return self.pick(["null", conversion == "tY" ? "7" : self.whole(), self.decimal(), "\"text\"", "true"])
        }
        switch conversion.lowercased() {
        case "d", "o", "x": return self.whole()
        case "e", "f", "g": return self.decimal()
        case "ty": return self.pick(["null", "1", "\"now\"", "2.5"])
        case "c": return self.pick(["65", "233", "128512", "1114112", "-1", "10"])
        default:
            return self.pick([
                "\"text\"", "\"héllo ☃\"", "\"\"", "\"straße\"", "true", "false", "null", "[1,\"a\",null,2.5]", "{\"k\":\"v\"}",
                self.whole(),
                self.decimal(),
            ])
        }
    }

    private mutating func whole() -> String {
        switch self.random.below(4) {
        case 0:
            return self.pick([
                "0", "1", "-1", "2147483647", "-2147483648", "2147483648", "9223372036854775807", "-9223372036854775808", "999",
                "1000",
                "-1000",
            ])
        case 1: return String(Int32(truncatingIfNeeded: self.random.next()) >> Int32(self.random.below(31)))
        case 2: return String(Int64(bitPattern: self.random.next()) >> Int64(self.random.below(63)))
        default: return self.pick(["", "-"]) + "9223372036854775808" + String(self.random.next())
        }
    }

    /// The digits, with and without the mark of a BigDecimal.
    private mutating func decimal() -> String {
        let sign = self.pick(["", "", "-"])
        switch self.random.below(6) {
        case 0:
            return sign
                + self.pick([
                    "0.0", "1.0", "0.5", "1.5", "2.5", "0.125", "1.005", "9.995", "99999.95", "999999.5", "0.0001",
                    "0.00009999995", "1.0E7",
                    "123456789.0", "1.0E-10", "1.0E300", "1.7976931348623157E308", "4.9E-324", "0.1", "9.5",
                ])
        case 1:
            return sign
                + self.pick([
                    "0m", "0.00m", "0E+3m", "1m", "10m", "0.5m", "1.005m", "9.995m", "99.9m", "1234567890m", "1234567890.1m",
                    "0.00001m", "1E+20m",
                    "1E-20m", "12345678901234567890.123456789m", "9999999999.5m", "0.0001m", "999999.5m", "5E-8m",
                ])
        case 2: return sign + self.digits() + "m"
        default: return sign + self.digits() + self.pick(["", "", "E5", "E-5", "E6"])
        }
    }

    private mutating func digits() -> String {
        let whole = String(self.random.next() % [10, 1000, 1_000_000, 10_000_000_000][self.random.below(4)])
        let fraction = String(self.random.next() % [10, 100, 1000, 1_000_000][self.random.below(4)])
        return whole + "." + fraction
    }
}

extension String {
    fileprivate func isDisjoint(with others: String) -> Bool { !self.contains { others.contains($0) } }
}
