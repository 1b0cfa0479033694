import CoreTypes
import VTL

/// What `$input`, `$util`, `$context` and `$stageVariables` are in one rendering.
struct TemplateVariables {
    let input: InputObject
    private let context: ContextMap
    private let requestPath: ContextMap
    private let requestQuerystring: ContextMap
    private let requestHeaders: ContextMap
    private let responseHeaders: ContextMap
    private let responseOverride: ContextMap
    private let stageVariables = MapValue(order: .hash)

    init(_ input: MappingInput, overrides: MappingOverrides) {
        self.input = InputObject(body: input.body, parameters: input.parameters)
        self.requestPath = Self.map(overrides.requestPath)
        self.requestQuerystring = Self.map(overrides.requestQuerystring)
        self.requestHeaders = Self.map(overrides.requestHeaders)
        self.responseHeaders = Self.map(overrides.responseHeaders)
        self.responseOverride = ContextMap([("header", .object(self.responseHeaders))])
        if let status = overrides.responseStatus { self.responseOverride.map["status"] = .integer(Int64(status)) }
        self.context = ContextMap(input.context)
        self.context.map["requestOverride"] = .object(
            ContextMap([
                ("path", .object(self.requestPath)), ("header", .object(self.requestHeaders)),
                ("querystring", .object(self.requestQuerystring)),
            ]))
        self.context.map["responseOverride"] = .object(self.responseOverride)
        // Sorted, so that names that share a bucket have one order in every run.
        for (name, value) in input.stageVariables.sorted(by: { $0.key < $1.key }) { self.stageVariables[name] = .string(value) }
    }

    var values: [String: Value] {
        [
            "input": .object(self.input), "util": .object(UtilObject()), "context": .object(self.context),
            "stageVariables": .map(self.stageVariables),
        ]
    }

    /// What the overrides hold after the rendering.
    var overrides: MappingOverrides {
        var overrides = MappingOverrides()
        overrides.requestPath = Self.lists(self.requestPath)
        overrides.requestQuerystring = Self.lists(self.requestQuerystring)
        overrides.requestHeaders = Self.lists(self.requestHeaders)
        overrides.responseHeaders = Self.lists(self.responseHeaders)
        overrides.responseStatus = self.responseOverride.map["status"].flatMap(Self.status)
        return overrides
    }

    private static func status(_ value: Value) -> Int? {
        guard let status = Int(value.text), 100...599 ~= status else { return nil }
        return status
    }

    private static func map(_ lists: ValueLists) -> ContextMap {
        ContextMap(
            lists.entries.map { entry in
                (
                    entry.name,
                    entry.values.count == 1 ? .string(entry.values[0]) : .list(ListValue(entry.values.map(Value.string)))
                )
            })
    }

    /// A list stands for several values.
    private static func lists(_ map: ContextMap) -> ValueLists {
        ValueLists(
            map.map.entries.map { entry in
                guard case .list(let list) = entry.value else { return (entry.key.text, [entry.value.text]) }
                return (entry.key.text, list.elements.map(\.text))
            })
    }
}
