/// Arithmetic and comparison on Java's number classes: the class of the result is that of the larger operand, or a larger one
/// where
/// it doesn't fit.
enum Arithmetic {
    /// What two numbers are calculated as.
    private enum Operands {
        case integers(Int64, Int64, isInt: Bool)
        case bigIntegers(BigInteger, BigInteger)
        case doubles(Double, Double)
        case decimals(BigDecimal, BigDecimal)
    }

    private static func operands(_ left: Value, _ right: Value) -> Operands? {
        switch (left, right) {
        case (.int(let left), .int(let right)): return .integers(Int64(left), Int64(right), isInt: true)
        case (.double(let left), .double(let right)): return .doubles(left, right)
        default: break
        }
        guard left.isNumber, right.isNumber else { return nil }
        if case .decimal = left { return .decimals(left.bigDecimal, right.bigDecimal) }
        if case .decimal = right { return .decimals(left.bigDecimal, right.bigDecimal) }
        let hasDouble = left.isDouble || right.isDouble
        if left.isBigInteger || right.isBigInteger {
            return hasDouble ? .decimals(left.bigDecimal, right.bigDecimal) : .bigIntegers(left.bigInteger, right.bigInteger)
        }
        if hasDouble { return .doubles(left.doubleValue, right.doubleValue) }
        return .integers(left.longValue, right.longValue, isInt: false)
    }

    private static func value(_ number: Int64, isInt: Bool) -> Value {
        isInt ? .integer(number) : .long(number)
    }

    /// Nil where an operand is no number; null where Java answers null (division by zero).
    static func calculate(_ operation: Program.Operation, _ left: Value, _ right: Value) throws(MethodFailure) -> Value? {
        switch self.operands(left, right) {
        case nil: return nil
        case .integers(let left, let right, let isInt): return try self.integers(operation, left, right, isInt: isInt)
        case .doubles(let left, let right): return self.doubles(operation, left, right)
        case .bigIntegers(let left, let right): return try self.bigIntegers(operation, left, right)
        case .decimals(let left, let right): return try self.decimals(operation, left, right)
        }
    }

    private static func integers(
        _ operation: Program.Operation, _ left: Int64, _ right: Int64, isInt: Bool
    ) throws(MethodFailure) -> Value {
        let result: (partialValue: Int64, overflow: Bool)
        switch operation {
        case .add: result = left.addingReportingOverflow(right)
        case .subtract: result = left.subtractingReportingOverflow(right)
        case .multiply: result = left.multipliedReportingOverflow(by: right)
        case .divide:
            if right == 0 { return .null }
            // The one quotient that overflows stays as it is, as in Java.
            result = (left.dividedReportingOverflow(by: right).partialValue, false)
        default:
            if right == 0 { return .null }
            result = (left.remainderReportingOverflow(dividingBy: right).partialValue, false)
        }
        if result.overflow { return try self.bigIntegers(operation, BigInteger(left), BigInteger(right)) }
        return self.value(result.partialValue, isInt: isInt)
    }

    private static func doubles(_ operation: Program.Operation, _ left: Double, _ right: Double) -> Value {
        switch operation {
        case .add: .double(left + right)
        case .subtract: .double(left - right)
        case .multiply: .double(left * right)
        case .divide: right == 0 ? .null : .double(left / right)
        default: right == 0 ? .null : .double(left.truncatingRemainder(dividingBy: right))
        }
    }

    private static func bigIntegers(
        _ operation: Program.Operation, _ left: BigInteger, _ right: BigInteger
    ) throws(MethodFailure) -> Value {
        guard max(left.bitWidth, right.bitWidth) <= Limits.integerBitsMax else {
            throw MethodFailure("ArithmeticException: an integer grew beyond \(Limits.integerBitsMax) bits")
        }
        switch operation {
        case .add: return .bigInteger(left + right)
        case .subtract: return .bigInteger(left - right)
        case .multiply: return .bigInteger(left * right)
        case .divide: return right.isZero ? .null : .bigInteger(left.quotientAndRemainder(dividingBy: right).quotient)
        default:
            if right.isZero { return .null }
            guard !right.isNegative else { throw MethodFailure("ArithmeticException: BigInteger: modulus not positive") }
            let remainder = left.quotientAndRemainder(dividingBy: right).remainder
            return .bigInteger(remainder.isNegative ? remainder + right : remainder)
        }
    }

    private static func decimals(
        _ operation: Program.Operation, _ left: BigDecimal, _ right: BigDecimal
    ) throws(MethodFailure) -> Value {
        switch operation {
        case .add: return .decimal(try left.adding(right))
        case .subtract: return .decimal(try left.adding(right.negated))
        case .multiply: return .decimal(try left.multiplied(by: right))
        case .divide: return right.unscaled.isZero ? .null : .decimal(try left.divided(by: right))
        default:
            if right.unscaled.isZero { return .null }
            throw MethodFailure("ArithmeticException: Cannot calculate the modulo of BigDecimals.")
        }
    }

    /// -1, 0 or 1; nil where an operand is no number. What can't be compared, as NaN, counts as equal.
    static func compare(_ left: Value, _ right: Value) -> Int? {
        func order<T: Comparable>(_ left: T, _ right: T) -> Int { left < right ? -1 : left > right ? 1 : 0 }
        return switch self.operands(left, right) {
        case nil: nil
        case .integers(let left, let right, _): order(left, right)
        case .doubles(let left, let right): order(left, right)
        case .bigIntegers(let left, let right): order(left, right)
        case .decimals(let left, let right): left.compared(to: right)
        }
    }
}

extension Value {
    var isNumber: Bool {
        switch self {
        case .int, .long, .bigInteger, .double, .decimal: true
        default: false
        }
    }

    fileprivate var isDouble: Bool {
        if case .double = self { return true }
        return false
    }

    fileprivate var isBigInteger: Bool {
        if case .bigInteger = self { return true }
        return false
    }

    /// `Number.doubleValue()`; 0 for what is no number.
    var doubleValue: Double {
        switch self {
        case .int(let value): Double(value)
        case .long(let value): Double(value)
        case .double(let value): value
        case .bigInteger(let value): Double(value.description) ?? 0
        case .decimal(let value): Double(value.description) ?? 0
        default: 0
        }
    }

    /// `Number.longValue()`: a decimal is cut towards zero and kept within bounds, a larger integer loses its upper digits.
    var longValue: Int64 {
        switch self {
        case .int(let value): Int64(value)
        case .long(let value): value
        case .double(let value):
            value.isNaN ? 0 : value >= 0x1p63 ? .max : value <= -0x1p63 ? .min : Int64(value)
        case .bigInteger(let value): value.truncated
        case .decimal(let value): value.whole.truncated
        default: 0
        }
    }

    /// `Number.intValue()`
    var intValue: Int32 {
        if case .double(let value) = self {
            return value.isNaN ? 0 : value >= 0x1p31 ? .max : value <= -0x1p31 - 1 ? .min : Int32(value)
        }
        return Int32(truncatingIfNeeded: self.longValue)
    }

    fileprivate var bigInteger: BigInteger {
        if case .bigInteger(let value) = self { return value }
        return BigInteger(self.longValue)
    }

    fileprivate var bigDecimal: BigDecimal {
        switch self {
        case .decimal(let value): value
        case .bigInteger(let value): BigDecimal(unscaled: value, scale: 0)
        // Velocity converts every other class by way of a double, and that exactly.
        default: BigDecimal(exactly: self.doubleValue)
        }
    }
}
