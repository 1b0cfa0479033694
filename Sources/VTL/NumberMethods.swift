/// Those of `Integer`, `Long`, `Double`, `BigInteger` and `BigDecimal`; the static ones are called on any instance.
enum NumberMethods {
    static func call(_ method: Method, on number: Value, _ arguments: [Value]) throws(MethodFailure) -> Value? {
        switch (method, arguments.count) {
        case (.intValue, 0): return .int(number.intValue)
        case (.longValue, 0): return .long(number.longValue)
        case (.doubleValue, 0): return .double(number.doubleValue)
        case (.floatValue, 0): return .double(Double(Float(number.doubleValue).description) ?? 0)
        case (.compareTo, 1):
            guard self.isSameClass(number, arguments[0]) else { throw JavaMethods.uncomparable(arguments[0]) }
            return Arithmetic.compare(number, arguments[0]).map { .int(Int32($0)) }
        case (.isNaN, 0), (.isInfinite, 0):
            guard case .double(let value) = number else { return nil }
            return .bool(method == .isNaN ? value.isNaN : value.isInfinite)
        default: break
        }
        switch number {
        case .int: return try self.callInteger(method, arguments, isLong: false)
        case .long: return try self.callInteger(method, arguments, isLong: true)
        case .double: return try self.callDouble(method, arguments)
        case .bigInteger(let value): return try self.callBigInteger(method, value, arguments)
        default: return nil
        }
    }

