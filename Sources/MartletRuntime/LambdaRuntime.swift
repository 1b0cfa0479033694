import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    @preconcurrency import Glibc
#elseif canImport(Musl)
    @preconcurrency import Musl
#endif

/// Runs a handler for every event that the host has for this process.
///
/// ```swift
/// let runtime = LambdaRuntime { (event: Request, context: LambdaContext) in
///     Response(message: "Hello, \(event.name)!")
/// }
/// try await runtime.run()
/// ```
///
/// The handler is called on the thread that `run()` was called on, one event at a time; while the runtime waits for an event,
/// that thread is blocked. What a handler started elsewhere goes on meanwhile (on AWS it is frozen).
public final class LambdaRuntime<Handler: StreamingLambdaHandler>: Sendable {
    private let handler: Mutex<Handler?>
    private let logger: LambdaLogger

    /// A runtime for a handler of bytes. The other initializers adapt closures and ``LambdaHandler``s to it.
    public init(handler: sending Handler, logger: LambdaLogger = LambdaLogger(label: "LambdaRuntime")) {
        self.handler = Mutex(handler)
        self.logger = logger
    }

    /// A runtime for a closure that writes its response piece by piece.
    public convenience init(
        logger: LambdaLogger = LambdaLogger(label: "LambdaRuntime"),
        body: sending @escaping (ByteBuffer, any LambdaResponseStreamWriter, LambdaContext) async throws -> Void
    ) where Handler == StreamingClosureHandler {
        self.init(handler: StreamingClosureHandler(body: body), logger: logger)
    }

    /// A runtime for a closure from bytes to bytes.
    public convenience init(
        logger: LambdaLogger = LambdaLogger(label: "LambdaRuntime"),
        body: sending @escaping (ByteBuffer, LambdaContext) async throws -> ByteBuffer
    ) where Handler == BytesClosureHandler {
        self.init(handler: BytesClosureHandler(body: body), logger: logger)
    }

    /// A runtime for a closure with an output, with coders of one's own.
    public convenience init<Event: Decodable, Output: Encodable, Encoder: LambdaOutputEncoder, Decoder: LambdaEventDecoder>(
        encoder: sending Encoder, decoder: sending Decoder, logger: LambdaLogger = LambdaLogger(label: "LambdaRuntime"),
        body: sending @escaping (Event, LambdaContext) async throws -> Output
    )
    where
        Handler == LambdaCodableAdapter<
            LambdaHandlerAdapter<Event, Output, ClosureHandler<Event, Output>>, Event, Output, Decoder, Encoder
        >
    {
        let adapter = LambdaHandlerAdapter(handler: ClosureHandler(body: body))
        self.init(handler: LambdaCodableAdapter(encoder: encoder, decoder: decoder, handler: adapter), logger: logger)
    }

    /// Asks for events and handles them until the host goes away; then it returns, or the process ends.
    ///
    /// - The host closes its listener between two invocations: returns.
    /// - `AWS_LAMBDA_RUNTIME_API` is not set, nobody listens there, the host goes away before it has an answer, or it answers
    ///   with an error: says so on standard error and ends the process with status 1.
    /// - SIGTERM, which the service sends before it ends an environment: ends the process with status 0, unless the program
    ///   has a handler of its own.
    /// - Called a second time: throws ``LambdaRuntimeError``.
    public func run() async throws {
        setvbuf(stdout, nil, _IOLBF, 0)  // A line that a handler prints is a log line now, not when a buffer is full.
        TerminationSignal.install()
        do throws(LambdaRuntimeError) {
            guard let address = Lambda.env("AWS_LAMBDA_RUNTIME_API") else {
                throw LambdaRuntimeError(code: .missingLambdaRuntimeAPIEnvironmentVariable)
            }
            try await self.run(address: address)
        } catch {
            guard error.code != .runtimeCanOnlyBeStartedOnce else { throw error }
            LastWords.exit(after: error)
        }
    }

    /// `run()` without what concerns the whole process.
    func run(address: String) async throws(LambdaRuntimeError) {
        guard let taken = self.handler.withLock({ $0.take() }) else {
            throw LambdaRuntimeError(code: .runtimeCanOnlyBeStartedOnce)
        }
        var handler = taken
        let session = RuntimeSession(
            endpoint: try RuntimeEndpoint(address), logger: self.logger, asksWithAnswer: handler is any EndsWithItsAnswer)
        var traceVariable = TraceVariable()
        while !Task.isCancelled, let invocation = try session.next() {
            traceVariable.set(invocation.traceID)
            let context = LambdaContext(invocation, logger: self.logger)
            let writer = RuntimeStreamWriter(session: session, number: invocation.number)
            var failure: (any Error)?
            do {
                try await handler.handle(invocation.event, responseWriter: writer, context: context)
            } catch {
                failure = error
                let report = ErrorReport(error)
                context.logger.error("\(report.message)", metadata: ["errorType": report.type])
            }
            fflush(nil)
            do throws(LambdaRuntimeError) {
                try session.handlerEnded(invocation.number, throwing: failure)
            } catch {
                // `next()` decides whether this was the end: it tries to reach the host again.
                context.logger.warning("the response could not be sent", metadata: ["reason": "\(error)"])
            }
        }
    }
}

/// How a process ends whose host cannot be served.
private enum LastWords {
    static func exit(after error: LambdaRuntimeError) -> Never {
        let text =
            switch error.code {
            case .missingLambdaRuntimeAPIEnvironmentVariable:
                """
                This is a Lambda function: a host has to run it, and tells it where in AWS_LAMBDA_RUNTIME_API, which is not set.
                Try:  martlet invoke \(self.programName) --event event.json
                """
            default: "The Lambda runtime ends: \(error)"
            }
        LambdaLogger.write(Array((text + "\n").utf8))
        systemExit(1)
    }

    private static var programName: String {
        CommandLine.arguments.first?.split(separator: "/").last.map(String.init) ?? "NAME"
    }

    private static func systemExit(_ status: Int32) -> Never {
        #if canImport(Darwin)
            Darwin.exit(status)
        #elseif canImport(Glibc)
            Glibc.exit(status)
        #elseif canImport(Musl)
            Musl.exit(status)
        #endif
    }
}

/// Writes the response of one invocation.
struct RuntimeStreamWriter: LambdaResponseStreamWriter {
    let session: RuntimeSession
    let number: UInt64

    func write(_ buffer: ByteBuffer, hasCustomHeaders: Bool) async throws {
        try self.session.write(buffer, to: self.number, hasCustomHeaders: hasCustomHeaders)
    }

    func finish() async throws { try self.session.finish(nil, to: self.number) }

    func writeAndFinish(_ buffer: ByteBuffer) async throws { try self.session.finish(buffer, to: self.number) }
}

/// SIGTERM ends the process with status 0; also as process 1 of a container, where the default would be to ignore it.
private enum TerminationSignal {
    static func install() {
        let previous = signal(SIGTERM) { _ in _exit(0) }
        if let previous {
            signal(SIGTERM, previous)
        } else {
            // A host that starts processes from a pool of threads may have handed down a mask that keeps the signal away.
            var mask = sigset_t()
            sigemptyset(&mask)
            sigaddset(&mask, SIGTERM)
            pthread_sigmask(SIG_UNBLOCK, &mask, nil)
        }
    }
}
