import HTTPServing
import LambdaCore
import NIOCore
import NIOHTTP1

/// A request to the Runtime, Extensions, Telemetry, Logs or metadata API, told by its method and path.
enum RuntimeAPIRoute: Equatable {
    case next
    case response(requestID: String)
    case error(requestID: String)
    case initError
    case ping
    case registerExtension
    case extensionNext
    case extensionInitError
    case extensionExitError
    case subscribeTelemetry
    case subscribeLogs
    case metadata

    private static let invocation: StaticString = "/2018-06-01/runtime/invocation/"

    init?(method: HTTPMethod, uri: String) {
        if method == .GET, uri == "/2018-06-01/runtime/invocation/next" {
            self = .next
            return
        }
        if method == .POST, let answer = Self.answer(uri) {
            self = answer
            return
        }
        switch (method, uri) {
        case (.POST, "/2018-06-01/runtime/init/error"): self = .initError
        case (.GET, "/2018-06-01/ping"), (.GET, "/2018-06-01/runtime/ping"): self = .ping
        case (.POST, "/2020-01-01/extension/register"): self = .registerExtension
        case (.GET, "/2020-01-01/extension/event/next"): self = .extensionNext
        case (.POST, "/2020-01-01/extension/init/error"): self = .extensionInitError
        case (.POST, "/2020-01-01/extension/exit/error"): self = .extensionExitError
        case (.PUT, "/2022-07-01/telemetry"): self = .subscribeTelemetry
        case (.PUT, "/2020-08-15/logs"): self = .subscribeLogs
        case (.GET, "/2026-01-15/metadata/execution-environment"): self = .metadata
        default: return nil
        }
    }

    /// Cut by bytes: walking by characters costs microseconds, and every invocation comes through here twice.
    private static func answer(_ uri: String) -> Self? {
        var uri = uri
        return uri.withUTF8 { uri in
            let start = Self.invocation.utf8CodeUnitCount
            let prefix = UnsafeBufferPointer(start: Self.invocation.utf8Start, count: start)
            guard uri.starts(with: prefix), let slash = uri.lastIndex(of: UInt8(ascii: "/")), slash >= start else { return nil }
            let last = uri[slash...]
            let isResponse = last.elementsEqual("/response".utf8)
            guard isResponse || last.elementsEqual("/error".utf8) else { return nil }
            let requestID = String(decoding: uri[start..<slash], as: UTF8.self)
            return isResponse ? .response(requestID: requestID) : .error(requestID: requestID)
        }
    }
}

extension RuntimeListener {
    /// Answers and throws the body away.
    static func refuse(_ error: RuntimeAPIError, on connection: HTTPConnection) -> HTTPBodyPlan {
        connection.respond(status: HTTPResponseStatus(statusCode: error.status), body: ByteBuffer(string: error.body)) {
            $0.writeHeader("content-type", "application/json")
        }
        return .discard
    }

    private static let acceptedBody = ByteBuffer(staticString: "{\"status\":\"OK\"}\n")

    static func accept(on connection: HTTPConnection) {
        connection.respond(status: .accepted, body: Self.acceptedBody) {
            $0.writeStaticString("content-type: application/json\r\n")
        }
    }
}
