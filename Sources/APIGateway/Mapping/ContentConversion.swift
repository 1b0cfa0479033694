import CoreTypes

/// `contentHandling` (API Gateway developer guide, "Content type conversions in API Gateway"): what a payload becomes on
/// its way through. "Binary" is one whose media type is among the API's `binaryMediaTypes`.
package enum ContentConversion {
    /// A payload as a mapping template or a backend gets it.
    package enum Payload: Hashable, Sendable {
        /// Text: bytes that are no UTF-8 have become U+FFFD. Templates work on it.
        case text([UInt8])
        /// Raw bytes. One that meets a mapping template fails the request with 500.
        case binary([UInt8])
    }

    /// What could not be decoded as base64: 500, API_CONFIGURATION_ERROR.
    package struct NotBase64: Error, Hashable {}

    /// - Parameter isBinary: whether the Content-Type of the request is a binary media type.
    package static func request(
        _ body: [UInt8], isBinary: Bool, handling: Integration.ContentHandling?
    ) throws(NotBase64) -> Payload {
        switch (isBinary, handling) {
        case (false, nil), (false, .convertToText): .text(self.validText(body))
        case (false, .convertToBinary): .binary(try self.decoded(body))
        case (true, nil), (true, .convertToBinary): .binary(body)
        case (true, .convertToText): .text(self.encoded(body))
        }
    }

    /// - Parameters:
    ///   - isBinary: whether the Content-Type of the backend's response is a binary media type.
    ///   - acceptsBinary: whether the first media type of the client's Accept is one.
    package static func response(
        _ body: [UInt8], isBinary: Bool, acceptsBinary: Bool, handling: Integration.ContentHandling?
    ) throws(NotBase64) -> Payload {
        switch (isBinary, handling) {
        case (false, nil): acceptsBinary ? .binary(try self.decoded(body)) : .text(self.validText(body))
        case (false, .convertToText): .text(self.validText(body))
        case (false, .convertToBinary): .binary(try self.decoded(body))
        case (true, nil): acceptsBinary ? .binary(body) : .text(self.encoded(body))
        case (true, .convertToBinary): .binary(body)
        case (true, .convertToText): .text(self.encoded(body))
        }
    }

    private static func validText(_ body: [UInt8]) -> [UInt8] {
        let isValid = body.allSatisfy { $0 < 0x80 } || String(validating: body, as: UTF8.self) != nil
        return isValid ? body : Array(String(decoding: body, as: UTF8.self).utf8)
    }

    private static func encoded(_ body: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        body.withUnsafeBytes { Base64.append($0, to: &output) }
        return output
    }

    private static func decoded(_ body: [UInt8]) throws(NotBase64) -> [UInt8] {
        guard let bytes = Base64.decode(String(decoding: body, as: UTF8.self)) else { throw NotBase64() }
        return bytes
    }
}
