"""wrk as a client: what a load test of somebody's own API does to the gateway.

Every answer is the one that the API makes, whatever the number of connections, and each request is counted once: wrk tells how many
answers it read, and leaves at most one more under way on each connection when its time is over.
"""

import re
import shutil
import subprocess
import urllib.parse
import urllib.request

import pytest

import host as hosts
import template

if not hosts.BINARY:
    pytest.skip("MARTLET_BINARY names no program", allow_module_level=True)

WRK = shutil.which("wrk")
if not WRK:
    pytest.skip("wrk is not installed; `.ci/dependencies test` installs it", allow_module_level=True)

MOCK = {
    "openapi": "3.0.1",
    "info": {"title": "mock", "version": "1"},
    "paths": {
        "/hello": {
            "get": {
                "responses": {"200": {"description": "ok"}},
                "x-amazon-apigateway-integration": {
                    "type": "mock",
                    "requestTemplates": {"application/json": '{"statusCode": 200}'},
                    "responses": {
                        "default": {
                            "statusCode": "200",
                            "responseTemplates": {"application/json": '{"안녕":"$context.resourcePath"}'},
                        }
                    },
                },
            }
        }
    },
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    def api(path, kind="Api"):
        return {"Type": kind, "Properties": {"Path": path, "Method": "get"}}

    folder = tmp_path_factory.mktemp("load")
    path = template.write(
        folder / "template.json",
        Hello=template.function("Hello", {"Rest": api("/rest/{name}"), "Http": api("/http/{name}", "HttpApi")}),
        Mock={"Type": "AWS::Serverless::Api", "Properties": {"Name": "mock", "StageName": "dev", "DefinitionBody": MOCK}},
    )
    with hosts.Host(folder, "--max-environments", "4", template=path) as host:
        yield host


def counted(server):
    """Requests to all APIs, those of them that failed by the client's or the API's fault, and invocations."""
    with urllib.request.urlopen(f"{server.aws}/metrics") as answer:
        page = answer.read().decode()

    def total(name, label=""):
        return sum(int(float(value)) for value in re.findall(rf"^{name}(?:{{[^}}]*{label}[^}}]*}})? ([\d.e+]+)$", page, re.MULTILINE))

    names = ("apigateway_requests", "apigateway_client_errors", "apigateway_server_errors", "lambda_invocations")
    counts = {name: total(f"martlet_{name}_total") for name in names}
    mocks = total("martlet_apigateway_requests_total", 'api="mock"')
    # Each request to the others is an invocation; the gateway's threads tell of it when it is answered.
    untold = counts["apigateway_requests"] - mocks != counts["lambda_invocations"]
    return counts | {"untold": untold, "running": total("martlet_lambda_concurrent_executions")}


def settled(server):
    """The same once nothing is under way any more: what wrk left has ended, too."""

    def idle():
        if server.has_gateway_clients():
            return None
        now = counted(server)
        return now if not now.pop("running") and not now.pop("untold") else None

    return hosts.eventually(idle, "functions run on")


@pytest.mark.parametrize("connections", [1, 16, 64])
@pytest.mark.parametrize("route", ["/dev/hello", "/Prod/rest/세계", "/http/세계"])
def test_every_answer_is_whole_and_counted_once(server, route, connections):
    before = settled(server)
    url = server.gateway + urllib.parse.quote(route)
    report = subprocess.run(
        [WRK, "-t1", f"-c{connections}", "-d1s", "--timeout", "20s", url], capture_output=True, text=True, check=True
    ).stdout
    # wrk names them only where there are any.
    assert "Non-2xx" not in report and "Socket errors" not in report, report
    answered = int(re.search(r"(\d+) requests in", report)[1])
    assert answered > 0

    after = settled(server)
    difference = {name: after[name] - before[name] for name in after}
    assert answered <= difference["apigateway_requests"] <= answered + connections
    assert difference["apigateway_client_errors"] == difference["apigateway_server_errors"] == 0
    assert difference["lambda_invocations"] == (0 if route == "/dev/hello" else difference["apigateway_requests"])
