/// A handler from an event to an output, decoded and encoded by the runtime.
public protocol LambdaHandler<Event, Output> {
    /// What the event is decoded into.
    associatedtype Event
    /// What is encoded as the response.
    associatedtype Output

    /// Handles one event. An error thrown becomes the invocation's error.
    func handle(_ event: Event, context: LambdaContext) async throws -> Output
}

/// A handler that goes on working after it has given its output.
///
/// The invoker has the response as soon as the output is written; the environment takes the next event when `handle` returns. All
/// of it counts against the timeout and is billed.
public protocol LambdaWithBackgroundProcessingHandler<Event, Output> {
    /// What the event is decoded into.
    associatedtype Event
    /// What is encoded as the response.
    associatedtype Output

    /// Handles one event. An error thrown before the output is written becomes the invocation's error, a later one is logged.
    func handle(_ event: Event, outputWriter: some LambdaResponseWriter<Output>, context: LambdaContext) async throws
}

/// Takes the output of a handler that works on in the background.
public protocol LambdaResponseWriter<Output>: Sendable {
    /// What it takes.
    associatedtype Output

    /// Sends the response. A second call throws.
    func write(_ output: Output) async throws
}

/// The handler that all others are turned into: bytes in, bytes out piece by piece.
public protocol StreamingLambdaHandler {
    /// Handles one event.
    ///
    /// An error thrown before the first write becomes the invocation's error; one thrown after it ends the stream, with the error
    /// in the trailers; one thrown after `finish()` is logged. To return without `finish()` is an error too.
    mutating func handle(_ event: ByteBuffer, responseWriter: some LambdaResponseStreamWriter, context: LambdaContext)
        async throws
}

/// Takes a response piece by piece. The response begins with the first write.
public protocol LambdaResponseStreamWriter: Sendable {
    /// Sends a piece. `hasCustomHeaders` says that the bytes begin with a status and headers; only the first piece's counts.
    func write(_ buffer: ByteBuffer, hasCustomHeaders: Bool) async throws

    /// Ends the response.
    func finish() async throws

    /// Sends a last piece and ends the response; as the only call it makes a buffered response.
    func writeAndFinish(_ buffer: ByteBuffer) async throws
}

extension LambdaResponseStreamWriter {
    /// Sends a piece.
    public func write(_ buffer: ByteBuffer) async throws { try await self.write(buffer, hasCustomHeaders: false) }

    /// Sends the status and the headers of a streamed HTTP response: their JSON, then 8 NUL bytes. Comes before all other writes.
    public func writeStatusAndHeaders<Encoder: LambdaOutputEncoder>(
        _ response: StreamingLambdaStatusAndHeadersResponse, encoder: Encoder
    ) async throws where Encoder.Output == StreamingLambdaStatusAndHeadersResponse {
        var buffer = ByteBuffer()
        try encoder.encode(response, into: &buffer)
        buffer.writeBytes(repeatElement(0, count: 8))
        try await self.write(buffer, hasCustomHeaders: true)
    }
}

/// The status and the headers of a streamed HTTP response.
public struct StreamingLambdaStatusAndHeadersResponse: Codable, Sendable {
    /// The HTTP status.
    public let statusCode: Int
    /// Headers with one value.
    public let headers: [String: String]?
    /// Headers with several values.
    public let multiValueHeaders: [String: [String]]?
    /// `Set-Cookie` values, for function URLs and HTTP APIs.
    public let cookies: [String]?

    /// A status with headers.
    public init(
        statusCode: Int, headers: [String: String]? = nil, multiValueHeaders: [String: [String]]? = nil, cookies: [String]? = nil
    ) {
        self.statusCode = statusCode
        self.headers = headers
        self.multiValueHeaders = multiValueHeaders
        self.cookies = cookies
    }
}

/// Decodes events.
public protocol LambdaEventDecoder {
    /// Decodes the bytes of an event.
    func decode<Event: Decodable>(_ type: Event.Type, from buffer: ByteBuffer) throws -> Event
}

/// Encodes outputs.
public protocol LambdaOutputEncoder {
    /// What it encodes.
    associatedtype Output

    /// Appends the encoded output to a buffer.
    func encode(_ value: Output, into buffer: inout ByteBuffer) throws
}

/// Makes an empty response of no output.
public struct VoidEncoder: LambdaOutputEncoder {
    /// An encoder; all of them are equal.
    public init() {}

    /// Appends nothing.
    public func encode(_ value: Void, into buffer: inout ByteBuffer) {}
}
