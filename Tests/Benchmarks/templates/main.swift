import Foundation
import VTL

/// Renders the request template over and over and prints the microseconds of processor time that one rendering takes; with `growth`
/// those of a loop over 10,000 items, and over 100,000; with `print` what the template renders.
/// usage: templates <folder> [growth | print]

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
        guard method == "escapeJavaScript", arguments.count == 1, case .string(var text) = arguments[0] else { return nil }
        let isPlain = text.withUTF8 { $0.allSatisfy { 0x20..<0x7F ~= $0 && $0 != 0x22 && $0 != 0x27 && $0 != 0x5C } }
        guard !isPlain else { return arguments[0] }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count * 2)
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x22, 0x27, 0x5C: bytes += [0x5C, UInt8(scalar.value)]
            case 0x0A: bytes += "\\n".utf8
            case 0x20..<0x7F: bytes.append(UInt8(scalar.value))
            default: for unit in UTF16.encode(scalar)! { Self.appendEscape(unit, to: &bytes) }
            }
        }
        return .string(String(decoding: bytes, as: UTF8.self))
    }

    private static func appendEscape(_ unit: UInt16, to bytes: inout [UInt8]) {
        let digits = String(unit, radix: 16, uppercase: true)
        bytes += ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8
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

/// The processor's time for one of a number of rounds: other programs on the machine don't count.
func microseconds(_ rounds: Int, _ body: () throws -> Int) rethrows -> Double {
    let start = clock()
    var bytes = 0
    for _ in 0..<rounds { bytes += try body() }
    let elapsed = clock() - start
    precondition(bytes > 0)
    return Double(elapsed) / Double(CLOCKS_PER_SEC) * 1e6 / Double(rounds)
}

let folder = URL(filePath: CommandLine.arguments[1])
switch CommandLine.arguments.dropFirst(2).first {
case "growth":
    let template = try Template(
        "#foreach($item in $items){\"id\": $item.id, \"n\": $foreach.count}#if($foreach.hasNext),#end\n#end")
    func items(_ count: Int) -> [String: Value] {
        ["items": .list(ListValue((0..<count).map { ["id": .int(Int32($0))] }))]
    }
    let (ten, hundred) = (items(10_000), items(100_000))
    var (tenBest, hundredBest) = (Double.infinity, Double.infinity)
    // In turn, so that a slow moment of the machine weighs on both.
    for _ in 0..<7 {
        tenBest = min(tenBest, try microseconds(10) { try template.render(ten).count })
        hundredBest = min(hundredBest, try microseconds(1) { try template.render(hundred).count })
    }
    print(String(format: "%.1f %.1f", tenBest, hundredBest))
case let mode:
    let template = try Template(String(contentsOf: folder.appending(path: "request.vtl"), encoding: .utf8), profile: .apiGateway)
    let body = try JSONSerialization.jsonObject(with: Data(contentsOf: folder.appending(path: "body.json")))
    let variables: [String: Value] = [
        "input": .object(Input(value(body))), "util": .object(Util()),
        "context": ["requestId": "6f9c1a52-8f0e-4a43-9f3c-0d1f2b3c4d5e", "stage": "prod"],
    ]
    if mode == "print" {
        print(String(decoding: try template.render(variables), as: UTF8.self))
    } else {
        let times = try (0..<7).map { _ in try microseconds(2000) { try template.render(variables).count } }
        print(String(format: "%.2f", times.min() ?? 0))
    }
}
