"""Every error that a gateway answers with, through a socket: status, body and error type.

REST APIs by "Gateway response types" of the developer guide, with the messages and error types observed on AWS; HTTP APIs by
"Control access to HTTP APIs with AWS Lambda authorizers", "Throttle requests to your HTTP APIs" and the quotas. Not here, as the
other files have them: tokens and signatures (test_authorizers), expired keys (test_policies), endpoints (test_endpoints), VPC links
(test_vpc_link), web ACLs (test_web_acl).
"""

import json

import pytest

import host as hosts
import template
from test_gateway import Wire

if not hosts.BINARY:
    pytest.skip("MARTLET_BINARY names no program", allow_module_level=True)

CODE = '''
import os
import time


def backend(event, context):
    do = (event.get("queryStringParameters") or {}).get("do")
    if do == "raise":
        raise ValueError("no")
    if do == "exit":
        os._exit(1)
    if do == "sleep":
        time.sleep(30)
    if do == "key":
        return {"statusCode": 200, "body": "ok", "extra": 1}
    if do == "text":
        return "ok"
    if do == "status":
        return {"statusCode": "many", "body": "ok"}
    if do == "base64":
        return {"statusCode": 200, "body": "no base64!", "isBase64Encoded": True, "headers": {"Content-Type": "image/png"}}
    if do == "large":
        return {"statusCode": 200, "body": "x" * 6_400_000}
    return {"statusCode": 200, "body": "ok"}


def authorize(event, context):
    token = event.get("authorizationToken") or event["headers"]["authorization"]
    if token == "unauthorized":
        raise Exception("Unauthorized")
    if token == "fail":
        raise Exception("out of order")
    if token == "sleep":
        time.sleep(30)
    if token == "malformed":
        return {"principalId": "me"}
    if token == "object":
        return answer("Allow", context={"a": {"b": 1}})
    if token == "silent":
        return answer("Allow", resource="arn:aws:execute-api:us-east-1:000000000000:elsewhere/*")
    return answer("Deny" if token == "deny" else "Allow")


def answer(effect, resource="*", context={}):
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": resource}
    return {"principalId": "me", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}, "context": context}


def simple(event, context):
    token = event["identitySource"][0]
    if token == "unauthorized":
        raise Exception("Unauthorized")
    if token == "fail":
        raise Exception("out of order")
    if token == "sleep":
        time.sleep(30)
    if token == "malformed":
        return {"allowed": True}
    return {"isAuthorized": token == "allow"}
'''

GOOD_KEY, OTHER_KEY, DISABLED_KEY, QUOTA_KEY, BURST_KEY = (f"{name:-<20}" for name in ["good", "other", "disabled", "quota", "burst"])


def invocation(name):
    return {"Fn::Sub": f"arn:aws:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{{name}.Arn}}/invocations"}


def proxy(**more):
    return {"type": "aws_proxy", "httpMethod": "POST", "uri": invocation("Backend"), **more}


def mock(status="200", request='{"statusCode": 200}', passthrough="when_no_match", answers=None, body="{}"):
    responses = answers or {"default": {"statusCode": status, "responseTemplates": {"application/json": body}}}
    templates = {"application/json": request} if request is not None else {}
    return {"type": "mock", "passthroughBehavior": passthrough, "requestTemplates": templates, "responses": responses}


def operation(integration, parameters=(), **more):
    return {
        "responses": {"200": {"description": "ok"}},
        "parameters": list(parameters),
        "x-amazon-apigateway-integration": integration,
        **more,
    }


