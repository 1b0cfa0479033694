"""`martlet test-method` and TestInvokeMethod: one method with its execution log.

The lines of the log and the members of the answer are those of the API reference's "TestInvokeMethod" and of the developer guide's
"Use the API Gateway console to test a REST API method".
"""

import http.server
import json
import re
import subprocess
import threading

import pytest

import host as hosts
import template

if not hosts.BINARY:
    pytest.skip("MARTLET_BINARY names no program", allow_module_level=True)

LINE = re.compile(r"^[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d UTC \d{4} : (.*)$")


def mock():
    return {
        "type": "mock",
        "requestTemplates": {"application/json": '{"statusCode": #if($input.params("id") == "0")404#{else}200#end}'},
        "responses": {
            "default": {
                "statusCode": "200",
                "responseParameters": {"method.response.header.X-Own": "'yes'"},
                "responseTemplates": {"application/json": '{"id": "$input.params(\'id\')", "from": "$stageVariables.place"}'},
            },
            "404": {"statusCode": "404", "responseTemplates": {"application/json": "{}"}},
        },
    }


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("method-test")
    header = {"headers": {"X-Own": {"schema": {"type": "string"}}}, "description": "ok"}
    operation = {"responses": {"200": header, "404": {"description": "none"}}, "x-amazon-apigateway-integration": mock()}
    operation["security"] = [{"api_key": []}]
    broken = {"responses": {}, "x-amazon-apigateway-integration": {"type": "mock", "responses": {}}}
    definition = {
        "openapi": "3.0.1",
        "info": {"title": "t", "version": "1"},
        "paths": {"/things/{id}": {"get": operation}, "/broken": {"get": broken}},
        "components": {"securitySchemes": {"api_key": {"type": "apiKey", "name": "x-api-key", "in": "header"}}},
    }
    template.write(
        folder / "template.json",
        Things={"Type": "AWS::Serverless::Api", "Properties": {"StageName": "v1", "DefinitionBody": definition}},
        Orders=template.function(
            "Orders",
            {
                "Create": {"Type": "Api", "Properties": {"Path": "/orders", "Method": "post"}},
                "Read": {"Type": "Api", "Properties": {"Path": "/orders/{id}", "Method": "get"}},
            },
        ),
    )
    return folder


def run(folder, *arguments, state="state", **more):
    command = [hosts.BINARY, "test-method", *arguments, "--no-build", "--template", str(folder / "template.json")]
    command += ["--state-dir", str(folder / state)]
    return subprocess.run(command, capture_output=True, text=True, timeout=hosts.DEADLINE_SECONDS, env=hosts.environment(), **more)


def log_lines(log):
    first, *rest = log.splitlines()
    assert re.fullmatch("Execution log for request [0-9a-f-]{36}", first)
    matches = [LINE.match(line) for line in rest]
    assert all(matches), log
    return [match[1] for match in matches]


def test_a_method_by_itself(project):
    done = run(project, "GET", "/things/{id}", "--path", "id=안 7", "--query", "a=1", "--header", "X-A: 2", "--stage-variables", "place=here")
    assert done.returncode == 0, done.stderr
    head, _, log = done.stdout.partition("Execution log")
    assert head.startswith("Request: GET /things/%EC%95%88%207?a=1\nStatus: 200\nLatency: ")
    assert '\nResponse body\n{"id": "안 7", "from": "here"}\n\nResponse headers\n' in head
    assert "X-Own: yes\n" in head and "Content-Type: application/json\n" in head
    lines = log_lines("Execution log" + log)
    assert lines[1:6] == [
        "HTTP Method: GET, Resource Path: /things/%EC%95%88%207",
        "Method request path: {id=%EC%95%88%207}",
        "Method request query string: {a=1}",
        "Method request headers: {X-A=2}",
        "Method request body before transformations: ",
    ]
    assert lines[-2:] == ["Successfully completed execution", "Method completed with status: 200"]


