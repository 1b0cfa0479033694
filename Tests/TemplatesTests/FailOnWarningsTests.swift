import Templates
import Testing

/// `FailOnWarnings` of `AWS::ApiGateway::RestApi`, `AWS::ApiGatewayV2::Api` and of SAM's APIs: what the import of a definition warns of
/// keeps the template from being used (CloudFormation template reference; SAM translator 1.115 hands the property on).
@Suite struct FailOnWarningsTests {
    private static let types = [
        "AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api", "AWS::Serverless::Api", "AWS::Serverless::HttpApi",
    ]

    private static func template(_ type: String, _ flag: String, warning: Bool = true) -> String {
        let isServerless = type.hasPrefix("AWS::Serverless")
        let body = isServerless ? "DefinitionBody" : "Body"
        let more = ["AWS::ApiGatewayV2::Api": "ProtocolType: HTTP", "AWS::Serverless::Api": "StageName: v1"][type] ?? ""
        return """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              A:
                Type: \(type)
                Properties:
                  Name: a
                  \(more)
                  \(flag)
                  \(body):
                    openapi: 3.0.1
                    info: {title: a, version: "1"}
                    paths:
                      /a:
                        get:
                          x-amazon-apigateway-integration:
                            type: http_proxy
                            httpMethod: GET
                            uri: http://example.com/
                            payloadFormatVersion: "1.0"
                            requestParameters: {\(warning ? "integration.request.header.b: [1]" : "")}
                        \(warning ? "fetch: {summary: no verb}" : "")
            """
    }

    @Test(arguments: Self.types) func eachWarningIsAnErrorWithItsPlace(_ type: String) {
        let body = type.hasPrefix("AWS::Serverless") ? "DefinitionBody" : "Body"
        let found = errors(Self.template(type, "FailOnWarnings: true"))
        #expect(found.count == 2)
        for (name, words) in [
            ("/a/fetch: ", "API Gateway knows no such member of a path; it has no effect. FailOnWarnings makes this an error."),
            (
                "requestParameters/integration.request.header.b: ",
                "Invalid format for 'requestParameters'. Expected type string for property integration.request.header.b; it has no "
                    + "effect. FailOnWarnings makes this an error."
            ),
        ] {
            #expect(
                found.contains {
                    $0.contains("Resources/A/Properties/\(body)/paths/") && $0.hasSuffix(name + words)
                        && $0.hasPrefix("template.yaml:")
                }, "\(found)")
        }
    }

    @Test(arguments: Self.types) func withoutTheFlagAWarningIsTold(_ type: String) throws {
        for flag in ["FailOnWarnings: false", ""] {
            #expect(try load(Self.template(type, flag)).notices.contains { $0.message.hasPrefix("Invalid format") })
        }
    }

    @Test(arguments: Self.types) func withoutAWarningTheFlagChangesNothing(_ type: String) {
        #expect(errors(Self.template(type, "FailOnWarnings: true", warning: false)) == [])
    }

    @Test func whatIsNoFlagIsRefused() {
        #expect(
            errors(Self.template("AWS::ApiGateway::RestApi", "FailOnWarnings: often")).contains { $0.contains("true or false") })
    }
}
