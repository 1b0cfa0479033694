"""A web ACL of AWS WAF before a stage of a REST API, through a socket.

By the AWS WAF developer guide ("Rule statements list", "Custom responses for Block actions", "Log examples") and API reference, and the API Gateway
developer guide, "Use AWS WAF to protect your REST APIs": asked before policies and authorizers. The template is one that cfn-lint finds no error in.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import host as hosts
from test_gateway import Wire

if not hosts.BINARY:
    pytest.skip("MARTLET_BINARY names no program", allow_module_level=True)

TEMPLATE = Path(__file__).parent / "web-acl" / "template.yaml"
FORBIDDEN = b'{"message":"Forbidden"}'


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("web-acl")
    with hosts.Host(folder, "--trace", "--access-log", str(folder / "access.log"), template=TEMPLATE) as host:
        yield host


@pytest.fixture
def wire(server):
    with Wire(server) as wire:
        yield wire


def log_line(server, headers):
    """What the access log says of the request with this id."""
    request_id = dict(headers)["x-amzn-requestid"]

    def find():
        lines = (server.folder / "access.log").read_text().splitlines()
        return next((line.split(" ") for line in lines if line.startswith(request_id)), None)

    return hosts.eventually(find, "in the access log")


def test_the_template_is_one_of_aws():
    done = subprocess.run([Path(sys.executable).with_name("cfn-lint"), "--ignore-checks", "W", "--", TEMPLATE], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_request_that_no_rule_decides_on(server, wire):
    status, headers, body = wire.call("GET", "/v1/a?q=%ED%97%88%EC%9A%A9")
    assert (status, json.loads(body)) == (200, {"x-amzn-waf-seen": "yes"})
    _, code, response, waf, error, arn, _ = log_line(server, headers)
    assert (code, response, waf, error) == ("200", "WAF_ALLOW", "200", "-")
    assert arn.startswith("arn:aws:wafv2:us-east-1:000000000000:regional/webacl/shop/")


BLOCKED = {
    "an address that a header tells": ("GET", "/v1/a", ["X-Real-IP: 203.0.113.9, 10.0.0.1"]),
    "a path": ("GET", "/v1/%EB%B9%84%EB%B0%80/a", []),
    "a query": ("GET", "/v1/a?x=1&Q=%EC%9D%B4%20%EA%B8%88%EC%A7%80", []),
    "a header": ("GET", "/v1/a", ["X-Name: 나쁜"]),
    "a route that is not there": ("GET", "/v1?q=%EA%B8%88%EC%A7%80", []),
    "a preflight": ("OPTIONS", "/v1/a?q=%EA%B8%88%EC%A7%80", ["Origin: https://a.example.com", "Access-Control-Request-Method: GET"]),
    "a word in a body": ("POST", "/v1/a", ["Content-Type: application/json"], b'{"order": {"note": "Drop; all"}}'),
    "a large body": ("POST", "/v1/a", [], b"a" * 1_001),
    "a body that is larger than is looked at": ("POST", "/v1/a", [], b"a" * 20_000),
}


@pytest.mark.parametrize("name", BLOCKED)
def test_what_is_blocked(server, wire, name):
    method, target, lines, *body = BLOCKED[name]
    status, headers, answer = wire.call(method, target, body[0] if body else None, *lines)
    fields = dict(headers)
    assert (status, answer, fields["x-amzn-errortype"]) == (403, FORBIDDEN, "ForbiddenException")
    # Nobody has made WAF_FILTERED his own here, so that DEFAULT_4XX counts.
    assert fields["x-default"] == "4XX"
    assert log_line(server, headers)[1:5] + log_line(server, headers)[6:] == ["403", "WAF_BLOCK", "403", "Forbidden", "WAF_FILTERED"]


PASSED = {
    "another address": ("GET", "/v1/a", ["X-Real-IP: 203.0.114.9"]),
    "no address": ("GET", "/v1/a", ["X-Real-IP: nobody, 203.0.113.9"]),
    "a path that goes on elsewhere": ("GET", "/v1/a/%EB%B9%84%EB%B0%80", []),
    "a word that is a part of one": ("POST", "/v1/a", ["Content-Type: application/json"], b'{"order": {"note": "dropped"}, "other": "drop"}'),
    "a body that is no JSON": ("POST", "/v1/a", [], b"drop"),
    "a body of the size": ("POST", "/v1/a", [], b"a" * 1_000),
}


@pytest.mark.parametrize("name", PASSED)
def test_what_passes(wire, name):
    method, target, lines, *body = PASSED[name]
    assert wire.call(method, target, body[0] if body else None, *lines)[0] == 200


def test_a_rule_that_counts_and_a_label(server, wire):
    """What a rule has counted goes on, with its label for the rules that follow and its header for the function."""
    agent = "User-Agent: Webspider/1.0"
    status, headers, body = wire.call("GET", "/v1/a", None, agent)
    assert (status, json.loads(body)) == (200, {"x-amzn-waf-crawler": "likely", "x-amzn-waf-seen": "yes"})
    status, headers, body = wire.call("POST", "/v1/a", b"{}", agent)
    assert (status, dict(headers)["allow"], body) == (405, "GET", b"")
    assert log_line(server, headers)[1:3] == ["405", "WAF_BLOCK"]
    hosts.eventually(lambda: "Web ACL shop: COUNT by Watch, BLOCK by CrawlersOnlyRead" in server.log(), server.log)
    assert wire.call("POST", "/v1/a", b"{}", "User-Agent: crawl/12x")[0] == 200


def test_a_rate(server):
    """The eleventh request of an instance in ten minutes is over the limit of ten, on whatever connection; other instances don't pay for it."""

    def call(method, customer):
        with Wire(server) as wire:
            return wire.call(method, "/v1/a", None, *([f"X-Customer: {customer}"] if customer else []))

    # They might fall into two steps of the counter, which forgets none within ten minutes.
    assert [call("GET", name)[0] for name in ["Kim", "kim"] * 5] == [200] * 10
    status, headers, body = call("GET", "KIM")
    fields = dict(headers)
    assert (status, json.loads(body), fields["retry-after"], fields["content-type"]) == (429, {"message": "천천히"}, "60", "application/json")
    # A response of the rule's own comes before those of the API.
    assert "x-default" not in fields and "x-amzn-requestid" in fields
    assert call("PUT", "kim")[0] == 200
    assert call("GET", "lee")[0] == 200
    assert [call("GET", None)[0] for _ in range(12)] == [200] * 12


