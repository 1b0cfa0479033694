"""HTTP endpoints behind a REST API: what reaches them, and what their trouble looks like.

Answers are those of API Gateway's page "Gateway response types"; what a backend may do to a connection is RFC 9112, sections 6.3
and 9.
"""

import socket
import sys
import threading
import time
import urllib.request

import pytest

import host as hosts
import template
from test_authorizers import call

if not hosts.BINARY:
    pytest.skip("MARTLET_BINARY names no program", allow_module_level=True)


class Backend:
    """A server that answers by hand: the path says how."""

    def __init__(self):
        self.requests = []
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=[connection], daemon=True).start()

    def serve(self, connection):
        with connection, connection.makefile("rb") as reader:
            while line := reader.readline():
                if not line.endswith(b" HTTP/1.1\r\n"):
                    return  # A TLS greeting, from who takes this for a secure endpoint.
                head = [line.decode()]
                while (line := reader.readline()) not in (b"\r\n", b""):
                    head.append(line.decode())
                fields = {}
                for name, _, value in (line.partition(":") for line in head[1:]):
                    # Lines of a name are one list (RFC 9110 section 5.3).
                    fields[name.lower()] = ",".join(filter(None, [fields.get(name.lower()), value.strip()]))
                body = reader.read(int(fields.get("content-length", 0)))
                self.requests.append((head[0].strip(), fields, body))
                if not self.answer(connection, head[0].split()[1].split("?")[0]):
                    return

    def answer(self, connection, path):
        """Whether the connection stays."""
        if path == "/slow":
            time.sleep(3)
        elif path == "/garbage":
            connection.sendall(b"nonsense\r\n\r\n")
        elif path == "/half":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        elif path == "/chunked":
            connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n")
            return True
        elif path == "/until-closed":
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nall of it")
        elif path == "/huge":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10485761\r\n\r\n" + bytes(10485761))
        elif path == "/leaves":
            # Says nothing of it, as a server whose time for idle connections is over.
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        elif path == "/early":
            connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok")
            return True
        else:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            return True
        return False


@pytest.fixture(scope="module")
def backend():
    backend = Backend()
    yield backend
    backend.listener.close()


@pytest.fixture(scope="module")
def host(backend, tmp_path_factory):
    def integration(uri, **more):
        settings = {"type": "http_proxy", "httpMethod": "ANY", "uri": uri, **more}
        return {"x-amazon-apigateway-any-method": {"responses": {}, "x-amazon-apigateway-integration": settings}}

    with socket.create_server(("127.0.0.1", 0)) as unused:
        closed = unused.getsockname()[1]
    base = f"http://127.0.0.1:{backend.port}"
    proxy = {"name": "proxy", "in": "path", "required": True, "schema": {"type": "string"}}
    below = integration(base + "/{proxy}", requestParameters={"integration.request.path.proxy": "method.request.path.proxy"})
    below["x-amazon-apigateway-any-method"]["parameters"] = [proxy]
    paths = {
        "/{proxy+}": below,
        "/impatient": integration(base + "/slow", timeoutInMillis=100),
        "/closed": integration(f"http://127.0.0.1:{closed}/"),
        "/nobody": integration("http://nobody.invalid/"),
        "/secure": integration(f"https://127.0.0.1:{backend.port}/"),
    }
    folder = tmp_path_factory.mktemp("endpoints")
    definition = {"openapi": "3.0.1", "info": {"title": "t", "version": "1"}, "paths": paths}
    path = template.write(
        folder / "template.json",
        Api={"Type": "AWS::Serverless::Api", "Properties": {"StageName": "v1", "DefinitionBody": definition}},
    )
    with hosts.Host(folder, "--quiet", template=path) as host:
        yield host


def get(host, path, method="GET", data=None, **headers):
    return call(f"{host.gateway}/v1{path}", method, data, **headers)


def test_a_request_reaches_its_endpoint(host, backend):
    status, headers, body = get(host, "/a/%ED%95%9C?x=1&x=2", "POST", "안녕".encode(), X_Own="y", Content_Type="text/plain")
    assert (status, body) == (200, b"ok")
    line, fields, sent = backend.requests[-1]
    assert line == "POST /a/%ED%95%9C?x=1&x=2 HTTP/1.1"
    assert sent.decode() == "안녕"
    assert (fields["x-own"], fields["host"]) == ("y", f"127.0.0.1:{backend.port}")
    assert "transfer-encoding" not in fields and "x-amzn-trace-id" in fields


@pytest.mark.parametrize(
    "sent, received",
    [("a%2Fb", "a/b"), ("a%252Fb", "a%2Fb"), ("a%20b+c", "a%20b+c"), ("%EC%84%B8%EA%B3%84", "%EC%84%B8%EA%B3%84"), ("100%25", "100%25"), ("a%3Fb", "a%3Fb")],
)
def test_a_path_is_decoded_once_on_its_way(host, backend, sent, received):
    """As on AWS, by those who had to encode twice (ustayready/fireprox issue 44); the query goes on as it came."""
    query = "q=a%2Fb%20c+d&q=%EA%B0%92&e="
    assert get(host, f"/x/{sent}?{query}")[0] == 200
    assert backend.requests[-1][0] == f"GET /x/{received}?{query} HTTP/1.1"


def test_connections_are_kept_and_a_closed_one_is_no_failure(host, backend):
    assert get(host, "/a")[0] == 200
    before = backend.connections
    for _ in range(20):
        assert get(host, "/a")[0] == 200
    assert backend.connections == before
    for _ in range(20):
        assert get(host, "/leaves")[::2] == (200, b"ok")


