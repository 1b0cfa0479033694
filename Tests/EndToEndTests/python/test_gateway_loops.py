"""Many connections at once, which the gateway spreads over several threads: what a request may ask of the host is there on each, and
what requests share is counted exactly. Expected: the template's own numbers, and "Usage plans and API keys for REST APIs".
"""

import concurrent.futures
import datetime
import http.client
import json
import sys
import urllib.parse

import pytest

import host as hosts
import template

if not hosts.BINARY:
    pytest.skip("MARTLET_BINARY names no program", allow_module_level=True)

# More than the threads that a gateway has, so that each has some.
CONNECTIONS = 8
LIMIT, REQUESTS = 100, 50
KEY = "a-key-of-twenty-chars"

CODE = '''
def backend(event, context):
    return {"statusCode": 200, "body": event["pathParameters"]["name"] + " " + event["requestContext"]["authorizer"]["principalId"]}

def authorize(event, context):
    token = event["authorizationToken"]
    if token == "slow":
        import time
        time.sleep(30)
    statement = {"Effect": "Allow" if token == "allow" else "Deny", "Action": "execute-api:Invoke", "Resource": "*"}
    return {"principalId": "나", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
'''

BOOTSTRAP = '''#!{python}
import http.client, json, os
runtime = os.environ["AWS_LAMBDA_RUNTIME_API"]
while True:
    connection = http.client.HTTPConnection(runtime)
    connection.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = connection.getresponse()
    request_id, event = answer.headers["Lambda-Runtime-Aws-Request-Id"], json.loads(answer.read())
    def pieces():
        yield b'{{"statusCode": 201, "headers": {{"X-Own": "1"}}}}' + bytes(8)
        for _ in range(64):
            yield b"x" * 16384
    connection = http.client.HTTPConnection(runtime)
    connection.request(
        "POST", f"/2018-06-01/runtime/invocation/{{request_id}}/response", pieces(),
        {{"Lambda-Runtime-Function-Response-Mode": "streaming", "Transfer-Encoding": "chunked",
          "Content-Type": "application/vnd.awslambda.http-integration-response"}}, encode_chunked=True)
    connection.getresponse().read()
'''


