/// A handler that returns at once when it has answered: nothing of the invocation is left to do then.
protocol EndsWithItsAnswer {}

extension BytesClosureHandler: EndsWithItsAnswer {}
extension LambdaHandlerAdapter: EndsWithItsAnswer {}
extension LambdaCodableAdapter: EndsWithItsAnswer where Handler: EndsWithItsAnswer {}

/// A closure as a ``StreamingLambdaHandler``.
public struct StreamingClosureHandler: StreamingLambdaHandler {
    private let body: (ByteBuffer, any LambdaResponseStreamWriter, LambdaContext) async throws -> Void

    /// A handler that calls the closure.
    public init(body: @escaping (ByteBuffer, any LambdaResponseStreamWriter, LambdaContext) async throws -> Void) {
        self.body = body
    }

    /// Calls the closure.
    public func handle(_ event: ByteBuffer, responseWriter: some LambdaResponseStreamWriter, context: LambdaContext) async throws
    {
        try await self.body(event, responseWriter, context)
    }
}

/// A closure from bytes to bytes as a ``StreamingLambdaHandler``: nothing is decoded or encoded, and no Foundation is needed.
///
/// The official runtime has no such form: there, write it with the streaming closure and `writeAndFinish`.
public struct BytesClosureHandler: StreamingLambdaHandler {
    private let body: (ByteBuffer, LambdaContext) async throws -> ByteBuffer

    /// A handler that calls the closure.
    public init(body: @escaping (ByteBuffer, LambdaContext) async throws -> ByteBuffer) { self.body = body }

    /// Calls the closure and sends what it returns.
    public func handle(_ event: ByteBuffer, responseWriter: some LambdaResponseStreamWriter, context: LambdaContext) async throws
    {
        try await responseWriter.writeAndFinish(try await self.body(event, context))
    }
}

/// A closure as a ``LambdaHandler``.
public struct ClosureHandler<Event: Decodable, Output>: LambdaHandler {
    private let body: (Event, LambdaContext) async throws -> Output

    /// A handler that calls the closure and whose output is sent.
    public init(body: @escaping (Event, LambdaContext) async throws -> Output) where Output: Encodable { self.body = body }

    /// A handler that calls the closure and answers with nothing.
    public init(body: @escaping (Event, LambdaContext) async throws -> Void) where Output == Void { self.body = body }

    /// Calls the closure.
    public func handle(_ event: Event, context: LambdaContext) async throws -> Output { try await self.body(event, context) }
}

/// A ``LambdaHandler`` as a ``LambdaWithBackgroundProcessingHandler`` without work in the background.
public struct LambdaHandlerAdapter<Event: Decodable, Output, Handler: LambdaHandler>: LambdaWithBackgroundProcessingHandler
where Handler.Event == Event, Handler.Output == Output {
    private let handler: Handler

    /// Adapts a handler.
    public init(handler: sending Handler) { self.handler = handler }

    /// Calls the handler and writes its output.
    public func handle(_ event: Event, outputWriter: some LambdaResponseWriter<Output>, context: LambdaContext) async throws {
        try await outputWriter.write(try await self.handler.handle(event, context: context))
    }
}

/// A handler of decoded events as a ``StreamingLambdaHandler``.
public struct LambdaCodableAdapter<
    Handler: LambdaWithBackgroundProcessingHandler, Event: Decodable, Output, Decoder: LambdaEventDecoder,
    Encoder: LambdaOutputEncoder
>: StreamingLambdaHandler where Handler.Event == Event, Handler.Output == Output, Encoder.Output == Output {
    private let handler: Handler
    private let encoder: Encoder
    private let decoder: Decoder

    /// Adapts a handler with an output.
    public init(encoder: sending Encoder, decoder: sending Decoder, handler: sending Handler) where Output: Encodable {
        self.encoder = encoder
        self.decoder = decoder
        self.handler = handler
    }

    /// Adapts a handler without one.
    public init(decoder: sending Decoder, handler: sending Handler) where Output == Void, Encoder == VoidEncoder {
        self.encoder = VoidEncoder()
        self.decoder = decoder
        self.handler = handler
    }

    /// Decodes the event and calls the handler.
    public func handle<Writer: LambdaResponseStreamWriter>(
        _ event: ByteBuffer, responseWriter: Writer, context: LambdaContext
    ) async throws {
        let decoded = try self.decoder.decode(Event.self, from: event)
        let writer = LambdaCodableResponseWriter(encoder: self.encoder, streamWriter: responseWriter)
        try await self.handler.handle(decoded, outputWriter: writer, context: context)
    }
}

/// Encodes an output and sends it as a buffered response.
///
/// JUSTIFICATION of `@unchecked Sendable`: an encoder need not be `Sendable`, and the writer is used by one handler call at a
/// time.
public struct LambdaCodableResponseWriter<Output, Encoder: LambdaOutputEncoder, Base: LambdaResponseStreamWriter>:
    LambdaResponseWriter, @unchecked Sendable
where Output == Encoder.Output {
    private let encoder: Encoder
    private let base: Base

    /// A writer on top of a stream writer.
    public init(encoder: Encoder, streamWriter: Base) {
        self.encoder = encoder
        self.base = streamWriter
    }

    /// Encodes and sends.
    public func write(_ output: Output) async throws {
        var buffer = ByteBuffer()
        try self.encoder.encode(output, into: &buffer)
        try await self.base.writeAndFinish(buffer)
    }
}
