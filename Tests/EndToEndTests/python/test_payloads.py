"""Compressed payloads and kept answers of a REST API, through sockets.

By the developer guide's "Payload compression for REST APIs" and "Cache settings for REST APIs".
"""

import gzip
import json
import zlib

import pytest

import host as hosts
import template
from test_gateway import Wire

if not hosts.BINARY:
    pytest.skip("MARTLET_BINARY names no program", allow_module_level=True)

CODE = '''
import json


def handler(event, context):
    query = event["queryStringParameters"] or {}
    body = json.dumps({"call": context.aws_request_id, "body": event["body"], "fill": "한" * int(query.get("fill", 0))}, ensure_ascii=False)
    return {"statusCode": int(query.get("status", 200)), "headers": {"X-Own": "1"}, "body": body}
'''


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("payloads")
    (folder / "code").mkdir()
    (folder / "code" / "app.py").write_text(CODE)

    def event(path, method, **more):
        return {"Type": "Api", "Properties": {"Path": path, "Method": method, "RestApiId": {"Ref": "Api"}, **more}}

    keys = [{"method.request.path.id": {"Caching": True}}, {"method.request.querystring.page": {"Caching": True}}]
    path = template.write(
        folder / "template.json",
        Api={
            "Type": "AWS::Serverless::Api",
            "Properties": {
                "StageName": "v1",
                "MinimumCompressionSize": 1000,
                "CacheClusterEnabled": True,
                "CacheClusterSize": "0.5",
                "MethodSettings": [{"ResourcePath": "/kept/{id}", "HttpMethod": "GET", "CachingEnabled": True, "CacheTtlInSeconds": 3600}],
            },
        },
        Function={
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "CodeUri": "code",
                "Handler": "app.handler",
                "Runtime": "python3.13",
                "Timeout": 10,
                "Events": {"Any": event("/any", "ANY"), "Kept": event("/kept/{id}", "GET", RequestParameters=keys)},
            },
        },
    )
    with hosts.Host(folder, template=path) as host:
        # Nothing of it is left out.
        assert "Cache" not in host.log()
        yield host


@pytest.fixture
def wire(server):
    with Wire(server) as wire:
        yield wire


TEXT = "본문 " * 100


@pytest.mark.parametrize("coding,body", [("gzip", gzip.compress(TEXT.encode())), ("deflate", zlib.compress(TEXT.encode())), ("identity", TEXT.encode())])
def test_a_compressed_body_reaches_the_function_as_what_it_was(wire, coding, body):
    status, _, answer = wire.call("POST", "/v1/any", body, f"Content-Encoding: {coding}")
    assert (status, json.loads(answer)["body"]) == (200, TEXT)


@pytest.mark.parametrize("coding,body", [("br", b"x"), ("gzip", b"no gzip"), ("gzip", gzip.compress(b"cut")[:-5]), ("gzip, gzip", b"x")])
def test_a_body_that_is_not_what_it_says(wire, coding, body):
    status, headers, answer = wire.call("POST", "/v1/any", body, f"Content-Encoding: {coding}")
    assert (status, json.loads(answer)) == (415, {"message": "Unsupported Media Type"})
    assert dict(headers)["x-amzn-errortype"] == "BadRequestException"


def test_a_body_that_grows_too_large(wire):
    status, _, answer = wire.call("POST", "/v1/any", gzip.compress(bytes(50_000_000)), "Content-Encoding: gzip")
    assert (status, json.loads(answer)) == (413, {"message": "Request Too Long"})


def test_answers_are_compressed_from_a_size_on(wire):
    for accept, read in [("gzip, deflate, br", gzip.decompress), ("deflate", zlib.decompress)]:
        status, headers, body = wire.call("GET", "/v1/any?fill=1000", None, f"Accept-Encoding: {accept}")
        assert status == 200 and dict(headers)["content-encoding"] == accept.partition(",")[0]
        assert len(body) < 1000 and json.loads(read(body))["fill"] == "한" * 1000
    for target, accept in [("/v1/any?fill=1", "gzip"), ("/v1/any?fill=1000", "br, gzip;q=0.5"), ("/v1/any?fill=1000", "identity")]:
        status, headers, body = wire.call("GET", target, None, f"Accept-Encoding: {accept}")
        assert status == 200 and "content-encoding" not in dict(headers) and json.loads(body)


def test_kept_answers(wire):
    def call(target, *lines):
        status, headers, body = wire.call("GET", f"/v1/kept{target}", None, *lines)
        assert status == 200 and dict(headers)["x-own"] == "1"
        return json.loads(body)["call"], dict(headers)

    first, headers = call("/1?page=1")
    again, others = call("/1?page=1&more=x")
    assert again == first and others["x-amzn-requestid"] != headers["x-amzn-requestid"]
    assert len({call(target)[0] for target in ["/1?page=1", "/1?page=2", "/2?page=1", "/2"]}) == 4
    # Who isn't allowed to ask for a new answer is told.
    ignored, headers = call("/1?page=1", "Cache-Control: max-age=0")
    assert ignored == first and "warning" in headers
    # A kept answer is compressed for whom it goes to.
    status, headers, body = wire.call("GET", "/v1/kept/big?page=1&fill=1000")
    status, headers, packed = wire.call("GET", "/v1/kept/big?page=1&fill=1000", None, "Accept-Encoding: gzip")
    assert dict(headers)["content-encoding"] == "gzip" and gzip.decompress(packed) == body
    # Other methods are not kept.
    assert json.loads(wire.call("GET", "/v1/any")[2])["call"] != json.loads(wire.call("GET", "/v1/any")[2])["call"]
