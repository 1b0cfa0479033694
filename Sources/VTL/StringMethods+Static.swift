/// Methods of more than two arguments, and the static ones that take any number.
extension StringMethods {
    func callLonger(_ method: Method, _ arguments: [Value], work: inout Int) throws(MethodFailure) -> Value? {
        switch method {
        case .format, .join: try self.callStatic(method, arguments, work: &work)
        case .valueOf, .copyValueOf: try self.copy(arguments)
        default: try self.callRegion(method, arguments)
        }
    }

    func callStatic(_ method: Method, _ arguments: [Value], work: inout Int) throws(MethodFailure) -> Value? {
        let text = try method == .format ? self.format(arguments) : self.join(arguments)
        work += (text?.utf8.count ?? 0) / 64
        return text.map { .string($0) }
    }

    // MARK: format

    /// `format(String, Object...)`, and `format(Locale, String, Object...)`, which a template reaches with null for the locale.
    private func format(_ arguments: [Value]) throws(MethodFailure) -> String? {
        var arguments = arguments[...]
        if arguments.count > 1, arguments[0].isNull {
            switch arguments[1] {
            case .string, .null: arguments.removeFirst()
            default: break
            }
        }
        switch arguments.popFirst() {
        case .string(let format):
            switch Self.variadic(Array(arguments)) {
            case .array(let values): return try FormatWriter.format(format, values, bytesMax: self.bytesMax)
            case .null: return try FormatWriter.format(format, nil, bytesMax: self.bytesMax)
            case .misfit: return nil
            }
        case .null: throw MethodFailure("NullPointerException")
        default: return nil
        }
    }

    /// What Java's `Object...` can come to.
    private enum Variadic {
        case array([Value])
        case null
        case misfit
    }

    /// An only argument that is an array is the array itself, and so is null.
    private static func variadic(_ arguments: [Value]) -> Variadic {
        guard arguments.count == 1 else { return .array(arguments) }
        switch arguments[0] {
        case .null: return .null
        case .object(let object):
            guard let array = object as? ArrayObject else { return .array(arguments) }
            return array.isOfObjects ? .array(array.values) : .misfit
        default: return .array(arguments)
        }
    }

    // MARK: join

    /// `join(CharSequence, CharSequence...)` and `join(CharSequence, Iterable)`
    private func join(_ arguments: [Value]) throws(MethodFailure) -> String? {
        guard arguments[0].isNull || arguments[0].isString else { return nil }
        let parts: [Value]
        if arguments.count == 2, let elements = JavaMethods.elements(of: arguments[1]) {
            parts = elements
        } else if arguments.count == 2, case .object(let object) = arguments[1], let array = object as? ArrayObject {
            guard array.typeName == "[Ljava.lang.String;" else { return nil }
            parts = array.values
        } else {
            // Velocity can't choose between the two for null.
            if arguments.count == 2, arguments[1].isNull { return nil }
            parts = Array(arguments.dropFirst())
            guard parts.allSatisfy({ $0.isNull || $0.isString }) else { return nil }
        }
        guard case .string(let separator) = arguments[0] else { throw MethodFailure("NullPointerException") }
        return try self.joined(parts, separator)
    }

    private func joined(_ parts: [Value], _ separator: String) throws(MethodFailure) -> String {
        var result: [UInt8] = []
        for (index, part) in parts.enumerated() {
            if index > 0 { result.append(utf8: separator) }
            switch part {
            case .string(let text): result.append(utf8: text)
            case .null: result.append(utf8: "null")
            default:
                let name = JavaMethods.className(of: part)
                throw MethodFailure("ClassCastException: class \(name) cannot be cast to class java.lang.CharSequence")
            }
            guard result.count <= self.bytesMax else {
                throw MethodFailure("OutOfMemoryError: a text grew beyond \(self.bytesMax) bytes")
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    // MARK: valueOf

    /// The code units of a `char[]`.
    static func characters(_ value: Value) -> [UInt16]? {
        guard case .object(let object) = value, let array = object as? ArrayObject, array.typeName == "[C" else { return nil }
        return array.values.map { if case .character(let unit) = $0 { unit } else { 0 } }
    }

    /// `valueOf(char[], int, int)`
    private func copy(_ arguments: [Value]) throws(MethodFailure) -> Value? {
        guard arguments.count == 3, case .int(let start) = arguments[1], case .int(let count) = arguments[2] else { return nil }
        if arguments[0].isNull { throw MethodFailure("NullPointerException") }
        guard let units = Self.characters(arguments[0]) else { return nil }
        guard start >= 0, count >= 0, Int(start) + Int(count) <= units.count else {
            throw MethodFailure("StringIndexOutOfBoundsException: offset \(start), count \(count), length \(units.count)")
        }
        return .string(String(decoding: units[Int(start)..<(Int(start) + Int(count))], as: UTF16.self))
    }
}

extension Value {
    fileprivate var isString: Bool {
        if case .string = self { return true }
        return false
    }
}