def definition():
    required = [
        {"name": "X-Need", "in": "header", "required": True, "schema": {"type": "string"}},
        {"name": "page", "in": "query", "required": True, "schema": {"type": "string"}},
    ]
    pet = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}}
    keyed = {"security": [{"key": []}]}
    lambda_function = {"type": "aws", "httpMethod": "POST", "uri": invocation("Backend"), "responses": {}}
    mapped = {**lambda_function, "requestParameters": {"integration.request.header.X-A": "method.request.body.a"}}
    unknown = {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:Nobody/invocations"}
    return {
        "openapi": "3.0.1",
        "info": {"title": "errors", "version": "1"},
        "x-amazon-apigateway-binary-media-types": ["image/png"],
        "x-amazon-apigateway-request-validators": {"all": {"validateRequestBody": True, "validateRequestParameters": True}},
        "components": {
            "schemas": {"Pet": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}},
            "securitySchemes": {
                "key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
                "lost": {
                    "type": "apiKey",
                    "name": "Authorization",
                    "in": "header",
                    "x-amazon-apigateway-authtype": "custom",
                    "x-amazon-apigateway-authorizer": {"type": "token", "authorizerUri": unknown},
                },
                "token": {
                    "type": "apiKey",
                    "name": "Authorization",
                    "in": "header",
                    "x-amazon-apigateway-authtype": "custom",
                    "x-amazon-apigateway-authorizer": {
                        "type": "token",
                        "authorizerUri": invocation("Authorize"),
                        "identityValidationExpression": "[a-z]+",
                        "authorizerResultTtlInSeconds": 0,
                    },
                },
            },
        },
        "paths": {
            "/proxy": {"x-amazon-apigateway-any-method": operation(proxy())},
            "/quick": {"get": operation(proxy(timeoutInMillis=100))},
            "/guarded/{proxy+}": {
                "get": operation(mock(), [{"name": "proxy", "in": "path", "required": True, "schema": {"type": "string"}}], security=[{"token": []}])
            },
            "/valid": {
                "get": operation(mock(), required, **{"x-amazon-apigateway-request-validator": "all"}),
                "post": operation(mock(), requestBody=pet, **{"x-amazon-apigateway-request-validator": "all"}),
            },
            "/keyed": {"get": operation(mock(), **keyed)},
            "/limited": {"get": operation(mock())},
            "/never": {"post": operation(mock(request=None, passthrough="never"))},
            "/typed": {"post": operation({**mock(), "passthroughBehavior": "when_no_templates"})},
            "/no-status": {"get": operation(mock(request='{"status": 200}'))},
            "/no-match": {"get": operation(mock(answers={"4..": {"statusCode": "400"}}))},
            "/bad-template": {"get": operation(mock(request="#if(true) {statusCode: 200}"))},
            "/bad-answer": {"get": operation(mock(body="#foreach"))},
            "/mapped": {"post": operation(mapped)},
            "/nobody": {"get": operation({**proxy(), "uri": unknown})},
            "/denied": {"get": operation(mock())},
            "/lost": {"get": operation(mock(), security=[{"lost": []}])},
            "/throttled": {"get": operation({**proxy(), "uri": invocation("Throttled")})},
        },
        "x-amazon-apigateway-policy": {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"},
                {"Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/v1/GET/denied"},
            ],
        },
    }


def python(handler):
    return {
        "Type": "AWS::Serverless::Function",
        "Properties": {"CodeUri": "code", "Handler": f"app.{handler}", "Runtime": "python3.13", "Timeout": 3},
    }


