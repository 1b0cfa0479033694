"""HTTP APIs through sockets: endpoints with parameter mapping, SQS without a function between, authorizers, CORS, access logs,
application load balancers.

By the developer guide's "Transform API requests and responses for HTTP APIs", "Integration subtype reference", "Control access to
HTTP APIs with AWS Lambda authorizers", "Configure CORS for HTTP APIs" and "Create private integrations for HTTP APIs".
"""

import json
import re

import pytest

import host as hosts
import issuer as issuers
import template
from test_authorizers import call
from test_endpoints import Backend
from test_gateway import Wire
from test_vpc_link import Server

if not hosts.BINARY:
    pytest.skip("MARTLET_BINARY names no program", allow_module_level=True)

AUTHORIZER = '''
import json


def answer(allowed, context):
    return {"isAuthorized": allowed, "context": context}


def simple(event, context):
    assert event["version"] == "2.0" and event["type"] == "REQUEST", event
    token, tenant = event["identitySource"]
    return answer(token == "allow", {"tenant": tenant, "calls": context.aws_request_id, "nested": {"이름": "값"}})


def policy(event, context):
    assert event["version"] == "1.0", event
    verb, effect = event["authorizationToken"].split(",")[0].split(" ")
    resource = event["methodArn"].replace("/GET/", f"/{verb}/")
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": resource}
    return {"principalId": "me", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}, "context": {"number": 1}}
'''


@pytest.fixture(scope="module")
def backend():
    backend = Backend()
    yield backend
    backend.listener.close()


def invocation(name):
    return {"Fn::Sub": f"arn:aws:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{{name}.Arn}}/invocations"}


def python(handler):
    return {
        "Type": "AWS::Serverless::Function",
        "Properties": {"CodeUri": "code", "Handler": f"app.{handler}", "Runtime": "python3.13", "Timeout": 3},
    }


def routes(api, *entries, **shared):
    """Resources of an API by hand: (name, route key, integration, properties of the route)."""
    resources = {}
    for name, key, integration, *more in entries:
        resources[f"{name}Integration"] = {"Type": "AWS::ApiGatewayV2::Integration", "Properties": {"ApiId": {"Ref": api}, **integration}}
        target = {"Fn::Sub": f"integrations/${{{name}Integration}}"}
        properties = {"ApiId": {"Ref": api}, "RouteKey": key, "Target": target, **(more[0] if more else {})}
        resources[f"{name}Route"] = {"Type": "AWS::ApiGatewayV2::Route", "Properties": properties}
    return resources


def authorizer(name, version, simple, *sources):
    properties = {
        "ApiId": {"Ref": "Api"},
        "Name": name,
        "AuthorizerType": "REQUEST",
        "AuthorizerUri": invocation(name),
        "AuthorizerPayloadFormatVersion": version,
        "EnableSimpleResponses": simple,
        "IdentitySource": list(sources),
        "AuthorizerResultTtlInSeconds": 300,
    }
    return {"Type": "AWS::ApiGatewayV2::Authorizer", "Properties": properties}


