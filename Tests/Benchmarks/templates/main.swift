import Foundation
import VTL

/// Renders the request template over and over and prints the microseconds of one rendering; with `items N` those of a loop over N.
/// usage: templates <folder> [items N]

final class Input: TemplateObject {
    let root: Value
    let parameters: MapValue

    init(_ root: Value) {
        self.root = root
        self.parameters = MapValue()
        self.parameters["customerId"] = "c-1001"
        self.parameters["User-Agent"] = "Mozilla/5.0 (\"test\")"
    }

    func call(_ method: String, _ arguments: [Value]) throws(MethodFailure) -> Value? {
        guard arguments.count == 1, case .string(let path) = arguments[0] else { return nil }
        switch method {
        case "path": return self.value(at: path)
        case "json":
            var bytes: [UInt8] = []
            try self.value(at: path).appendJSON(to: &bytes)
            return .string(String(decoding: bytes, as: UTF8.self))
        case "params": return self.parameters[path] ?? ""
        default: return nil
        }
    }

    private func value(at path: String) -> Value {
        var value = self.root
        for name in path.split(separator: ".").dropFirst() {
            guard case .map(let map) = value else { return "" }
            value = map[String(name)] ?? ""
        }
        return value
    }

    var text: String { "input" }
}

final class Util: TemplateObject {
    func call(_ method: String, _ arguments: [Value]) throws(MethodFailure) -> Value? {
        guard method == "escapeJavaScript", arguments.count == 1, case .string(let text) = arguments[0] else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 16)
        for unit in text.utf16 {
            switch unit {
            case 0x22, 0x27, 0x5C: bytes += [0x5C, UInt8(unit)]
            case 0x0A: bytes += Array("\\n".utf8)
            case 0x20..<0x7F: bytes.append(UInt8(unit))
            default:
                let digits = String(unit, radix: 16, uppercase: true)
                bytes += Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
            }
        }
        return .string(String(decoding: bytes, as: UTF8.self))
    }

    var text: String { "util" }
}

func value(_ any: Any) -> Value {
    switch any {
    case let text as String: return .string(text)
    case let number as NSNumber:
        let type = String(cString: number.objCType)
        if type == "c" { return .bool(number.boolValue) }
        return type == "d" ? .double(number.doubleValue) : .integer(number.int64Value)
    case let list as [Any]: return .list(ListValue(list.map(value), style: .json))
    case let object as [String: Any]:
        let map = MapValue()
        for (key, element) in object.sorted(by: { $0.key < $1.key }) { map[key] = value(element) }
        return .map(map)
    default: return .null
    }
}

func microseconds(_ rounds: Int, _ body: () throws -> Int) rethrows -> Double {
    let start = ContinuousClock.now
    var bytes = 0
    for _ in 0..<rounds { bytes += try body() }
    let elapsed = ContinuousClock.now - start
    precondition(bytes > 0)
    return Double(elapsed.components.attoseconds) / 1e12 / Double(rounds) + Double(elapsed.components.seconds) * 1e6
        / Double(rounds)
}

let folder = URL(filePath: CommandLine.arguments[1])
if CommandLine.arguments.count > 3, let count = Int(CommandLine.arguments[3]) {
    let template = try Template(
        "#foreach($item in $items){\"id\": $item.id, \"n\": $foreach.count}#if($foreach.hasNext),#end\n#end")
    let items = Value.list(ListValue((0..<count).map { ["id": .int(Int32($0))] }))
    let times = try (0..<5).map { _ in try microseconds(1) { try template.render(["items": items]).count } }
    print(String(format: "%.1f", times.min() ?? 0))
} else {
    let template = try Template(String(contentsOf: folder.appending(path: "request.vtl"), encoding: .utf8), profile: .apiGateway)
    let body = try JSONSerialization.jsonObject(with: Data(contentsOf: folder.appending(path: "body.json")))
    let variables: [String: Value] = [
        "input": .object(Input(value(body))), "util": .object(Util()),
        "context": ["requestId": "6f9c1a52-8f0e-4a43-9f3c-0d1f2b3c4d5e", "stage": "prod"],
    ]
    if CommandLine.arguments.contains("print") { print(String(decoding: try template.render(variables), as: UTF8.self)) }
    let times = try (0..<7).map { _ in try microseconds(2000) { try template.render(variables).count } }
    print(String(format: "%.2f", times.min() ?? 0))
}
