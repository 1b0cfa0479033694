import APIGateway
import CoreTypes
import ExecutionEnvironments
import HTTPServing
import NIOCore
import NIOHTTP1

/// The answer of a function URL with `InvokeMode: RESPONSE_STREAM`, or of a method with `responseTransferMode: STREAM`: the client
/// gets the function's bytes as they are written (Lambda developer guide, "Response streaming with Lambda function URLs"; API
/// Gateway developer guide, "Stream the integration response for your proxy integrations"). Status and headers come from the
/// prelude, which a function behind an API must send; a function that doesn't stream is answered as without the mode.
///
/// States: nothing → prelude (gathering its JSON up to the eight NUL bytes) → body → over.
final class StreamedAnswer: GatewayInvocationClient {
    static let preludeContentType = "application/vnd.awslambda.http-integration-response"
    private static let defaultContentType = "application/octet-stream"
    /// Our bound for status and headers; the service's isn't documented.
    private static let preludeBytes = 64 * 1024
    private static let separator = [UInt8](repeating: 0, count: 8)

    private enum Phase {
        case nothing, prelude, body, over
    }

    private let conversation: GatewayConversation
    private let connection: HTTPConnection
    private var phase = Phase.nothing
    private var prelude: [UInt8] = []
    private var bodyBytes = 0

    init(_ conversation: GatewayConversation, to connection: HTTPConnection) {
        self.conversation = conversation
        self.connection = connection
    }

    func streamBegan(contentType: String?) {
        if contentType == Self.preludeContentType {
            self.phase = .prelude
        } else if self.conversation.exchange.door == .rest {
            self.refuse()
        } else {
            self.begin(status: 200, headers: [HTTPHeader("Content-Type", contentType ?? Self.defaultContentType)])
        }
    }

    func streamed(_ part: ByteBuffer, consumed: EventLoopPromise<Void>?) {
        switch self.phase {
        case .body:
            self.bodyBytes += part.readableBytes
            self.connection.stream(part, completion: consumed)
        case .prelude:
            consumed?.succeed()
            self.prelude.append(contentsOf: part.readableBytesView)
            self.readPrelude()
        case .nothing, .over: consumed?.succeed()
        }
    }

    func isNotAwaited(_ reason: UnawaitedCall) {
        self.phase = .over
        self.conversation.isNotAwaited(reason)
    }

    func mayOutlast(milliseconds: Int) { self.conversation.startTimer(milliseconds: milliseconds) }

    func finished(_ result: InvocationResult) {
        switch self.phase {
        case .nothing:
            self.phase = .over
            self.conversation.finished(result)
        case .prelude: self.refuse()
        case .body:
            self.phase = .over
            // Too late for a status: the client learns of it by the missing end.
            if result.failure == nil { self.connection.endStream() } else { self.connection.abortStream() }
            self.conversation.endStream(bytes: self.bodyBytes)
        case .over: break
        }
    }

    private func readPrelude() {
        guard let end = self.prelude.firstRange(of: Self.separator) else {
            if self.prelude.count > Self.preludeBytes { self.refuse() }
            return
        }
        let head = Result { () throws(JSONError) in try JSON(parsing: self.prelude[..<end.lowerBound]) }
        guard case .success(.object(let members)) = head else { return self.refuse() }
        let status = members["statusCode"]?.intValue ?? 200
        guard 200...599 ~= status else { return self.refuse() }
        self.begin(status: status, headers: Self.headers(of: members))
        let rest = self.prelude[end.upperBound...]
        self.prelude = []
        guard !rest.isEmpty else { return }
        self.bodyBytes += rest.count
        self.connection.stream(ByteBuffer(bytes: rest))
    }

    private static func headers(of members: JSONObject) -> [HTTPHeader] {
        var headers: [HTTPHeader] = []
        for (name, value) in members["headers"]?.objectValue?.members ?? [] {
            headers.append(HTTPHeader(name, value.stringValue ?? value.description))
        }
        for (name, values) in members["multiValueHeaders"]?.objectValue?.members ?? [] {
            for value in values.arrayValue ?? [] { headers.append(HTTPHeader(name, value.stringValue ?? value.description)) }
        }
        for cookie in members["cookies"]?.arrayValue ?? [] {
            if let text = cookie.stringValue { headers.append(HTTPHeader("Set-Cookie", text)) }
        }
        if headers.first("content-type") == nil { headers.append(HTTPHeader("Content-Type", self.defaultContentType)) }
        return headers.filter { !self.isTheListeners($0.name.lowercased()) }
    }

    /// How the body travels is the listener's to say.
    private static func isTheListeners(_ name: String) -> Bool {
        ["content-length", "transfer-encoding", "connection", "date"].contains(name)
    }

    private func begin(status: Int, headers: [HTTPHeader]) {
        guard let response = self.conversation.beginStream(status: status, headers: headers) else {
            self.phase = .over
            return
        }
        self.phase = .body
        self.connection.startStream(status: HTTPResponseStatus(statusCode: response.status)) { head in
            for header in response.headers { head.writeForeignHeader(header.name, header.value) }
            head.writeHeader("date" as StaticString, HTTPDate.now)
        }
    }

    /// Nothing of a usable answer was sent.
    private func refuse() {
        self.phase = .over
        self.prelude = []
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        self.conversation.resume(.functionEnded(.failed(nothing)))
    }
}
