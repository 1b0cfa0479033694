"""REST APIs through sockets: functions behind mapping templates, asynchronously too, and keys that an authorizer names.

By the developer guide's "Set up Lambda custom integrations in API Gateway", "Set up asynchronous invocation of the backend Lambda
function" and "Choose an API key source in API Gateway".
"""

import json

import pytest

import host as hosts
import template
from test_authorizers import call

if not hosts.BINARY:
    pytest.skip("MARTLET_BINARY names no program", allow_module_level=True)

KEY = "key-of-the-authorizer"

CODE = r'''
import json
import os


def echo(event, context):
    """Answers with what the template made of the request."""
    if event.get("fail"):
        raise ValueError(event["fail"])
    return event


def note(event, context):
    with open(os.environ["NOTES"], "a", encoding="utf-8") as notes:
        notes.write(json.dumps(event, ensure_ascii=False) + "\n")
    return "nobody reads this"


def authorize(event, context):
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}
    answer = {"principalId": "me", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
    if event["authorizationToken"] != "none":
        answer["usageIdentifierKey"] = event["authorizationToken"]
    return answer
'''


def invocation(name):
    return {"Fn::Sub": f"arn:aws:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{{name}.Arn}}/invocations"}


def aws(name, request, responses, **more):
    settings = {"type": "aws", "httpMethod": "POST", "uri": invocation(name), "requestTemplates": {"application/json": request}}
    return {
        "responses": {status: {"description": ""} for status in ["200", "202", "422"]},
        "x-amazon-apigateway-integration": {**settings, "responses": responses, **more},
    }


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    folder = tmp_path_factory.mktemp("integrations")
    (folder / "code").mkdir()
    (folder / "code" / "app.py").write_text(CODE)
    answers = {
        "default": {"statusCode": "200", "responseTemplates": {"application/json": '{"답": $input.json("$"), "raw": "책"}'}},
        "나쁜 .*": {"statusCode": "422", "responseTemplates": {"application/json": '{"까닭": $input.json("$.errorMessage")}'}},
    }
    request = '{"이름": $input.json("$.이름"), "path": "$input.params("name")", "fail": "$input.params("fail")"}'
    mock = {
        "type": "mock",
        "requestTemplates": {"application/json": '{"statusCode": 200}'},
        "responses": {"default": {"statusCode": "200", "responseTemplates": {"application/json": "{}"}}},
    }
    definition = {
        "openapi": "3.0.1",
        "info": {"title": "t", "version": "1"},
        "x-amazon-apigateway-api-key-source": "AUTHORIZER",
        "components": {
            "securitySchemes": {
                "key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
                "token": {
                    "type": "apiKey",
                    "name": "Authorization",
                    "in": "header",
                    "x-amazon-apigateway-authtype": "custom",
                    "x-amazon-apigateway-authorizer": {"type": "token", "authorizerUri": invocation("Authorize"), "authorizerResultTtlInSeconds": 0},
                },
            }
        },
        "paths": {
            "/echo/{name}": {
                "post": {
                    **aws("Echo", request, answers),
                    "parameters": [{"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}],
                }
            },
            "/later": {
                "post": aws(
                    "Note",
                    '{"주문": $input.json("$")}',
                    {"default": {"statusCode": "202"}},
                    requestParameters={"integration.request.header.X-Amz-Invocation-Type": "'Event'"},
                )
            },
            "/keyed": {
                "get": {
                    "responses": {"200": {"description": ""}},
                    "security": [{"key": [], "token": []}],
                    "x-amazon-apigateway-integration": mock,
                }
            },
        },
    }

    def function(handler):
        environment = {"Variables": {"NOTES": str(folder / "notes.txt")}}
        properties = {"CodeUri": "code", "Handler": f"app.{handler}", "Runtime": "python3.13", "Timeout": 5, "Environment": environment}
        return {"Type": "AWS::Serverless::Function", "Properties": properties}

    path = template.write(
        folder / "template.json",
        Api={"Type": "AWS::Serverless::Api", "Properties": {"StageName": "v1", "OpenApiVersion": "3.0.1", "DefinitionBody": definition}},
        Echo=function("echo"),
        Note=function("note"),
        Authorize=function("authorize"),
        Key={"Type": "AWS::ApiGateway::ApiKey", "Properties": {"Enabled": True, "Value": KEY}},
        Plan={
            "Type": "AWS::ApiGateway::UsagePlan",
            "DependsOn": "ApiStage",
            "Properties": {"ApiStages": [{"ApiId": {"Ref": "Api"}, "Stage": "v1"}], "Throttle": {"BurstLimit": 1, "RateLimit": 0.001}},
        },
        Member={
            "Type": "AWS::ApiGateway::UsagePlanKey",
            "Properties": {"KeyId": {"Ref": "Key"}, "KeyType": "API_KEY", "UsagePlanId": {"Ref": "Plan"}},
        },
    )
    with hosts.Host(folder, template=path) as host:
        yield host


def test_korean_on_its_way_through_templates_and_a_function(host):
    """Letters stay letters, escapes become what they stand for, and none are added."""
    body = '{"이름": "책과 \\ucc45 & <b> \\\\ \\" \U0001f4da"}'.encode()
    status, headers, answer = call(f"{host.gateway}/v1/echo/%EC%84%9C%EC%9A%B8", "POST", body, Content_Type="application/json")
    assert status == 200
    assert answer.decode() == '{"답": {"이름":"책과 책 & <b> \\\\ \\" \U0001f4da","path":"서울","fail":""}, "raw": "책"}'


def test_an_error_picks_its_answer(host):
    fail = "%EB%82%98%EC%81%9C%20%EC%A3%BC%EB%AC%B8"  # 나쁜 주문
    status, _, answer = call(f"{host.gateway}/v1/echo/a?fail={fail}", "POST", b"{}", Content_Type="application/json")
    assert (status, json.loads(answer)) == (422, {"까닭": "나쁜 주문"})
    # Another error is the default's business.
    status, _, answer = call(f"{host.gateway}/v1/echo/a?fail=other", "POST", b"{}", Content_Type="application/json")
    assert (status, json.loads(answer)["답"]["errorType"]) == (200, "ValueError")


def test_an_asynchronous_invocation_is_answered_at_once(host):
    status, _, answer = call(f"{host.gateway}/v1/later", "POST", '{"책": 2}'.encode(), Content_Type="application/json")
    assert (status, answer) == (202, b"")
    notes = host.folder / "notes.txt"
    hosts.eventually(lambda: notes.exists() and notes.read_text().endswith("\n"), host.log)
    assert notes.read_text() == '{"주문": {"책": 2}}\n'


def test_an_authorizer_names_the_key(host):
    """The header counts for nothing; the key's plan counts as ever."""
    url = f"{host.gateway}/v1/keyed"
    for token in ["none", "another-key-that-is-nobodys"]:
        status, headers, body = call(url, Authorization=token, x_api_key=KEY)
        assert (status, headers["x-amzn-errortype"], body) == (403, "ForbiddenException", b'{"message":"Forbidden"}')
    assert call(url, Authorization=KEY)[0] == 200
    status, headers, _ = call(url, Authorization=KEY)
    assert (status, headers["x-amzn-errortype"]) == (429, "TooManyRequestsException")