def invocation(name, form="2015-03-31/functions/${{{}.Arn}}/invocations"):
    return {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/" + form.format(name)}


def definition():
    token = {
        "type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "custom",
        "x-amazon-apigateway-authorizer": {"type": "token", "authorizerUri": invocation("Authorize"), "authorizerResultTtlInSeconds": 0},
    }
    mock = {
        "type": "mock", "requestTemplates": {"application/json": '{"statusCode": 200}'},
        "responses": {"default": {"statusCode": "200", "responseTemplates": {"application/json": '"$input.params(\'name\')"'}}},
    }
    streamed = {
        "type": "aws_proxy", "httpMethod": "POST", "responseTransferMode": "STREAM",
        "uri": invocation("Streams", "2021-11-15/functions/${{{}.Arn}}/response-streaming-invocations"),
    }

    def method(integration, **more):
        return {"get": {"responses": {"200": {"description": "ok"}}, "x-amazon-apigateway-integration": integration, **more}}

    function = {"type": "aws_proxy", "httpMethod": "POST", "uri": invocation("Backend")}
    missing = {"type": "aws_proxy", "httpMethod": "POST", "uri": {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:none/invocations"}}
    return {
        "openapi": "3.0.1", "info": {"title": "t", "version": "1"},
        "paths": {
            "/mock/{name}": method(mock), "/function/{name}": method(function, security=[{"token": []}]),
            "/stream": method(streamed), "/missing": method(missing), "/keyed": method(mock, security=[{"api_key": []}]),
        },
        "components": {"securitySchemes": {"token": token, "api_key": {"type": "apiKey", "name": "x-api-key", "in": "header"}}},
    }


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("loops")
    (folder / "code").mkdir()
    (folder / "code" / "app.py").write_text(CODE)
    bootstrap = folder / "code" / "bootstrap"
    bootstrap.write_text(BOOTSTRAP.format(python=sys.executable))
    bootstrap.chmod(0o755)

    def function(handler, runtime="python3.12", timeout=10):
        return {
            "Type": "AWS::Serverless::Function",
            "Properties": {"CodeUri": str(folder / "code"), "Handler": handler, "Runtime": runtime, "Timeout": timeout},
        }

    stage = [{"ApiId": {"Ref": "Rest"}, "Stage": "v1"}]
    path = template.write(
        folder / "template.json",
        Rest={"Type": "AWS::Serverless::Api", "Properties": {"Name": "loops", "StageName": "v1", "DefinitionBody": definition()}},
        Backend=function("app.backend"),
        Authorize=function("app.authorize"),
        Streams=function("any", "provided.al2023"),
        Plan={"Type": "AWS::ApiGateway::UsagePlan", "Properties": {"UsagePlanName": "plan", "ApiStages": stage, "Quota": {"Limit": LIMIT, "Period": "MONTH"}}},
        Key={"Type": "AWS::ApiGateway::ApiKey", "Properties": {"Enabled": True, "Value": KEY, "Name": "key"}},
        PlanKey={"Type": "AWS::ApiGateway::UsagePlanKey", "Properties": {"KeyId": {"Ref": "Key"}, "KeyType": "API_KEY", "UsagePlanId": {"Ref": "Plan"}}},
    )
    with hosts.Host(folder, "--max-environments", "20", template=path) as host:
        yield host


@pytest.fixture
def connections(server):
    """Open all at the same time."""
    address = urllib.parse.urlsplit(server.gateway)
    opened = [http.client.HTTPConnection(address.hostname, address.port, timeout=hosts.DEADLINE_SECONDS) for _ in range(CONNECTIONS)]
    for connection in opened:
        connection.connect()
    yield opened
    for connection in opened:
        connection.close()


def get(connection, path, **headers):
    connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


def everywhere(connections, work):
    """What the work gives on each connection, all at once."""
    with concurrent.futures.ThreadPoolExecutor(len(connections)) as pool:
        return list(pool.map(work, connections))


def test_what_needs_no_function(connections):
    name = urllib.parse.quote("세계")
    for status, _, body in everywhere(connections, lambda each: get(each, f"/v1/mock/{name}")):
        assert (status, body.decode()) == (200, '"세계"')


def test_a_function_behind_an_authorizer(connections):
    def work(each):
        return [get(each, "/v1/function/x", Authorization=token) for token in ("allow", "deny", "allow")]

    for answers in everywhere(connections, work):
        assert [status for status, _, _ in answers] == [200, 403, 200]
        assert answers[0][2].decode() == "x 나"


def test_a_function_that_is_not_there(connections):
    """"Malformed Lambda proxy response" and missing functions: 500 with this text (facts of api-gateway.md)."""
    for status, _, body in everywhere(connections, lambda each: get(each, "/v1/missing")):
        assert (status, json.loads(body)) == (500, {"message": "Internal server error"})


def test_streams_are_whole(connections):
    for status, headers, body in everywhere(connections, lambda each: get(each, "/v1/stream")):
        assert (status, headers["x-own"], body) == (201, "1", b"x" * 64 * 16384)


def test_a_client_that_leaves_in_the_middle_harms_nobody(server, connections):
    for connection in connections[::2]:
        connection.request("GET", "/v1/function/x", headers={"Authorization": "slow"})
        connection.close()
    for status, _, _ in everywhere(connections[1::2], lambda each: get(each, "/v1/function/x", Authorization="allow")):
        assert status == 200


def test_a_quota_is_exact_however_many_ask_at_once(server, connections):
    def work(each):
        answers = [get(each, "/v1/keyed", x_api_key=KEY) for _ in range(REQUESTS)]
        return [status for status, _, _ in answers], answers[-1][1]["date"]

    results = everywhere(connections, work)
    statuses = [status for each, _ in results for status in each]
    assert (statuses.count(200), statuses.count(429)) == (LIMIT, CONNECTIONS * REQUESTS - LIMIT)
    # Whoever has the last answer and asks sees all of them.
    api = server.client("apigateway")
    plan, key = api.get_usage_plans()["items"][0]["id"], api.get_api_keys()["items"][0]["id"]
    day = datetime.datetime.strptime(results[0][1], "%a, %d %b %Y %H:%M:%S %Z").date().isoformat()
    assert api.get_usage(usagePlanId=plan, startDate=day, endDate=day)["items"] == {key: [[LIMIT, 0]]}


def test_whoever_has_the_answer_sees_the_request_counted(server, connections):
    metrics = server.client("cloudwatch")

    def count():
        now = datetime.datetime.now(datetime.timezone.utc)
        period = {"StartTime": now - datetime.timedelta(hours=1), "EndTime": now + datetime.timedelta(minutes=1), "Period": 60}
        points = metrics.get_metric_statistics(
            Namespace="AWS/ApiGateway", MetricName="Count", Dimensions=[{"Name": "ApiName", "Value": "loops"}], Statistics=["Sum"], **period
        )["Datapoints"]
        return sum(point["Sum"] for point in points)

    before = count()
    for number, connection in enumerate(connections, 1):
        assert get(connection, "/v1/mock/x")[0] == 200
        assert count() == before + number
