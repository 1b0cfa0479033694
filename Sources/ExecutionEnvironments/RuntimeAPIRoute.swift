import HTTPServing
import LambdaCore
import NIOCore
import NIOHTTP1

/// A request to the Runtime, Extensions, Telemetry, Logs or metadata API, told by its method and path.
enum RuntimeAPIRoute: Equatable {
    case next
    case response(requestID: Substring)
    case error(requestID: Substring)
    case initError
    case ping
    case registerExtension
    case extensionNext
    case extensionInitError
    case extensionExitError
    case subscribeTelemetry
    case subscribeLogs
    case metadata

    private static let invocation = "/2018-06-01/runtime/invocation/"
    private static let nextPath = "/2018-06-01/runtime/invocation/next"

    init?(method: HTTPMethod, uri: String) {
        if uri.hasPrefix(Self.invocation) {
            if method == .GET, uri == Self.nextPath {
                self = .next
                return
            }
            // Cut by bytes: walking by characters costs microseconds, and every invocation comes through here twice.
            let rest = uri.utf8.dropFirst(Self.invocation.utf8.count)
            guard method == .POST, let slash = rest.lastIndex(of: UInt8(ascii: "/")) else { return nil }
            let (requestID, last) = (Substring(rest[..<slash]), rest[slash...])
            if last.elementsEqual("/response".utf8) {
                self = .response(requestID: requestID)
            } else if last.elementsEqual("/error".utf8) {
                self = .error(requestID: requestID)
            } else {
                return nil
            }
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
