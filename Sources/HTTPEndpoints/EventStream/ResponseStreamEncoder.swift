import CoreTypes

/// The body of an InvokeWithResponseStream answer: `PayloadChunk` events with the function's bytes, then one `InvokeComplete`,
/// which alone says whether the function failed; or a modelled exception in its place.
package enum ResponseStreamEncoder {
    package static let contentType = "application/vnd.amazon.eventstream"

    /// Payload bytes of one `PayloadChunk`; more is split. 64 KiB is what a runtime's write and a socket's buffer hold, and
    /// keeps the framing under 0.2 % of the bytes.
    package static let chunkBytes = 65_536

    /// Frames a part of the response; nothing for no bytes.
    package static func append(chunk: UnsafeRawBufferPointer, to bytes: inout [UInt8]) {
        var start = 0
        while start < chunk.count {
            let end = min(start + self.chunkBytes, chunk.count)
            EventStreamFrame.append(
                headers: [
                    (":event-type", "PayloadChunk"), (":content-type", "application/octet-stream"), (":message-type", "event"),
                ],
                payload: UnsafeRawBufferPointer(rebasing: chunk[start..<end]), to: &bytes)
            start = end
        }
    }

    package static func append(chunk: [UInt8], to bytes: inout [UInt8]) {
        chunk.withUnsafeBytes { self.append(chunk: $0, to: &bytes) }
    }

    /// Frames the last event of a stream. Members that are `nil` are absent, so that a success without log is `{}`.
    /// - Parameters:
    ///   - errorCode: `Unhandled`, or the error type of a failure in the middle of the stream.
    ///   - errorDetails: the function's error as JSON text.
    ///   - logResult: the last 4 KB of the log in base64, if `X-Amz-Log-Type: Tail` asked for it.
    package static func append(
        completeWithErrorCode errorCode: String?, errorDetails: String?, logResult: String?, to bytes: inout [UInt8]
    ) {
        var members = JSONObject()
        members["ErrorCode"] = errorCode.map(JSON.string)
        members["ErrorDetails"] = errorDetails.map(JSON.string)
        members["LogResult"] = logResult.map(JSON.string)
        self.append(
            headers: [(":event-type", "InvokeComplete"), (":content-type", "application/json"), (":message-type", "event")],
            json: .object(members), to: &bytes)
    }

    /// Frames an error that ends a stream which has begun: `code` is the error's name, such as `ServiceException`.
    package static func append(exception code: String, message: String, to bytes: inout [UInt8]) {
        self.append(
            headers: [(":exception-type", code), (":content-type", "application/json"), (":message-type", "exception")],
            json: ["Message": .string(message)], to: &bytes)
    }

    private static func append(headers: [(name: StaticString, value: String)], json: JSON, to bytes: inout [UInt8]) {
        json.bytes.withUnsafeBytes { EventStreamFrame.append(headers: headers, payload: $0, to: &bytes) }
    }
}