def plan(name, key, enabled=True, of_methods=None, **limits):
    stages = [{"ApiId": {"Ref": "Rest"}, "Stage": "v1", **({"Throttle": of_methods} if of_methods else {})}]
    return {
        f"{name}Key": {"Type": "AWS::ApiGateway::ApiKey", "Properties": {"Enabled": enabled, "Value": key, "Name": name}},
        f"{name}Plan": {"Type": "AWS::ApiGateway::UsagePlan", "DependsOn": "Stage", "Properties": {"UsagePlanName": name, "ApiStages": stages, **limits}},
        f"{name}Member": {
            "Type": "AWS::ApiGateway::UsagePlanKey",
            "Properties": {"KeyId": {"Ref": f"{name}Key"}, "KeyType": "API_KEY", "UsagePlanId": {"Ref": f"{name}Plan"}},
        },
    }


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("errors")
    (folder / "code").mkdir()
    (folder / "code" / "app.py").write_text(CODE)

    def route(path, **more):
        return {"Type": "HttpApi", "Properties": {"Path": path, "Method": "ANY", "ApiId": {"Ref": "Http"}, **more}}

    backend = python("backend")
    backend["Properties"]["Events"] = {
        "Open": route("/http/open", Auth={"Authorizer": "NONE"}),
        "Guarded": route("/http/guarded"),
        "Limited": route("/http/limited", Auth={"Authorizer": "NONE"}, RouteSettings={"ThrottlingBurstLimit": 1, "ThrottlingRateLimit": 0.001}),
        "Quick": route("/http/quick", Auth={"Authorizer": "NONE"}, TimeoutInMillis=100),
    }
    throttled = python("backend")
    throttled["Properties"]["ReservedConcurrentExecutions"] = 0
    throttled["Properties"]["Events"] = {"Http": route("/http/throttled", Auth={"Authorizer": "NONE"})}
    authorizer = {
        "FunctionArn": {"Fn::GetAtt": ["Simple", "Arn"]},
        "AuthorizerPayloadFormatVersion": "2.0",
        "EnableSimpleResponses": True,
        "EnableFunctionDefaultPermissions": True,
        "Identity": {"Headers": ["Authorization"], "ReauthorizeEvery": 0},
    }
    path = template.write(
        folder / "template.json",
        Rest={"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": definition(), "EndpointConfiguration": {"Types": ["REGIONAL"]}}},
        Deployment={"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": "Rest"}}},
        Stage={
            "Type": "AWS::ApiGateway::Stage",
            "Properties": {
                "RestApiId": {"Ref": "Rest"},
                "DeploymentId": {"Ref": "Deployment"},
                "StageName": "v1",
                "MethodSettings": [{"ResourcePath": "/limited", "HttpMethod": "GET", "ThrottlingBurstLimit": 1, "ThrottlingRateLimit": 0.001}],
            },
        },
        Edge={
            "Type": "AWS::Serverless::Api",
            "Properties": {
                "StageName": "edge",
                "DefinitionBody": {
                    "openapi": "3.0.1",
                    "info": {"title": "e", "version": "1"},
                    "paths": {"/a": {"get": operation(mock())}, "/guarded": {"get": operation(mock(), security=[{"token": []}])}},
                    "components": {"securitySchemes": {"token": definition()["components"]["securitySchemes"]["token"]}},
                },
            },
        },
        Own={
            "Type": "AWS::Serverless::Api",
            "Properties": {
                "StageName": "own",
                "EndpointConfiguration": "REGIONAL",
                "AccessLogSetting": {
                    "DestinationArn": "arn:aws:logs:us-east-1:000000000000:log-group:access",
                    "Format": "own $context.requestId $context.status $context.resourcePath $context.path $context.error.responseType",
                },
                "DefinitionBody": {"openapi": "3.0.1", "info": {"title": "o", "version": "1"}, "paths": {"/broken": {"x-amazon-apigateway-any-method": operation(mock(request=None))}}},
                "GatewayResponses": {
                    "MISSING_AUTHENTICATION_TOKEN": {
                        "StatusCode": 404,
                        "ResponseTemplates": {"application/json": '{"없음": "$context.error.message", "type": $context.error.messageString}'},
                        "ResponseParameters": {"Headers": {"Access-Control-Allow-Origin": "'*'", "X-Path": "context.path"}},
                    },
                    "DEFAULT_4XX": {"ResponseParameters": {"Headers": {"X-Default": "'4XX'"}}},
                    "DEFAULT_5XX": {"StatusCode": 599},
                },
            },
        },
        Http={"Type": "AWS::Serverless::HttpApi", "Properties": {"Auth": {"DefaultAuthorizer": "Simple", "Authorizers": {"Simple": authorizer}}}},
        Backend=backend,
        Throttled=throttled,
        Authorize=python("authorize"),
        Simple=python("simple"),
        **plan("Good", GOOD_KEY),
        **plan("Disabled", DISABLED_KEY, enabled=False),
        **plan("Quota", QUOTA_KEY, of_methods={"/keyed/GET": {"BurstLimit": 100, "RateLimit": 50.5}}, Quota={"Limit": 1, "Period": "MONTH"}),
        **plan("Burst", BURST_KEY, Throttle={"BurstLimit": 1, "RateLimit": 0.001}),
        OtherKey={"Type": "AWS::ApiGateway::ApiKey", "Properties": {"Enabled": True, "Value": OTHER_KEY, "Name": "other"}},
    )
    with hosts.Host(folder, template=path) as host:
        yield host


