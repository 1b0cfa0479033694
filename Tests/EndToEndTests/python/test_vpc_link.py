"""The sample of a VPC link with three target groups: real servers behind it, an API key before it.

Answers are those of "Gateway response types" of API Gateway and "Health checks for Network Load Balancer target groups".
"""

import re
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest

import host as hosts

if not hosts.BINARY:
    pytest.skip("MARTLET_BINARY names no program", allow_module_level=True)

TEMPLATE = Path(__file__).parent / "vpc-link" / "template.yaml"
KEY = "vpc-link-sample-key-0001"

SERVER = """
import http.server, socketserver, sys

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        text = f"{sys.argv[1]} {self.command} {self.path} ".encode() + body
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    do_GET = do_POST = do_PUT = do_HEAD = answer

    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""


class Server:
    """A program that says its name and what it was asked."""

    def __init__(self, name, port=0):
        command = [sys.executable, "-c", SERVER, name, str(port)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stdin.close()


@pytest.fixture
def start():
    servers = []

    def start(name, port=0):
        servers.append(Server(name, port))
        return servers[-1]

    yield start
    for server in servers:
        if server.process.poll() is None:
            server.stop()


def call(host, path, method="GET", data=None, key=KEY):
    request = urllib.request.Request(host.gateway + path, data, {"x-api-key": key} if key else {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=hosts.DEADLINE_SECONDS) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def groups(**servers):
    options = []
    for name, members in servers.items():
        options += ["--target-group", f"{name}=" + ",".join(f"127.0.0.1:{server.port}" for server in members)]
    return options


def test_three_groups_behind_one_link(tmp_path, start):
    dev, spare, sprint, release = start("dev"), start("spare"), start("sprint"), start("release")
    options = groups(dev=[dev, spare], sprint=[sprint], release=[release])
    with hosts.Host(tmp_path, *options, template=TEMPLATE) as host:
        for path in ["/dev/dev", "/dev/sprint", "/dev/release", "/dev/dev/below"]:
            for key in [None, "vpc-link-sample-key-0002"]:
                assert call(host, path, key=key) == (403, '{"message":"Forbidden"}')
        assert call(host, "/dev/sprint") == (200, "sprint GET / ")
        assert call(host, "/dev/release?a=1&b=%ED%95%9C") == (200, "release GET /?a=1&b=%ED%95%9C ")
        assert call(host, "/dev/sprint", "POST", "안녕".encode()) == (200, "sprint POST / 안녕")
        assert call(host, "/dev/release", "HEAD") == (200, "")
        assert {call(host, f"/dev/dev/orders/{number}")[1].split()[0] for number in range(20)} == {"dev", "spare"}
        assert call(host, "/dev/dev/orders/7")[1].endswith(" GET /orders/7 ")

        # One of two servers goes: once that is known no request fails.
        port = dev.port
        dev.stop()
        in_row = 0

        def turned():
            nonlocal in_row
            in_row = in_row + 1 if call(host, "/dev/dev")[0] == 200 else 0
            return in_row >= 10

        hosts.eventually(turned, "unhealthy")
        for _ in range(100):
            assert call(host, "/dev/dev") == (200, "spare GET / ")
        assert call(host, "/dev/sprint")[0] == 200

        # It comes back: two good checks, five seconds apart.
        start("dev", port)
        hosts.eventually(lambda: "dev" in call(host, "/dev/dev")[1].split()[0], "healthy")

        # Nobody is left behind a listener.
        release.stop()
        assert call(host, "/dev/release") == (500, '{"message": "Internal server error"}')
        assert call(host, "/dev/sprint")[0] == 200


# Says when it is asked for something slow, and answers once it is told to.
SLOW_SERVER = SERVER.replace(
    "self.send_response(200)",
    "if self.path == '/slow': print('asked', flush=True), sys.stdin.readline()\n        self.send_response(200)",
)


def test_a_server_is_taken_out_without_a_failed_request(tmp_path, start, monkeypatch):
    """Elastic Load Balancing's "Deregistration delay": requests under way end, new ones go elsewhere."""
    monkeypatch.setitem(globals(), "SERVER", SLOW_SERVER)
    old, new, other = start("old"), start("new"), start("other")
    with hosts.Host(tmp_path, *groups(dev=[old], sprint=[other], release=[other]), template=TEMPLATE) as host:
        balancing = host.client("elbv2")
        described = balancing.describe_target_groups(Names=["dev"])["TargetGroups"]
        assert [(group["TargetGroupName"], group["Port"]) for group in described] == [("dev", 8080)]
        arn = described[0]["TargetGroupArn"]

        def states():
            found = balancing.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
            return {each["Target"]["Port"]: each["TargetHealth"]["State"] for each in found}

        hosts.eventually(lambda: states() == {old.port: "healthy"}, states)
        balancing.register_targets(TargetGroupArn=arn, Targets=[{"Id": "127.0.0.1", "Port": new.port}])
        hosts.eventually(lambda: states() == {old.port: "healthy", new.port: "healthy"}, states)

        answers = []
        # Of two requests in a row one is the old server's: they take turns.
        slow = [threading.Thread(target=lambda: answers.append(call(host, "/dev/dev/slow"))) for _ in range(2)]
        for thread in slow:
            thread.start()
        assert old.process.stdout.readline() == new.process.stdout.readline() == "asked\n"
        balancing.deregister_targets(TargetGroupArn=arn, Targets=[{"Id": "127.0.0.1", "Port": old.port}])
        assert states() == {old.port: "draining", new.port: "healthy"}
        for number in range(20):
            assert call(host, f"/dev/dev/{number}") == (200, f"new GET /{number} ")
        for server in [old, new]:
            server.process.stdin.write("go\n")
            server.process.stdin.flush()
        for thread in slow:
            thread.join()
        assert sorted(answers) == [(200, "new GET /slow "), (200, "old GET /slow ")]

        with pytest.raises(balancing.exceptions.TargetGroupNotFoundException):
            balancing.describe_target_health(TargetGroupArn=arn + "x")
        with pytest.raises(balancing.exceptions.ClientError, match="not emulated"):
            balancing.describe_load_balancers()


def test_a_quota_outlives_a_restart(tmp_path, start):
    server = start("all")
    text = TEMPLATE.read_text()
    assert "Limit: 1000000" in text
    path = tmp_path / "template.yaml"
    path.write_text(text.replace("Limit: 1000000", "Limit: 2"))
    options = groups(dev=[server], sprint=[server], release=[server])
    with hosts.Host(tmp_path, *options, template=path) as host:
        assert call(host, "/dev/sprint")[0] == 200
    with hosts.Host(tmp_path, *options, template=path) as host:
        assert call(host, "/dev/sprint")[0] == 200
        assert call(host, "/dev/sprint") == (429, '{"message":"Limit Exceeded"}')


def test_a_group_that_is_not_there(tmp_path):
    command = [hosts.BINARY, "serve", "--no-build", "--port", "0", "--aws-port", "0", "--template", str(TEMPLATE)]
    command += ["--state-dir", str(tmp_path / "state"), "--target-group", "nobody=127.0.0.1:1"]
    run = subprocess.run(command, env=hosts.environment(), capture_output=True, text=True, timeout=hosts.DEADLINE_SECONDS)
    assert run.returncode != 0
    assert re.search("no target group 'nobody'; there are: dev, sprint, release", run.stderr)
