package import Billing
package import ExecutionEnvironments
import HTTPEndpoints
import HTTPServing
import NIOCore
import NIOPosix
package import Templates

/// A running host: the composition root of all services. Everything that invocations touch lives on one event
/// loop; what the gateway does without a function, on others, too.
package final class Host: Sendable {
    package let settings: HostSettings
    private let group: MultiThreadedEventLoopGroup
    /// Of the functions.
    private let eventLoop: any EventLoop
    private let core: NIOLoopBound<HostCore>
    private let logs: LogWriter?

    private init(
        settings: HostSettings, group: MultiThreadedEventLoopGroup, eventLoop: any EventLoop, core: NIOLoopBound<HostCore>,
        logs: LogWriter?
    ) {
        self.settings = settings
        self.group = group
        self.eventLoop = eventLoop
        self.core = core
        self.logs = logs
    }

    /// Starts the executor, without listeners.
    /// - Parameter logs: where function logs go; `nil` for nowhere.
    package static func start(_ settings: HostSettings, deployment: Deployment, logs: LogWriter?) async throws -> Host {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: settings.eventLoops)
        var each = group.makeIterator()
        guard let eventLoop = each.next() else { preconditionFailure("a group has a loop") }
        let loops = GatewayLoops(group, home: eventLoop)
        do {
            let core = try await eventLoop.submit {
                NIOLoopBound(
                    try HostCore(settings, deployment: deployment, logs: logs, loops: loops, eventLoop: eventLoop),
                    eventLoop: eventLoop)
            }.get()
            return Host(settings: settings, group: group, eventLoop: eventLoop, core: core, logs: logs)
        } catch {
            try? await group.shutdownGracefully()  // The start's own error is what the user needs.
            throw error
        }
    }

    /// What the template asks of the gateway that requests will not get, each with its place.
    package func gatewayProblems() async throws -> [String] {
        let core = self.core
        return try await self.eventLoop.submit { core.value.gatewayProblems }.get()
    }

    /// The certificate that clients of the gateway's TLS listener have to trust, in PEM form; `nil` without such a listener.
    package func authorityPath() async throws -> String? {
        let core = self.core
        return try await self.eventLoop.submit { core.value.authorityPath }.get()
    }

    /// Opens the gateway and the AWS endpoint, and says where they are; writes the ready file when both accept.
    package func listen() async throws -> HostFile {
        let file: HostFile = try await self.onLoop { $0.listen(announced: true) }.get()
        try file.write(to: HostFile.path(in: self.settings.stateFolder))
        if let readyFile = self.settings.readyFile { try file.write(to: readyFile) }
        return file
    }

    /// The same for one command of this process: nobody else is told where the listeners are, and no queue is polled.
    package func listenForOneself() async throws -> HostFile {
        try await self.onLoop { $0.listen(announced: false) }.get()
    }

    /// Invokes a function and waits for the end of its invocation.
    /// - Throws: ``LambdaAPIError`` when the call is refused before the function runs.
    package func invoke(
        _ name: String, qualifier: String?, payload: [UInt8], clientContext: String?
    ) async throws -> HostInvocation {
        try await self.onLoop { $0.invoke(name, qualifier: qualifier, payload: payload, clientContext: clientContext) }.get()
    }

    /// Ends all processes and listeners. The host is of no use afterwards.
    package func stop() async throws {
        try await self.onLoop { $0.stop() }.get()
        self.logs?.flush()
        try await self.group.shutdownGracefully()
    }

    private func onLoop<Result: Sendable>(_ body: @escaping @Sendable (HostCore) -> EventLoopFuture<Result>) -> EventLoopFuture<
        Result
    > {
        let core = self.core
        return self.eventLoop.flatSubmit { body(core.value) }
    }
}

/// What ``Host/invoke(_:qualifier:payload:clientContext:)`` gives back.
package struct HostInvocation: Sendable {
    package let payload: [UInt8]
    package let failure: InvocationFailure?
    package let record: InvocationRecord?
}
