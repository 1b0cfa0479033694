import APIGateway
import CoreTypes
import Templates
import Testing

/// `AWS::ApiGateway::*` and `AWS::ApiGatewayV2::*` (CloudFormation template reference, pages of the types).
@Suite struct CloudFormationAPITests {
    static func resources(_ text: String) -> String { "Resources:\n" + indented(text, by: 2) }

    static let rest = """
        Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop, BinaryMediaTypes: [image~1png]}}
        Orders: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: orders}}
        Order: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Api, ParentId: !Ref Orders, PathPart: "{id}"}}
        Gate:
          Type: AWS::ApiGateway::Authorizer
          Properties:
            {RestApiId: !Ref Api, Name: gate, Type: TOKEN, IdentitySource: method.request.header.Authorization,
            AuthorizerUri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:1:function:f/invocations"}
        Body: {Type: AWS::ApiGateway::RequestValidator, Properties: {RestApiId: !Ref Api, Name: body, ValidateRequestBody: true}}
        Pet: {Type: AWS::ApiGateway::Model, Properties: {RestApiId: !Ref Api, Name: Pet, ContentType: application/json, Schema: '{"type": "object"}'}}
        Denied: {Type: AWS::ApiGateway::GatewayResponse, Properties: {RestApiId: !Ref Api, ResponseType: ACCESS_DENIED, StatusCode: "404"}}
        Get:
          Type: AWS::ApiGateway::Method
          Properties:
            RestApiId: !Ref Api
            ResourceId: !Ref Order
            HttpMethod: GET
            AuthorizationType: CUSTOM
            AuthorizerId: !Ref Gate
            RequestValidatorId: !Ref Body
            RequestParameters: {method.request.path.id: true, method.request.querystring.q: false}
            RequestModels: {application/json: !Ref Pet}
            MethodResponses: [{StatusCode: 200, ResponseParameters: {method.response.header.X-A: true}, ResponseModels: {application/json: Pet}}]
            Integration:
              Type: MOCK
              RequestTemplates: {application/json: '{"statusCode": 200}'}
              IntegrationResponses: [{StatusCode: 200, SelectionPattern: "", ResponseParameters: {method.response.header.X-A: "'a'"}}]
        Deployed: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Api, StageName: first, StageDescription: {Variables: {a: b}, ThrottlingRateLimit: 5}}}
        Live: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Api, StageName: live, DeploymentId: !Ref Deployed}}
        """

    /// "AWS::ApiGateway::Stage" and "MethodSetting"; a SAM API hands its properties to its stage.
    @Test(arguments: [
        """
        Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop}}
        Live:
          Type: AWS::ApiGateway::Stage
          Properties:
            {RestApiId: !Ref Api, StageName: live, DeploymentId: d, CacheClusterEnabled: true, CacheClusterSize: "0.5",
            MethodSettings: [{ResourcePath: "/*", HttpMethod: "*", CachingEnabled: true, CacheTtlInSeconds: 60, CacheDataEncrypted: true}]}
        """,
        """
        Api:
          Type: AWS::Serverless::Api
          Properties:
            StageName: live
            OpenApiVersion: 3.0.1
            DefinitionBody: {openapi: 3.0.1, info: {title: t, version: "1"}, paths: {}}
            CacheClusterEnabled: true
            CacheClusterSize: "0.5"
            MethodSettings: [{ResourcePath: "/*", HttpMethod: "*", CachingEnabled: true, CacheTtlInSeconds: 60}]
        """,
    ])
    func aStageHasACache(resources: String) throws {
        let deployment = try load(Self.resources(resources))
        #expect(!deployment.notices.contains { $0.path.contains("Cach") })
        guard case .rest(let api) = try #require(deployment.gateway.apis.first) else { return #expect(Bool(false)) }
        let stage = try #require(api.stages.first { $0.name == "live" })
        let settings = try #require(stage.settings(resourcePath: "/a", method: "GET"))
        #expect(stage.cachesResponses && settings.caches && settings.cacheTTLSeconds == 60)
    }

