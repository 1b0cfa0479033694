package import CoreTypes

/// A function as an integration or authorizer names it. Both parts may hold `${stageVariables.x}`.
package struct FunctionTarget: Hashable, Sendable {
    package var name: String
    /// A version or an alias; `nil` for `$LATEST`.
    package var qualifier: String?

    package init(name: String, qualifier: String? = nil) {
        self.name = name
        self.qualifier = qualifier
    }

    /// From a function's ARN, a partial ARN (`account:function:name`) or a name, each with or without a qualifier.
    package init?(_ reference: some StringProtocol) {
        let parts = Self.partsOutsideBraces(reference)
        let place = parts.firstIndex(of: "function")
        let rest = place.map { parts[($0 + 1)...] } ?? parts[...]
        guard let name = rest.first, !name.isEmpty, rest.count <= 2, place != nil || parts.first != "arn" else { return nil }
        self.name = name
        self.qualifier = rest.count == 2 ? rest.last : nil
    }

    /// `a:${stageVariables.b}:c` has three parts, whatever is within the braces.
    private static func partsOutsideBraces(_ text: some StringProtocol) -> [String] {
        var parts = [""]
        var depth = 0
        for scalar in text.unicodeScalars {
            if scalar == "{" { depth += 1 } else if scalar == "}" { depth = max(0, depth - 1) }
            if scalar == ":", depth == 0 { parts.append("") } else { parts[parts.count - 1].unicodeScalars.append(scalar) }
        }
        return parts
    }

    package func invocationURI(region: String, account: String, partition: String = "aws") -> String {
        let function = ARN(
            partition: partition, service: "lambda", region: region, account: account,
            resource: "function:\(self.name)" + (self.qualifier.map { ":" + $0 } ?? ""))
        return "arn:\(partition):apigateway:\(region):lambda:path/2015-03-31/functions/\(function)/invocations"
    }
}

/// An AWS service as an integration names it: `arn:aws:apigateway:{region}:{subdomain.service|service}:{path|action}/{rest}`.
package struct ServiceTarget: Hashable, Sendable {
    package enum Call: Hashable, Sendable {
        /// `path/000000000000/queue`, without its leading slash.
        case path(String)
        /// `action/SendMessage&Version=…`
        case action(String)
    }

    package var region: String
    package var subdomain: String?
    package var service: String
    package var call: Call
}

/// What the URI of an integration names.
package enum IntegrationTarget: Hashable, Sendable {
    /// `streams` for `/2021-11-15/…/response-streaming-invocations`.
    case function(FunctionTarget, streams: Bool)
    case service(ServiceTarget)
    /// HTTP APIs: a service action by its name, `SQS-SendMessage`.
    case subtype(String)
    case http(String)
    /// HTTP APIs behind a VPC link.
    case listener(ARN)
    case cloudMapService(ARN)
    case mock
    /// The whole URI is a stage variable: what it names is known per stage only.
    case stageVariable(String)
}

extension Integration {
    /// What the URI names, or AWS's own sentence on what is wrong with it (API Gateway API reference, "PutIntegration").
    package var target: Result<IntegrationTarget, IntegrationURIProblem> {
        if self.type == .mock { return .success(.mock) }
        if let subtype { return .success(.subtype(subtype)) }
        return IntegrationTarget.parse(self.uri ?? "", type: self.type)
    }
}

/// The messages of PutIntegration, recorded on AWS.
package enum IntegrationURIProblem: String, Error, Hashable, Sendable {
    case invalidEndpoint = "Invalid HTTP endpoint specified for URI"
    case invalidARN = "Invalid ARN specified in the request"
    case noPathOrAction = "AWS ARN for integration must contain path or action"
    case notProxied =
        "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations."
}

extension IntegrationTarget {
    /// - Parameter uri: stage variables may be resolved or not.
    package static func parse(_ uri: String, type: Integration.Kind) -> Result<IntegrationTarget, IntegrationURIProblem> {
        if uri.hasPrefix("${stageVariables."), uri.hasSuffix("}"), !uri.dropFirst(2).contains("{") {
            return .success(.stageVariable(uri))
        }
        switch type {
        case .mock: return .success(.mock)
        case .http, .httpProxy: return self.parseHTTP(uri)
        case .aws, .awsProxy: return self.parseService(uri, isProxy: type == .awsProxy)
        }
    }

    private static func parseHTTP(_ uri: String) -> Result<IntegrationTarget, IntegrationURIProblem> {
        if let arn = ARN(uri) {
            switch arn.service {
            case "elasticloadbalancing": return .success(.listener(arn))
            case "servicediscovery": return .success(.cloudMapService(arn))
            default: return .failure(.invalidEndpoint)
            }
        }
        for scheme in ["http://", "https://"] where uri.lowercased().hasPrefix(scheme) {
            let host = uri.dropFirst(scheme.utf8.count).prefix { $0 != "/" && $0 != "?" }
            if !host.isEmpty { return .success(.http(uri)) }
        }
        return .failure(.invalidEndpoint)
    }

    private static func parseService(_ uri: String, isProxy: Bool) -> Result<IntegrationTarget, IntegrationURIProblem> {
        guard let arn = ARN(uri) else { return .failure(.invalidARN) }
        if arn.service == "lambda" {
            guard let function = FunctionTarget(uri) else { return .failure(.invalidARN) }
            return .success(.function(function, streams: false))
        }
        guard arn.service == "apigateway" else { return .failure(.invalidARN) }
        // The account's place names the service: `lambda`, `sqs`, `{bucket}.s3`.
        let labels = arn.account.split(separator: ".", maxSplits: 1).map(String.init)
        guard let service = labels.last else { return .failure(.invalidARN) }
        let call: ServiceTarget.Call
        if arn.resource.hasPrefix("path/") {
            call = .path(String(arn.resource.dropFirst("path/".utf8.count)))
        } else if arn.resource.hasPrefix("action/") {
            call = .action(String(arn.resource.dropFirst("action/".utf8.count)))
        } else {
            return .failure(.noPathOrAction)
        }
        if service == "lambda", case .path(let path) = call, let function = self.function(inPath: path) {
            return .success(function)
        }
        if isProxy, service != "firehose" { return .failure(.notProxied) }
        return .success(
            .service(
                ServiceTarget(
                    region: arn.region, subdomain: labels.count == 2 ? labels[0] : nil, service: service, call: call)))
    }

    /// `2015-03-31/functions/{ARN}/invocations`, with or without a leading slash.
    private static func function(inPath path: String) -> IntegrationTarget? {
        let path = path.drop { $0 == "/" }
        guard let opening = path.firstRange(of: "/functions/") else { return nil }
        let rest = path[opening.upperBound...]
        for (ending, streams) in [("/invocations", false), ("/response-streaming-invocations", true)]
        where rest.hasSuffix(ending) {
            return FunctionTarget(rest.dropLast(ending.utf8.count)).map { .function($0, streams: streams) }
        }
        return nil
    }
}
