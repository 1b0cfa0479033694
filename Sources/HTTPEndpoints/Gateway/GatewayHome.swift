import APIGateway
import Billing
import CoreTypes
import ExecutionEnvironments
import LambdaCore
import NIOCore

/// What endpoints of the gateway ask of the loop that functions live on, and that there is once: functions, and the keys of token
/// issuers.
protocol GatewayHome: AnyObject {
    func invoke(_ call: GatewayInvocation, client: any GatewayInvocationClient)
    /// The completion is called once.
    func verify(_ verification: TokenVerification, completion: @escaping (TokenVerdict) -> Void)
}

/// A function's call, for whichever loop it is done on.
struct GatewayInvocation: Sendable {
    let call: FunctionCall
    let id: RequestID
    let isFunctionURL: Bool
    let traceHeader: String
}

/// Why no function runs for a call, or none that is waited for.
enum UnawaitedCall: Sendable {
    /// There is no such function, version or alias.
    case missing
    case eventTooLarge
    case throttled
    /// An asynchronous call has been taken.
    case accepted
}

enum TokenVerdict: Hashable, Sendable {
    case verified
    /// With what `www-authenticate` says of it.
    case refused(String)
}

/// Whoever called a function through the gateway. One of ``InvocationClient/finished(_:)`` and ``isNotAwaited(_:)`` is called
/// once, last.
protocol GatewayInvocationClient: InvocationClient {
    func isNotAwaited(_ reason: UnawaitedCall)
    /// The function may take longer than the gateway waits.
    func mayOutlast(milliseconds: Int)
}

/// The home on its own loop.
final class LocalGatewayHome: GatewayHome {
    private let service: LambdaService
    private let keys: IssuerKeys

    init(service: LambdaService, keys: IssuerKeys) {
        self.service = service
        self.keys = keys
    }

    func invoke(_ invocation: GatewayInvocation, client: any GatewayInvocationClient) {
        let call = invocation.call
        let function: ResolvedFunction
        do throws(LambdaAPIError) {
            function = try self.service.resolve(call.functionName, qualifier: call.qualifier)
        } catch {
            return client.isNotAwaited(.missing)
        }
        guard call.payload.count <= FunctionLimits.requestBytes else { return client.isNotAwaited(.eventTooLarge) }
        if call.isAsynchronous { return client.isNotAwaited(self.accept(invocation, function: function)) }
        if let limit = call.timeoutMilliseconds, limit < function.configuration.timeoutSeconds * 1_000 {
            client.mayOutlast(milliseconds: limit)
        }
        self.service.invoker.invoke(
            Invocation(
                id: invocation.id, function: function, payload: ByteBuffer(bytes: call.payload),
                source: invocation.isFunctionURL ? .functionURL : .gateway, traceHeader: invocation.traceHeader,
                streamsResponse: invocation.isFunctionURL ? self.streams(call) : call.streams, client: client))
    }

    /// Invocation type `Event`: the answer is empty once the event is accepted.
    private func accept(_ invocation: GatewayInvocation, function: ResolvedFunction) -> UnawaitedCall {
        guard let asynchronous = self.service.asynchronous else { return .missing }
        do throws(LambdaAPIError) {
            try asynchronous.accept(
                function: function, qualifier: invocation.call.qualifier ?? function.aliasName,
                payload: ByteBuffer(bytes: invocation.call.payload), requestID: invocation.id, clientContext: nil,
                traceHeader: invocation.traceHeader)
        } catch {
            return error.status == 413 ? .eventTooLarge : .throttled
        }
        return .accepted
    }

    /// Whether a function's URL has `InvokeMode: RESPONSE_STREAM`.
    private func streams(_ call: FunctionCall) -> Bool {
        let urls = self.service.registry.records[call.functionName]?.urls
        return urls?[call.qualifier ?? FunctionVersion.latest]?.configuration.invokeMode == .responseStream
    }

    func verify(_ verification: TokenVerification, completion: @escaping (TokenVerdict) -> Void) {
        self.keys.verify(verification, completion: completion)
    }
}

/// The home as other loops see it: what is asked goes there, and what comes of it comes back, each as a task of the other loop.
final class RelayedGatewayHome: GatewayHome {
    private let home: NIOLoopBound<LocalGatewayHome>
    private let homeLoop: any EventLoop
    private let eventLoop: any EventLoop

    /// - Parameter eventLoop: where this is used.
    init(_ home: NIOLoopBound<LocalGatewayHome>, on homeLoop: any EventLoop, for eventLoop: any EventLoop) {
        self.home = home
        self.homeLoop = homeLoop
        self.eventLoop = eventLoop
    }

    func invoke(_ invocation: GatewayInvocation, client: any GatewayInvocationClient) {
        let (home, eventLoop) = (self.home, self.eventLoop)
        let bound = NIOLoopBound(client, eventLoop: eventLoop)
        self.homeLoop.execute { home.value.invoke(invocation, client: RelayedClient(bound, on: eventLoop)) }
    }

    func verify(_ verification: TokenVerification, completion: @escaping (TokenVerdict) -> Void) {
        let (home, eventLoop) = (self.home, self.eventLoop)
        let bound = NIOLoopBound(completion, eventLoop: eventLoop)
        self.homeLoop.execute {
            home.value.verify(verification) { verdict in eventLoop.execute { bound.value(verdict) } }
        }
    }

    /// Lives on the home's loop.
    private final class RelayedClient: GatewayInvocationClient {
        private let client: NIOLoopBound<any GatewayInvocationClient>
        private let eventLoop: any EventLoop

        init(_ client: NIOLoopBound<any GatewayInvocationClient>, on eventLoop: any EventLoop) {
            self.client = client
            self.eventLoop = eventLoop
        }

        func isNotAwaited(_ reason: UnawaitedCall) {
            let client = self.client
            self.eventLoop.execute { client.value.isNotAwaited(reason) }
        }

        func mayOutlast(milliseconds: Int) {
            let client = self.client
            self.eventLoop.execute { client.value.mayOutlast(milliseconds: milliseconds) }
        }

        func streamBegan(contentType: String?) {
            let client = self.client
            self.eventLoop.execute { client.value.streamBegan(contentType: contentType) }
        }

        func streamed(_ part: ByteBuffer, consumed: EventLoopPromise<Void>?) {
            let client = self.client
            self.eventLoop.execute { client.value.streamed(part, consumed: consumed) }
        }

        func finished(_ result: InvocationResult) {
            let client = self.client
            self.eventLoop.execute { client.value.finished(result) }
        }
    }
}
