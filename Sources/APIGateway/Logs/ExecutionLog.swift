package import CoreTypes

/// The lines that TestInvokeMethod and the execution log tell of a request (API Gateway developer guide, "Use the API Gateway
/// console to test a REST API method"; texts recorded from AWS).
package struct ExecutionLog: Hashable, Sendable {
    private struct Entry: Hashable, Sendable {
        let time: Timestamp
        let text: String
    }

    private var entries: [Entry] = []
    /// What the next lines are dated with.
    var now = Timestamp(milliseconds: 0)

    /// Without their times.
    package var lines: [String] { self.entries.map(\.text) }

    /// Longer lines are cut.
    private static let lineBytesMax = 1_024
    private static let truncated = " [TRUNCATED]"

    init() {}

    /// `Execution log for request …`, then a line each: `Sat Nov 21 05:47:00 UTC 2026 : Starting execution for request: …`.
    package func text(requestID: RequestID) -> String {
        "Execution log for request \(requestID)\n"
            + self.entries.map { "\(Self.javaDate($0.time)) : \($0.text)\n" }.joined()
    }

    /// `EEE MMM dd HH:mm:ss zzz yyyy`, as Java's `Date` writes itself; RFC 9110's form has the same parts.
    private static func javaDate(_ time: Timestamp) -> String {
        let parts = time.httpDate.split { $0 == " " || $0 == "," }
        return "\(parts[0]) \(parts[2]) \(parts[1]) \(parts[4]) UTC \(parts[3])"
    }

    mutating func begin(_ context: RequestContext) {
        self.add("Starting execution for request: \(context.stamp.requestID)")
        self.add("HTTP Method: \(context.verb), Resource Path: \(context.path)")
        self.add("Method request path: \(Self.map(context.pathParameters.map { ($0.name, String($0.value)) }))")
        self.add(
            "Method request query string: \(Self.map(context.query.entries.map { ($0.name, $0.values.joined(separator: ",")) }))")
        self.add("Method request headers: \(Self.map(context.headers.map { ($0.name, $0.value) }))")
        self.add("Method request body before transformations: \(Self.text(context.body))")
    }

    mutating func endpointRequest(_ function: FunctionTarget, body: [UInt8], _ context: RequestContext) {
        let place = context.api.place
        let arn = ARN(
            partition: place.partition, service: "lambda", region: place.region, account: place.accountID,
            resource: "function:\(function.name)" + (function.qualifier.map { ":\($0)" } ?? ""))
        self.endpointRequest(
            "https://lambda.\(place.region).amazonaws.com/2015-03-31/functions/\(arn)/invocations",
            headers: [
                HTTPHeader("x-amzn-lambda-integration-tag", context.stamp.requestID.description),
                HTTPHeader("x-amzn-apigateway-api-id", context.api.id), HTTPHeader("Accept", "application/json"),
                HTTPHeader("User-Agent", "AmazonAPIGateway_\(context.api.id)"),
                HTTPHeader("Content-Type", "application/json"),
            ], body: body)
    }

    mutating func endpointRequest(_ url: String, headers: [HTTPHeader], body: [UInt8]) {
        self.add("Endpoint request URI: \(url)")
        self.add("Endpoint request headers: \(Self.map(headers.map { ($0.name, $0.value) }))")
        self.add("Endpoint request body after transformations: \(Self.text(body))")
        self.add("Sending request to \(url)")
    }

    mutating func endpointResponse(status: Int, latencyMilliseconds: Int, headers: [HTTPHeader], body: [UInt8]) {
        self.add("Received response. Status: \(status), Integration latency: \(latencyMilliseconds) ms")
        self.add("Endpoint response headers: \(Self.map(headers.map { ($0.name, $0.value) }))")
        self.add("Endpoint response body before transformations: \(Self.text(body))")
    }

    mutating func functionFailed(_ message: String) {
        self.add("Lambda execution failed with status 200 due to customer function error: \(message)")
    }

    mutating func failed(_ reason: String) { self.add("Execution failed due to configuration error: \(reason)") }

    mutating func finish(_ response: GatewayResponse, isFault: Bool) {
        if !isFault {
            let own = response.headers.filter { !$0.isNamed("x-amzn-requestid") && !$0.isNamed("x-amz-apigw-id") }
            let (trace, others) = (own.filter { $0.isNamed(TraceHeader.name) }, own.filter { !$0.isNamed(TraceHeader.name) })
            self.add("Method response body after transformations: \(Self.text(response.body.bytes))")
            self.add("Method response headers: \(Self.map((trace + others).map { ($0.name, $0.value) }))")
            self.add("Successfully completed execution")
        }
        self.add("Method completed with status: \(response.status)")
    }

    mutating func add(_ line: String) {
        var text = line
        if line.utf8.count > Self.lineBytesMax {
            let kept = line.utf8.prefix(Self.lineBytesMax - Self.truncated.utf8.count)
            text = String(decoding: kept, as: UTF8.self) + Self.truncated
        }
        self.entries.append(Entry(time: self.now, text: text))
    }

    /// As Java writes a map: `{a=1, b=2}`.
    private static func map(_ pairs: [(String, String)]) -> String {
        "{" + pairs.map { "\($0)=\($1)" }.joined(separator: ", ") + "}"
    }

    private static func text(_ body: [UInt8]) -> String { String(decoding: body, as: UTF8.self) }
}
