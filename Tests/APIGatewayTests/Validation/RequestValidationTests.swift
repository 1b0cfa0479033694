import CoreTypes
import Testing

@testable import APIGateway

/// Spec sheet 11.3.
@Suite("Request validation")
struct RequestValidationTests {
    static func gateway(
        body: Bool = true, parameters: Bool = true, schema: JSON = ["type": "object", "required": ["a"]],
        contentType: String = "application/json"
    ) -> Gateway {
        Gateway(
            restMethod(
                "POST", "/x/{id}",
                api: {
                    $0.requestValidators = [
                        RestAPI.RequestValidator(name: "v", validatesBody: body, validatesParameters: parameters)
                    ]
                    $0.models = [RestAPI.Model(name: "M", schema: schema)]
                },
                method: {
                    $0.requestValidator = "v"
                    $0.requestParameters = [
                        RestAPI.RequestParameter(.querystring, "q", isRequired: true),
                        RestAPI.RequestParameter(.path, "other", isRequired: true),
                        RestAPI.RequestParameter(.header, "X-H", isRequired: true),
                        RestAPI.RequestParameter(.path, "id", isRequired: true),
                        RestAPI.RequestParameter(.querystring, "free", isRequired: false),
                    ]
                    $0.requestModels = [RestAPI.ModelReference(contentType: contentType, model: "M")]
                }))
    }

    @Test("missing or blank parameters, and those that the resource doesn't have: 400, in the order header, path, query")
    func parameters() throws {
        let response = try Self.gateway().refusal("POST", "/stage/x/1?q=%20")
        #expect(response.status == 400)
        #expect(response.text == #"{"message": "Missing required request parameters: [X-H, other, q]"}"#)
        #expect(response.values("x-amzn-ErrorType") == ["BadRequestException"])
    }

    @Test("the body comes after the parameters")
    func order() throws {
        let response = try Self.gateway().refusal("POST", "/stage/x/1", body: Array("{}".utf8))
        #expect(response.text.contains("Missing required"))
    }

    @Test(
        "a body that doesn't fit is 400 Invalid request body",
        arguments: [("{}", 400), ("", 400), ("[]", 400), ("{", 400), (#"{"a":1}"#, 0)])
    func body(text: String, status: Int) throws {
        let action = Self.gateway(parameters: false).decide("POST", "/stage/x/1", body: Array(text.utf8))
        guard status == 400 else {
            #expect(try action.call.functionName == "F")
            return
        }
        let response = try action.response
        #expect(response.status == 400 && response.text == #"{"message": "Invalid request body"}"#)
    }

    @Test("an empty body passes an empty schema, and fails a list")
    func emptyBody() throws {
        #expect(try Self.gateway(parameters: false, schema: [:]).plan("POST", "/stage/x/1").functionName == "F")
        #expect(try Self.gateway(parameters: false, schema: ["type": "array"]).refusal("POST", "/stage/x/1").status == 400)
    }

    @Test("a content type without a model isn't validated; its parameters don't matter")
    func contentType() throws {
        let gateway = Self.gateway(parameters: false)
        #expect(try gateway.plan("POST", "/stage/x/1", headers: [("Content-Type", "text/plain")]).functionName == "F")
        let json = [("Content-Type", "application/json; charset=utf-8")]
        #expect(try gateway.refusal("POST", "/stage/x/1", headers: json, body: Array("{}".utf8)).status == 400)
    }

    @Test("details are in $context.error.validationErrorString alone")
    func details() throws {
        var custom = RestAPI.GatewayResponse(type: .badRequestBody)
        custom.templates = [
            TemplateForContentType("application/json", MappingTemplate(#"{"e":"$context.error.validationErrorString"}"#))
        ]
        let api = restMethod(
            "POST", "/x",
            api: {
                $0.requestValidators = [RestAPI.RequestValidator(name: "v", validatesBody: true, validatesParameters: false)]
                $0.models = [RestAPI.Model(name: "M", schema: ["required": ["a"]])]
                $0.gatewayResponses = [custom]
            },
            method: {
                $0.requestValidator = "v"
                $0.requestModels = [RestAPI.ModelReference(contentType: "application/json", model: "M")]
            })
        let response = try Gateway(api).refusal("POST", "/stage/x")
        #expect(response.text == #"{"e":"[object has missing required properties (["a"])]"}"#)
    }

    @Test("a schema that can't be checked refuses bodies of its type, and is told")
    func unusable() throws {
        let gateway = Self.gateway(parameters: false, schema: ["const": 1])
        #expect(gateway.problems.map(\.place) == ["POST /x/{id}"])
        #expect(try gateway.refusal("POST", "/stage/x/1", body: Array("{}".utf8)).status == 500)
    }
}