@pytest.fixture(scope="module")
def host(backend, tmp_path_factory):
    folder = tmp_path_factory.mktemp("http-api")
    (folder / "code").mkdir()
    (folder / "code" / "app.py").write_text(AUTHORIZER)
    base = f"http://127.0.0.1:{backend.port}"
    queue = {"Fn::Sub": "http://localhost/${AWS::AccountId}/orders"}
    mapped = {
        "append:header.x-many": "two",
        "overwrite:header.x-user": "$request.querystring.user",
        "remove:header.x-secret": "''",
        "append:querystring.from": "$context.routeKey",
        "overwrite:querystring.body": "$request.body.order.id",
        "remove:querystring.user": "''",
        "overwrite:path": "/rewritten/${request.path.id}",
    }
    answered = {
        "200": {
            "ResponseParameters": [
                {"Destination": "overwrite:statuscode", "Source": "202"},
                {"Destination": "append:header.x-answered", "Source": "$context.requestId"},
            ]
        }
    }
    echo = {"IntegrationType": "AWS_PROXY", "IntegrationUri": {"Fn::GetAtt": ["Echo", "Arn"]}, "PayloadFormatVersion": "2.0"}
    sent = {
        "IntegrationType": "AWS_PROXY",
        "IntegrationSubtype": "SQS-SendMessage",
        "PayloadFormatVersion": "1.0",
        "CredentialsArn": "arn:aws:iam::000000000000:role/send",
        "RequestParameters": {"QueueUrl": queue, "MessageBody": "$request.body", "DelaySeconds": "0"},
    }
    proxy = {"IntegrationType": "HTTP_PROXY", "IntegrationMethod": "ANY", "PayloadFormatVersion": "1.0"}
    path = template.write(
        folder / "template.json",
        Api={
            "Type": "AWS::ApiGatewayV2::Api",
            "Properties": {
                "Name": "api",
                "ProtocolType": "HTTP",
                "CorsConfiguration": {
                    "AllowOrigins": ["https://app.example.com"],
                    "AllowMethods": ["GET", "POST"],
                    "AllowHeaders": ["authorization"],
                    "ExposeHeaders": ["x-own"],
                    "AllowCredentials": True,
                    "MaxAge": 60,
                },
            },
        },
        Stage={
            "Type": "AWS::ApiGatewayV2::Stage",
            "Properties": {
                "ApiId": {"Ref": "Api"},
                "StageName": "$default",
                "AutoDeploy": True,
                "AccessLogSettings": {
                    "DestinationArn": "arn:aws:logs:us-east-1:000000000000:log-group:access",
                    "Format": '{"id":"$context.requestId","route":"$context.routeKey","path":"$context.path","status":"$context.status","error":"$context.error.message"}',
                },
            },
        },
        Orders={"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "orders"}},
        Echo=template.function("Echo"),
        Simple=python("simple"),
        Policy=python("policy"),
        SimpleAuthorizer=authorizer("Simple", "2.0", True, "$request.header.Authorization", "$request.querystring.tenant"),
        PolicyAuthorizer=authorizer("Policy", "1.0", False, "$request.header.Authorization"),
        **routes(
            "Api",
            ("Proxy", "ANY /things/{id}", {**proxy, "IntegrationUri": base + "/{id}", "RequestParameters": mapped, "ResponseParameters": answered}),
            ("Below", "ANY /below/{proxy+}", {**proxy, "IntegrationUri": base + "/under/{proxy}"}),
            ("Slow", "GET /slow", {**proxy, "IntegrationUri": base + "/slow", "TimeoutInMillis": 100}),
            ("Nobody", "GET /nobody", {**proxy, "IntegrationUri": "http://nobody.invalid/"}),
            ("Send", "POST /orders", sent),
            ("Simple", "GET /simple", echo, {"AuthorizationType": "CUSTOM", "AuthorizerId": {"Ref": "SimpleAuthorizer"}}),
            ("Policy", "GET /policy", echo, {"AuthorizationType": "CUSTOM", "AuthorizerId": {"Ref": "PolicyAuthorizer"}}),
            ("Signed", "GET /signed", echo, {"AuthorizationType": "AWS_IAM"}),
            ("Default", "$default", echo),
        ),
    )
    with hosts.Host(folder, "--access-log", str(folder / "access.log"), template=path) as host:
        yield host


def test_parameters_of_a_request_and_its_answer(host, backend):
    status, headers, body = call(
        f"{host.gateway}/things/7?user=kim&q=1",
        "POST",
        '{"order": {"id": "주문 1"}}'.encode(),
        X_Many="one",
        X_Secret="s",
        Content_Type="application/json",
    )
    assert (status, body) == (202, b"ok")
    assert headers["x-answered"] == headers["apigw-requestid"]
    line, fields, sent = backend.requests[-1]
    method, target, _ = line.split()
    path, _, query = target.partition("?")
    assert (method, path) == ("POST", "/rewritten/7")
    assert sorted(query.split("&")) == ["body=%EC%A3%BC%EB%AC%B8%201", "from=ANY%20%2Fthings%2F%7Bid%7D", "q=1"]
    assert (fields["x-many"], fields["x-user"]) == ("one,two", "kim") and "x-secret" not in fields
    assert json.loads(sent) == {"order": {"id": "주문 1"}}


def test_a_greedy_path_reaches_its_endpoint(host, backend):
    assert call(f"{host.gateway}/below/a/%ED%95%9C?x=1")[0] == 200
    assert backend.requests[-1][0] == "GET /under/a/%ED%95%9C?x=1 HTTP/1.1"
    assert backend.requests[-1][1]["host"] == f"127.0.0.1:{backend.port}"


@pytest.mark.parametrize(
    "sent, received",
    [("a%2Fb", "a/b"), ("a%252Fb", "a/b"), ("a%20b+c", "a%20b+c"), ("%ED%95%9C", "%ED%95%9C"), ("100%2525", "100%25"), ("a%253Fb", "a%3Fb")],
)
def test_a_path_is_decoded_twice_on_its_way(host, backend, sent, received):
    """As captures of live requests show (hotsock/voker, "ingress-paths.json"); the query goes on as it came."""
    query = "q=a%2Fb%20c+d&q=%EA%B0%92&e="
    assert call(f"{host.gateway}/below/{sent}?{query}")[0] == 200
    assert backend.requests[-1][0] == f"GET /under/{received}?{query} HTTP/1.1"


def test_what_a_function_sees_of_an_encoded_path(host):
    """The same captures: what follows an encoded question mark is lost, and what is no escape the second time is refused."""
    for sent, seen in [("a%20b%23c", "/other/a b#c"), ("a%2Fb", "/other/a/b"), ("a%252Fb", "/other/a/b"), ("a%3Fb", "/other/a"), ("%CE%BB", "/other/λ")]:
        event = json.loads(call(f"{host.gateway}/other/{sent}?q=%2F")[2])
        assert (event["rawPath"], event["requestContext"]["http"]["path"], event["rawQueryString"]) == (seen, seen, "q=%2F")
    assert call(f"{host.gateway}/other/percent%25done")[::2] == (400, b'{"message":"Bad Request"}')


def test_an_endpoint_that_takes_too_long_or_is_not_there(host):
    """Quotas: 30 s, or what the integration says; then 503. No such host is a fault of the configuration."""
    assert call(f"{host.gateway}/slow")[::2] == (503, b'{"message":"Service Unavailable"}')
    assert call(f"{host.gateway}/nobody")[::2] == (500, b'{"message":"Internal Server Error"}')


def test_a_message_by_a_first_class_integration(host):
    body = '{"a":"안녕 & + \\ucc45"}'
    status, headers, answer = call(f"{host.gateway}/orders", "POST", body.encode(), Content_Type="application/json")
    assert status == 200, answer
    queues = host.client("sqs")
    url = queues.get_queue_url(QueueName="orders")["QueueUrl"]
    messages = queues.receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"]
    assert [message["Body"] for message in messages] == [body]
    assert json.loads(answer)["MessageId"] == messages[0]["MessageId"]


def test_a_function_with_simple_answers(host):
    url = f"{host.gateway}/simple"
    status, _, body = call(f"{url}?tenant=t1", Authorization="allow")
    context = json.loads(body)["requestContext"]["authorizer"]["lambda"]
    assert status == 200 and (context["tenant"], context["nested"]) == ("t1", {"이름": "값"})
    # Kept by all identity sources together.
    again = json.loads(call(f"{url}?tenant=t1", Authorization="allow")[2])["requestContext"]["authorizer"]["lambda"]
    other = json.loads(call(f"{url}?tenant=t2", Authorization="allow")[2])["requestContext"]["authorizer"]["lambda"]
    assert again["calls"] == context["calls"] != other["calls"]
    status, _, body = call(f"{url}?tenant=t1", Authorization="deny")
    assert (status, body) == (403, b'{"message":"Forbidden"}')
    status, _, body = call(url, Authorization="allow")
    assert (status, body) == (401, b'{"message":"Unauthorized"}')


def test_a_function_with_policies(host):
    status, _, body = call(f"{host.gateway}/policy", Authorization="GET Allow")
    assert status == 200
    assert json.loads(body)["requestContext"]["authorizer"]["lambda"]["number"] == 1
    for token in ["GET Deny", "PUT Allow"]:
        status, _, body = call(f"{host.gateway}/policy", Authorization=token)
        assert (status, body) == (403, b'{"message":"Forbidden"}')


def test_signatures_of_an_http_api(host):
    from test_authorizers import signed

    url = f"{host.gateway}/signed"
    assert call(url)[::2] == (403, b'{"message":"Forbidden"}')
    # Without MARTLET_CREDENTIALS the key that clients of local endpoints use is good, and no other.
    status, _, body = call(url, **signed(url, "test", "test"))
    assert status == 200
    assert json.loads(body)["requestContext"]["authorizer"]["iam"]["userArn"] == "arn:aws:iam::000000000000:user/test"
    assert call(url, **signed(url, "test", "another"))[0] == 403
    assert call(url, **signed(url, "AKIDOTHER", "test"))[0] == 403
    assert "MARTLET_CREDENTIALS or --access-keys name others" in host.log()


def test_cross_origin_requests(host):
    origin = "https://app.example.com"
    with Wire(host) as wire:
        status, headers, body = wire.call("OPTIONS", "/simple", None, f"Origin: {origin}", "Access-Control-Request-Method: GET")
        fields = {name: value for name, value in headers if name.startswith("access-control-")}
        assert (status, body) == (204, b"")
        assert fields == {
            "access-control-allow-origin": origin,
            "access-control-allow-credentials": "true",
            "access-control-allow-methods": "GET,POST",
            "access-control-allow-headers": "authorization",
            "access-control-max-age": "60",
        }
        for path, expected in [("/any", 200), ("/simple", 401)]:
            status, headers, _ = wire.call("GET", path, None, f"Origin: {origin}")
            fields = {name: value for name, value in headers if name.startswith("access-control-")}
            assert status == expected
            assert fields == {
                "access-control-allow-origin": origin,
                "access-control-allow-credentials": "true",
                "access-control-expose-headers": "x-own",
            }
        status, headers, _ = wire.call("GET", "/any", None, "Origin: https://elsewhere.example.com")
        assert status == 200 and not [name for name, _ in headers if name.startswith("access-control-")]
        # Not a preflight: an ordinary request.
        assert wire.call("OPTIONS", "/any", None, f"Origin: {origin}")[0] == 200


def test_the_access_log_in_its_file(host):
    with Wire(host) as wire:
        wire.call("GET", "/%EC%B1%85/a")
        wire.call("GET", "/simple?tenant=x")
    log = host.folder / "access.log"

    def lines():
        return [json.loads(line) for line in log.read_text().splitlines()]

    hosts.eventually(lambda: any(line["path"].startswith("/책") for line in lines()), log.read_text)
    found = next(line for line in lines() if line["route"] == "$default" and line["path"].startswith("/책"))
    assert (found["path"], found["status"], found["error"]) == ("/책/a", "200", "-")
    refused = next(line for line in lines() if line["status"] == "401")
    assert (refused["route"], refused["error"]) == ("GET /simple", "Unauthorized")
    # Nowhere else.
    assert '"route":' not in host.log()


# As the console's presets have them ("Set up CloudWatch logging for REST APIs").
FIELDS = "requestId extendedRequestId ip caller user requestTime httpMethod resourcePath status protocol responseLength".split()
VARIABLES = ["$context." + {"ip": "identity.sourceIp", "caller": "identity.caller", "user": "identity.user"}.get(name, name) for name in FIELDS]
CLF = (
    "$context.identity.sourceIp $context.identity.caller $context.identity.user [$context.requestTime] "
    '"$context.httpMethod $context.resourcePath $context.protocol" $context.status $context.responseLength '
    "$context.requestId $context.extendedRequestId"
)
FORMATS = {
    "clf": (CLF, r'127\.0\.0\.1 - - \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000\] "GET /things/\{id\} HTTP/1\.1" 200 \d+ [0-9a-f-]{36} \S+'),
    "json": (
        "{ " + ", ".join(f'"{name}":"{variable}"' for name, variable in zip(FIELDS, VARIABLES)) + " }",
        r'\{ "requestId":"[0-9a-f-]{36}", .*"resourcePath":"/things/\{id\}", "status":"200", "protocol":"HTTP/1\.1", "responseLength":"\d+" \}',
    ),
    "xml": (
        '<request id="$context.requestId">' + "".join(f" <{name}>{variable}</{name}>" for name, variable in list(zip(FIELDS, VARIABLES))[1:]) + " </request>",
        r'<request id="[0-9a-f-]{36}"> <extendedRequestId>\S+</extendedRequestId> <ip>127\.0\.0\.1</ip> .*<responseLength>\d+</responseLength> </request>',
    ),
    "csv": (",".join(VARIABLES[2:] + VARIABLES[:2]), r"127\.0\.0\.1,-,-,[^,]+,GET,/things/\{id\},200,HTTP/1\.1,\d+,[0-9a-f-]{36},\S+"),
}


def test_formats_of_access_logs(tmp_path):
    def api(name):
        settings = {"DestinationArn": "arn:aws:logs:us-east-1:000000000000:log-group:access", "Format": FORMATS[name][0]}
        return {"Type": "AWS::Serverless::Api", "Properties": {"StageName": name, "AccessLogSetting": settings}}

    def event(name):
        return {"Type": "Api", "Properties": {"Path": "/things/{id}", "Method": "GET", "RestApiId": {"Ref": name.title()}}}

    path = template.write(
        tmp_path / "template.json",
        **{name.title(): api(name) for name in FORMATS},
        Hello=template.function("Hello", {name.title(): event(name) for name in FORMATS}),
    )
    log = tmp_path / "access.log"
    with hosts.Host(tmp_path, "--access-log", str(log), template=path) as host:
        for name in FORMATS:
            assert call(f"{host.gateway}/{name}/things/%EC%B1%85")[0] == 200
    # The end of the host writes what was left.
    lines = log.read_text().splitlines()
    assert len(lines) == len(FORMATS)
    for line, (_, pattern) in zip(lines, FORMATS.values()):
        assert re.fullmatch(pattern, line), line


def test_tokens_of_a_user_pool(tmp_path):
    """COGNITO_USER_POOLS of a REST API, with any key set in the place of the pool's."""
    pool = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool"
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(issuers.key_set("first")))
    arn = "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_Pool"
    auth = {"DefaultAuthorizer": "Pool", "Authorizers": {"Pool": {"UserPoolArn": arn}}}

    def route(path, **more):
        return {"Type": "Api", "Properties": {"Path": path, "Method": "GET", "RestApiId": {"Ref": "Api"}, **more}}

    path = template.write(
        tmp_path / "template.json",
        Api={
            "Type": "AWS::Serverless::Api",
            "Properties": {
                "StageName": "v1",
                "Auth": auth,
                "AccessLogSetting": {
                    "DestinationArn": "arn:aws:logs:us-east-1:000000000000:log-group:access",
                    "Format": "$context.requestId $context.httpMethod $context.resourcePath $context.status $context.authorizer.claims.sub",
                },
            },
        },
        Hello=template.function("Hello", {"Me": route("/me"), "Write": route("/write", Auth={"Authorizer": "Pool", "AuthorizationScopes": ["app/write"]})}),
    )
    with hosts.Host(tmp_path, "--jwks", f"{pool}={keys}", template=path) as host:

        def status(path, token):
            return call(f"{host.gateway}/v1{path}", Authorization=token)[0]

        claims = issuers.claims(pool)
        identity, access = {**claims, "token_use": "id"}, {**claims, "token_use": "access", "scope": "app/read app/write"}
        code, headers, body = call(f"{host.gateway}/v1/me")
        assert (code, body, headers["x-amzn-errortype"]) == (401, b'{"message":"Unauthorized"}', "UnauthorizedException")
        assert status("/me", issuers.token(identity)) == 200
        assert status("/me", f"Bearer {issuers.token(identity)}") == 200
        assert status("/me", issuers.token(access)) == 401
        code, headers, body = call(f"{host.gateway}/v1/me", Authorization=issuers.token({**identity, "exp": 1}))
        assert (code, body, headers["x-amzn-errortype"]) == (401, b'{"message":"The incoming token has expired"}', "UnauthorizedException")
        assert status("/me", issuers.token({**identity, "iss": pool + "2"})) == 401
        assert status("/me", issuers.token(identity, key="second", named="first")) == 401
        assert status("/write", issuers.token(access)) == 200
        assert status("/write", issuers.token(identity)) == 401
        assert status("/write", issuers.token({**access, "scope": "app/read"})) == 401
        hosts.eventually(lambda: re.search(r"^[0-9a-f-]{36} GET /me 200 me$", host.log(), re.MULTILINE), host.log)


