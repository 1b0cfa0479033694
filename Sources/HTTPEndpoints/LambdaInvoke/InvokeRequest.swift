import CoreTypes
import LambdaCore
import NIOHTTP1

/// An Invoke call as its path and headers say it (Lambda API reference, "Invoke", "InvokeWithResponseStream", "InvokeAsync").
struct InvokeRequest {
    enum Operation: Equatable {
        case invoke, responseStream, legacyAsynchronous
    }

    enum Kind: String {
        case requestResponse = "RequestResponse"
        case event = "Event"
        case dryRun = "DryRun"
    }

    var operation: Operation
    /// Name, partial ARN or ARN, decoded.
    var function: String
    var qualifier: String?
    var kind = Kind.requestResponse
    var wantsTail = false
    /// `X-Martlet-Want: report`, from this project's own command: the answer carries the invocation's report and cost.
    var wantsReport = false
    var clientContext: String?
    var traceHeader: String?
    var contentLength: Int?

    private static let functions = "/2015-03-31/functions/"
    private static let streaming = "/2021-11-15/functions/"
    private static let legacy = "/2014-11-13/functions/"

    /// `nil` when the request is none of these operations.
    static func operation(of head: HTTPRequestHead) -> (Operation, name: Substring, query: Substring)? {
        guard head.method == .POST else { return nil }
        let uri = head.uri
        let mark = uri.utf8.firstIndex(of: UInt8(ascii: "?")) ?? uri.endIndex
        let path = uri[..<mark]
        let query = mark == uri.endIndex ? "" : uri[uri.utf8.index(after: mark)...]
        // Compared as bytes: walking a path by characters costs microseconds, and every invocation comes through here.
        func name(_ prefix: String, _ suffix: String) -> Substring? {
            let length = path.utf8.count - prefix.utf8.count - suffix.utf8.count
            guard length > 0, uri.hasPrefix(prefix), path.utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) else {
                return nil
            }
            let start = path.utf8.index(path.startIndex, offsetBy: prefix.utf8.count)
            return path[start..<path.utf8.index(start, offsetBy: length)]
        }
        if let name = name(Self.functions, "/invocations") { return (.invoke, name, query) }
        if let name = name(Self.streaming, "/response-streaming-invocations") { return (.responseStream, name, query) }
        if let name = name(Self.legacy, "/invoke-async/") ?? name(Self.legacy, "/invoke-async") {
            return (.legacyAsynchronous, name, query)
        }
        return nil
    }

    /// - Throws: what the service answers to headers it can't use.
    init?(_ head: HTTPRequestHead) throws(LambdaAPIError) {
        guard let (operation, name, query) = Self.operation(of: head) else { return nil }
        self.operation = operation
        self.function = name.utf8.contains(UInt8(ascii: "%")) ? AWSRequest.percentDecoded(name) : String(name)
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            if parts.count == 2, parts[0] == "Qualifier" {
                self.qualifier = AWSRequest.percentDecoded(parts[1], plusIsSpace: true)
            }
        }
        if operation == .legacyAsynchronous { self.kind = .event }
        // One pass: an invoke has few headers and wants five of them.
        for (name, value) in head.headers {
            switch name.utf8.count {
            case 14 where equal(name, "content-length"): self.contentLength = Int(value)
            case 14 where equal(name, "x-martlet-want"): self.wantsReport = value == "report"
            case 14 where equal(name, "x-amz-log-type"): self.wantsTail = value == "Tail"
            case 15 where equal(name, "x-amzn-trace-id"): self.traceHeader = value
            case 20 where equal(name, "x-amz-client-context"): self.clientContext = try Self.decode(clientContext: value)
            case 21 where equal(name, "x-amz-invocation-type"):
                guard let kind = Kind(rawValue: value) else {
                    throw .validation([
                        "Value '\(value)' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: "
                            + "[Event, RequestResponse, DryRun]"
                    ])
                }
                self.kind = kind
            default: break
            }
        }
    }

    private static func decode(clientContext text: String) throws(LambdaAPIError) -> String {
        guard text.utf8.count <= FunctionLimits.clientContextBytes else {
            throw .invalidContent(
                "Client context must be no more than \(FunctionLimits.clientContextBytes) bytes when base64-encoded")
        }
        guard let bytes = Base64.decode(text), bytes.withUnsafeBytes({ JSONScanner.fault(in: $0) }) == nil else {
            throw .invalidContent("Client context must be a valid Base64-encoded JSON object.")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    var payloadLimit: Int {
        self.kind == .event ? FunctionLimits.asynchronousRequestBytes : FunctionLimits.requestBytes
    }

    func tooLarge(_ size: Int) -> LambdaAPIError {
        LambdaAPIError(
            status: 413, code: "RequestTooLargeException",
            message:
                "\(size) byte payload is too large for the \(self.kind.rawValue) invocation type (limit \(self.payloadLimit) bytes)"
        )
    }
}
