"""The sample APIs over raw sockets: what leaves and enters is bytes, untouched by a client library.

Answers are those of API Gateway's pages "Lambda proxy integrations in API Gateway", "Gateway response types" and "AWS Lambda
integrations for HTTP APIs", and of "Invoking Lambda function URLs".
"""

import base64
import json
import socket
import threading
import urllib.parse

import pytest

import host as hosts
import template


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A host with the sample routes' functions and a misbehaving one behind each kind of API."""
    if not hosts.BINARY:
        pytest.skip("MARTLET_BINARY names no program")

    def api(path, method, kind="Api"):
        return {"Type": kind, "Properties": {"Path": path, "Method": method}}

    folder = tmp_path_factory.mktemp("gateway")
    path = template.write(
        folder / "template.json",
        Hello=template.function("Hello", {"Root": api("/hello", "get"), "Name": api("/hello/{name}", "get")}),
        Orders=template.function("Orders", {"Create": api("/orders", "post"), "Read": api("/orders/{id}", "get")}),
        Echo=template.function(
            "Echo",
            {"Echo": api("/echo", "ANY", "HttpApi"), "Below": api("/echo/{proxy+}", "ANY", "HttpApi")},
            FunctionUrlConfig={"AuthType": "NONE"},
        ),
        RawRest=template.function("Echo", {"Rest": api("/raw/{proxy+}", "any")}),
        Fail=template.function("Orders", {"Rest": api("/fail", "post"), "Http": api("/fail", "post", "HttpApi")}, Handler="Nothing"),
    )
    with hosts.Host(folder, template=path) as host:
        yield host


class Wire:
    """One connection; speaks HTTP/1.1 by hand."""

    def __init__(self, server):
        address = urllib.parse.urlsplit(server.gateway)
        self.authority = address.netloc
        self.socket = socket.create_connection((address.hostname, address.port), timeout=hosts.DEADLINE_SECONDS)
        self.reader = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.reader.close()
        self.socket.close()

    def send(self, method, target, body=None, *headers, host=None):
        lines = [f"{method} {target} HTTP/1.1".encode(), f"Host: {host or self.authority}".encode()]
        lines += [header.encode() for header in headers]
        if body is not None:
            lines.append(b"Content-Length: %d" % len(body))
        self.socket.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + (body or b""))

    def receive(self, method="GET"):
        """Status, headers as (lower-case name, value) pairs, body."""
        line = self.reader.readline().decode()
        assert line.startswith("HTTP/1.1 "), line
        status = int(line.split()[1])
        headers = []
        while (line := self.reader.readline().decode()) not in ("\r\n", ""):
            name, _, value = line.rstrip("\r\n").partition(":")
            headers.append((name.lower(), value.strip()))
        fields = dict(headers)
        if method == "HEAD":
            return status, headers, b""
        if fields.get("transfer-encoding") == "chunked":
            body = b""
            while size := int(self.reader.readline().split(b";")[0], 16):
                body += self.reader.read(size)
                self.reader.readline()
            self.reader.readline()
        else:
            body = self.reader.read(int(fields.get("content-length", 0)))
        return status, headers, body

    def call(self, method, target, body=None, *headers, host=None):
        self.send(method, target, body, *headers, host=host)
        return self.receive(method)

    def is_closed_by_peer(self):
        return self.reader.read(1) == b""


@pytest.fixture
def wire(server):
    with Wire(server) as wire:
        yield wire


SEGYE = urllib.parse.quote("세계")


# REST API


def test_a_path_parameter_in_korean(wire):
    status, headers, body = wire.call("GET", f"/Prod/hello/{SEGYE}")
    assert (status, body.decode()) == (200, "Hello, 세계!\n")
    assert ("content-type", "text/plain; charset=utf-8") in headers
    names = [name for name, _ in headers]
    assert "x-amzn-requestid" in names and "x-amz-apigw-id" in names and "x-amzn-trace-id" in names


def test_a_path_in_bare_utf8_is_no_reason_to_fall_over(server, wire):
    wire.socket.sendall(f"GET /Prod/hello/세계 HTTP/1.1\r\nHost: {wire.authority}\r\n\r\n".encode())
    status, _, body = wire.receive()
    assert (status, body.decode()) == (200, "Hello, 세계!\n") or status == 400
    with Wire(server) as other:
        assert other.call("GET", "/Prod/hello")[0] == 200


def test_a_query_in_korean(wire):
    assert wire.call("GET", f"/Prod/hello?name={SEGYE}")[2].decode() == "Hello, 세계!\n"


def test_an_order_in_korean(wire):
    draft = {"item": "한과 세트", "quantity": 3, "note": "선물 🎁"}
    status, _, body = wire.call("POST", "/Prod/orders", json.dumps(draft, ensure_ascii=False).encode(), "Content-Type: application/json")
    order = json.loads(body)
    assert status == 201
    assert {key: order[key] for key in draft} == draft
    status, _, body = wire.call("GET", f"/Prod/orders/{order['id']}")
    assert (status, json.loads(body)) == (200, order)


