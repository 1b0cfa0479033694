"""OpenAPI files as APIs by themselves: served, listed, tried method by method, written out again and served from that.

What becomes of a document is told by the developer guide's "Develop REST APIs using OpenAPI in API Gateway" and "Amazon API Gateway
important notes"; the documents are in the folder openapi.
"""

import json
import subprocess
from pathlib import Path

import pytest

import host as hosts
from test_authorizers import call
from test_endpoints import Backend

if not hosts.BINARY:
    pytest.skip("MARTLET_BINARY names no program", allow_module_level=True)

SHOPS = Path(__file__).parent / "openapi"


@pytest.fixture(scope="module")
def backend():
    backend = Backend()
    yield backend
    backend.listener.close()


@pytest.fixture(params=["as written", "exported as openapi", "exported as swagger"])
def shop(request, backend, tmp_path):
    """Serves a document, or what became of it by `martlet export`."""

    def serve(name):
        path = tmp_path / name
        path.write_text((SHOPS / name).read_text().replace("PORT", str(backend.port)))
        if request.param != "as written":
            kind = request.param.split()[-1]
            done = command("export", "--format", kind, "--openapi", path)
            path = tmp_path / "exported.json"
            path.write_text(done)
            # What comes out is what goes in again.
            assert command("export", "--format", kind, "--openapi", path) == done
        return Served(tmp_path, path)

    return serve


class Served(hosts.Host):
    def __init__(self, folder, document):
        self.document = document
        # A template isn't looked at.
        super().__init__(folder, "--openapi", str(document), template=folder / "none.yaml")


def command(*arguments):
    done = subprocess.run([hosts.BINARY, *map(str, arguments)], capture_output=True, text=True, env=hosts.environment(), cwd="/")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_openapi_3_document(shop, backend):
    with shop("shop-3.yaml") as host:
        base = host.gateway + "/v3"
        status, _, body = call(f"{base}/pets?status=free", Accept_Language="ko")
        assert (status, json.loads(body)) == (200, {"상태": "free", "언어": "ko"})
        assert call(f"{base}/pets")[::2] == (400, b'{"message": "Missing required request parameters: [status]"}')
        pet = json.dumps({"name": "멍멍이", "photoUrls": ["a"], "kind": "dog"}).encode()
        assert call(f"{base}/pets", "POST", pet, Content_Type="application/json")[::2] == (201, b'{"made": true}')
        answer = call(f"{base}/pets", "POST", b'{"name": "a"}', Content_Type="application/json", Accept="text/plain")
        assert answer[::2] == (400, b'[object has missing required properties (["photoUrls"])]')
        assert call(f"{base}/pets/%EA%B0%9C")[0] == 200
        assert backend.requests[-1][0] == "GET /pets/%EA%B0%9C HTTP/1.1"
        routes = command("routes", "--quiet", "--openapi", host.document)
        assert [line.split()[1:3] for line in routes.splitlines()[1:]] == [
            ["GET", "/v3/pets"],
            ["POST", "/v3/pets"],
            ["GET", "/v3/pets/{petId}"],
            ["DELETE", "/v3/pets/{petId}"],
        ]


def test_a_swagger_2_document(shop, backend):
    with shop("shop-2.json") as host:
        base = host.gateway + "/prod"
        status, headers, body = call(base)
        assert (status, headers["content-type"], body.decode()) == (200, "text/html; charset=utf-8", "<h1>가게</h1>")
        order = '{"type": "고양이", "price": 3}'.encode()
        assert call(f"{base}/pets", "POST", order, Content_Type="application/json", X_Shop="main")[0] == 200
        line, fields, sent = backend.requests[-1]
        assert (line, sent.decode(), fields["x-shop"]) == ("POST /orders HTTP/1.1", '{"kind": "고양이"}', "main")
        assert call(f"{base}/pets", "POST", b'{"type": "cow"}', Content_Type="application/json")[::2] == (400, b'{"message": "Invalid request body"}')
        assert call(f"{base}/pets", "POST", order, Content_Type="application/xml")[0] == 415
        status, headers, _ = call(f"{base}/pets", "OPTIONS", Origin="https://a.example", Access_Control_Request_Method="POST")
        assert (status, headers["access-control-allow-methods"]) == (200, "POST,OPTIONS")


