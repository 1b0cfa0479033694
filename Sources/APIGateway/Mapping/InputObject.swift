import CoreTypes
import VTL

/// `$input` (API Gateway developer guide, "Mapping template and access logging variable reference").
final class InputObject: TemplateObject {
    private let input: MappingInput
    /// Why a method of this rendering failed, where that says more than the template's error.
    private(set) var failure: MappingFailure?
    private lazy var parameterMap = Self.map([
        ("path", Self.map(self.input.parameters.path)), ("querystring", Self.map(self.input.parameters.querystring)),
        ("header", Self.map(self.input.parameters.header)),
    ])

    init(_ input: MappingInput) { self.input = input }

    var text: String { "" }

    func property(_ name: String) throws(MethodFailure) -> Value? { name == "body" ? .string(self.input.body.text) : nil }

    func call(_ method: String, _ arguments: [Value]) throws(MethodFailure) -> Value? {
        switch (method, arguments.count) {
        case ("json", 1): return .string(try self.json(at: arguments[0].text))
        case ("path", 1): return try self.value(at: arguments[0].text) ?? .null
        case ("params", 0): return self.parameterMap
        case ("params", 1): return self.parameter(arguments[0].text)
        default: return nil
        }
    }

    private func value(at path: String) throws(MethodFailure) -> Value? {
        do throws(MappingFailure) {
            return try self.input.body.value(at: path)
        } catch {
            self.failure = error
            throw MethodFailure(error.description)
        }
    }

    /// Compact JSON. What is missing or null gives an empty string with its quotes.
    private func json(at path: String) throws(MethodFailure) -> String {
        guard let value = try self.value(at: path), !value.isNull else { return #""""# }
        var bytes: [UInt8] = []
        try value.appendJSON(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// In the path, then the query string, then the headers. One that is missing is a text like the others, an empty one.
    private func parameter(_ name: String) -> Value {
        let parameters = self.input.parameters
        let value = parameters.path.last(name) ?? parameters.querystring.last(name) ?? parameters.header.last(name)
        return .string(value ?? "")
    }

    private static func map(_ lists: ValueLists) -> Value {
        self.map(lists.entries.map { ($0.name, .string($0.values.last ?? "")) })
    }

    private static func map(_ members: [(String, Value)]) -> Value {
        let map = MapValue()
        for (name, value) in members { map[name] = value }
        return .map(map)
    }
}