@pytest.mark.parametrize("body", [b"{", b"", b'{"item": 1}', b'"\xff"'])
def test_a_bad_order_is_the_functions_business(wire, body):
    status, _, answer = wire.call("POST", "/Prod/orders", body, "Content-Type: application/json")
    assert status == 400 and json.loads(answer), answer


def event_of(wire, target, *headers, method="GET", body=None):
    """Echo's answer is its event, and without a statusCode payload format 2.0 takes that for the body."""
    status, answered, text = wire.call(method, target, body, *headers)
    assert status == 200, text
    return json.loads(text)


@pytest.mark.parametrize("method,target", [("GET", "/Prod/nothing"), ("DELETE", "/Prod/hello"), ("POST", "/Prod/orders/1")])
def test_no_such_route_of_a_rest_api(wire, method, target):
    status, headers, body = wire.call(method, target)
    assert (status, body) == (403, b'{"message":"Missing Authentication Token"}')
    assert ("x-amzn-errortype", "MissingAuthenticationTokenException") in headers


def test_a_function_that_fails_behind_a_rest_api(wire):
    status, headers, body = wire.call("POST", "/Prod/fail", b"{}")
    assert (status, json.loads(body)) == (502, {"message": "Internal server error"})
    assert ("x-amzn-errortype", "InternalServerErrorException") in headers


def test_a_function_that_fails_behind_an_http_api(wire):
    status, _, body = wire.call("POST", "/fail", b"{}")
    assert (status, json.loads(body)) == (500, {"message": "Internal Server Error"})


def test_an_answer_that_is_no_proxy_response(wire):
    status, _, body = wire.call("GET", "/Prod/raw/x")
    assert (status, json.loads(body)) == (502, {"message": "Internal server error"})


# HTTP API


def test_no_such_route_of_an_http_api(wire):
    status, _, body = wire.call("GET", "/nothing/here")
    assert (status, body) == (404, b'{"message":"Not Found"}')


def test_the_event_of_an_http_api(wire):
    event = event_of(
        wire,
        f"/echo/{SEGYE}/a%2Fb?q=1&q=%EB%91%98&empty=",
        "X-Many: one",
        "X-Many: two",
        "Cookie: a=1; b=2",
        "Content-Type: text/plain; charset=utf-8",
        method="PUT",
        body="본문".encode(),
    )
    assert (event["version"], event["routeKey"]) == ("2.0", "ANY /echo/{proxy+}")
    assert event["headers"]["x-many"] == "one,two"
    assert event["cookies"] == ["a=1", "b=2"]
    assert event["queryStringParameters"] == {"q": "1,둘", "empty": ""}
    assert event["rawQueryString"] == "q=1&q=%EB%91%98&empty="
    assert event["requestContext"]["http"]["method"] == "PUT"
    assert event["pathParameters"]["proxy"].startswith("세계/a")
    assert (event["body"], event["isBase64Encoded"]) == ("본문", False)


def test_a_binary_body(wire):
    body = bytes(range(256))
    event = event_of(wire, "/echo", "Content-Type: application/octet-stream", method="POST", body=body)
    assert event["isBase64Encoded"] and base64.b64decode(event["body"]) == body


def test_a_body_in_chunks(wire):
    wire.socket.sendall(
        f"POST /echo HTTP/1.1\r\nHost: {wire.authority}\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        + b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"
    )
    status, _, body = wire.receive()
    assert (status, json.loads(body)["body"]) == (200, "abcde")


def test_a_body_too_large(server):
    with Wire(server) as wire:
        wire.socket.sendall(f"POST /echo HTTP/1.1\r\nHost: {wire.authority}\r\nContent-Length: 10485761\r\n\r\n".encode())
        status, _, body = wire.receive()
        assert (status, json.loads(body)) == (413, {"message": "Request Entity Too Large"})
        assert wire.is_closed_by_peer()


# Function URL


def test_a_function_url_by_its_host_name(server, wire):
    aws = server.client()
    url = aws.get_function_url_config(FunctionName="Echo")["FunctionUrl"]
    authority = urllib.parse.urlsplit(url).netloc
    status, headers, body = wire.call("GET", f"/any/{SEGYE}?x=1", None, host=authority)
    event = json.loads(body)
    assert status == 200
    assert (event["version"], event["routeKey"], event["rawPath"]) == ("2.0", "$default", f"/any/{SEGYE}")
    assert event["requestContext"]["domainName"] == authority
    assert event["requestContext"]["accountId"] == "anonymous"
    assert dict(headers)["x-amzn-requestid"] == event["requestContext"]["requestId"]


# Function URLs as the SDKs and browsers use them

KEY, SECRET = "AKIDLOCAL", "a-secret"