def test_a_function_with_a_body(project, tmp_path):
    order = json.dumps({"item": "한과", "quantity": 2}, ensure_ascii=False)
    done = run(project, "POST", "/orders", "--body", "-", "--header", "Content-Type: application/json", "--output", "json", input=order)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert set(result) == {"status", "body", "headers", "multiValueHeaders", "log", "latency"}
    assert (result["status"], json.loads(result["body"])["item"]) == (201, "한과")
    assert result["multiValueHeaders"]["X-Amzn-Trace-Id"] == [result["headers"]["X-Amzn-Trace-Id"]]
    assert "x-amzn-RequestId" not in result["headers"]
    lines = log_lines(result["log"])
    assert f"Method request body before transformations: {order}" in lines
    assert any(line.startswith("Endpoint request body after transformations: {") and "test-invoke-stage" in line for line in lines)
    assert any(re.fullmatch(r"Received response. Status: 200, Integration latency: \d+ ms", line) for line in lines)


def test_what_fails_says_why(project):
    done = run(project, "GET", "/broken", "--output", "json")
    assert done.returncode == 1, done.stderr
    result = json.loads(done.stdout)
    assert (result["status"], result["headers"]) == (500, {"x-amzn-ErrorType": "InternalServerErrorException"})
    assert log_lines(result["log"])[-2:] == [
        "Execution failed due to configuration error: Unable to parse statusCode. It should be an integer and defined in request template.",
        "Method completed with status: 500",
    ]


