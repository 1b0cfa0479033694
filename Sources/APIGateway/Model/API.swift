/// One API as the gateway serves it: validated, every name resolved.
package indirect enum API: Hashable, Sendable {
    /// `AWS::ApiGateway::RestApi`, `AWS::Serverless::Api`
    case rest(RestAPI)
    /// `AWS::ApiGatewayV2::Api`, `AWS::Serverless::HttpApi`
    case http(HTTPAPI)

    package enum Kind: Hashable, Sendable {
        case rest
        case http
    }

    package var kind: Kind {
        switch self {
        case .rest: .rest
        case .http: .http
        }
    }

    package var id: String {
        switch self {
        case .rest(let api): api.id
        case .http(let api): api.id
        }
    }

    /// The logical id of the template: `ServerlessRestApi`, `ServerlessHttpApi` for SAM's implicit ones.
    package var logicalID: String {
        switch self {
        case .rest(let api): api.logicalID
        case .http(let api): api.logicalID
        }
    }

    package var name: String {
        switch self {
        case .rest(let api): api.name
        case .http(let api): api.name
        }
    }

    package var stageNames: [String] {
        switch self {
        case .rest(let api): api.stages.map(\.name)
        case .http(let api): api.stages.map(\.name)
        }
    }

    package func webACL(stage: String) -> WebACL? {
        guard case .rest(let api) = self else { return nil }
        return api.stages.first { $0.name == stage }?.webACL
    }

    package var authorizers: [Authorizer] {
        switch self {
        case .rest(let api): api.authorizers
        case .http(let api): api.authorizers
        }
    }

    /// The id that stands for a logical id, ten characters of `[a-z0-9]`, so that URLs stay the same from run to run: FNV-1a over
    /// its UTF-8, in base 36.
    package static func id(forLogicalID logicalID: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in logicalID.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 36)
        return String((digits + "0000000000").prefix(10))
    }
}

/// Which side of the gateway an endpoint faces (API Gateway API reference, "EndpointConfiguration").
package enum EndpointType: String, Hashable, Sendable, CaseIterable {
    case regional = "REGIONAL"
    case edge = "EDGE"
    /// Reachable through VPC endpoints only; the resource policy decides.
    case `private` = "PRIVATE"
}

/// A client's address family: `ipv4`, or `dualstack`.
package enum IPAddressType: String, Hashable, Sendable, CaseIterable {
    case ipv4
    case dualstack
}
