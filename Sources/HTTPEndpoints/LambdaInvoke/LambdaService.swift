package import CoreTypes
package import ExecutionEnvironments
package import LambdaCore
package import NIOCore

/// The functions of the host: what all doors call to invoke one by name, and what the control plane changes. Lives on the
/// invoker's event loop.
package final class LambdaService {
    package let invoker: Invoker
    package private(set) var controlPlane: LambdaControlPlane
    package var asynchronous: AsynchronousInvoker?
    package var triggers: TriggerHost?
    /// Looks up a queue that an event source mapping is to be made of.
    package var mappedQueue: (ARN) -> MappedQueue = { _ in .unknown }
    /// Called after each change of functions, aliases or URLs.
    package var onChange: (FunctionRegistry) -> Void = { _ in }
    private var random = BufferedRandom()
    private var sampler = TraceSampler()

    package init(invoker: Invoker, controlPlane: LambdaControlPlane) {
        self.invoker = invoker
        self.controlPlane = controlPlane
        self.region = controlPlane.registry.region
        self.follow(former: nil)
    }

    package var eventLoop: any EventLoop { self.invoker.eventLoop }
    package var registry: FunctionRegistry { self.controlPlane.registry }
    package let region: String

    /// Changes functions and lets everything else follow: reservations, environments of versions that are gone, URLs.
    package func change<Result, Failure: Error>(
        _ body: (inout LambdaControlPlane) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let former = self.controlPlane.registry
        defer { self.follow(former: former) }
        return try body(&self.controlPlane)
    }

    private func follow(former: FunctionRegistry?) {
        let registry = self.controlPlane.registry
        for name in former?.records.keys.filter({ registry.records[$0] == nil }) ?? [] { self.invoker.reserve(nil, for: name) }
        for (name, record) in registry.records { self.invoker.reserve(record.reservedConcurrency, for: name) }
        self.invoker.retire { !registry.isCurrent($0) }
        self.onChange(registry)
        self.triggers?.follow()
    }

    package func resolve(_ name: String, qualifier: String?) throws(LambdaAPIError) -> ResolvedFunction {
        if qualifier == nil, let function = self.controlPlane.registry.resolveUnqualified(name) { return function }
        return try self.controlPlane.registry.resolve(name, qualifier: qualifier, random: self.random.next())
    }

    package func makeRequestID() -> RequestID { RequestID(using: &self.random) }

    package func withRandom<Result>(_ body: (inout BufferedRandom) -> Result) -> Result { body(&self.random) }

    /// The trace header that a function gets, from the one its caller sent.
    package func traceHeader(from caller: String?, for function: ResolvedFunction) -> String {
        TraceHeader.forInvocation(
            incoming: caller, mode: function.version.contents.configuration.tracing, sampler: &self.sampler, at: HostClock.now(),
            random: TraceRandomness(using: &self.random)
        ).text
    }
}