@pytest.fixture
def wire(server):
    with Wire(server) as wire:
        yield wire


MESSAGE = '{"message": "%s"}'
TIGHT = '{"message":"%s"}'
INTERNAL = (MESSAGE % "Internal server error", "InternalServerErrorException")
AUTHORIZER = '{"message":null}'

# name: (status, body, x-amzn-ErrorType), method, target, header lines, body
REST = {
    "MISSING_AUTHENTICATION_TOKEN, no route": (403, TIGHT % "Missing Authentication Token", "MissingAuthenticationTokenException", "GET", "/v1/nothing"),
    "MISSING_AUTHENTICATION_TOKEN, no such verb": (403, TIGHT % "Missing Authentication Token", "MissingAuthenticationTokenException", "PUT", "/v1/keyed"),
    "an unreadable Authorization": (
        403,
        "{\"message\":\"'abc' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer abc'.\"}",
        "IncompleteSignatureException",
        "GET",
        "/v1/nothing",
        ["Authorization: Bearer abc"],
    ),
    "UNAUTHORIZED, no token": (401, TIGHT % "Unauthorized", "UnauthorizedException", "GET", "/v1/guarded/a"),
    "UNAUTHORIZED, an empty token": (401, TIGHT % "Unauthorized", "UnauthorizedException", "GET", "/v1/guarded/a", ["Authorization:"]),
    "UNAUTHORIZED, against the expression": (401, TIGHT % "Unauthorized", "UnauthorizedException", "GET", "/v1/guarded/a", ["Authorization: A1"]),
    "UNAUTHORIZED, says the function": (401, TIGHT % "Unauthorized", "UnauthorizedException", "GET", "/v1/guarded/a", ["Authorization: unauthorized"]),
    "ACCESS_DENIED, explicit": (
        403,
        '{"Message":"User is not authorized to access this resource with an explicit deny"}',
        "AccessDeniedException",
        "GET",
        "/v1/guarded/a",
        ["Authorization: deny"],
    ),
    "ACCESS_DENIED, silent": (
        403,
        '{"Message":"User is not authorized to access this resource"}',
        "AccessDeniedException",
        "GET",
        "/edge/guarded",
        ["Authorization: silent"],
    ),
    "AUTHORIZER_FAILURE": (500, AUTHORIZER, "AuthorizerConfigurationException", "GET", "/v1/guarded/a", ["Authorization: fail"]),
    "AUTHORIZER_FAILURE, its time is over": (500, AUTHORIZER, "AuthorizerConfigurationException", "GET", "/v1/guarded/a", ["Authorization: sleep"]),
    "AUTHORIZER_CONFIGURATION_ERROR, no such function": (500, AUTHORIZER, "AuthorizerConfigurationException", "GET", "/v1/lost", ["Authorization: allow"]),
    "AUTHORIZER_CONFIGURATION_ERROR": (500, AUTHORIZER, "AuthorizerConfigurationException", "GET", "/v1/guarded/a", ["Authorization: malformed"]),
    "an object in the authorizer's context": (500, AUTHORIZER, "AuthorizerConfigurationException", "GET", "/v1/guarded/a", ["Authorization: object"]),
    "INVALID_API_KEY, none": (403, TIGHT % "Forbidden", "ForbiddenException", "GET", "/v1/keyed"),
    "INVALID_API_KEY, unknown": (403, TIGHT % "Forbidden", "ForbiddenException", "GET", "/v1/keyed", ["x-api-key: nobody"]),
    "INVALID_API_KEY, in no plan": (403, TIGHT % "Forbidden", "ForbiddenException", "GET", "/v1/keyed", [f"x-api-key: {OTHER_KEY}"]),
    "INVALID_API_KEY, disabled": (403, TIGHT % "Forbidden", "ForbiddenException", "GET", "/v1/keyed", [f"x-api-key: {DISABLED_KEY}"]),
    "BAD_REQUEST_PARAMETERS": (400, MESSAGE % "Missing required request parameters: [X-Need, page]", "BadRequestException", "GET", "/v1/valid"),
    "BAD_REQUEST_BODY": (400, MESSAGE % "Invalid request body", "BadRequestException", "POST", "/v1/valid", ["Content-Type: application/json"], b'{"age": 1}'),
    "BAD_REQUEST_BODY, no JSON": (400, MESSAGE % "Invalid request body", "BadRequestException", "POST", "/v1/valid", ["Content-Type: application/json"], b"{"),
    "BAD_REQUEST_BODY, empty": (400, MESSAGE % "Invalid request body", "BadRequestException", "POST", "/v1/valid"),
    "a body that a mapping can't read": (400, MESSAGE % "Invalid JSON in request body", "BadRequestException", "POST", "/v1/mapped", [], b'{"a"'),
    "UNSUPPORTED_MEDIA_TYPE, never": (415, MESSAGE % "Unsupported Media Type", "BadRequestException", "POST", "/v1/never", [], b"{}"),
    "UNSUPPORTED_MEDIA_TYPE, no template": (415, MESSAGE % "Unsupported Media Type", "BadRequestException", "POST", "/v1/typed", ["Content-Type: text/plain"], b"x"),
    "UNSUPPORTED_MEDIA_TYPE, an unknown coding": (415, MESSAGE % "Unsupported Media Type", "BadRequestException", "POST", "/v1/proxy", ["Content-Encoding: br"], b"x"),
    "REQUEST_TOO_LARGE, as an event": (413, TIGHT % "Request Too Long", "RequestTooLargeException", "POST", "/v1/proxy", [], b"a" * 6_291_456),
    "API_CONFIGURATION_ERROR, no status": (500, *INTERNAL, "GET", "/v1/no-status"),
    "API_CONFIGURATION_ERROR, no match": (500, *INTERNAL, "GET", "/v1/no-match"),
    "API_CONFIGURATION_ERROR, a request template": (500, *INTERNAL, "GET", "/v1/bad-template"),
    "API_CONFIGURATION_ERROR, a response template": (500, *INTERNAL, "GET", "/v1/bad-answer"),
    "API_CONFIGURATION_ERROR, no such function": (500, *INTERNAL, "GET", "/v1/nobody"),
    "API_CONFIGURATION_ERROR, no Base64": (500, *INTERNAL, "GET", "/v1/proxy?do=base64", ["Accept: image/png"]),
    "INTEGRATION_FAILURE, the function raises": (502, *INTERNAL, "GET", "/v1/proxy?do=raise"),
    "INTEGRATION_FAILURE, the function ends": (502, *INTERNAL, "GET", "/v1/proxy?do=exit"),
    "INTEGRATION_FAILURE, the function's time is over": (502, *INTERNAL, "GET", "/v1/proxy?do=sleep"),
    "INTEGRATION_FAILURE, the function is throttled": (502, *INTERNAL, "GET", "/v1/throttled"),
    "INTEGRATION_FAILURE, an unknown member": (502, *INTERNAL, "GET", "/v1/proxy?do=key"),
    "INTEGRATION_FAILURE, no object": (502, *INTERNAL, "GET", "/v1/proxy?do=text"),
    "INTEGRATION_FAILURE, no number": (502, *INTERNAL, "GET", "/v1/proxy?do=status"),
    "INTEGRATION_FAILURE, over 6 MB": (502, *INTERNAL, "GET", "/v1/proxy?do=large"),
    "INTEGRATION_TIMEOUT": (504, MESSAGE % "Endpoint request timed out", "InternalServerErrorException", "GET", "/v1/quick?do=sleep"),
    "a raw | in the query": (400, TIGHT % "Bad Request", "BadRequestException", "GET", "/v1/proxy?a=b|c"),
    "a method ARN over 1,600 bytes": (414, TIGHT % "Request URI too long", "RequestURITooLongException", "GET", "/v1/guarded/" + "a" * 1_600, ["Authorization: allow"]),
    "a target over 10,240 bytes": (414, TIGHT % "Request URI too long", "RequestURITooLongException", "GET", "/v1/proxy?a=" + "a" * 10_240),
    "a target over 8,192 bytes at an edge": (414, TIGHT % "Request URI too long", "RequestURITooLongException", "GET", "/edge/a?a=" + "a" * 8_192),
    "header values over 10,240 bytes": (431, TIGHT % "Request Header Fields Too Large", "BadRequestException", "GET", "/v1/proxy", ["X-A: " + "a" * 10_240]),
}


