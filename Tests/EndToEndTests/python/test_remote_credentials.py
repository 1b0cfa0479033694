"""Where the keys come from that requests to a queue elsewhere are signed with, seen from that queue.

Sources and their order: AWS SDKs and Tools reference guide, "Standardized credential providers".
"""

import datetime
import http.server
import json
import os
import re
import threading
from pathlib import Path

import pytest

import host as hosts
from host import eventually

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties: {{CodeUri: code, Handler: app.handler, Runtime: python3.13, Timeout: 2}}
  Map:
    Type: AWS::Lambda::EventSourceMapping
    Metadata: {{Martlet: {{QueueUrl: "{url}"}}}}
    Properties: {{EventSourceArn: "arn:aws:sqs:us-east-1:000000000000:work", FunctionName: !Ref Worker}}
"""

# Counts its runs, and gives other keys in each.
PROGRAM = """#!/bin/sh
echo run >> "$1/runs"
count=$(wc -l < "$1/runs" | tr -d ' ')
printf '{"Version": 1, "AccessKeyId": "PROGRAM%s", "SecretAccessKey": "s", "SessionToken": "token %s of %s", "Expiration": "%s"}' \\
    "$count" "$count" "$3" "$(cat "$1/expiration")"
"""


class Server:
    """An empty queue, and a container's agent, that note who asks."""

    def __init__(self):
        self.asked, self.agent = [], []
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                key = re.search(r"Credential=([^/]+)/", self.headers["Authorization"]).group(1)
                server.asked.append((key, self.headers.get("X-Amz-Security-Token")))
                self.answer({"Attributes": {"VisibilityTimeout": "30"}} if "Attributes" in self.headers["X-Amz-Target"] else {})

            def do_GET(self):
                server.agent.append((self.path, self.headers.get("Authorization")))
                end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=6)
                self.answer({"AccessKeyId": "AGENT", "SecretAccessKey": "s", "Token": "t", "Expiration": end.strftime("%Y-%m-%dT%H:%M:%SZ")})

            def answer(self, value):
                body = json.dumps(value).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


@pytest.fixture
def server():
    if not hosts.BINARY:
        pytest.skip("MARTLET_BINARY names no program")
    server = Server()
    yield server
    server.http.shutdown()
    server.http.server_close()


@pytest.fixture
def poll(server, tmp_path):
    """Starts a host that polls, with these files under its home and these variables."""
    started = []

    def poll(files=None, **variables):
        folder = tmp_path / "host"
        (folder / "code").mkdir(parents=True)
        (folder / "code" / "app.py").write_text("def handler(event, context): pass\n")
        (folder / "template.yaml").write_text(TEMPLATE.format(url=f"{server.url}/000000000000/work"))
        for name, text in (files or {}).items():
            path = tmp_path / "home" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        host = hosts.Host(folder, template=folder / "template.yaml", HOME=str(tmp_path / "home"), **variables)
        started.append(host)
        return host

    yield poll
    for host in started:
        host.stop()


def program(folder, seconds):
    """A credential_process whose keys last so long; the line that names it."""
    folder.mkdir()
    end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    (folder / "expiration").write_text(end.strftime("%Y-%m-%dT%H:%M:%SZ"))
    path = folder / "give keys"
    path.write_text(PROGRAM)
    os.chmod(path, 0o755)
    return f'"{path}" {folder} --user "이 순신"'


def runs(folder: Path):
    return len((folder / "runs").read_text().splitlines()) if (folder / "runs").exists() else 0


def test_a_program_gives_the_keys_of_a_profile_once_for_all_requests(server, poll, tmp_path):
    line = program(tmp_path / "program", 3600)
    poll({".aws/config": f"[profile work]\ncredential_process = {line}\n"}, AWS_PROFILE="work")
    eventually(lambda: len(server.asked) > 12, lambda: server.asked)
    assert set(server.asked) == {("PROGRAM1", "token 1 of 이 순신")}
    assert runs(tmp_path / "program") == 1


def test_keys_are_fetched_anew_before_they_end(server, poll, tmp_path):
    # The end is fixed: what is left is halved with each run, so that keys change several times within it.
    line = program(tmp_path / "program", 12)
    config = tmp_path / "config"
    config.write_text(f"[default]\ncredential_process = {line}\n")
    poll(AWS_CONFIG_FILE=str(config))
    eventually(lambda: len({key for key, _ in server.asked}) >= 3, lambda: server.asked)
    keys = [key for key, _ in server.asked]
    assert keys[0] == "PROGRAM1" and "PROGRAM2" in keys and "PROGRAM3" in keys


def test_a_containers_agent_is_asked_with_its_token(server, poll, tmp_path):
    token = tmp_path / "token"
    token.write_text("Bearer abc")
    poll(AWS_CONTAINER_CREDENTIALS_FULL_URI=f"{server.url}/creds", AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=str(token))
    eventually(lambda: len(server.asked) > 6, lambda: server.asked)
    assert set(server.asked) == {("AGENT", "t")}
    assert server.agent == [("/creds", "Bearer abc")]


def test_keys_of_files_elsewhere_and_session_tokens(server, poll, tmp_path):
    keys = tmp_path / "keys"
    keys.write_text("[default]\naws_access_key_id = FILE\naws_secret_access_key = s\naws_session_token = a/b+c==\n")
    poll(AWS_SHARED_CREDENTIALS_FILE=str(keys))
    eventually(lambda: server.asked, "a request")
    assert set(server.asked) == {("FILE", "a/b+c==")}


def test_keys_of_the_environment_come_first(server, poll):
    files = {".aws/credentials": "[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n"}
    poll(files, AWS_ACCESS_KEY_ID="ENV", AWS_SECRET_ACCESS_KEY="s", AWS_SESSION_TOKEN="t")
    eventually(lambda: server.asked, "a request")
    assert set(server.asked) == {("ENV", "t")}


@pytest.mark.parametrize(
    "config, told",
    [
        ("credential_process = sh -c 'echo no key >&2; exit 3'", "the credential_process sh gave no credentials: it ended with 3"),
        ("credential_process = /no/such/program", "the credential_process /no/such/program gave no credentials: it ended with 127"),
        ("credential_process = echo hello", "the credential_process echo gave no JSON object"),
        ("credential_process = echo {}", "the credential_process echo gave credentials of another version than 1"),
        ("sso_session = corp\nsso_account_id = 1", "the profile default gets its keys by sso_account_id, sso_session"),
        ("role_arn = arn:aws:iam::1:role/r\nsource_profile = other", "the profile default gets its keys by role_arn, source_profile"),
        ("region = us-east-1", "there are no credentials"),
    ],
)
def test_what_gives_no_keys_is_told(server, poll, config, told):
    host = poll({".aws/config": f"[default]\n{config}\n"})
    eventually(lambda: told in host.log(), host.log)
    assert server.asked == []