    private static func isSameClass(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.int, .int), (.long, .long), (.double, .double), (.bigInteger, .bigInteger), (.decimal, .decimal): true
        default: false
        }
    }

    private static func callInteger(_ method: Method, _ arguments: [Value], isLong: Bool) throws(MethodFailure) -> Value? {
        switch (method, arguments.count) {
        case (.parseInt, 1) where !isLong, (.parseLong, 1) where isLong, (.valueOf, 1):
            if arguments[0].isNull { throw self.nullText }
            if case .string(let text) = arguments[0] { return try self.parse(text, radix: 10, isLong: isLong) }
            guard method == .valueOf, let value = self.integer(arguments[0], isLong: isLong) else { return nil }
            return self.value(value, isLong: isLong)
        case (.parseInt, 2) where !isLong, (.parseLong, 2) where isLong, (.valueOf, 2):
            guard case .int(let radix) = arguments[1] else { return nil }
            if arguments[0].isNull { throw self.nullText }
            guard case .string(let text) = arguments[0] else { return nil }
            return try self.parse(text, radix: radix, isLong: isLong)
        case (.max, 2), (.min, 2), (.sum, 2), (.compare, 2):
            guard let left = self.integer(arguments[0], isLong: isLong), let right = self.integer(arguments[1], isLong: isLong)
            else {
                return nil
            }
            switch method {
            case .max: return self.value(Swift.max(left, right), isLong: isLong)
            case .min: return self.value(Swift.min(left, right), isLong: isLong)
            case .sum: return self.value(left &+ right, isLong: isLong)
            default: return .int(left < right ? -1 : left > right ? 1 : 0)
            }
        case (.signum, 1):
            return self.integer(arguments[0], isLong: isLong).map { .int(Int32($0.signum())) }
        case (.hashCode, 1):
            return self.integer(arguments[0], isLong: isLong).map { .int(self.value($0, isLong: isLong).javaHashCode) }
        case (.toHexString, 1): return self.digits(arguments[0], radix: 16, isLong: isLong)
        case (.toBinaryString, 1): return self.digits(arguments[0], radix: 2, isLong: isLong)
        case (.toOctalString, 1): return self.digits(arguments[0], radix: 8, isLong: isLong)
        case (.toString, 1):
            return self.integer(arguments[0], isLong: isLong).map { .string(String($0)) }
        case (.toString, 2):
            guard let value = self.integer(arguments[0], isLong: isLong), case .int(let radix) = arguments[1] else { return nil }
            return .string(String(value, radix: (2...36).contains(radix) ? Int(radix) : 10))
        default: return nil
        }
    }

    private static let nullText = MethodFailure("NumberFormatException: Cannot parse null string")

    /// An argument that a parameter of the type takes: a long also takes an int.
    private static func integer(_ value: Value, isLong: Bool) -> Int64? {
        switch value {
        case .int(let number): Int64(number)
        case .long(let number): isLong ? number : nil
        default: nil
        }
    }

    private static func value(_ number: Int64, isLong: Bool) -> Value {
        isLong ? .long(number) : .int(Int32(truncatingIfNeeded: number))
    }

    private static func digits(_ value: Value, radix: Int, isLong: Bool) -> Value? {
        self.integer(value, isLong: isLong).map { number in
            let bits = isLong ? UInt64(bitPattern: number) : UInt64(UInt32(truncatingIfNeeded: number))
            return .string(String(bits, radix: radix))
        }
    }

    private static func parse(_ text: String, radix: Int32, isLong: Bool) throws(MethodFailure) -> Value {
        guard (2...36).contains(radix) else {
            throw MethodFailure("NumberFormatException: radix \(radix) is not between 2 and 36")
        }
        guard let number = Int64(text, radix: Int(radix)), isLong || Int32(exactly: number) != nil else {
            throw MethodFailure("NumberFormatException: For input string: \"\(text.prefix(100))\"")
        }
        return self.value(number, isLong: isLong)
    }

    private static func callDouble(_ method: Method, _ arguments: [Value]) throws(MethodFailure) -> Value? {
        switch (method, arguments.count) {
        case (.parseDouble, 1), (.valueOf, 1):
            if arguments[0].isNull { throw MethodFailure("NullPointerException") }
            if method == .valueOf, arguments[0].isNumber { return .double(arguments[0].doubleValue) }
            guard case .string(let text) = arguments[0] else { return nil }
            let trimmed = StringMethods.trimmed(text)
            // Swift reads hexadecimal floats and names that Java doesn't.
            guard let number = Double(trimmed), trimmed.utf8.allSatisfy({ "+-.eE0123456789".utf8.contains($0) }) else {
                throw MethodFailure("NumberFormatException: For input string: \"\(text.prefix(100))\"")
            }
            return .double(number)
        case (.max, 2), (.min, 2), (.sum, 2), (.compare, 2):
            guard arguments[0].isNumber, arguments[1].isNumber else { return nil }
            let (left, right) = (arguments[0].doubleValue, arguments[1].doubleValue)
            switch method {
            case .max: return .double(Swift.max(left, right))
            case .min: return .double(Swift.min(left, right))
            case .sum: return .double(left + right)
            default: return .int(left < right ? -1 : left > right ? 1 : 0)
            }
        case (.toString, 1): return arguments[0].isNumber ? .string(arguments[0].doubleValue.javaText) : nil
        case (.hashCode, 1): return arguments[0].isNumber ? .int(Value.double(arguments[0].doubleValue).javaHashCode) : nil
        case (.isNaN, 1): return arguments[0].isNumber ? .bool(arguments[0].doubleValue.isNaN) : nil
        case (.isInfinite, 1): return arguments[0].isNumber ? .bool(arguments[0].doubleValue.isInfinite) : nil
        default: return nil
        }
    }

    private static func callBigInteger(_ method: Method, _ number: BigInteger, _ arguments: [Value]) throws(MethodFailure)
        -> Value?
    {
        switch (method, arguments.count) {
        case (.signum, 0): return .int(number.isZero ? 0 : number.isNegative ? -1 : 1)
        case (.abs, 0): return .bigInteger(number.isNegative ? number.negated : number)
        case (.add, 1):
            guard case .bigInteger = arguments[0] else { return nil }
            return try Arithmetic.calculate(.add, .bigInteger(number), arguments[0])
        case (.max, 1), (.min, 1):
            guard case .bigInteger(let other) = arguments[0] else { return nil }
            return .bigInteger(method == .max ? Swift.max(number, other) : Swift.min(number, other))
        default: return nil
        }
    }
}
