import APIGateway
import Templates
import Testing

/// What SAM makes of events: facts sheet on API Gateway, sections 12.1 and 12.2 (SAM translator 1.115).
@Suite struct APITests {
    /// `GET /a → F:live 2.0`
    static func routes(_ api: API) -> [String] {
        api.operations.map { operation in
            guard case .success(.function(let function, streams: false)) = operation.integration.target else { return "?" }
            let name = function.name + (function.qualifier.map { ":" + $0 } ?? "")
            return "\(operation.method ?? "-") \(operation.path) → \(name) \(operation.integration.payloadFormat.rawValue)"
        }
    }

    static func variables(_ api: API) -> [[String: String]] {
        switch api {
        case .rest(let api): api.stages.map(\.variables)
        case .http(let api): api.stages.map(\.variables)
        }
    }

    @Test func implicitAPIsHaveTheStagesOfSAM() throws {
        let apis = try load(
            function(
                """
                Events:
                  A: {Type: Api, Properties: {Path: /a, Method: get}}
                  B: {Type: Api, Properties: {Path: '/a/{id}', Method: Any}}
                  C: {Type: HttpApi, Properties: {Path: /c, Method: POST}}
                  D: {Type: HttpApi}
                  E: {Type: HttpApi, Properties: {Path: '/e/{proxy+}', Method: any, PayloadFormatVersion: "1.0"}}
                """)
        ).gateway.apis
        #expect(apis.map(\.logicalID) == ["ServerlessRestApi", "ServerlessHttpApi"])
        #expect(apis.map(\.id) == apis.map { API.id(forLogicalID: $0.logicalID) })
        #expect(apis.map(\.name) == ["martlet", "martlet"])
        #expect(apis.map(\.stageNames) == [["Prod", "Stage"], ["$default"]])
        #expect(Self.routes(apis[0]) == ["GET /a → F 1.0", "ANY /a/{id} → F 1.0"])
        #expect(
            Self.routes(apis[1]) == ["POST /c → F 2.0", "- $default → F 2.0", "ANY /e/{proxy+} → F 1.0"])
    }

    @Test func explicitAPIsTakeTheEventsThatNameThem() throws {
        let apis = try load(
            function(
                """
                AutoPublishAlias: live
                Events:
                  A: {Type: Api, Properties: {Path: /a, Method: get, RestApiId: !Ref Rest}}
                  B: {Type: HttpApi, Properties: {Path: /b, Method: get, ApiId: !Ref Http}}
                """,
                sections: "Globals: {Api: {OpenApiVersion: 3.0.1}}",
                resources: """
                    Rest:
                      Type: AWS::Serverless::Api
                      Properties: {Name: shop, StageName: v1, Variables: {color: blue}, BinaryMediaTypes: [image~1png, '*~1*']}
                    Http: {Type: AWS::Serverless::HttpApi, Properties: {StageName: v2, StageVariables: {color: red}}}
                    """)
        ).gateway.apis
        #expect(apis.map(\.logicalID) == ["Rest", "Http"])
        #expect(apis[0].name == "shop")
        #expect(apis.map(\.stageNames) == [["v1"], ["v2"]])
        #expect(apis.map(Self.variables) == [[["color": "blue"]], [["color": "red"]]])
        guard case .rest(let rest) = apis[0] else { return #expect(Bool(false), "\(apis[0])") }
        #expect(rest.binaryMediaTypes == ["image/png", "*/*"])
        #expect(apis.map(Self.routes) == [["GET /a → F:live 1.0"], ["GET /b → F:live 2.0"]])
    }

    @Test(arguments: [
        ("{Type: Api, Properties: {Path: /a}}", "Property 'Method' is required."),
        ("{Type: Api, Properties: {Method: get}}", "Property 'Path' is required."),
        ("{Type: HttpApi, Properties: {Path: /a}}", "Property 'Method' is required."),
        ("{Type: Api, Properties: {Path: a, Method: get}}", "begin with a slash"),
        ("{Type: Api, Properties: {Path: '/a{b}', Method: get}}", "whole part of the path"),
        (
            "{Type: Api, Properties: {Path: '/{p+}/b', Method: get}}",
            "Cannot create a child of a resource with a greedy path variable"
        ),
        ("{Type: Api, Properties: {Path: //a, Method: get}}", "empty part"),
        ("{Type: Api, Properties: {Path: '/{a}/{a}', Method: get}}", "stands twice"),
        ("{Type: Api, Properties: {Path: /a, Method: gett}}", "Did you mean GET?"),
        ("{Type: Api, Properties: {Path: /a, Method: get, RestApiId: !Ref F}}", "RestApiId names no AWS::Serverless::Api"),
        ("{Type: Api, Properties: {Paht: /a, Path: /a, Method: get}}", "Did you mean Path?"),
        ("{Type: Apii, Properties: {Path: /a, Method: get}}", "Did you mean Api?"),
        ("{Properties: {Path: /a, Method: get}}", "Property 'Type' is required."),
    ])
    func aWrongEventIsAnError(event: String, part: String) {
        let lines = errors(function("Events:\n  A: \(event)"))
        #expect(lines.count == 1 && lines[0].contains(part) && lines[0].contains("Resources/F/Properties/Events/A"), "\(lines)")
    }

    @Test(arguments: ["Api", "HttpApi"])
    func aRouteCanNotBeGivenTwice(type: String) {
        let event = "{Type: \(type), Properties: {Path: /item, Method: GET}}"
        let lines = errors(function("Events:\n  A: \(event)\n  B: \(event)"))
        #expect(lines.count == 1)
        #expect(
            lines[0].hasSuffix(#"Resources/F/Properties/Events/B: API method "get" defined multiple times for path "/item"."#))
    }

    @Test func aResourceHasOneVariableChild() {
        let lines = errors(
            function(
                """
                Events:
                  A: {Type: Api, Properties: {Path: '/a/{x}', Method: get}}
                  B: {Type: Api, Properties: {Path: '/a/{y}/z', Method: get}}
                """))
        #expect(lines.count == 1 && lines[0].contains("A sibling ({x}) of this resource already has a variable path part"))
    }

    @Test func otherEventsAndPropertiesAreToldOnce() throws {
        let deployment = try load(
            function(
                """
                Events:
                  Q: {Type: SNS, Properties: {Topic: arn:aws:sns:us-east-1:1:t}}
                  A: {Type: Api, Properties: {Path: /a, Method: get}}
                """, sections: "Globals: {Api: {EndpointAccessMode: BASIC}}"))
        #expect(
            deployment.notices.map(\.path) == [
                "Resources/F/Properties/Events/Q", "Globals/Api/EndpointAccessMode",
            ])
    }

    @Test func aStageNameIsRequiredAndChecked() {
        let missing = errors(function("", resources: "R: {Type: AWS::Serverless::Api}"))
        #expect(missing.count == 1 && missing[0].contains("Property 'StageName' is required."))
        let wrong = errors(function("", resources: "R: {Type: AWS::Serverless::Api, Properties: {StageName: a.b}}"))
        #expect(wrong.count == 1 && wrong[0].contains("Stage name only allows a-zA-Z0-9_"))
    }
}
