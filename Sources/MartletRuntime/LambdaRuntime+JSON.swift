#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

// Everything that needs JSON coders, and so a part of Foundation, is in this file: on Linux it is FoundationEssentials alone,
// which adds a fraction of a millisecond to the start, where the whole of Foundation adds more than two.

/// Decodes events with a `JSONDecoder`.
public struct LambdaJSONEventDecoder: LambdaEventDecoder, Sendable {
    private let decoder: JSONDecoder

    /// Takes the decoder, with its strategies.
    public init(_ decoder: JSONDecoder) { self.decoder = decoder }

    /// Decodes the readable bytes, which are not copied.
    public func decode<Event: Decodable>(_ type: Event.Type, from buffer: ByteBuffer) throws -> Event {
        try buffer.withUnsafeReadableBytes { bytes in
            guard let base = bytes.baseAddress, !bytes.isEmpty else { return try self.decoder.decode(type, from: Data()) }
            // SAFETY: the decoder reads the bytes during the call and keeps none of them: what it returns are values of its own.
            let data = Data(bytesNoCopy: UnsafeMutableRawPointer(mutating: base), count: bytes.count, deallocator: .none)
            return try self.decoder.decode(type, from: data)
        }
    }
}

/// Encodes outputs with a `JSONEncoder`.
public struct LambdaJSONOutputEncoder<Output: Encodable>: LambdaOutputEncoder, Sendable {
    private let encoder: JSONEncoder

    /// Takes the encoder, with its strategies.
    public init(_ encoder: JSONEncoder) { self.encoder = encoder }

    /// Appends the JSON of an output.
    public func encode(_ value: Output, into buffer: inout ByteBuffer) throws {
        let data = try self.encoder.encode(value)
        _ = data.withUnsafeBytes { buffer.writeBytes($0) }
    }
}

extension LambdaCodableAdapter {
    /// Adapts a handler with an output, in JSON.
    public init(encoder: JSONEncoder = JSONEncoder(), decoder: JSONDecoder = JSONDecoder(), handler: sending Handler)
    where Output: Encodable, Encoder == LambdaJSONOutputEncoder<Output>, Decoder == LambdaJSONEventDecoder {
        self.init(encoder: LambdaJSONOutputEncoder(encoder), decoder: LambdaJSONEventDecoder(decoder), handler: handler)
    }

    /// Adapts a handler without an output; the event is JSON.
    public init(decoder: JSONDecoder = JSONDecoder(), handler: sending Handler)
    where Output == Void, Encoder == VoidEncoder, Decoder == LambdaJSONEventDecoder {
        self.init(decoder: LambdaJSONEventDecoder(decoder), handler: handler)
    }
}

extension LambdaResponseStreamWriter {
    /// Sends the status and the headers of a streamed HTTP response. Comes before all other writes.
    public func writeStatusAndHeaders(
        _ response: StreamingLambdaStatusAndHeadersResponse, encoder: JSONEncoder = JSONEncoder()
    ) async throws {
        try await self.writeStatusAndHeaders(response, encoder: LambdaJSONOutputEncoder(encoder))
    }
}

extension LambdaContext {
    /// What the client says of itself; nil if it says nothing, or nothing that is a client context.
    public var clientContext: ClientContext? {
        if let given = self.givenClientContext { return given }
        // Not an error: the client context is the invoker's text, and the handler can do without.
        return self.clientContextJSON.flatMap { try? JSONDecoder().decode(ClientContext.self, from: Data($0.utf8)) }
    }
}

extension LambdaRuntime {
    /// A runtime for a closure with a JSON event and a JSON output.
    ///
    /// ```swift
    /// let runtime = LambdaRuntime { (event: Request, context: LambdaContext) in
    ///     Response(message: "Hello, \(event.name)!")
    /// }
    /// try await runtime.run()
    /// ```
    public convenience init<Event: Decodable, Output: Encodable>(
        decoder: JSONDecoder = JSONDecoder(), encoder: JSONEncoder = JSONEncoder(),
        logger: LambdaLogger = LambdaLogger(label: "LambdaRuntime"),
        body: sending @escaping (Event, LambdaContext) async throws -> Output
    )
    where
        Handler == LambdaCodableAdapter<
            LambdaHandlerAdapter<Event, Output, ClosureHandler<Event, Output>>, Event, Output, LambdaJSONEventDecoder,
            LambdaJSONOutputEncoder<Output>
        >
    {
        self.init(decoder: decoder, encoder: encoder, logger: logger, lambdaHandler: ClosureHandler(body: body))
    }

    /// A runtime for a closure with a JSON event and an empty response.
    public convenience init<Event: Decodable>(
        decoder: JSONDecoder = JSONDecoder(), logger: LambdaLogger = LambdaLogger(label: "LambdaRuntime"),
        body: sending @escaping (Event, LambdaContext) async throws -> Void
    )
    where
        Handler == LambdaCodableAdapter<
            LambdaHandlerAdapter<Event, Void, ClosureHandler<Event, Void>>, Event, Void, LambdaJSONEventDecoder, VoidEncoder
        >
    {
        self.init(decoder: decoder, logger: logger, lambdaHandler: ClosureHandler(body: body))
    }

    /// A runtime for a ``LambdaHandler`` with a JSON event and a JSON output.
    public convenience init<Event: Decodable, Output: Encodable, Wrapped: LambdaHandler>(
        decoder: JSONDecoder = JSONDecoder(), encoder: JSONEncoder = JSONEncoder(),
        logger: LambdaLogger = LambdaLogger(label: "LambdaRuntime"), lambdaHandler: sending Wrapped
    )
    where
        Handler == LambdaCodableAdapter<
            LambdaHandlerAdapter<Event, Output, Wrapped>, Event, Output, LambdaJSONEventDecoder, LambdaJSONOutputEncoder<Output>
        >, Wrapped.Event == Event, Wrapped.Output == Output
    {
        self.init(
            handler: LambdaCodableAdapter(
                encoder: encoder, decoder: decoder, handler: LambdaHandlerAdapter(handler: lambdaHandler)), logger: logger)
    }

    /// A runtime for a ``LambdaHandler`` with a JSON event and an empty response.
    public convenience init<Event: Decodable, Wrapped: LambdaHandler>(
        decoder: JSONDecoder = JSONDecoder(), logger: LambdaLogger = LambdaLogger(label: "LambdaRuntime"),
        lambdaHandler: sending Wrapped
    )
    where
        Handler == LambdaCodableAdapter<
            LambdaHandlerAdapter<Event, Void, Wrapped>, Event, Void, LambdaJSONEventDecoder, VoidEncoder
        >, Wrapped.Event == Event, Wrapped.Output == Void
    {
        self.init(
            handler: LambdaCodableAdapter(decoder: decoder, handler: LambdaHandlerAdapter(handler: lambdaHandler)), logger: logger
        )
    }
}
