import APIGateway
import Templates
import Testing

/// What SAM makes of events: facts sheet on API Gateway, sections 12.1 and 12.2 (SAM translator 1.115).
@Suite struct APITests {
    static func route(_ method: String?, _ path: String, _ payload: PayloadFormat, qualifier: String? = nil) -> Route {
        Route(method: method, path: path, integration: .function(name: "F", qualifier: qualifier, payload: payload))
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
        ).apis
        #expect(
            apis == [
                API(
                    id: API.id(forLogicalID: "ServerlessRestApi"), logicalID: "ServerlessRestApi", name: "martlet", kind: .rest,
                    stages: [Stage(name: "Prod"), Stage(name: "Stage")],
                    routes: [Self.route("GET", "/a", .version1), Self.route("ANY", "/a/{id}", .version1)]),
                API(
                    id: API.id(forLogicalID: "ServerlessHttpApi"), logicalID: "ServerlessHttpApi", name: "martlet", kind: .http,
                    stages: [Stage(name: "$default")],
                    routes: [
                        Self.route("POST", "/c", .version2), Self.route(nil, "$default", .version2),
                        Self.route("ANY", "/e/{proxy+}", .version1),
                    ]),
            ])
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
        ).apis
        #expect(apis.map(\.logicalID) == ["Rest", "Http"])
        #expect(apis[0].name == "shop")
        #expect(apis[0].stages == [Stage(name: "v1", variables: ["color": "blue"])])
        #expect(apis[0].binaryMediaTypes == ["image/png", "*/*"])
        #expect(apis[0].routes == [Self.route("GET", "/a", .version1, qualifier: "live")])
        #expect(apis[1].stages == [Stage(name: "v2", variables: ["color": "red"])])
        #expect(apis[1].routes == [Self.route("GET", "/b", .version2, qualifier: "live")])
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
                  A: {Type: Api, Properties: {Path: /a, Method: get, Auth: {ApiKeyRequired: true}}}
                """, sections: "Globals: {Api: {Cors: \"'*'\"}}"))
        #expect(
            deployment.notices.map(\.path) == [
                "Resources/F/Properties/Events/Q", "Resources/F/Properties/Events/A/Properties/Auth", "Globals/Api/Cors",
            ])
    }

    @Test func aStageNameIsRequiredAndChecked() {
        let missing = errors(function("", resources: "R: {Type: AWS::Serverless::Api}"))
        #expect(missing.count == 1 && missing[0].contains("Property 'StageName' is required."))
        let wrong = errors(function("", resources: "R: {Type: AWS::Serverless::Api, Properties: {StageName: a.b}}"))
        #expect(wrong.count == 1 && wrong[0].contains("Stage name only allows a-zA-Z0-9_"))
    }
}