@pytest.mark.parametrize(
    "arguments,words",
    [
        (["GET", "/nothing"], "no REST API has GET /nothing; there are: GET /things/{id}"),
        (["PUT", "/things/{id}"], "no REST API has PUT"),
        (["GET", "/things/{id}"], "needs --path id=VALUE"),
        (["GET", "/things/{id}", "--path", "id=1", "--path", "other=2"], "has no path variable other"),
        (["GET", "/things/{id}", "--path", "id"], "--path is NAME=VALUE"),
        (["GET", "/broken", "--header", "no colon"], "--header is 'NAME: VALUE'"),
        (["GET", "/broken", "--body", "/no/such/file"], "can't read the body"),
        (["GET", "/broken", "--api", "Nobody"], "no REST API Nobody"),
        (["GET", "/broken", "--target-group", "no-targets"], "--target-group is NAME=HOST:PORT"),
        # What says nothing of a method by itself is no option of its test.
        (["GET", "/broken", "--jwks", "https://issuer=keys.json"], "Unknown option '--jwks'"),
        (["GET", "/broken", "--tls-port", "0"], "Unknown option '--tls-port'"),
        (["GET", "/broken", "--access-log", "log"], "Unknown option '--access-log'"),
    ],
)
def test_wrong_usage(project, arguments, words):
    done = run(project, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


def test_integrations_reach_whom_the_options_name(tmp_path):
    """The target group of the template is served by this test; another API comes from a file of its own."""

    class Backend(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = f"here is {self.path}".encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    def definition(path, integration):
        method = {"responses": {"200": {"description": "ok"}}, "x-amazon-apigateway-integration": integration}
        return {"openapi": "3.0.1", "info": {"title": "t", "version": "1"}, "paths": {path: {"get": method}}}

    for name in ["first", "second"]:
        (tmp_path / f"{name}.json").write_text(json.dumps(definition(f"/{name}/{{id}}", mock())))
    link = {"type": "http_proxy", "httpMethod": "GET", "uri": "http://example.com:8080/b", "connectionType": "VPC_LINK", "connectionId": {"Ref": "Link"}}
    balancing = "AWS::ElasticLoadBalancingV2::"
    group = {"Name": "shop", "Port": 80, "Protocol": "TCP", "Targets": [{"Id": "192.0.2.1", "Port": 80}]}
    actions = [{"Type": "forward", "TargetGroupArn": {"Ref": "Group"}}]
    template.write(
        tmp_path / "template.json",
        Api={"Type": "AWS::Serverless::Api", "Properties": {"StageName": "v1", "DefinitionBody": definition("/a", link)}},
        Link={"Type": "AWS::ApiGateway::VpcLink", "Properties": {"Name": "link", "TargetArns": [{"Ref": "Balancer"}]}},
        Balancer={"Type": balancing + "LoadBalancer", "Properties": {"Type": "network"}},
        Group={"Type": balancing + "TargetGroup", "Properties": group},
        Listener={
            "Type": balancing + "Listener",
            "Properties": {"LoadBalancerArn": {"Ref": "Balancer"}, "Port": 8080, "Protocol": "TCP", "DefaultActions": actions},
        },
    )

    def body(*arguments, state="state"):
        done = run(tmp_path, "GET", *arguments, "--output", "json", state=state)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["body"]

    def refusal(*arguments):
        done = run(tmp_path, "GET", *arguments, state="host/state")
        assert (done.returncode, done.stdout) == (2, "")
        return done.stderr

    first, second = (["--openapi", str(tmp_path / f"{name}.json")] for name in ["first", "second"])
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Backend) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        targets = ["--target-group", f"shop=127.0.0.1:{server.server_address[1]}"]
        assert body("/a", *targets) == "here is /b"
        own = ["--path", "id=7", "--stage-variables", "place=여기"]
        assert body("/first/{id}", *first, *own) == '{"id": "7", "from": "여기"}'
        with hosts.Host(tmp_path / "host", *first, *targets, template=tmp_path / "template.json"):
            assert body("/a", state="host/state") == "here is /b"
            assert body("/first/{id}", *first, *own, state="host/state") == '{"id": "7", "from": "여기"}'
            # The host that runs has target groups of its own, and was started with another file.
            assert "Leave --target-group and --trust out" in refusal("/a", *targets)
            assert "has no such method" in refusal("/second/{id}", *second, *own)
        server.shutdown()


def test_a_host_that_runs_does_the_test(project):
    with hosts.Host(project / "running", template=project / "template.json") as host:
        created = run(project, "POST", "/orders", "--body", "-", "--output", "json", state="running/state", input='{"item": "rice", "quantity": 1}')
        assert created.returncode == 0, created.stderr
        order = json.loads(json.loads(created.stdout)["body"])
        # The order is in the memory of the host's own environment.
        read = run(project, "GET", "/orders/{id}", "--path", f"id={order['id']}", "--output", "json", state="running/state")
        assert json.loads(json.loads(read.stdout)["body"]) == order

        api = host.client("apigateway")
        names = {item["name"]: item["id"] for item in api.get_rest_apis()["items"]}
        things = next(id for id in names.values() if any(item["path"] == "/things/{id}" for item in api.get_resources(restApiId=id)["items"]))
        resources = {item["path"]: item for item in api.get_resources(restApiId=things)["items"]}
        assert resources["/things/{id}"]["resourceMethods"].keys() == {"GET"}
        assert resources["/things/{id}"]["parentId"] == resources["/things"]["id"]
        place = {"restApiId": things, "resourceId": resources["/things/{id}"]["id"]}
        answer = api.test_invoke_method(
            **place, httpMethod="GET", pathWithQueryString="/things/0?x=1", headers={"X-A": "1"}, stageVariables={"place": "there"}
        )
        assert (answer["status"], answer["body"]) == (404, "{}")
        assert "Method request headers: {X-A=1}" in log_lines(answer["log"])
        # Nothing is said: the path is the resource's own.
        assert "Method request path: {id={id}}" in log_lines(api.test_invoke_method(**place, httpMethod="GET")["log"])
        with pytest.raises(api.exceptions.NotFoundException, match="Invalid Method identifier specified"):
            api.test_invoke_method(**place, httpMethod="PUT")
        with pytest.raises(api.exceptions.NotFoundException, match="Invalid API identifier specified"):
            api.test_invoke_method(restApiId="nothing", resourceId="x", httpMethod="GET")
        # What would change an API is refused as not emulated, and said so.
        with pytest.raises(api.exceptions.ClientError, match="not emulated"):
            api.create_rest_api(name="new")
