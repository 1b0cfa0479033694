import CoreTypes
import HTTPServing
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

    /// The paths of the operations: what stands before and behind the function's name.
    private static let paths: [(prefix: StaticString, suffix: StaticString, Operation)] = [
        ("/2015-03-31/functions/", "/invocations", .invoke),
        ("/2021-11-15/functions/", "/response-streaming-invocations", .responseStream),
        ("/2014-11-13/functions/", "/invoke-async/", .legacyAsynchronous),
        ("/2014-11-13/functions/", "/invoke-async", .legacyAsynchronous),
    ]

    /// Which operation is asked of which function.
    struct Target {
        let operation: Operation
        /// As it stands in the path.
        let name: Substring
        let query: Substring

        /// `nil` when the request is none of these operations.
        init?(_ head: HTTPRequestHead) {
            guard head.method == .POST else { return nil }
            var uri = head.uri
            // As bytes: walking a path by characters costs microseconds, and every invocation comes through here twice.
            let place = uri.withUTF8 { uri -> (Operation, name: Range<Int>, pathEnd: Int)? in
                let end = uri.firstIndex(of: UInt8(ascii: "?")) ?? uri.count
                for (prefix, suffix, operation) in InvokeRequest.paths {
                    let name = (prefix.utf8CodeUnitCount, end - suffix.utf8CodeUnitCount)
                    guard name.0 < name.1, uri[..<name.0].elementsEqual(prefix.bytes),
                        uri[name.1..<end].elementsEqual(suffix.bytes)
                    else { continue }
                    return (operation, name.0..<name.1, end)
                }
                return nil
            }
            guard let (operation, name, pathEnd) = place else { return nil }
            func index(_ offset: Int) -> String.Index { uri.utf8.index(uri.startIndex, offsetBy: offset) }
            self.operation = operation
            self.name = uri[index(name.lowerBound)..<index(name.upperBound)]
            self.query = pathEnd == uri.utf8.count ? "" : uri[index(pathEnd + 1)...]
        }
    }

    /// - Throws: what the service answers to headers it can't use.
    init(_ head: HTTPRequestHead, to target: Target) throws(LambdaAPIError) {
        self.operation = target.operation
        self.function = PercentEncoding.decode(target.name, plusIsSpace: false)
        for pair in target.query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            if parts.count == 2, parts[0] == "Qualifier" {
                self.qualifier = PercentEncoding.decode(parts[1], plusIsSpace: true)
            }
        }
        if target.operation == .legacyAsynchronous { self.kind = .event }
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

extension StaticString {
    fileprivate var bytes: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: self.utf8Start, count: self.utf8CodeUnitCount)
    }
}