    @Test func aRestAPIIsPutTogetherFromItsResources() throws {
        let deployment = try load(Self.resources(Self.rest))
        #expect(
            deployment.notices.map(\.message) == ["The function f is not in this template; the authorizer lets nobody in."])
        guard case .rest(let api) = try #require(deployment.gateway.apis.first) else { return #expect(Bool(false)) }
        #expect(api.resources.map(\.path) == ["/", "/orders", "/orders/{id}"])
        #expect(api.binaryMediaTypes == ["image/png"])
        let method = try #require(api.resources[2].methods.first)
        #expect(method.authorization == .authorizer(name: "gate", scopes: []))
        #expect(method.requestValidator == "body")
        #expect(method.requestModels == [.init(contentType: "application/json", model: "Pet")])
        #expect(method.requestParameters == [.init(.path, "id", isRequired: true), .init(.querystring, "q", isRequired: false)])
        #expect(method.responses.map(\.headers) == [[.init("X-A", isRequired: true)]])
        #expect(method.integration.responses.map(\.selectionPattern) == [nil])
        #expect(api.models.map(\.schema) == [["type": "object"]])
        #expect(api.gatewayResponses.map(\.statusCode) == ["404"])
        #expect(api.stages.map(\.name) == ["live", "first"])
        #expect(api.stages[1].variables == ["a": "b"])
        #expect(api.stages[1].settings(resourcePath: "/orders", method: "GET")?.throttle.rateLimit == 5)
    }

    @Test(arguments: [
        ("!Ref Order", 6), ("!GetAtt Order.ResourceId", 6), ("!GetAtt Api.RootResourceId", 10), ("!Ref Gate", 6),
        ("!Ref Api", 10),
    ])
    func idsHaveTheLengthOfAWS(expression: String, length: Int) throws {
        #expect(try value(of: expression, resources: Self.rest)?.count == length)
    }

    @Test(arguments: [("!Ref Live", "live"), ("!Ref Pet", "Pet")])
    func someResourcesAreCalledByName(expression: String, name: String) throws {
        #expect(try value(of: expression, resources: Self.rest) == name)
    }

    @Test func theResourceIDIsTheOneThatRefGives() throws {
        guard case .rest(let api) = try load(Self.resources(Self.rest)).gateway.apis[0] else { return #expect(Bool(false)) }
        let reference = try value(of: "!Ref Order", resources: Self.rest)
        #expect(api.resources[2].id == reference)
        let root = try value(of: "!GetAtt Api.RootResourceId", resources: Self.rest)
        #expect(api.resources[0].id == root)
    }

    @Test(arguments: [
        ("Orders", "ParentId: !GetAtt Api.RootResourceId", "ParentId: nothing", "is no resource of this API"),
        ("Get", "HttpMethod: GET", "HttpMethod: GTE", "Did you mean GET?"),
        ("Get", "AuthorizerId: !Ref Gate", "AuthorizerId: other", "Invalid authorizer ID specified."),
        ("Get", "RequestValidatorId: !Ref Body", "RequestValidatorId: other", "Invalid Request Validator identifier specified"),
        (
            "Get", "method.request.path.id: true", "request.path.id: true",
            "Invalid mapping expression specified: request.path.id."
        ),
        ("Get", "Type: MOCK", "Type: HTTP", "Invalid HTTP endpoint specified for URI"),
        ("Denied", "ResponseType: ACCESS_DENIED", "ResponseType: ACCES_DENIED", "Did you mean ACCESS_DENIED?"),
        ("Live", "StageName: live", "StageName: a.b", "Stage name only allows a-zA-Z0-9_"),
        ("Live", "StageName: live, ", "", "Property 'StageName' is required."),
        ("Gate", "IdentitySource: method.request.header.Authorization,", "", "Property 'IdentitySource' is required."),
    ])
    func aWrongPartIsAnErrorAtItsPlace(resource: String, part: String, replacement: String, message: String) {
        let lines = errors(Self.resources(Self.rest.replacing(part, with: replacement)))
        #expect(lines.contains { $0.contains(message) && $0.contains("Resources/\(resource)") }, "\(lines)")
    }

    static let http = """
        Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: web, ProtocolType: HTTP, CorsConfiguration: {AllowOrigins: ["https://a.b"], MaxAge: 5}}}
        Proxy:
          Type: AWS::ApiGatewayV2::Integration
          Properties:
            ApiId: !Ref Api
            IntegrationType: HTTP_PROXY
            IntegrationMethod: ANY
            IntegrationUri: https://example.com/
            PayloadFormatVersion: "1.0"
            RequestParameters: {"append:header.a": $request.header.b}
            ResponseParameters: {"200": {ResponseParameters: [{Destination: "overwrite:statuscode", Source: "201"}]}}
        Jwt: {Type: AWS::ApiGatewayV2::Authorizer, Properties: {ApiId: !Ref Api, Name: jwt, AuthorizerType: JWT, IdentitySource: [$request.header.Authorization], JwtConfiguration: {Audience: [a], Issuer: "https://i"}}}
        Get: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: GET /a, Target: !Sub "integrations/${Proxy}", AuthorizationType: JWT, AuthorizerId: !Ref Jwt, AuthorizationScopes: [s]}}
        Other: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: $default, Target: !Join [/, [integrations, !Ref Proxy]]}}
        Live: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Api, StageName: $default, AutoDeploy: true, DefaultRouteSettings: {ThrottlingRateLimit: 2}, RouteSettings: {"GET /a": {ThrottlingBurstLimit: 3}}}}
        """

    @Test func anHTTPAPIIsPutTogetherFromItsResources() throws {
        let deployment = try load(Self.resources(Self.http))
        #expect(deployment.notices == [])
        guard case .http(let api) = try #require(deployment.gateway.apis.first) else { return #expect(Bool(false)) }
        #expect(api.routes.map(\.routeKey) == ["GET /a", "$default"])
        #expect(api.routes.map(\.authorization) == [.authorizer(name: "jwt", scopes: ["s"]), .none])
        let integration = api.routes[0].integration
        #expect(integration.requestParameters == [.init("append:header.a", "$request.header.b")])
        #expect(
            integration.responseParameters == [.init(statusCode: "200", mappings: [.init("overwrite:statuscode", "201")])])
        #expect(api.authorizers.map(\.kind) == [.jwt(issuer: "https://i", audiences: ["a"])])
        #expect(api.stages[0].throttle(routeKey: "GET /a") == ThrottleSettings(burstLimit: 3))
        #expect(api.stages[0].throttle(routeKey: "$default") == ThrottleSettings(rateLimit: 2))
        #expect(api.cors?.maxAgeSeconds == 5)
    }

    @Test(arguments: [
        ("RouteKey: GET /a", "RouteKey: GET a", "begin with a slash"),
        ("RouteKey: GET /a", "RouteKey: /a", "The provided route key is not formatted properly for HTTP protocol."),
        ("RouteKey: GET /a", "RouteKey: $default", "Route with key $default already exists for this API."),
        ("Target: !Sub \"integrations/${Proxy}\"", "Target: integrations/x", "is no integration of this API"),
        (
            "\"GET /a\": {Throttling", "\"GET /b\": {Throttling",
            "Unable to find Route by key GET /b within the provided RouteSettings."
        ),
        ("ProtocolType: HTTP", "ProtocolType: HTPT", "it has to be HTTP or WEBSOCKET"),
    ])
    func aWrongPartOfAnHTTPAPIIsAnError(part: String, replacement: String, message: String) {
        let lines = errors(Self.resources(Self.http.replacing(part, with: replacement)))
        #expect(lines.contains { $0.contains(message) }, "\(lines)")
    }

    @Test func anIncludedFileStandsInItsPlace() throws {
        let files = TemplateFiles(kind: { _ in .file }) { path in
            path == "/project/api.yaml"
                ? "{openapi: 3.0.1, info: {title: included}, paths: {/a: {get: {x-amazon-apigateway-integration: {type: mokc}}}}}"
                : nil
        }
        do {
            _ = try TemplateLoader.load(
                text: """
                    Resources:
                      Api:
                        Type: AWS::ApiGateway::RestApi
                        Properties: {Body: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: api.yaml}}}}
                    """, folder: "/project", files: files)
            Issue.record("an error was expected")
        } catch {
            #expect(error.diagnostics.map(\.file) == ["api.yaml"])
            #expect(error.description.contains("Did you mean MOCK?"))
        }
    }

    @Test func whatNobodyCanReachIsTold() throws {
        let deployment = try load(
            Self.resources(
                """
                Api:
                  Type: AWS::ApiGateway::RestApi
                  Properties:
                    Body:
                      openapi: 3.0.1
                      paths:
                        /a:
                          get: {x-amazon-apigateway-integration: {type: aws_proxy, httpMethod: POST, uri: "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:1:function:f/invocations"}}
                          put: {x-amazon-apigateway-integration: {type: http_proxy, httpMethod: PUT, uri: "http://h/", connectionType: VPC_LINK, connectionId: abc}}
                """))
        #expect(
            deployment.notices.map(\.message) == [
                "The API has no stage; nothing of it is served.",
                "The function f is not in this template; its requests fail.",
                "The VPC link \"abc\" is not in this template; its requests fail.",
            ])
    }

    @Test func whatCanNotBeServedHasItsPlace() throws {
        let written = Self.rest.replacing(#"SelectionPattern: """#, with: #"SelectionPattern: "[""#)
        let deployment = try load(Self.resources(written))
        let problem = try #require(Gateway(deployment.gateway).problems.first)
        // Get begins in the twelfth line of the text, below "Resources:".
        #expect(
            deployment.gatewayPlaces.text(of: problem)
                == "template.yaml:13:3: Resources/Get: GET /orders/{id}: the selection pattern [ is no regular expression")
        // What is not an operation's has the place of its API.
        let other = GatewayProblem(apiID: problem.apiID, place: "authorizer gate", reason: "no", stages: ["live"])
        #expect(deployment.gatewayPlaces.text(of: other) == "template.yaml:2:3: Resources/Api: authorizer gate in live: no")
        let http = try load(Self.resources(Self.http.replacing("append:header.a", with: "set:header.a")))
        let mapping = try #require(Gateway(http.gateway).problems.first)
        #expect(http.gatewayPlaces.text(of: mapping).contains(": Resources/Get: GET /a: \"set:header.a\": expected "))
    }

    @Test func settingsOfNoMethodAreTold() throws {
        for (path, method, isTold) in [
            ("/orders/{id}", "GET", false), ("/*", "*", false), ("/order", "GET", true), ("/orders/{id}", "PUT", true),
        ] {
            let stage =
                "StageName: live, MethodSettings: [{ResourcePath: \"\(path)\", HttpMethod: \"\(method)\", ThrottlingRateLimit: 1}]"
            let deployment = try load(Self.resources(Self.rest.replacing("StageName: live", with: stage)))
            let told = deployment.notices.filter { $0.path.hasSuffix("MethodSettings/0/ResourcePath") }.map(\.message)
            #expect(told == (isTold ? ["The API has no method \(method) \(path); these settings have no effect."] : []))
        }
    }

    @Test func aStatusThatNoResponseDeclaresIsTold() throws {
        let written = Self.rest.replacing("MethodResponses: [{StatusCode: 200,", with: "MethodResponses: [{StatusCode: 201,")
        let messages = try load(Self.resources(written)).notices.map(\.message)
        #expect(
            messages.contains {
                $0.hasPrefix("Output mapping refers to an invalid method response: 200. Requests that get it fail")
            })
    }

    /// PutIntegrationResponse refuses such a mapping in these words.
    @Test func aHeaderThatNoResponseDeclaresIsTold() throws {
        let written = Self.rest.replacing(#"method.response.header.X-A: "'a'""#, with: #"method.response.header.X-B: "'a'""#)
        let deployment = try load(Self.resources(written))
        #expect(
            deployment.notices.map(\.message).contains {
                $0.hasPrefix("Invalid mapping expression parameter specified: method.response.header.X-B.")
            })
    }

    /// "AWS::ApiGateway::Deployment DeploymentCanarySettings": the deployment is the canary of the stage it names.
    @Test func aDeploymentMayBeACanary() throws {
        let canary = """

            Canary:
              Type: AWS::ApiGateway::Deployment
              Properties:
                {RestApiId: !Ref Api, StageName: live,
                DeploymentCanarySettings: {PercentTraffic: 12.5, StageVariableOverrides: {a: c}, UseStageCache: true}}
            """
        let deployment = try load(Self.resources(Self.rest + canary))
        #expect(!deployment.notices.contains { $0.message.contains("anary") })
        guard case .rest(let api)? = deployment.gateway.apis.first else { throw Missing() }
        let settings = try #require(api.stages.first { $0.name == "live" }?.canary)
        #expect(settings.percentTraffic == 12.5 && settings.variableOverrides == ["a": "c"] && settings.usesStageCache)
        #expect(settings.deploymentID == String(API.id(forLogicalID: "Canary").prefix(6)))
    }

    /// "AWS::EC2::VPCEndpoint": `Ref` is its id.
    @Test func endpointsHaveAnIDAndAVPC() throws {
        let deployment = try load(
            Self.resources(
                """
                Net: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
                Door:
                  Type: AWS::EC2::VPCEndpoint
                  Properties: {VpcId: !Ref Net, ServiceName: !Sub "com.amazonaws.${AWS::Region}.execute-api", VpcEndpointType: Interface}
                Store: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref Net, ServiceName: com.amazonaws.us-east-1.s3}}
                Api:
                  Type: AWS::ApiGateway::RestApi
                  Properties:
                    EndpointConfiguration: {Types: [PRIVATE], VpcEndpointIds: [!Ref Door]}
                    Policy: {Statement: [{Effect: Allow, Principal: "*", Action: "*", Resource: "*"}]}
                """))
        guard case .rest(let api)? = deployment.gateway.apis.first else { throw Missing() }
        #expect(api.vpcEndpointIDs.count == 1 && deployment.gateway.vpcEndpoints == [api.vpcEndpointIDs[0]: "Net"])
        #expect(api.vpcEndpointIDs[0].wholeMatch(of: #/vpce-[0-9a-f]{17}/#) != nil)
        #expect(deployment.notices.contains { $0.message == "Endpoints of other services than execute-api are not emulated." })
    }

    struct Missing: Error {}

    @Test(arguments: [
        ("K: {Type: AWS::ApiGateway::ApiKey, Properties: {Enabled: true, Value: short}}", "at least 20 characters"),
        (
            """
            A: {Type: AWS::ApiGateway::ApiKey, Properties: {Enabled: true, Value: 01234567890123456789}}
            B: {Type: AWS::ApiGateway::ApiKey, Properties: {Enabled: true, Value: 01234567890123456789}}
            """, "API Key already exists"
        ),
        (
            "P: {Type: AWS::ApiGateway::UsagePlan, Properties: {Quota: {Limit: 1, Period: YEAR}}}",
            "it has to be one of DAY, WEEK, MONTH"
        ),
        (
            """
            A: {Type: AWS::ApiGateway::RestApi, Properties: {Name: a}}
            S: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref A, StageName: s, Variables: {v: \(String(repeating: "x", count: 513))}}}
            """, "its value 512; v has more."
        ),
        (
            """
            A: {Type: AWS::ApiGateway::RestApi, Properties: {Name: a}}
            S: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref A, StageName: s, Variables: {\(String(repeating: "n", count: 65)): x}}}
            """, "has 64 characters at most"
        ),
        (
            """
            A: {Type: AWS::ApiGateway::RestApi, Properties: {Name: a}}
            S: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref A, StageName: s, Variables: {\((0...100).map { "v\($0): x" }.joined(separator: ", "))}}}
            """, "A stage has 100 variables at most; these are 101."
        ),
        (
            """
            A: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: a, ProtocolType: HTTP}}
            J:
              Type: AWS::ApiGatewayV2::Authorizer
              Properties:
                {ApiId: !Ref A, Name: j, AuthorizerType: JWT, IdentitySource: [$request.header.Authorization],
                JwtConfiguration: {Issuer: "https://i", Audience: [\((0...50).map { "a\($0)" }.joined(separator: ", "))]}}
            """, "50 audiences at most; these are 51."
        ),
        ("D: {Type: AWS::ApiGateway::DomainName, Properties: {DomainName: nodots}}", "is no domain name"),
        (
            "M: {Type: AWS::ApiGateway::BasePathMapping, Properties: {DomainName: a.b, RestApiId: x}}",
            "The template has no domain a.b."
        ),
        ("M: {Type: AWS::ApiGateway::Metod, Properties: {}}", "Did you mean AWS::ApiGateway::Method?"),
    ])
    func plansKeysAndDomainsAreChecked(resources: String, message: String) {
        let lines = errors(Self.resources(resources))
        #expect(lines.count == 1 && lines[0].contains(message), "\(lines)")
    }
}
