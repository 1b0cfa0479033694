import Billing
package import CoreTypes
import ExecutionEnvironments
package import LambdaCore
package import NIOCore

/// Performs what the queue of asynchronous invocations decides: tries, waits, deliveries. Lives on the invoker's event loop.
package final class AsynchronousInvoker {
    private let service: LambdaService
    private var queue: AsynchronousQueue
    private var wake: Scheduled<Void>?
    /// Where messages for queues go; the answer is an error text or `nil`. Without one there are no queues on this host.
    package var sendMessage: ((DestinationDelivery, ARN) -> String?)?
    /// What CloudWatch counts of asynchronous invocations (Lambda developer guide, "Asynchronous invocation metrics").
    package enum Happening: Hashable, Sendable {
        case received, dropped, destinationFailed, deadLetterFailed
    }

    /// Told of each with the function's name, for metrics.
    package var onHappening: (Happening, _ function: String) -> Void = { _, _ in }
    /// Told of every delivery that could not be made and every event that was dropped.
    package var report: (String) -> Void = { _ in }

    package init(service: LambdaService, timing: AsynchronousTiming) {
        self.service = service
        self.queue = AsynchronousQueue(timing: timing)
    }

    package var count: Int { self.queue.count }

    package func accept(
        function: ResolvedFunction, qualifier: String?, payload: ByteBuffer, requestID: RequestID, clientContext: String?,
        traceHeader: String?
    ) throws(LambdaAPIError) {
        let policy = AsynchronousPolicy(
            self.service.registry.eventInvokeConfiguration(for: function),
            deadLetterTargetARN: function.configuration.deadLetterTargetARN)
        let event = AsynchronousEvent(
            requestID: requestID, function: ARN(self.service.registry.functionARN(function.configuration.name))!,
            qualifier: qualifier,
            payload: Array(buffer: payload), clientContext: clientContext, traceHeader: traceHeader)
        do throws(AsynchronousRefusal) {
            let actions = try self.queue.accept(event, policy: policy, now: HostClock.now())
            self.onHappening(.received, function.configuration.name)
            self.perform(actions)
        } catch {
            switch error {
            case .payloadTooLarge(let bytes):
                throw LambdaAPIError(
                    status: 413, code: "RequestTooLargeException",
                    message:
                        "\(bytes) byte payload is too large for the Event invocation type (limit \(FunctionLimits.asynchronousRequestBytes) bytes)"
                )
            case .queueIsFull: throw .throttled(.callerRate)
            }
        }
    }

    private func perform(_ actions: [AsynchronousQueue.Action]) {
        for action in actions {
            switch action {
            case .invoke(let attempt): self.invoke(attempt)
            case .finish(let ending): self.finish(ending)
            case .scheduleWake(let time): self.schedule(time)
            }
        }
    }

    private func schedule(_ time: Timestamp) {
        self.wake?.cancel()
        let bound = NIOLoopBound(self, eventLoop: self.service.eventLoop)
        let delay = max((time - HostClock.now()).nanoseconds, 0)
        self.wake = self.service.eventLoop.scheduleTask(in: .nanoseconds(delay)) {
            bound.value.perform(bound.value.queue.wake(now: HostClock.now()))
        }
    }

    private func invoke(_ attempt: AsynchronousAttempt) {
        do throws(LambdaAPIError) {
            let name = Self.functionName(attempt.event)
            let function = try self.service.resolve(name, qualifier: attempt.event.qualifier)
            guard function.reservedConcurrency != 0 else {
                self.end(attempt, .reservedConcurrencyIsZero)
                return
            }
            self.service.invoker.invoke(
                Invocation(
                    id: attempt.event.requestID, function: function, payload: ByteBuffer(bytes: attempt.event.payload),
                    source: .asynchronous, traceHeader: attempt.event.traceHeader ?? "",
                    clientContext: attempt.event.clientContext,
                    client: Attempt(attempt, owner: self)))
        } catch {
            self.end(attempt, .refused(statusCode: error.status, payload: AWSResponse(error: error).body))
        }
    }

    private func end(_ attempt: AsynchronousAttempt, _ result: AsynchronousResult) {
        self.perform(self.queue.attemptEnded(attempt.id, result, now: HostClock.now()))
    }

    private func finish(_ ending: AsynchronousEnding) {
        for delivery in ending.deliveries { self.deliver(delivery, of: ending.event) }
        if ending.isDropped {
            self.onHappening(.dropped, Self.functionName(ending.event))
            self.report(
                "asynchronous event \(ending.event.requestID) of \(ending.event.qualifiedFunctionARN) is dropped "
                    + "(\(ending.condition.rawValue) after \(ending.invokeCount) tries): no destination and no dead-letter queue is configured"
            )
        }
    }

    private static func functionName(_ event: AsynchronousEvent) -> String {
        event.function.resource.split(separator: ":").last.map(String.init) ?? ""
    }

    private func deliver(_ delivery: DestinationDelivery, of event: AsynchronousEvent) {
        func failed(_ why: String) {
            self.onHappening(
                delivery.kind == .destination ? .destinationFailed : .deadLetterFailed, Self.functionName(event))
            self.report("\(delivery.kind.rawValue) of request \(delivery.requestID) got nothing: \(why)")
        }
        switch delivery.target {
        case .function(_, let name, let qualifier):
            do throws(LambdaAPIError) {
                let function = try self.service.resolve(name, qualifier: qualifier)
                try self.accept(
                    function: function, qualifier: qualifier, payload: ByteBuffer(bytes: delivery.body),
                    requestID: self.service.makeRequestID(), clientContext: nil, traceHeader: event.traceHeader)
            } catch {
                failed(error.message)
            }
        case .queue(let arn, _):
            guard let sendMessage else { return failed("there is no queue \(arn) on this host") }
            if let error = sendMessage(delivery, arn) { failed(error) }
        case .unsupported(_, let reason): failed(reason)
        }
    }

    /// One try under way.
    private final class Attempt: InvocationClient {
        private let attempt: AsynchronousAttempt
        private let owner: AsynchronousInvoker

        init(_ attempt: AsynchronousAttempt, owner: AsynchronousInvoker) {
            self.attempt = attempt
            self.owner = owner
        }

        func finished(_ result: InvocationResult) {
            let payload = Array(buffer: result.payload)
            switch result.failure {
            case nil: self.owner.end(self.attempt, .answered(.init(executedVersion: result.executedVersion, payload: payload)))
            case .function, .timeout:
                self.owner.end(
                    self.attempt,
                    .answered(.init(executedVersion: result.executedVersion, functionError: "Unhandled", payload: payload)))
            case .throttled(let reason):
                self.owner.end(self.attempt, .refused(statusCode: 429, payload: AWSResponse(error: .throttled(reason)).body))
            case .unavailable(let why):
                self.owner.end(self.attempt, .refused(statusCode: 500, payload: AWSResponse(error: .service(why)).body))
            }
        }
    }
}
