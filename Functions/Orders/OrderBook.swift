#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a client wants.
struct OrderDraft: Decodable {
    let item: String
    let quantity: Int
    let note: String?

    /// Decodes and checks a request body; the message of a refusal names the member.
    init(json text: String) throws(OrderProblem) {
        do {
            self = try JSONDecoder().decode(OrderDraft.self, from: Data(text.utf8))
        } catch DecodingError.keyNotFound(let key, _) {
            throw OrderProblem(400, "\(key.stringValue) is missing.")
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw OrderProblem(400, path.isEmpty ? "The body is not a JSON object." : "\(path) has the wrong type.")
        } catch {
            throw OrderProblem(400, "The body is not JSON.")
        }
        guard !self.item.isEmpty else { throw OrderProblem(400, "item is empty.") }
        guard self.item.count <= Self.maximumItemLength else {
            throw OrderProblem(400, "item is longer than \(Self.maximumItemLength) characters.")
        }
        guard (1...Self.maximumQuantity).contains(self.quantity) else {
            throw OrderProblem(400, "quantity is not between 1 and \(Self.maximumQuantity).")
        }
    }

    private static let maximumItemLength = 100
    private static let maximumQuantity = 1000
}

/// An order that was accepted.
struct Order: Encodable {
    let id: String
    let item: String
    let quantity: Int
    let note: String?
    let status: String
}

/// The orders of one execution environment, oldest first.
struct OrderBook {
    private(set) var all: [Order] = []

    /// So many orders fit; a forgotten load test must not fill the memory.
    private static let capacity = 10_000

    mutating func add(_ draft: OrderDraft) throws(OrderProblem) -> Order {
        guard self.all.count < Self.capacity else { throw OrderProblem(507, "The book is full.") }
        let order = Order(
            id: "o-\(self.all.count + 1)", item: draft.item, quantity: draft.quantity, note: draft.note, status: "accepted")
        self.all.append(order)
        return order
    }

    func order(_ id: String) -> Order? { self.all.first { $0.id == id } }
}

/// Why a request is refused.
struct OrderProblem: Error {
    let status: Int
    let message: String

    init(_ status: Int, _ message: String) {
        self.status = status
        self.message = message
    }
}
