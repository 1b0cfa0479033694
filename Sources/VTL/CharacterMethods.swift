/// A `java.lang.Character`'s; the static ones, which take a character or the number of one, are called on any instance.
enum CharacterMethods {
    static func call(_ method: Method, on unit: UInt16, _ arguments: [Value]) throws(MethodFailure) -> Value? {
        switch arguments.count {
        case 0: return method == .charValue ? .character(unit) : nil
        case 1:
            if method == .compareTo {
                guard case .character(let other) = arguments[0] else { throw JavaMethods.uncomparable(arguments[0]) }
                return .int(Int32(unit) - Int32(other))
            }
            return self.call(method, of: arguments[0])
        case 2:
            guard method == .compare, case .character(let left) = arguments[0], case .character(let right) = arguments[1] else {
                return nil
            }
            return .int(Int32(left) - Int32(right))
        default: return nil
        }
    }

    private static func call(_ method: Method, of argument: Value) -> Value? {
        switch argument {
        case .character(let unit):
            switch method {
            case .toString: return .string(argument.text)
            case .hashCode: return .int(Int32(unit))
            case .valueOf: return argument
            case .toUpperCase, .toLowerCase:
                let code = self.mapped(UInt32(unit), method)
                return .character(UInt16(exactly: code) ?? unit)
            default: return self.test(method, UInt32(unit))
            }
        case .int(let number):
            guard let code = UInt32(exactly: number) else { return self.test(method, .max) }
            if method == .toUpperCase || method == .toLowerCase { return .int(Int32(self.mapped(code, method))) }
            return self.test(method, code)
        default: return nil
        }
    }

    /// What is no character, as half a pair of surrogates isn't, has no kind.
    private static func test(_ method: Method, _ code: UInt32) -> Value? {
        let properties = Unicode.Scalar(code)?.properties
        switch method {
        case .isDigit: return .bool(properties?.generalCategory == .decimalNumber)
        case .isLetter: return .bool(properties.map(self.isLetter) ?? false)
        case .isLetterOrDigit:
            return .bool(properties.map { self.isLetter($0) || $0.generalCategory == .decimalNumber } ?? false)
        case .isUpperCase: return .bool(properties?.isUppercase ?? false)
        case .isLowerCase: return .bool(properties?.isLowercase ?? false)
        case .isWhitespace: return .bool(Unicode.Scalar(code).map(StringMethods.isWhitespace) ?? false)
        case .getNumericValue: return .int(properties.map { self.numericValue(code, $0) } ?? -1)
        default: return nil
        }
    }

    private static func isLetter(_ properties: Unicode.Scalar.Properties) -> Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }

    /// One for one: what becomes several in the other case stays.
    private static func mapped(_ code: UInt32, _ method: Method) -> UInt32 {
        guard let properties = Unicode.Scalar(code)?.properties else { return code }
        let scalars = (method == .toUpperCase ? properties.uppercaseMapping : properties.lowercaseMapping).unicodeScalars
        return scalars.count == 1 ? scalars.first?.value ?? code : code
    }

    /// 10 to 35 for Latin letters; -1 for what has no value, -2 for one that is no whole number from 0.
    private static func numericValue(_ code: UInt32, _ properties: Unicode.Scalar.Properties) -> Int32 {
        if (0x41...0x5A).contains(code & ~0x20) { return Int32(code & ~0x20) - 0x41 + 10 }
        guard let value = properties.numericValue, properties.numericType != nil else { return -1 }
        return Int32(exactly: value).flatMap { $0 >= 0 ? $0 : nil } ?? -2
    }
}