@pytest.mark.parametrize("name", REST)
def test_a_rest_api(wire, name):
    status, text, error_type, method, target, *rest = REST[name]
    lines, body = (rest + [[], None][len(rest) :])[:2]
    code, headers, answer = wire.call(method, target, body, *lines)
    assert (code, answer.decode()) == (status, text)
    fields = dict(headers)
    assert fields["x-amzn-errortype"] == error_type
    assert fields["content-type"] == "application/json"
    assert "x-amzn-requestid" in fields and "x-amz-apigw-id" in fields and "x-amzn-trace-id" not in fields


def test_the_policy_of_a_rest_api(wire):
    status, headers, body = wire.call("GET", "/v1/denied")
    message = json.loads(body)["Message"]
    assert status == 403 and dict(headers)["x-amzn-errortype"] == "AccessDeniedException"
    assert message.startswith("User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********0000:")
    assert message.endswith("/v1/GET/denied with an explicit deny")


def test_a_stage_that_is_not_there(server, wire):
    """A stage is asked for where the host names the API."""
    apis = server.client("apigateway").get_rest_apis()["items"]
    name = f"{apis[0]['id']}.execute-api.localhost"
    status, headers, body = wire.call("GET", "/nothing/proxy", host=name)
    assert (status, body) == (403, b'{"message":"Forbidden"}')
    assert dict(headers)["x-amzn-errortype"] == "ForbiddenException"