def test_bodies_of_any_framing(host):
    assert get(host, "/chunked")[::2] == (200, b"onetwo")
    assert get(host, "/until-closed")[::2] == (200, b"all of it")
    assert get(host, "/early")[::2] == (201, b"ok")
    status, headers, body = get(host, "/a", "HEAD")
    assert (status, body) == (200, b"")


@pytest.mark.parametrize(
    "path, answer",
    [
        ("/impatient", (504, b'{"message": "Endpoint request timed out"}')),
        ("/closed", (500, b'{"message": "Internal server error"}')),
        ("/nobody", (500, b'{"message": "Internal server error"}')),
        ("/secure", (500, b'{"message": "Internal server error"}')),
        ("/garbage", (504, b'{"message": "Internal server error"}')),
        ("/half", (504, b'{"message": "Internal server error"}')),
        ("/huge", (413, None)),
    ],
)
def test_trouble_of_an_endpoint(host, path, answer):
    status, _, body = get(host, path)
    assert status == answer[0]
    assert answer[1] is None or body == answer[1]
    assert get(host, "/a")[0] == 200


BOOTSTRAP = '''#!{python}
import http.client, os, time

runtime = os.environ["AWS_LAMBDA_RUNTIME_API"]
while True:
    connection = http.client.HTTPConnection(runtime)
    connection.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = connection.getresponse()
    request_id = answer.headers["Lambda-Runtime-Aws-Request-Id"]
    path = answer.read().decode()
    kind = "text/plain" if "/bare" in path else "application/vnd.awslambda.http-integration-response"

    def pieces():
        if "/bare" not in path:
            yield b'{{"statusCode": 201, "headers": {{"X-Own": "1", "Content-Type": "text/plain"}}}}' + bytes(8)
        for number in range(3):
            yield b"piece %d\\n" % number
            while "/bare" not in path and not os.path.exists({mark!r}):
                time.sleep(0.01)

    connection = http.client.HTTPConnection(runtime)
    connection.request(
        "POST", f"/2018-06-01/runtime/invocation/{{request_id}}/response", pieces(),
        {{"Lambda-Runtime-Function-Response-Mode": "streaming", "Content-Type": kind, "Transfer-Encoding": "chunked"}},
        encode_chunked=True,
    )
    connection.getresponse().read()
'''


def test_a_stream_reaches_the_client_as_it_is_written(tmp_path):
    code = tmp_path / "code"
    code.mkdir()
    bootstrap = code / "bootstrap"
    bootstrap.write_text(BOOTSTRAP.format(python=sys.executable, mark=str(tmp_path / "read")))
    bootstrap.chmod(0o755)
    uri = {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2021-11-15/functions/${Streams.Arn}/response-streaming-invocations"}
    settings = {"type": "aws_proxy", "httpMethod": "POST", "uri": uri, "responseTransferMode": "STREAM"}
    paths = {"/{proxy+}": {"get": {"responses": {}, "x-amazon-apigateway-integration": settings}}}
    definition = {"openapi": "3.0.1", "info": {"title": "t", "version": "1"}, "paths": paths}
    path = template.write(
        tmp_path / "template.json",
        Api={"Type": "AWS::Serverless::Api", "Properties": {"StageName": "v1", "DefinitionBody": definition}},
        Streams={
            "Type": "AWS::Serverless::Function",
            "Properties": {"CodeUri": str(code), "Handler": "any", "Runtime": "provided.al2023", "Timeout": 10},
        },
    )
    with hosts.Host(tmp_path, template=path) as host:
        with urllib.request.urlopen(f"{host.gateway}/v1/pieces", timeout=hosts.DEADLINE_SECONDS) as answer:
            assert (answer.status, answer.headers["x-own"], answer.headers["content-type"]) == (201, "1", "text/plain")
            assert "x-amz-apigw-id" in answer.headers
            assert answer.readline() == b"piece 0\n"
            # The function waits for this before it writes on.
            (tmp_path / "read").touch()
            assert answer.read() == b"piece 1\npiece 2\n"
        # Behind an API a stream needs its prelude.
        assert call(f"{host.gateway}/v1/bare")[0] == 502


def test_a_message_is_sent_without_a_function_between(tmp_path):
    settings = {
        "type": "aws",
        "httpMethod": "POST",
        "uri": {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:sqs:path/${AWS::AccountId}/orders"},
        "requestParameters": {"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"},
        "requestTemplates": {"application/json": "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"},
        "responses": {"default": {"statusCode": "202", "responseTemplates": {"application/json": "{}"}}},
    }
    paths = {"/orders": {"post": {"responses": {"202": {"description": "taken"}}, "x-amazon-apigateway-integration": settings}}}
    definition = {"openapi": "3.0.1", "info": {"title": "t", "version": "1"}, "paths": paths}
    path = template.write(
        tmp_path / "template.json",
        Api={"Type": "AWS::Serverless::Api", "Properties": {"StageName": "v1", "DefinitionBody": definition}},
    )
    with hosts.Host(tmp_path, template=path) as host:
        queues = host.client("sqs")

        def send():
            body = '{"a":"안녕 & +"}'
            return body, call(f"{host.gateway}/v1/orders", "POST", body.encode(), Content_Type="application/json")[0]

        try:
            url = queues.create_queue(QueueName="orders")["QueueUrl"]
        except queues.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "UnsupportedOperation"
            # Never a success that nobody received.
            assert send()[1] == 500
            pytest.skip("the host serves no queues")
        body, status = send()
        assert status == 202
        assert [message["Body"] for message in queues.receive_message(QueueUrl=url)["Messages"]] == [body]