def signed(url, key=KEY, secret=SECRET, body=b""):
    """The headers that AWS's own client signs a request with."""
    import botocore.auth
    import botocore.awsrequest
    import botocore.credentials

    request = botocore.awsrequest.AWSRequest("POST", url, {"Content-Type": "application/json"}, body)
    botocore.auth.SigV4Auth(botocore.credentials.Credentials(key, secret), "lambda", "us-east-1").add_auth(request)
    return [f"{name}: {value}" for name, value in request.headers.items()]


def test_a_signed_function_url_and_its_cors(tmp_path):
    with hosts.Host(tmp_path, MARTLET_CREDENTIALS=f"{KEY}:{SECRET}") as server, Wire(server) as wire:
        cors = {"AllowOrigins": ["https://app.example.com"], "AllowMethods": ["POST"], "AllowHeaders": ["authorization"], "MaxAge": 5}
        created = server.client().create_function_url_config(FunctionName="Hello", AuthType="AWS_IAM", Cors=cors)
        authority = urllib.parse.urlsplit(created["FunctionUrl"]).netloc
        url, body = f"http://{authority}/a%20b/?y=%ED%95%9C&x=1", b'{"a":1}'
        target = "/a%20b/?y=%ED%95%9C&x=1"

        def call(*lines, body=body):
            status, headers, answer = wire.call("POST", target, body, "Origin: https://app.example.com", *lines, host=authority)
            return status, dict(headers), answer

        status, headers, answer = call()
        assert (status, headers["x-amzn-errortype"]) == (403, "AccessDeniedException")
        assert b"urls-auth.html" in answer
        assert headers["access-control-allow-origin"] == "https://app.example.com"
        assert call(*signed(url, body=body))[0] == 200
        status, headers, _ = call(*signed(url, secret="another", body=body))
        assert (status, headers["x-amzn-errortype"]) == (403, "InvalidSignatureException")
        status, headers, _ = call(*signed(url, key="AKIDOTHER", body=body))
        assert (status, headers["x-amzn-errortype"]) == (403, "UnrecognizedClientException")
        assert call(*signed(url, body=body), body=b'{"a":2}')[0] == 403

        preflight = ["Origin: https://app.example.com", "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: authorization"]
        status, headers, answer = wire.call("OPTIONS", "/", None, *preflight, host=authority)
        allowed = {name: value for name, value in headers if name.startswith("access-control-")}
        assert (status, answer) == (200, b"")
        assert allowed == {
            "access-control-allow-origin": "https://app.example.com",
            "access-control-allow-methods": "POST",
            "access-control-allow-headers": "authorization",
            "access-control-max-age": "5",
        }


# Connections


def test_keep_alive_serves_many_on_one_connection(wire):
    for number in range(50):
        assert wire.call("GET", f"/Prod/hello/{number}")[2] == f"Hello, {number}!\n".encode()


def test_pipelined_requests_are_answered_in_order(wire):
    for number in range(20):
        wire.send("GET", f"/Prod/hello/{number}")
    assert [wire.receive()[2] for _ in range(20)] == [f"Hello, {number}!\n".encode() for number in range(20)]


def test_connection_close_is_honoured(wire):
    status, headers, _ = wire.call("GET", "/Prod/hello", None, "Connection: close")
    assert status == 200 and ("connection", "close") in headers
    assert wire.is_closed_by_peer()


def test_a_client_that_sends_byte_by_byte(server, wire):
    request = f"POST /Prod/orders HTTP/1.1\r\nHost: {wire.authority}\r\nContent-Length: 29\r\n\r\n".encode() + b'{"item": "rice","quantity":1}'
    wire.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for index in range(len(request)):
        wire.socket.sendall(request[index : index + 1])
        if index == len(request) // 2:
            # Others are served while this one is under way.
            with Wire(server) as other:
                assert other.call("GET", "/Prod/hello")[0] == 200
    assert wire.receive()[0] == 201


@pytest.mark.parametrize(
    "noise",
    [b"\0\1\2\3\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"GET /" + b"a" * 200_000, b"\x16\x03\x01\x02\x00"],
    ids=["zeros", "no-target", "negative-length", "endless-target", "tls"],
)
def test_noise_harms_nobody_else(server, noise):
    with Wire(server) as wire:
        try:
            wire.socket.sendall(noise)
            wire.socket.shutdown(socket.SHUT_WR)
            wire.reader.read(65_536)
        except OSError:
            pass  # It may hang up before all is sent.
    with Wire(server) as wire:
        assert wire.call("GET", "/Prod/hello")[0] == 200


def test_a_client_that_leaves_harms_nobody_else(server):
    for _ in range(20):
        with Wire(server) as wire:
            wire.send("GET", "/Prod/hello")
    with Wire(server) as wire:
        assert wire.call("GET", "/Prod/hello")[0] == 200


def test_many_clients_at_once(server):
    wrong = []

    def run(thread):
        with Wire(server) as wire:
            for number in range(20):
                status, _, body = wire.call("GET", f"/Prod/hello/{thread}-{number}")
                if (status, body) != (200, f"Hello, {thread}-{number}!\n".encode()):
                    wrong.append((thread, number, status, body))

    threads = [threading.Thread(target=run, args=[number]) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