def test_limits_of_a_rest_api(wire):
    """A bucket of one token that takes a quarter of an hour to fill: the second request finds it empty."""
    assert wire.call("GET", "/v1/limited")[0] == 200
    status, headers, body = wire.call("GET", "/v1/limited")
    assert (status, body) == (429, b'{"message":"Too Many Requests"}')
    assert dict(headers)["x-amzn-errortype"] == "TooManyRequestsException"

    assert wire.call("GET", "/v1/keyed", None, f"x-api-key: {BURST_KEY}")[0] == 200
    status, headers, body = wire.call("GET", "/v1/keyed", None, f"x-api-key: {BURST_KEY}")
    assert (status, body) == (429, b'{"message":"Too Many Requests"}')
    assert dict(headers)["x-amzn-errortype"] == "TooManyRequestsException"
    # Nobody else pays for it.
    assert wire.call("GET", "/v1/keyed", None, f"x-api-key: {GOOD_KEY}")[0] == 200


def test_the_quota_of_a_plan_and_what_get_usage_says(server, wire):
    assert wire.call("GET", "/v1/keyed", None, f"x-api-key: {QUOTA_KEY}")[0] == 200
    for _ in range(2):
        status, headers, body = wire.call("GET", "/v1/keyed", None, f"x-api-key: {QUOTA_KEY}")
        assert (status, body) == (429, b'{"message":"Limit Exceeded"}')
        assert dict(headers)["x-amzn-errortype"] == "LimitExceededException"
    api = server.client("apigateway")
    plans = {plan["name"]: plan for plan in api.get_usage_plans()["items"]}
    assert plans["Quota"]["quota"] == {"limit": 1, "offset": 0, "period": "MONTH"}
    # ApiStage of the API reference: limits of methods by path and verb.
    assert plans["Quota"]["apiStages"][0]["throttle"] == {"/keyed/GET": {"burstLimit": 100, "rateLimit": 50.5}}
    keys = {key["name"]: key["id"] for key in api.get_api_keys()["items"]}
    status, headers, _ = wire.call("GET", "/v1/keyed", None, f"x-api-key: {QUOTA_KEY}")
    # The day is the server's: it says so in the Date of its answer.
    from email.utils import parsedate_to_datetime

    today = parsedate_to_datetime(dict(headers)["date"]).date().isoformat()
    usage = api.get_usage(usagePlanId=plans["Quota"]["id"], startDate=today, endDate=today)
    assert usage["items"] == {keys["Quota"]: [[1, 0]]}


