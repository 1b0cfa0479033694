import CoreTypes
import Foundation

/// Parses a document of 1 MB with the library's parser and with Foundation's, and prints a line for each: its name, then the
/// microseconds of processor time of one parse.
/// usage: json

struct Order: Decodable {
    struct Item: Decodable {
        let sku: String
        let quantity: Int
        let price: Double
        let note: String
        let tags: [String]
        let gift: Bool
    }

    let id: String
    let customer: String
    let total: Double
    let items: [Item]
    let address: [String: String]
}

/// Orders as a shop sends them: nested, a good part of it text with an escape or beyond ASCII here and there.
func document(bytes: Int) -> [UInt8] {
    var text = "["
    var order = 0
    while text.utf8.count < bytes {
        if order > 0 { text += "," }
        let items = (0..<5).map { item in
            #"{"sku":"SKU-\#(order)-\#(item)","quantity":\#(item),"price":\#(Double(item) + 0.99),"#
                + #""note":"fragile \"glass\" item, handle with care please","tags":["a","bb","ccc"],"gift":\#(item % 2 == 0)}"#
        }
        text += #"{"id":"order-\#(order)","customer":"주문 customer \#(order)","total":\#(Double(order) * 1.25),"#
        text += #""items":[\#(items.joined(separator: ","))],"#
        text += #""address":{"street":"1 Main Street","city":"Springfield","zip":"12345","country":"US"}}"#
        order += 1
    }
    return Array((text + "]").utf8)
}

func measure(_ name: String, _ body: () throws -> Void) rethrows {
    var best = Double.infinity
    for _ in 0..<15 {
        let start = clock()
        try body()
        best = min(best, Double(clock() - start) / Double(CLOCKS_PER_SEC) * 1e6)
    }
    print(name, String(format: "%.1f", best))
}

let text = document(bytes: 1_000_000)
let data = Data(text)
try measure("here") { _ = try JSON(parsing: text) }
try measure("JSONSerialization") { _ = try JSONSerialization.jsonObject(with: data) }
try measure("JSONDecoder") { _ = try JSONDecoder().decode([Order].self, from: data) }
