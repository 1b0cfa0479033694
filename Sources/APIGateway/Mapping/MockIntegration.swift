import CoreTypes

/// What a MOCK integration reads from its rendered request template (API Gateway developer guide, "Mock integrations for
/// REST APIs in API Gateway").
package enum MockIntegration {
    /// The whole number `statusCode` of the object that the template rendered; keys may stand without quotes.
    /// - Throws: ``MappingFailure/noStatusCode`` for a text, an object without it, or one that holds anything but a whole
    ///   number: 500.
    package static func statusCode(of rendered: [UInt8]) throws(MappingFailure) -> Int {
        let value = rendered.withUnsafeBytes { bytes in
            Result { () throws(JSONError) in try PermissiveJSONReader.read(bytes) }
        }
        guard case .success(let document) = value, case .number(let number)? = document["statusCode"],
            let status = Int(number.text)
        else { throw .noStatusCode }
        return status
    }
}