def test_path_rules_of_an_application_load_balancer(tmp_path):
    servers = {name: Server(name) for name in ["Orders", "Users", "Rest"]}

    def forward(name):
        return [{"Type": "forward", "TargetGroupArn": {"Ref": name}}]

    def group(server):
        properties = {"Port": 8080, "Protocol": "HTTP", "TargetType": "ip", "VpcId": "vpc-1", "Targets": [{"Id": "127.0.0.1", "Port": server.port}]}
        return {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": properties}

    def rule(priority, conditions, actions):
        return {
            "Type": "AWS::ElasticLoadBalancingV2::ListenerRule",
            "Properties": {"ListenerArn": {"Ref": "Listener"}, "Priority": priority, "Conditions": conditions, "Actions": actions},
        }

    gone = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "410", "ContentType": "text/plain", "MessageBody": "gone"}}]
    private = {
        "IntegrationType": "HTTP_PROXY",
        "IntegrationMethod": "ANY",
        "ConnectionType": "VPC_LINK",
        "ConnectionId": {"Ref": "Link"},
        "IntegrationUri": {"Ref": "Listener"},
        "PayloadFormatVersion": "1.0",
    }
    path = template.write(
        tmp_path / "template.json",
        Link={"Type": "AWS::ApiGatewayV2::VpcLink", "Properties": {"Name": "link", "SubnetIds": ["subnet-1"]}},
        Balancer={"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": {"Type": "application", "Subnets": ["subnet-1", "subnet-2"]}},
        Listener={
            "Type": "AWS::ElasticLoadBalancingV2::Listener",
            "Properties": {"LoadBalancerArn": {"Ref": "Balancer"}, "Port": 80, "Protocol": "HTTP", "DefaultActions": forward("Rest")},
        },
        OrdersRule=rule(10, [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/orders", "/orders/*"]}}], forward("Orders")),
        UsersRule=rule(
            20,
            [
                {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/users/?"]}},
                {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["GET"]}},
            ],
            forward("Users"),
        ),
        OldRule=rule(30, [{"Field": "path-pattern", "Values": ["/old*"]}], gone),
        Api={"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "api", "ProtocolType": "HTTP"}},
        Stage={"Type": "AWS::ApiGatewayV2::Stage", "Properties": {"ApiId": {"Ref": "Api"}, "StageName": "$default", "AutoDeploy": True}},
        **{name: group(server) for name, server in servers.items()},
        **routes("Api", ("All", "ANY /{proxy+}", private)),
    )
    try:
        with hosts.Host(tmp_path, template=path) as host:

            def answer(path, method="GET"):
                status, _, body = call(host.gateway + path, method)
                return status, body.decode()

            assert answer("/orders/1?x=1") == (200, "Orders GET /orders/1?x=1 ")
            assert answer("/users/7") == (200, "Users GET /users/7 ")
            assert answer("/users/77") == (200, "Rest GET /users/77 ")
            assert answer("/users/7", "PUT") == (200, "Rest PUT /users/7 ")
            assert answer("/older") == (410, "gone")
            servers["Users"].stop()
            assert answer("/users/7") == (503, '{"message":"Service Unavailable"}')
            assert answer("/orders") == (200, "Orders GET /orders ")
    finally:
        for server in servers.values():
            if server.process.poll() is None:
                server.stop()
