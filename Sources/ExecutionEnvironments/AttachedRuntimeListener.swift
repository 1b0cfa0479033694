package import HTTPServing
package import LambdaCore
import NIOCore
package import NIOHTTP1

/// The Runtime API for runtimes that were started by hand, on one port for all functions of a host.
///
/// `AWS_LAMBDA_RUNTIME_API=127.0.0.1:PORT/Hello` speaks for `Hello`: clients put `/2018-06-01/…` behind what they are given. Some
/// take a host and a port only; what they send without a function's name is for the one function that can be meant.
package final class AttachedRuntimeListener: HTTPService {
    private let invoker: Invoker
    private let resolve: (String) -> ResolvedFunction?
    private let functionWithoutName: () -> String?
    /// Told what a runtime says before it has asked for an event, for nobody else hears of it.
    private let report: (String) -> Void

    /// - Parameters:
    ///   - resolve: the function of a name.
    ///   - functionWithoutName: which one a request without a name is for, if there is only one.
    package init(
        invoker: Invoker, resolve: @escaping (String) -> ResolvedFunction?, functionWithoutName: @escaping () -> String?,
        report: @escaping (String) -> Void
    ) {
        self.invoker = invoker
        self.resolve = resolve
        self.functionWithoutName = functionWithoutName
        self.report = report
    }

    package func plan(for head: HTTPRequestHead, on connection: HTTPConnection) -> HTTPBodyPlan {
        guard let request = self.address(of: head) else { return RuntimeListener.refuse(.notFound, on: connection) }
        guard self.resolve(request.function) != nil else { return RuntimeListener.refuse(.unknownFunction, on: connection) }
        switch RuntimeAPIRoute(method: request.head.method, uri: request.head.uri) {
        case .next, .ping: return .collect(limit: 0)
        case .initError: return .collect(limit: Self.initErrorBytes)
        case .response, .error:
            guard let environment = self.invoker.attachedEnvironment(of: request.function) else {
                return RuntimeListener.refuse(.invalidRequestID, on: connection)
            }
            environment.answersCome(on: connection)
            return environment.plan(for: request.head, on: connection)
        // Extensions and the metadata of an environment belong to one that the host made.
        case .registerExtension, .extensionNext, .extensionInitError, .extensionExitError, .subscribeTelemetry, .subscribeLogs,
            .metadata, nil:
            return RuntimeListener.refuse(.notFound, on: connection)
        }
    }

    private static let initErrorBytes = 1024 * 1024

    package func handle(_ request: HTTPRequest, on connection: HTTPConnection) {
        guard let (name, head) = self.address(of: request.head), let function = self.resolve(name) else {
            // It was deleted while the body came in.
            _ = RuntimeListener.refuse(.unknownFunction, on: connection)
            return
        }
        let addressed = HTTPRequest(head: head, body: request.body)
        switch RuntimeAPIRoute(method: head.method, uri: head.uri) {
        case .ping: connection.respond(status: .ok, body: ByteBuffer(staticString: "pong"))
        case .initError:
            self.report("the runtime of \(name) can't start: \(String(buffer: request.body))")
            RuntimeListener.accept(on: connection)
        case .next: self.invoker.attach(function).handle(addressed, on: connection)
        default:
            if let environment = self.invoker.attachedEnvironment(of: name) {
                environment.handle(addressed, on: connection)
            } else {
                _ = RuntimeListener.refuse(.invalidRequestID, on: connection)
            }
        }
    }

    package func refuseBody(of head: HTTPRequestHead, limit: Int, on connection: HTTPConnection) {
        if let (name, head) = self.address(of: head), let environment = self.invoker.attachedEnvironment(of: name) {
            environment.refuseBody(of: head, on: connection)
        } else {
            _ = RuntimeListener.refuse(.entityTooLarge, on: connection)
        }
    }

    /// Which function a request is from, and the request as the Runtime API has it.
    private func address(of head: HTTPRequestHead) -> (function: String, head: HTTPRequestHead)? {
        guard head.uri.hasPrefix("/") else { return nil }
        if head.uri.hasPrefix("/2018-06-01/") { return self.functionWithoutName().map { ($0, head) } }
        let path = head.uri.dropFirst()
        guard let end = path.firstIndex(of: "/") else { return nil }
        var rest = head
        rest.uri = String(path[end...])
        return (String(path[..<end]), rest)
    }
}