def test_answers_that_an_api_has_made_its_own(server, wire):
    status, headers, body = wire.call("GET", "/own/nothing")
    assert (status, json.loads(body)) == (404, {"없음": "Missing Authentication Token", "type": "Missing Authentication Token"})
    fields = dict(headers)
    assert (fields["access-control-allow-origin"], fields["x-path"]) == ("*", "/own/nothing")
    # It is logged, too, though no resource has it.
    hosts.eventually(
        lambda: f"own {fields['x-amzn-requestid']} 404 - /own/nothing MISSING_AUTHENTICATION_TOKEN\n" in server.log(), server.log
    )
    # What an API has made its own takes nothing from DEFAULT_4XX; the others do.
    assert "x-default" not in fields
    status, headers, body = wire.call("POST", "/own/broken", b"x", "Content-Encoding: br")
    assert (status, json.loads(body), dict(headers)["x-default"]) == (415, {"message": "Unsupported Media Type"}, "4XX")
    status, headers, body = wire.call("GET", "/own/broken")
    assert (status, body) == (599, b'{"message": "Internal server error"}')


def signed(url, method="GET", key="test", secret="test", presigned=False):
    """The target and header lines that AWS's own client signs a request with."""
    import urllib.parse

    import botocore.auth
    import botocore.awsrequest
    import botocore.credentials

    request = botocore.awsrequest.AWSRequest(method, url)
    credentials = botocore.credentials.Credentials(key, secret)
    if presigned:
        botocore.auth.SigV4QueryAuth(credentials, "execute-api", "us-east-1").add_auth(request)
    else:
        botocore.auth.SigV4Auth(credentials, "execute-api", "us-east-1").add_auth(request)
    parts = urllib.parse.urlsplit(request.url)
    return parts.path + (f"?{parts.query}" if parts.query else ""), [f"{name}: {value}" for name, value in request.headers.items()]


def test_a_route_that_is_not_there_for_those_who_may_come_in(server, wire):
    """RESOURCE_NOT_FOUND as aws-api-gateway-cli-test, which signs, was answered by AWS (anomalyco/guide issues 320 and 344). Who may not come in
    learns no more than of a method with AWS_IAM."""

    def call(target, method="GET", **how):
        target, lines = signed(server.gateway + target, method, **how)
        status, headers, body = wire.call(method, target, None, *lines)
        return status, json.loads(body), dict(headers)["x-amzn-errortype"]

    def missing(route, method):
        return 404, {"message": f"No method found matching route {route} for http method {method}."}, "NotFoundException"

    assert call("/v1/send-bulk", "POST") == missing("send-bulk", "POST")
    assert call("/v1/keyed", "PUT") == missing("keyed", "PUT")
    assert call("/v1") == missing("/", "GET")
    assert call("/v1/%EC%84%B8%EA%B3%84/a?x=1") == missing("%EC%84%B8%EA%B3%84/a", "GET")
    assert call("/v1/send-bulk", presigned=True) == missing("send-bulk", "GET")
    status, _, error_type = call("/v1/send-bulk", secret="another")
    assert (status, error_type) == (403, "InvalidSignatureException")
    status, _, error_type = call("/v1/send-bulk", key="AKIDOTHER")
    assert (status, error_type) == (403, "UnrecognizedClientException")
    # An API's own DEFAULT_4XX counts for it, too; and a method that is there asks nobody for the signature.
    target, lines = signed(server.gateway + "/own/nothing")
    status, headers, body = wire.call("GET", target, None, *lines)
    assert (status, json.loads(body), dict(headers)["x-default"]) == (404, missing("nothing", "GET")[1], "4XX")
    target, lines = signed(server.gateway + "/v1/proxy", secret="another")
    assert wire.call("GET", target, None, *lines)[0] == 200


