import CoreTypes
import VTL

/// What `$input`, `$util`, `$context` and `$stageVariables` are in one rendering.
struct TemplateVariables {
    /// The names of the four.
    struct Names: OptionSet {
        let rawValue: UInt8
        static let input = Names(rawValue: 1)
        static let util = Names(rawValue: 2)
        static let context = Names(rawValue: 4)
        static let stageVariables = Names(rawValue: 8)
        static let all: Names = [.input, .util, .context, .stageVariables]
    }

    private let input: InputObject?
    private let made: OverrideMaps
    let values: [String: Value]

    /// - Parameter names: which of the four a template can ask for; the others are not made.
    init(_ input: MappingInput, overrides: MappingOverrides, names: Names) {
        self.made = OverrideMaps(overrides)
        self.input = names.contains(.input) ? InputObject(input) : nil
        var values: [String: Value] = [:]
        if let object = self.input { values["input"] = .object(object) }
        if names.contains(.util) { values["util"] = .object(UtilObject()) }
        if names.contains(.context) { values["context"] = .object(Self.context(input.context, self.made)) }
        if names.contains(.stageVariables) { values["stageVariables"] = .map(Self.map(input.stageVariables)) }
        self.values = values
    }

    private static func context(_ context: MappingContext, _ made: OverrideMaps) -> ContextMap {
        ContextMap(
            rest: ContextMap.Rest(
                member: { name in
                    switch name {
                    case "requestOverride": .object(made.request)
                    case "responseOverride": .object(made.response)
                    default: context[name].map(ContextMap.value)
                    }
                },
                all: {
                    context.object.members.map { ($0.name, ContextMap.value($0.value)) }
                        + [("requestOverride", .object(made.request)), ("responseOverride", .object(made.response))]
                }))
    }

    private static func map(_ variables: [String: String]) -> MapValue {
        let map = MapValue(order: .hash)
        // Sorted, so that names that share a bucket have one order in every run.
        for (name, value) in variables.sorted(by: { $0.key < $1.key }) { map[name] = .string(value) }
        return map
    }

    /// Why a method of the rendering failed, where that says more than the template's error.
    var failure: MappingFailure? { self.input?.failure }

    /// What the overrides hold after the rendering.
    var overrides: MappingOverrides { self.made.overrides }
}

/// `$context.requestOverride` and `$context.responseOverride`, made when a template asks for them.
private final class OverrideMaps {
    private let initial: MappingOverrides
    private lazy var requestPath = Self.map(self.initial.requestPath)
    private lazy var requestQuerystring = Self.map(self.initial.requestQuerystring)
    private lazy var requestHeaders = Self.map(self.initial.requestHeaders)
    private lazy var responseHeaders = Self.map(self.initial.responseHeaders)
    private var isRequestMade = false
    private var isResponseMade = false

    init(_ overrides: MappingOverrides) { self.initial = overrides }

    private(set) lazy var request: ContextMap = {
        self.isRequestMade = true
        return ContextMap([
            ("path", .object(self.requestPath)), ("header", .object(self.requestHeaders)),
            ("querystring", .object(self.requestQuerystring)),
        ])
    }()

    private(set) lazy var response: ContextMap = {
        self.isResponseMade = true
        let response = ContextMap([("header", .object(self.responseHeaders))])
        if let status = self.initial.responseStatus { response.map["status"] = .integer(Int64(status)) }
        return response
    }()

    var overrides: MappingOverrides {
        var overrides = self.initial
        if self.isRequestMade {
            overrides.requestPath = Self.lists(self.requestPath)
            overrides.requestQuerystring = Self.lists(self.requestQuerystring)
            overrides.requestHeaders = Self.lists(self.requestHeaders)
        }
        if self.isResponseMade {
            overrides.responseHeaders = Self.lists(self.responseHeaders)
            overrides.responseStatus = self.response.map["status"].flatMap(Self.status)
        }
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