def test_it_is_asked_before_the_caller_is(wire):
    """Not signed, and still no MissingAuthenticationToken; an answer that the API has made its own."""
    status, headers, body = wire.call("GET", "/office/a")
    assert (status, json.loads(body)) == (406, {"막음": "WAF_BLOCK", "message": "Forbidden"})
    assert dict(headers)["x-amzn-errortype"] == "ForbiddenException"


def test_what_is_not_emulated_is_told(server):
    assert "Firewall/Properties/Rules/8/Statement/NotStatement/Statement/GeoMatchStatement: Not emulated" in server.log()


def test_the_stage_names_it(server):
    client = server.client("apigateway")
    stages = [stage for api in client.get_rest_apis()["items"] for stage in client.get_stages(restApiId=api["id"])["item"]]
    names = {stage["stageName"]: stage.get("webAclArn", "//").split("/")[2] for stage in stages}
    assert names == {"v1": "shop", "office": "closed", "Stage": ""}


def test_routes_name_it():
    done = subprocess.run([hosts.BINARY, "routes", "--template", str(TEMPLATE)], capture_output=True, text=True, env=hosts.environment())
    assert "Web ACLs:\n  Shop, stage v1: shop\n  Office, stage office: closed\n" in done.stdout
    done = subprocess.run([hosts.BINARY, "routes", "--output", "json", "--template", str(TEMPLATE)], capture_output=True, text=True, env=hosts.environment())
    assert {route["webACL"] for route in json.loads(done.stdout)} == {"shop", "closed", None}
