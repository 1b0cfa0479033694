import CoreTypes

extension TemplateNode {
    /// The value as JSON; what is absent or could not be resolved is null.
    var json: JSON {
        switch self.value {
        case .null, .absent, .unknown: .null
        case .bool(let value): .bool(value)
        case .number(let text):
            Int(text).map { .number(JSONNumber($0)) } ?? Double(text).map { .number(JSONNumber($0)) } ?? .string(text)
        case .string(let text): .string(text)
        case .list(let elements): .array(elements.map(\.json))
        case .map(let members): .object(JSONObject(members.entries.map { ($0.name, $0.value.json) }))
        }
    }
}
