"""The sample of a VPC link with three target groups: real servers behind it, an API key before it.

Answers are those of "Gateway response types" of API Gateway and "Health checks for Network Load Balancer target groups".
"""

import re
import subprocess
import sys
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
        self.process = subprocess.Popen([sys.executable, "-c", SERVER, name, str(port)], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


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
