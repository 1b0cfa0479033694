import NIOCore
import NIOHTTP1
import NIOPosix

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The least SwiftNIO program on the path client → server → long-polling runtime process → server → client. Both ports and all
/// state live on one event loop. It knows the happy path only: no time-outs, no logs, no billing, no limits. Made to be measured.
///
///     prototype INVOKE-PORT RUNTIME-PORT COUNT RUNTIME [ARGUMENT...]
///     prototype --bare PORT BODY-BYTES
///
/// With a COUNT of 0 each invocation starts a process, which is killed when it has answered: a cold start.
@main
struct Prototype {
    static func main() throws {
        let arguments = CommandLine.arguments
        if arguments.count == 4, arguments[1] == "--bare", let port = Int(arguments[2]), let bytes = Int(arguments[3]) {
            try Bare.serve(port: port, bodyBytes: bytes)
            return
        }
        guard arguments.count > 4, let invokePort = Int(arguments[1]), let runtimePort = Int(arguments[2]),
            let count = Int(arguments[3])
        else { return print("usage: prototype INVOKE-PORT RUNTIME-PORT COUNT RUNTIME [ARGUMENT...]") }

        let loop = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
        let broker = NIOLoopBoundBox.makeBoxSendingValue(Broker(), eventLoop: loop)
        let channel = try self.listen(invokePort, .client, broker, loop)
        _ = try self.listen(runtimePort, .runtime, broker, loop)
        setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:\(runtimePort)", 1)
        let command = Array(arguments.dropFirst(4))
        for _ in 0..<count { _ = try self.spawn(command) }
        if count == 0 {
            signal(SIGCHLD, SIG_IGN)
            try loop.submit { self.startOnDemand(command, broker.value) }.wait()
        }
        try channel.closeFuture.wait()
    }
}

extension Prototype {
    private static func listen(
        _ port: Int, _ side: Endpoint.Side, _ broker: NIOLoopBoundBox<Broker>, _ loop: any EventLoop
    ) throws -> any Channel {
        try ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: 512)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                        withPipeliningAssistance: false, withErrorHandling: false)
                    try channel.pipeline.syncOperations.addHandler(Endpoint(broker.value, side))
                }
            }
            .bind(host: "127.0.0.1", port: port).wait()
    }

    private static func startOnDemand(_ command: [String], _ broker: Broker) {
        var running: pid_t?
        broker.onDemand = (
            start: {
                do {
                    running = try self.spawn(command)
                } catch {
                    fatalError("no process: \(error)")
                }
            },
            end: {
                if let process = running { kill(process, SIGKILL) }
                running = nil
            }
        )
    }

    /// The process stays in this one's group: whoever ends the group ends all.
    private static func spawn(_ command: [String]) throws -> pid_t {
        var process = pid_t()
        let arguments = command.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        let status = posix_spawn(&process, command[0], nil, nil, arguments, environ)
        guard status == 0 else { throw POSIXError(rawValue: status) }
        return process
    }

    private struct POSIXError: Error { let rawValue: Int32 }
}
