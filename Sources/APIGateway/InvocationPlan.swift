/// What the listener has to do for a request: call a function, then ask this plan what its result means to the client.
package struct InvocationPlan: Sendable {
    package let functionName: String
    /// A version or an alias; `nil` for `$LATEST`.
    package let qualifier: String?
    package let event: [UInt8]
    /// Handed to the function as `Lambda-Runtime-Trace-Id`.
    package let trace: TraceHeader
    package let door: Door
    package let stamp: RequestStamp
    /// How long the gateway waits; `nil` where only the function's own time-out counts.
    package let timeoutSeconds: Int?
    let contract: ProxyResponse.Contract
    /// The request carries a signature that the listener has to check.
    package var requiresSignature = false
    /// What the settings of a function URL add to every answer.
    package var corsHeaders: [HTTPHeader] = []

    /// - Complexity: O(n) in the payload, which is parsed once.
    package func response(for result: FunctionResult) -> GatewayResponse {
        var response = self.bareResponse(for: result)
        response.headers += self.corsHeaders
        return response
    }

    /// The answer to a signature that is no good: `{"message":…}` and the error's type, 403.
    package func refusal(errorType: String, message: String) -> GatewayResponse {
        var writer = EventWriter(capacity: 256)
        writer.begin()
        writer.member("message" as StaticString, message)
        writer.end()
        let headers = [HTTPHeader("Content-Type", "application/json"), HTTPHeader("x-amzn-ErrorType", errorType)]
        let identity = ResponseIdentity(door: self.door, stamp: self.stamp)
        return GatewayResponse(status: 403, headers: headers + identity.headers + self.corsHeaders, body: .bytes(writer.bytes))
    }

    private func bareResponse(for result: FunctionResult) -> GatewayResponse {
        let identity = ResponseIdentity(door: self.door, stamp: self.stamp)
        switch result {
        case .success(let payload):
            do {
                return self.complete(try ProxyResponse(payload, contract: self.contract))
            } catch {
                return identity.response(for: error)
            }
        case .failed: return identity.response(for: .integrationFailure)
        case .functionTimedOut:
            return identity.response(for: self.door == .http ? .integrationTimeout : .integrationFailure)
        case .integrationTimedOut: return identity.response(for: .integrationTimeout)
        case .throttled: return identity.response(for: .functionThrottled)
        case .eventTooLarge: return identity.response(for: .payloadTooLarge)
        case .missing: return identity.response(for: .configurationError)
        }
    }

    private func complete(_ response: ProxyResponse) -> GatewayResponse {
        let identity = ResponseIdentity(door: self.door, stamp: self.stamp)
        var headers = ResponseHeaders.remapped(response.headers, door: self.door) + identity.headers
        if self.door == .rest { headers.append(HTTPHeader(TraceHeader.name, self.trace.text)) }
        // These two have no body (RFC 9110 sections 15.3.5 and 15.4.5), whatever the function wrote.
        let body = response.status == 204 || response.status == 304 ? .text("") : response.body
        return GatewayResponse(status: response.status, headers: headers, body: body)
    }
}

/// How an invocation ended, as far as a client of the gateway can tell. The payload is borrowed for the call.
package enum FunctionResult {
    case success(UnsafeRawBufferPointer)
    /// The function reported an error, its process ended, or its response was too large.
    case failed
    /// The function's own time-out.
    case functionTimedOut
    /// ``InvocationPlan/timeoutSeconds`` passed first.
    case integrationTimedOut
    case throttled
    /// The event is larger than Lambda takes.
    case eventTooLarge
    /// There is no such function, version or alias.
    case missing
}
