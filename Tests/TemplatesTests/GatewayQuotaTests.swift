import APIGateway
import Templates
import Testing

/// Counts by the developer guide, "Quotas for configuring and running a REST API", "… an HTTP API", "API Gateway account-level
/// quotas".
@Suite struct GatewayQuotaTests {
    private static func quotas(_ text: String) throws -> [String] {
        try load(text).notices.filter { $0.message.contains("on AWS") && $0.message.contains(" here. ") }.map {
            "\($0.path): \($0.message)"
        }
    }

    private static func paths(_ count: Int) -> String {
        let integration = "x-amazon-apigateway-integration: {type: http_proxy, httpMethod: GET, uri: 'http://example.com/'"
        return (0..<count).map { "/p\($0): {get: {\(integration), payloadFormatVersion: '1.0'}}}" }.joined(separator: ", ")
    }

    private static func api(_ type: String, paths count: Int, stages: Int = 1, more: String = "") -> String {
        let isREST = type == "AWS::ApiGateway::RestApi"
        let owner = isREST ? "RestApiId" : "ApiId"
        let stageType = isREST ? "AWS::ApiGateway::Stage" : "AWS::ApiGatewayV2::Stage"
        let stages = (0..<stages).map {
            "  S\($0): {Type: '\(stageType)', Properties: {\(owner): !Ref A, StageName: s\($0)\(isREST ? ", DeploymentId: !Ref D" : "")}}"
        }
        let deployment = isREST ? "  D: {Type: 'AWS::ApiGateway::Deployment', Properties: {RestApiId: !Ref A}}\n" : ""
        let kind = isREST ? "Name: a, " : "Name: a, ProtocolType: HTTP, "
        return """
            Resources:
              A: {Type: '\(type)', Properties: {\(kind)Body: {openapi: 3.0.1, info: {title: a, version: '1'}, paths: {\(Self.paths(count))}}}}
            \(deployment)\(stages.joined(separator: "\n"))
            \(more)
            """
    }

    @Test func resourcesAndStagesOfARestAPI() throws {
        // The root is a resource, too.
        #expect(try Self.quotas(Self.api("AWS::ApiGateway::RestApi", paths: 299, stages: 10)) == [])
        #expect(
            try Self.quotas(Self.api("AWS::ApiGateway::RestApi", paths: 300, stages: 11)) == [
                "Resources/A/Stages per API: Stages per API: 10 on AWS, 11 here. AWS takes more only with a raised quota.",
                "Resources/A/Resources per API: Resources per API: 300 on AWS, 301 here. AWS takes more only with a raised quota.",
            ])
    }

    @Test func routesAndIntegrationsOfAnHTTPAPI() throws {
        #expect(try Self.quotas(Self.api("AWS::ApiGatewayV2::Api", paths: 300)) == [])
        #expect(
            try Self.quotas(Self.api("AWS::ApiGatewayV2::Api", paths: 301)) == [
                "Resources/A/Routes per API: Routes per API: 300 on AWS, 301 here. AWS takes more only with a raised quota."
            ])
    }

    @Test func authorizersOfBothKinds() throws {
        func authorizers(_ count: Int, _ line: (Int) -> String) -> String { (0..<count).map(line).joined(separator: "\n") }
        let uri =
            "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:F/invocations"
        let rest = { (index: Int) in
            "  U\(index): {Type: 'AWS::ApiGateway::Authorizer', Properties: {RestApiId: !Ref A, Name: u\(index), Type: TOKEN, "
                + "AuthorizerUri: '\(uri)', IdentitySource: method.request.header.A}}"
        }
        #expect(try Self.quotas(Self.api("AWS::ApiGateway::RestApi", paths: 1, more: authorizers(10, rest))) == [])
        #expect(
            try Self.quotas(Self.api("AWS::ApiGateway::RestApi", paths: 1, more: authorizers(11, rest))) == [
                "Resources/A/AWS Lambda authorizers per API: AWS Lambda authorizers per API: 10 on AWS, 11 here. "
                    + "AWS takes more only with a raised quota."
            ])
        let http = { (index: Int) in
            "  U\(index): {Type: 'AWS::ApiGatewayV2::Authorizer', Properties: {ApiId: !Ref A, Name: u\(index), AuthorizerType: JWT, "
                + "IdentitySource: [$request.header.A], JwtConfiguration: {Issuer: 'https://i', Audience: [a]}}}"
        }
        #expect(
            try Self.quotas(Self.api("AWS::ApiGatewayV2::Api", paths: 1, more: authorizers(11, http))) == [
                "Resources/A/Authorizers per API: Authorizers per API: 10 on AWS, 11 here. AWS takes more only with a raised quota."
            ])
    }

    @Test func whatAnAccountHas() throws {
        let links = (0..<11).map {
            "  L\($0): {Type: 'AWS::ApiGatewayV2::VpcLink', Properties: {Name: l\($0), SubnetIds: [subnet-1]}}"
        }
        #expect(
            try Self.quotas(Self.api("AWS::ApiGatewayV2::Api", paths: 1, more: links.joined(separator: "\n"))) == [
                "Resources/VPC links of HTTP APIs per account per Region: VPC links of HTTP APIs per account per Region: 10 on AWS, "
                    + "11 here. AWS takes more only with a raised quota."
            ])
    }

    @Test func mappingsOfADomain() throws {
        let domain = """
              N: {Type: 'AWS::ApiGatewayV2::DomainName', Properties: {DomainName: a.example.com, DomainNameConfigurations: [{CertificateArn: 'arn:x', EndpointType: REGIONAL}]}}
            """
        let mappings = (0..<201).map {
            "  M\($0): {Type: 'AWS::ApiGatewayV2::ApiMapping', Properties: {ApiId: !Ref A, DomainName: !Ref N, Stage: !Ref S0, ApiMappingKey: a/m\($0)}}"
        }
        #expect(
            try Self.quotas(Self.api("AWS::ApiGatewayV2::Api", paths: 1, more: ([domain] + mappings).joined(separator: "\n")))
                == [
                    "Resources/N/Multi-level API mappings per domain: Multi-level API mappings per domain: 200 on AWS, 201 here. "
                        + "AWS refuses more."
                ])
    }

    @Test func aDefinitionByItself() throws {
        let text = "{openapi: 3.0.1, info: {title: a, version: '1'}, paths: {\(Self.paths(300))}}"
        let notices = try OpenAPILoader.load(text: text, files: files).notices
        #expect(
            notices.map(\.message).contains("Resources per API: 300 on AWS, 301 here. AWS takes more only with a raised quota."))
    }
}
