import CoreTypes
import LambdaCore

/// One call of an action: what the URI, the query and the body say.
struct LambdaCall: Sendable {
    let operation: LambdaOperation
    let requestID: RequestID
    let body: JSONObject
    /// The deployment package of this call, once it is unpacked.
    var storedCode: StoredCode?
    /// What is known of the queue that this call maps.
    var mappedQueue = MappedQueue.unknown
    private let labels: [String: String]
    private let query: [AWSRequest.Parameter]

    init(_ match: LambdaRouter.Match, _ request: AWSRequest, _ requestID: RequestID) throws(LambdaAPIError) {
        self.operation = match.operation
        self.labels = match.labels
        self.query = request.query
        self.requestID = requestID
        guard request.body.count <= LambdaControlPlane.requestBytes else {
            throw .requestTooLarge(
                "Request must be smaller than \(LambdaControlPlane.requestBytes) bytes for the \(match.operation.rawValue) operation"
            )
        }
        guard !request.body.isEmpty, request.method != "GET", request.method != "DELETE" else {
            self.body = JSONObject()
            return
        }
        let parsed: JSON
        do {
            parsed = try JSON(parsing: request.body)
        } catch {
            throw .invalidContent("Could not parse request body into json: Could not parse payload into json: \(error)")
        }
        guard case .object(let body) = parsed else {
            throw .serialization("Unexpected token: the body is not a JSON object")
        }
        self.body = body
    }

    /// A placeholder of the URI; the router has filled every one of them.
    func label(_ name: String) -> String { self.labels[name] ?? "" }

    var functionName: String { self.label("FunctionName") }

    func parameter(_ name: String) -> String? { self.query.first { $0.name == name }?.value }
    func parameters(_ name: String) -> [String] { self.query.filter { $0.name == name }.map(\.value) }

    /// `Qualifier`; an empty one counts as none.
    func qualifier() throws(LambdaAPIError) -> String? {
        guard let qualifier = self.parameter("Qualifier"), !qualifier.isEmpty else { return nil }
        var reader = MemberReader()
        reader.check(qualifier, at: "qualifier", length: 1...128, pattern: .qualifier)
        try reader.check()
        return qualifier
    }

    func requiredQualifier() throws(LambdaAPIError) -> String {
        guard let qualifier = try self.qualifier() else {
            throw .validation(["Value null at 'qualifier' failed to satisfy constraint: Member must not be null"])
        }
        return qualifier
    }

    /// A page never holds more, whatever `MaxItems` says (Lambda API reference, ListFunctions).
    static let pageLimit = 50

    /// The part of a list that `Marker` and `MaxItems` ask for. Markers are keys, so that a page follows on also when functions
    /// were deleted between the calls.
    /// - Parameters:
    ///   - items: sorted by `key`.
    ///   - member: the name of the list in the answer.
    func page<Item>(
        _ items: [Item], as member: String, key: (Item) -> String, _ render: (Item) -> JSONObject
    ) throws(LambdaAPIError) -> AWSResponse {
        var limit = Self.pageLimit
        if let text = self.parameter("MaxItems") {
            guard let number = Int(text) else { throw .serialization("STRING_VALUE can not be converted to an Integer") }
            var reader = MemberReader()
            reader.check(number, in: 1...10_000, at: "maxItems")
            try reader.check()
            limit = min(limit, number)
        }
        var rest = items[...]
        if let marker = self.parameter("Marker"), !marker.isEmpty { rest = rest.drop { key($0) <= marker } }
        let page = rest.prefix(limit)
        var answer = JSONObject()
        if rest.count > limit, let last = page.last { answer["NextMarker"] = .string(key(last)) }
        answer[member] = .array(page.map { .object(render($0)) })
        return AWSResponse(status: 200, json: .object(answer))
    }
}
