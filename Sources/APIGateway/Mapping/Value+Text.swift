import VTL

extension Value {
    var text: String {
        switch self {
        case .null: ""
        case .bool(let flag): flag ? "true" : "false"
        case .int(let number): String(number)
        case .long(let number): String(number)
        case .double(let number): "\(number)"
        case .string(let text): text
        case .object(let object): object.text
        default: "\(self)"
        }
    }
}
