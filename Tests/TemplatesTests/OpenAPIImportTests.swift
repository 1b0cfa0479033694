import APIGateway
import CoreTypes
import LambdaCore
import Templates
import Testing

/// What ImportRestApi and ImportApi make of a document: api-gateway facts, section 11 (recorded on AWS, or its guides).
@Suite struct OpenAPIImportTests {
    static func rest(_ text: String) throws -> RestAPI {
        let api = try OpenAPILoader.load(text: text, files: files).api
        guard case .rest(let rest) = api else { throw Unexpected(text: "\(api)") }
        return rest
    }

    static func http(_ text: String) throws -> HTTPAPI {
        let api = try OpenAPILoader.load(text: text, files: files).api
        guard case .http(let http) = api else { throw Unexpected(text: "\(api)") }
        return http
    }

    struct Unexpected: Error { let text: String }

    static func errors(_ text: String) -> [String] {
        do {
            _ = try OpenAPILoader.load(text: text, files: files)
            return []
        } catch {
            return error.diagnostics.map(\.description)
        }
    }

    static let mock = "x-amazon-apigateway-integration: {type: mock}"

    @Test func aFunctionThatNoTemplateHasIsTold() throws {
        let uri =
            "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:1:function:f/invocations"
        let integration = "x-amazon-apigateway-integration: {type: aws_proxy, httpMethod: POST, uri: '\(uri)'}"
        let text = "{openapi: 3.0.1, info: {title: t}, paths: {/a: {get: {\(integration)}}}}"
        let notices = try OpenAPILoader.load(text: text, files: files).notices
        #expect(notices.map(\.message) == ["The function f is not in this template; its requests fail."])
        #expect(notices.map(\.path) == ["GET /a"])
        var beside = Deployment()
        let function = FunctionConfiguration(name: "f", runtime: .providedAL2023, handler: "f", code: .folder("/f"))
        beside.functions = [DeployedFunction(logicalID: "F", configuration: function)]
        #expect(try OpenAPILoader.load(text: text, beside: beside, files: files).notices.isEmpty)
    }

    @Test func intermediateResourcesAndTheRootAreMade() throws {
        let api = try Self.rest("{swagger: '2.0', info: {title: t}, paths: {'/a/b/{c}': {get: {\(Self.mock)}}}}")
        #expect(api.resources.map(\.path) == ["/", "/a", "/a/b", "/a/b/{c}"])
        #expect(api.resources.map(\.methods.count) == [0, 0, 0, 1])
        #expect(api.name == "t")
    }

