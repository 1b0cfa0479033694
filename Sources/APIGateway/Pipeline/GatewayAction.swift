/// What is to be done next for a request.
package enum GatewayAction: Sendable {
    /// The answer to the client; the exchange is over.
    case respond(GatewayResponse)
    /// Decompress the body.
    case decompress(ContentCoding)
    /// Call the integration's function, or that of a function URL.
    case invoke(FunctionCall)
    /// Call the function of a Lambda authorizer.
    case callAuthorizer(FunctionCall)
    /// Verify the signature of a token with the keys of its issuer.
    case verifyToken(TokenVerification)
    /// Verify the Signature Version 4 of the request.
    case verifySignature
    case sendHTTP(BackendRequest)
    case callService(ServiceRequest)
    /// What happened came too late, or belongs to another state: nothing is to be done.
    case nothing
}

/// What happened since.
package enum GatewayEvent {
    case decompressed([UInt8])
    /// It isn't what its coding says.
    case damagedBody
    /// Decompressed, it is larger than the gateway takes.
    case bodyTooLarge
    /// The function that was called ended; of the integration or the authorizer.
    case functionEnded(FunctionResult)
    case tokenVerified
    /// With what `www-authenticate` says of it.
    case tokenRefused(String)
    case signatureVerified(IAMIdentity)
    case signatureRefused(SignatureRefusal)
    case backendAnswered(BackendAnswer)
    case backendFailed(BackendFailure)
    /// The time-out of the last action passed.
    case timedOut
}

/// How a function's call ended, as far as the gateway can tell. Payloads are borrowed for the call.
package enum FunctionResult {
    case success(UnsafeRawBufferPointer)
    /// The function reported an error or its process ended: `{"errorMessage": …}`.
    case failed(UnsafeRawBufferPointer)
    /// The function's own time-out; the payload says so.
    case timedOut(UnsafeRawBufferPointer)
    case throttled
    /// The event is larger than Lambda takes.
    case eventTooLarge
    /// There is no such function, version or alias.
    case missing
}

package enum SignatureRefusal: Hashable, Sendable {
    /// With the service's word for the error, and its sentence.
    case invalid(code: String, message: String)
    case expiredToken
    /// The access key is unknown.
    case unknownKey
}

package struct TokenVerification: Hashable, Sendable {
    package let token: UnverifiedToken
    /// `https://cognito-idp.eu-west-1.amazonaws.com/pool`; its keys are found through `/.well-known/openid-configuration`.
    package let issuer: String
}