HTTP = {
    "no route": (404, "Not Found", "GET", "/http/nothing"),
    "no identity": (401, "Unauthorized", "GET", "/http/guarded"),
    "the authorizer says no": (403, "Forbidden", "GET", "/http/guarded", ["Authorization: deny"]),
    "the authorizer says Unauthorized": (401, "Unauthorized", "GET", "/http/guarded", ["Authorization: unauthorized"]),
    "the authorizer fails": (500, "Internal Server Error", "GET", "/http/guarded", ["Authorization: fail"]),
    "the authorizer's time is over": (500, "Internal Server Error", "GET", "/http/guarded", ["Authorization: sleep"]),
    "the function is throttled": (503, "Service Unavailable", "GET", "/http/throttled"),
    "the authorizer answers something else": (500, "Internal Server Error", "GET", "/http/guarded", ["Authorization: malformed"]),
    "the function raises": (500, "Internal Server Error", "GET", "/http/open?do=raise"),
    "the function's time is over": (503, "Service Unavailable", "GET", "/http/open?do=sleep"),
    "the route's time is over": (503, "Service Unavailable", "GET", "/http/quick?do=sleep"),
    "an answer that is none": (500, "Internal Server Error", "GET", "/http/open?do=status"),
    "a body over 10 MB": (413, "Request Entity Too Large", "POST", "/http/open", [], b"a" * 10_485_761),
    "a body over 6 MB as an event": (413, "Request Entity Too Large", "POST", "/http/open", ["Content-Type: text/plain"], b"a" * 6_291_456),
    "headers over 10,240 bytes": (431, "Request Header Fields Too Large", "GET", "/http/open", ["X-A: " + "a" * 10_240]),
    "a target over 10,240 bytes": (414, "URI Too Long", "GET", "/http/open?a=" + "a" * 10_240),
}


@pytest.mark.parametrize("name", HTTP)
def test_an_http_api(server, name):
    status, message, method, target, *rest = HTTP[name]
    lines, body = (rest + [[], None][len(rest) :])[:2]
    with Wire(server) as wire:
        try:
            wire.send(method, target, body, *lines)
        except ConnectionError:
            pass  # Refused before all of it was sent.
        code, headers, answer = wire.receive(method)
    assert (code, answer.decode()) == (status, TIGHT % message)
    fields = dict(headers)
    assert fields["content-type"] == "application/json"
    assert "apigw-requestid" in fields and "x-amzn-errortype" not in fields


def test_limits_of_an_http_api(wire):
    assert wire.call("GET", "/http/limited")[0] == 200
    status, headers, body = wire.call("GET", "/http/limited")
    assert (status, body) == (429, b'{"message":"Too Many Requests"}')


def test_a_stage_name_that_is_none(tmp_path):
    """The words of CreateStage; the rule holds before anything runs."""
    import subprocess

    path = template.write(tmp_path / "template.json", Api={"Type": "AWS::Serverless::Api", "Properties": {"StageName": "a.b", "DefinitionBody": {"openapi": "3.0.1", "info": {"title": "t", "version": "1"}, "paths": {}}}})
    done = subprocess.run([hosts.BINARY, "routes", "--template", str(path)], capture_output=True, text=True, env=hosts.environment())
    assert done.returncode == 2 and "Stage name only allows a-zA-Z0-9_" in done.stderr