    @Test func variablesOfThePathAreRequiredParameters() throws {
        let api = try Self.rest(
            """
            openapi: 3.0.1
            paths:
              /a/{b}/{c}:
                parameters: [{name: page, in: query, required: true}]
                get:
                  parameters: [{name: X-A, in: header}, {name: c, in: path, required: true}, {name: page, in: query}]
                  \(Self.mock)
            """)
        #expect(
            api.resources.last?.methods[0].requestParameters == [
                .init(.querystring, "page", isRequired: false), .init(.header, "X-A", isRequired: false),
                .init(.path, "c", isRequired: true), .init(.path, "b", isRequired: true),
            ])
    }

    @Test func rootSecurityIsTheDefaultThatOperationsOverride() throws {
        let api = try Self.rest(
            """
            swagger: "2.0"
            security: [{pool: [a/b]}, {api_key: []}]
            securityDefinitions:
              api_key: {type: apiKey, name: x-api-key, in: header}
              sig: {type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: awsSigv4}
              pool:
                {type: apiKey, name: Auth, in: header, x-amazon-apigateway-authtype: cognito_user_pools, x-amazon-apigateway-authorizer: {type: cognito_user_pools, providerARNs: [arn:x]}}
            paths:
              /a:
                get: {\(Self.mock)}
                post: {security: [], \(Self.mock)}
                put: {security: [{sig: []}], \(Self.mock)}
                patch: {x-amazon-apigateway-auth: {type: AWS_IAM}, \(Self.mock)}
            """)
        let methods = api.resources[1].methods
        #expect(
            methods.map(\.authorization) == [.authorizer(name: "pool", scopes: ["a/b"]), .none, .iam, .iam])
        #expect(methods.map(\.apiKeyRequired) == [true, false, false, true])
        #expect(api.authorizers.map(\.identitySources) == [["method.request.header.Auth"]])
        #expect(api.authorizers.map(\.resultTTLSeconds) == [300])
    }

    @Test func mockDropsItsVerbAndHTTPGoesToTheInternet() throws {
        let api = try Self.rest(
            """
            openapi: 3.0.1
            paths:
              /a:
                get: {x-amazon-apigateway-integration: {type: MOCK, httpMethod: GET, passthroughBehavior: when_no_templates}}
                post: {x-amazon-apigateway-integration: {type: http, httpMethod: get, uri: "http://example.com/"}}
            """)
        let integrations = api.resources[1].methods.map(\.integration)
        #expect(integrations.map(\.httpMethod) == [nil, "GET"])
        #expect(integrations[0].passthroughBehavior == .whenNoTemplates)
        #expect(integrations[1].connection == .internet)
    }

    @Test func accountRegionAndPartitionAreFilledIn() throws {
        let uri = "arn:${AWS::Partition}:apigateway:${AWS::Region}:sqs:path/${AWS::AccountId}/q"
        let api = try Self.rest(
            "{openapi: 3.0.1, paths: {/a: {get: {x-amazon-apigateway-integration: {type: aws, httpMethod: POST, uri: '\(uri)'}}}}}"
        )
        #expect(api.resources[1].methods[0].integration.uri == "arn:aws:apigateway:us-east-1:sqs:path/000000000000/q")
    }

    @Test func statusCodesMayBeNumbersAndHeadersBecomeParametersWithFalse() throws {
        let api = try Self.rest(
            """
            swagger: "2.0"
            paths:
              /a:
                get:
                  responses: {200: {description: "", headers: {X-A: {type: string}}}, default: {description: other}}
                  x-amazon-apigateway-integration: {type: mock, responses: {default: {statusCode: 200}, "4\\\\d{2}": {statusCode: "400"}}}
            """)
        let method = api.resources[1].methods[0]
        #expect(method.responses.map(\.statusCode) == ["200"])
        #expect(method.responses[0].headers == [.init("X-A", isRequired: false)])
        #expect(method.integration.responses.map(\.statusCode) == ["200", "400"])
        #expect(method.integration.responses.map(\.selectionPattern) == [nil, #"4\d{2}"#])
    }

    @Test func aRequestParameterThatIsNoTextIsSkippedWithAWarning() throws {
        let (api, _, notices) = try OpenAPILoader.load(
            text: """
                openapi: 3.0.1
                paths:
                  /a:
                    get:
                      x-amazon-apigateway-integration:
                        type: mock
                        requestParameters: {integration.request.header.a: "'1'", integration.request.header.b: [1]}
                """, files: files)
        #expect(api.operations[0].integration.requestParameters == [.init("integration.request.header.a", "'1'")])
        #expect(notices.map(\.message).contains { $0.hasPrefix("Invalid format for 'requestParameters'. Expected type string") })
    }

    @Test func schemasBecomeModelsThatNameEachOtherInFull() throws {
        let api = try Self.rest(
            """
            openapi: 3.0.1
            components:
              schemas:
                Pet: {type: object, properties: {friend: {$ref: '#/components/schemas/Pet'}}}
            paths:
              /a:
                post:
                  requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}, text/xml: {schema: {type: string}}}}
                  \(Self.mock)
            """)
        let url = "https://apigateway.amazonaws.com/restapis/\(api.id)/models/Pet"
        #expect(api.models[0].schema == ["type": "object", "properties": ["friend": ["$ref": .string(url)]]])
        #expect(api.models.count == 2)
        #expect(
            api.resources[1].methods[0].requestModels == [
                .init(contentType: "application/json", model: "Pet"), .init(contentType: "text/xml", model: api.models[1].name),
            ])
    }

    /// The table of section 11.2 for `basepath=`.
    @Test(arguments: [
        ("/a/b/c", "ignore", "/e"), ("/a/b/c", "prepend", "/a/b/c/e"), ("/a/b/c", "split", "/b/c/e"),
        ("/one", "ignore", "/e"), ("/one", "prepend", "/one/e"), ("/one", "split", "/e"),
    ])
    func theBasePathIsIgnoredPrependedOrSplit(basePath: String, mode: String, expected: String) throws {
        for server in ["swagger: '2.0', basePath: \(basePath)", "openapi: 3.0.1, servers: [{url: 'https://h\(basePath)'}]"] {
            let gateway = try load(
                """
                Resources:
                  A:
                    Type: AWS::ApiGateway::RestApi
                    Properties: {Parameters: {basepath: \(mode)}, Body: {\(server), paths: {/e: {get: {\(Self.mock)}}}}}
                """
            ).gateway
            #expect(gateway.apis[0].operations.map(\.path) == [expected])
        }
    }

    /// "API Gateway supports OpenAPI v2.0 and OpenAPI v3.0 definition files" (developer guide).
    @Test(arguments: [("openapi: 3.0.1", 0), ("swagger: '2.0'", 0), ("openapi: 3.1.0", 1)])
    func aLaterVersionThanAWSKnowsIsSaidToBeRead(version: String, notices: Int) throws {
        let loaded = try OpenAPILoader.load(text: "{\(version), paths: {/a: {get: {\(Self.mock)}}}}", files: files)
        #expect(loaded.api.operations.map(\.path) == ["/a"])
        #expect(loaded.notices.count == notices)
        #expect(loaded.notices.allSatisfy { $0.path == "openapi" && $0.message.contains("is read as 3.0") })
    }

    @Test(arguments: [
        ("{paths: {}}", "openapi: Invalid OpenAPI input."),
        ("{openapi: 3.0.1}", "Invalid OpenAPI input. The document has no paths."),
        ("{openapi: 3.0.1, paths: {/a: {get: {}}}}", "No integration defined for method GET /a."),
        ("{openapi: 3.0.1, paths: {'/{a}': {get: {\(mock)}}, '/{b}': {get: {\(mock)}}}}", "A sibling ({a}) of this resource"),
        (
            "{openapi: 3.0.1, paths: {'/{a+}/b': {get: {\(mock)}}}}",
            "Cannot create a child of a resource with a greedy path variable"
        ),
        ("{openapi: 3.0.1, paths: {/a: {get: {x-amazon-apigateway-integration: {type: mokc}}}}}", "Did you mean MOCK?"),
        (
            "{openapi: 3.0.1, paths: {/a: {get: {x-amazon-apigateway-integration: {type: http, uri: 'http://h'}}}}}",
            "Enumeration value for HttpMethod must be non-empty"
        ),
        (
            "{openapi: 3.0.1, paths: {/a: {get: {x-amazon-apigateway-integration: {type: http, httpMethod: GET, uri: h}}}}}",
            "Invalid HTTP endpoint specified for URI"
        ),
        (
            "{openapi: 3.0.1, paths: {/a: {get: {x-amazon-apigateway-integration: {type: aws, httpMethod: POST, uri: h}}}}}",
            "Invalid ARN specified in the request"
        ),
        (
            "{openapi: 3.0.1, paths: {/a: {get: {x-amazon-apigateway-integration: {type: aws, httpMethod: POST, uri: 'arn:aws:apigateway:us-east-1:sqs:x'}}}}}",
            "AWS ARN for integration must contain path or action"
        ),
        (
            "{openapi: 3.0.1, paths: {/a: {get: {x-amazon-apigateway-integration: {type: aws_proxy, httpMethod: POST, uri: 'arn:aws:apigateway:us-east-1:sqs:path/q'}}}}}",
            "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations."
        ),
        ("{openapi: 3.0.1, paths: {/a: {get: {security: [{nobody: []}], \(mock)}}}}", "There is no security scheme nobody."),
        (
            "{openapi: 3.0.1, paths: {/a: {get: {x-amazon-apigateway-request-validator: x, \(mock)}}}}",
            "There is no request validator x."
        ),
        (
            "{openapi: 3.0.1, paths: {/a: {get: {parameters: [{$ref: '#/parameters/x'}], \(mock)}}}}",
            "The document has no \"#/parameters/x\"."
        ),
        (
            "{openapi: 3.0.1, parameters: {x: {$ref: '#/parameters/x'}}, paths: {/a: {get: {parameters: [{$ref: '#/parameters/x'}], \(mock)}}}}",
            "These references go in a circle."
        ),
        ("{openapi: 3.0.1, x-amazon-apigateway-gateway-responses: {UNAUTHORISED: {}}, paths: {}}", "Did you mean UNAUTHORIZED?"),
        ("{openapi: 3.0.1, x-amazon-apigateway-policy: {Version: 1}, paths: {}}", "A policy is a map with a Statement."),
    ])
    func whatAWSRefusesIsAnErrorWithItsPlace(text: String, part: String) {
        let lines = Self.errors(text)
        #expect(lines.count == 1 && lines[0].hasPrefix("openapi.yaml:1:") && lines[0].contains(part), "\(lines)")
    }

    @Test func anHTTPAPIHasRoutesCORSAndReusableIntegrations() throws {
        let api = try Self.http(
            """
            openapi: 3.0.1
            info: {title: shop, version: "1"}
            x-amazon-apigateway-cors: {allowOrigins: ["*"], maxAge: 10}
            x-amazon-apigateway-importexport-version: "1.0"
            paths:
              /a: {get: {x-amazon-apigateway-integration: {$ref: '#/components/x-amazon-apigateway-integrations/one'}}}
              /$default:
                x-amazon-apigateway-any-method:
                  isDefaultRoute: true
                  x-amazon-apigateway-integration: {type: aws_proxy, integrationSubtype: SQS-SendMessage, requestParameters: {QueueUrl: u, MessageBody: $request.body}}
            components:
              x-amazon-apigateway-integrations:
                one: {type: http_proxy, httpMethod: ANY, uri: "https://example.com/"}
            """)
        #expect(api.routes.map(\.routeKey) == ["GET /a", "$default"])
        #expect(api.routes[0].integration.uri == "https://example.com/")
        #expect(api.routes[1].integration.target == .success(.subtype("SQS-SendMessage")))
        #expect(api.cors?.allowOrigins == ["*"] && api.cors?.maxAgeSeconds == 10)
        #expect(api.stages.map(\.name) == ["$default"])
    }

    /// API Gateway quotas, "Maximum API definition file size": 6 MB, where CloudFormation takes templates of 1 MB.
    @Test func aDefinitionMayHaveSixMegabytes() throws {
        let definition = "openapi: 3.0.1\ninfo: {title: t, version: '1'}\npaths: {}\n"
        func comment(_ count: Int) -> String { "#" + String(repeating: "x", count: count) + "\n" }
        #expect(try Self.rest(comment(2 * 1_048_576) + definition).name == "t")
        let errors = Self.errors(comment(6 * 1_048_576) + definition)
        #expect(errors.count == 1 && errors[0].contains("API Gateway takes at most 6291456"))
    }

    @Test func aTemplateKnowsItsPlace() throws {
        let api = try Self.rest(
            """
            openapi: 3.0.1
            paths:
              /a:
                get:
                  x-amazon-apigateway-integration:
                    type: mock
                    requestTemplates:
                      application/json: |
                        {"statusCode": 200}
            """)
        let origin = try #require(api.resources[1].methods[0].integration.requestTemplates[0].template.origin)
        #expect(origin.file == "openapi.yaml" && origin.line == 8 && origin.column == 29)
    }
}
