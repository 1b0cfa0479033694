import MartletRuntime

/// A small REST service behind a proxy integration: `POST /orders` creates an order, `GET /orders/{id}` and `GET /orders` read.
///
/// Orders live in the memory of the process. So they last as long as the execution environment does, and each environment has its
/// own: enough to try things with, and a reminder of why real services use a database.
@main
struct Orders {
    static func main() async throws {
        try await LambdaRuntime(lambdaHandler: OrdersHandler()).run()
    }
}

/// Routes requests to a book of orders. A class, because the book outlives the invocation.
final class OrdersHandler: LambdaHandler {
    private var book = OrderBook()

    func handle(_ request: Request, context: LambdaContext) async throws -> Response {
        do throws(OrderProblem) {
            return try self.route(request, context)
        } catch {
            context.logger.warning("refused", metadata: ["status": "\(error.status)", "reason": error.message])
            return Response(status: error.status, body: ["message": error.message])
        }
    }

    private func route(_ request: Request, _ context: LambdaContext) throws(OrderProblem) -> Response {
        let id = request.pathParameters?["id"]
        switch (request.method, id) {
        case ("POST", nil):
            let draft = try OrderDraft(json: try request.text)
            let order = try self.book.add(draft)
            context.logger.info("order created", metadata: ["id": order.id])
            return Response(status: 201, body: order, headers: ["Location": "/orders/\(order.id)"])
        case ("GET", nil):
            return Response(status: 200, body: self.book.all)
        case ("GET", let id?):
            guard let order = self.book.order(id) else { throw OrderProblem(404, "There is no order \(id).") }
            return Response(status: 200, body: order)
        case (let method, _):
            throw OrderProblem(405, "\(method) is not possible here.")
        }
    }
}
