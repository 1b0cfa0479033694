/// A call of a function.
package struct FunctionCall: Sendable {
    package let functionName: String
    /// A version or an alias; `nil` for `$LATEST`.
    package let qualifier: String?
    package let payload: [UInt8]
    /// Invocation type `Event`: answered once the event is accepted.
    package var isAsynchronous = false
    /// The function's bytes go on as they are written.
    package var streams = false
    /// How long the gateway waits; `nil` where only the function's own time-out counts.
    package let timeoutMilliseconds: Int?
}

/// A request to an HTTP endpoint.
package struct BackendRequest: Sendable {
    package let method: String
    package let scheme: String
    /// Where to connect; the `Host` header is among the headers.
    package let address: TargetAddress
    /// Path and query.
    package let target: String
    package let headers: [HTTPHeader]
    package let body: [UInt8]
    package let tls: Integration.TLS?
    /// The name that a certificate has to have.
    package let serverName: String
    package let timeoutMilliseconds: Int
    /// The target group that gave the address; a failed connection is told to it.
    package var targetGroupARN: String?
}

extension BackendRequest {
    /// A service's call over http.
    package init(service request: ServiceRequest, at address: TargetAddress, headers: [HTTPHeader]) {
        self.init(
            method: request.method, scheme: "http", address: address, target: request.target, headers: headers,
            body: request.body, tls: nil, serverName: address.host, timeoutMilliseconds: request.timeoutMilliseconds)
    }

    /// A request over http that somebody composed; the `Host` header is among the headers.
    package init(method: String, target: String, at address: TargetAddress, headers: [HTTPHeader], body: [UInt8]) {
        self.init(
            method: method, scheme: "http", address: address, target: target, headers: headers, body: body, tls: nil,
            serverName: address.host, timeoutMilliseconds: Self.composedTimeoutMilliseconds)
    }

    /// As long as the longest function may take, with room for its start.
    private static let composedTimeoutMilliseconds = 920_000

    /// A plain GET over http, of the host's own accord.
    package init(get target: String, from address: TargetAddress, host: String, timeoutMilliseconds: Int) {
        self.init(
            method: "GET", scheme: "http", address: address, target: target, headers: [HTTPHeader("Host", host)], body: [],
            tls: nil, serverName: address.host, timeoutMilliseconds: timeoutMilliseconds)
    }
}

/// A request to an AWS service, as its own wire has it: the host answers it by its AWS endpoint, without a signature.
package struct ServiceRequest: Sendable {
    /// `sqs`
    package let service: String
    package let region: String
    package let method: String
    /// Path and query.
    package let target: String
    package let headers: [HTTPHeader]
    package let body: [UInt8]
    package let timeoutMilliseconds: Int
}

/// What came back from an HTTP endpoint or a service.
package struct BackendAnswer: Sendable {
    package var status: Int
    package var headers: [HTTPHeader]
    package var body: [UInt8]

    package init(status: Int, headers: [HTTPHeader], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Why nothing came back.
package enum BackendFailure: String, Error, Hashable, Sendable, CaseIterable {
    /// The name does not exist.
    case unresolvable
    case refused
    case tlsRefused
    /// Closed before an answer, or an answer that is no HTTP.
    case badAnswer
    /// Larger than the gateway takes.
    case tooLarge
    case timedOut
    /// More connections are open than the gateway holds.
    case exhausted
}