def test_the_test_of_a_method(shop, backend):
    with shop("shop-2.json") as host:
        path = host.folder / "order.json"
        path.write_text('{"type": "dog"}')
        arguments = ["--body", path, "--header", "Content-Type: application/json", "--openapi", host.document, "--output", "json"]
        answer = json.loads(command("test-method", "POST", "/pets", *arguments))
        assert (answer["status"], answer["body"]) == (200, "ok")
        assert "Endpoint request body after transformations: {\"kind\": \"dog\"}\n" in answer["log"]


def test_what_is_no_api_of_aws_is_told_by_its_place(tmp_path):
    """A document without integrations: API Gateway has nothing to deploy, and says so of each method."""
    path = tmp_path / "plain.yaml"
    path.write_text("openapi: 3.0.3\ninfo: {title: a, version: '1'}\npaths:\n  /a:\n    get:\n      responses: {'200': {description: ok}}\n")
    done = subprocess.run([hosts.BINARY, "serve", "--port", "0", "--aws-port", "0", "--openapi", str(path)], capture_output=True, text=True, env=hosts.environment())
    assert done.returncode == 2
    assert f"{path}:5:5: paths//a/get: No integration defined for method GET /a." in done.stderr, done.stderr


REFUSED = """openapi: 3.0.3
info: {title: a, version: '1'}
paths:
  /a:
    get:
      responses: {'200': {description: ok}}
      x-amazon-apigateway-integration:
        type: mock
        responses: {default: {statusCode: '200'}, '[': {statusCode: '200'}}
  /b:
    get:
      responses: {}
      x-amazon-apigateway-integration: {type: http_proxy, httpMethod: GET, uri: 'http://127.0.0.1:9/'}
  /c:
    get:
      responses: {}
      x-amazon-apigateway-integration:
        type: aws_proxy
        httpMethod: POST
        uri: 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:none/invocations'
"""


def test_what_can_not_be_served_is_told_by_its_place(tmp_path):
    """At start-up and by routes; all routes are listed, whatever they call."""
    path = tmp_path / "refused.yaml"
    path.write_text(REFUSED)
    problem = f"{path}:5:5: paths//a/get: GET /a: the selection pattern [ is no regular expression"
    missing = "GET /c: The function none is not in this template; its requests fail."
    done = subprocess.run([hosts.BINARY, "routes", "--openapi", str(path)], capture_output=True, text=True, env=hosts.environment(), cwd="/")
    assert problem in done.stderr and missing in done.stderr, done.stderr
    with Served(tmp_path / "host", path) as host:
        # The listeners accept before the summary is written.
        hosts.eventually(lambda: "Stop with Ctrl-C." in host.log(), host.log)
        log = host.log()
        assert problem in log and missing in log, log
        for line in ["/Prod/a  → MOCK", "/Prod/b  → HTTP_PROXY http://127.0.0.1:9/", "/Prod/c  → none"]:
            assert f"{host.gateway}{line}\n" in log, log


def test_keys_of_an_issuer_that_nobody_names_are_refused(tmp_path):
    path = tmp_path / "api.yaml"
    path.write_text(REFUSED)
    arguments = ["--port", "0", "--aws-port", "0", "--openapi", str(path), "--jwks", "https://typo=keys.json"]
    done = subprocess.run([hosts.BINARY, "serve", *arguments], capture_output=True, text=True, env=hosts.environment(), cwd=tmp_path)
    assert done.returncode == 3
    assert "--jwks: no authorizer of the template takes tokens of 'https://typo'" in done.stderr, done.stderr


def test_a_product_that_was_never_built_is_told(tmp_path):
    template = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Greet:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: swift}
    Properties: {Runtime: provided.al2023, Handler: Greet, CodeUri: ., Events: {A: {Type: Api, Properties: {Path: /a, Method: get}}}}
"""
    (tmp_path / "template.yaml").write_text(template)
    (tmp_path / "Package.swift").touch()
    for arguments in [["invoke", "Greet"], ["test-method", "GET", "/a"]]:
        done = subprocess.run([hosts.BINARY, *arguments, "--no-build"], capture_output=True, text=True, env=hosts.environment(), cwd=tmp_path)
        assert done.returncode == 1
        assert "Greet is not built, its invocations fail: " in done.stderr, done.stderr
        assert "--product Greet" in done.stderr
