"""The gateway's contestants: martlet with an API of each kind, nginx in front of the same upstream, and the bare server."""

import contextlib
import json
import pathlib
import shutil
import subprocess
import tempfile

import hosts
import programs
from processes import Failure, wait_until

FEW, MANY = 10, 1_000
ANSWER_BYTES = 27  # of the bare server: what the sample Hello answers
FOLDERS = ("fastcgi", "uwsgi", "scgi", "client_body", "proxy")


def _mock(path, integration):
    return {"get": {"responses": {"200": {"description": "ok"}}, "x-amazon-apigateway-integration": integration}}, path


def _answers():
    """A MOCK integration with a response template that has something to work out."""
    return {
        "type": "mock", "requestTemplates": {"application/json": '{"statusCode": 200}'},
        "responses": {"default": {
            "statusCode": "200", "responseTemplates": {"application/json": '{"path":"$context.resourcePath","name":"hello"}'}}}}


def _rest(paths):
    document = {"openapi": "3.0.1", "info": {"title": "Bench", "version": "1"}, "paths": {path: item for item, path in paths}}
    return {"Type": "AWS::Serverless::Api", "Properties": {"StageName": "Prod", "DefinitionBody": document}}


def _template(upstream):
    """One API for each thing that is measured; the routes of Few and Many differ in their number alone."""
    swift = {"BuildMethod": "swift"}
    hello = {
        "CodeUri": str(programs.ROOT), "Handler": "Hello", "Runtime": "provided.al2023", "MemorySize": 256, "Timeout": 10,
        "Events": {
            "Rest": {"Type": "Api", "Properties": {"Path": "/hello", "Method": "get"}},
            "Http": {"Type": "HttpApi", "Properties": {"Path": "/hello", "Method": "get"}}}}
    proxy = {"type": "http_proxy", "httpMethod": "GET", "uri": f"http://127.0.0.1:{upstream}/"}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Hello": {"Type": "AWS::Serverless::Function", "Metadata": swift, "Properties": hello},
            "Mock": _rest([_mock("/hello", _answers())]),
            "Proxy": _rest([_mock("/hello", proxy)]),
            "Few": _rest([_mock(f"/part{number}/{{id}}/items", _answers()) for number in range(FEW)]),
            "Many": _rest([_mock(f"/part{number}/{{id}}/items", _answers()) for number in range(MANY)]),
        },
    }


@contextlib.contextmanager
def martlet(upstream=9):
    """The endpoint, and the Host of each API by its name. `upstream`: the port that the API Proxy forwards to."""
    with tempfile.TemporaryDirectory(prefix="martlet-bench-") as folder:
        template = pathlib.Path(folder, "template.json")
        template.write_text(json.dumps(_template(upstream)))
        # What is measured goes beyond the rate that an account has.
        with hosts.martlet("--relaxed-limits", template=template) as endpoint:
            command = [programs.MARTLET, "routes", "--template", template, "--output", "json"]
            routes = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
            yield endpoint, {route["api"]: f"{route['apiId']}.execute-api.localhost" for route in routes}


def upstream():
    """Reads a request, answers: the least that an HTTP server on SwiftNIO does."""
    return hosts.bare(ANSWER_BYTES)


@contextlib.contextmanager
def nginx(upstream):
    """`proxy_pass` with kept connections on both sides and without a log, which is as fast as it goes."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if not program:
        raise Failure("nginx is missing; it is a package of that name on Debian, Ubuntu and Homebrew")
    (port,) = hosts.free_ports(1)
    with tempfile.TemporaryDirectory(prefix="martlet-bench-") as folder:
        paths = "".join(f"{name}_temp_path {folder}/{name};" for name in FOLDERS)
        configuration = pathlib.Path(folder, "nginx.conf")
        configuration.write_text(
            f"daemon off; worker_processes auto; pid {folder}/pid; error_log stderr crit;"
            f"events {{ worker_connections 1024; }} http {{ access_log off; {paths} keepalive_requests 100000000;"
            f"upstream bare {{ server 127.0.0.1:{upstream}; keepalive 64; keepalive_requests 100000000; }}"
            f"server {{ listen 127.0.0.1:{port}; location / {{"
            'proxy_pass http://bare; proxy_http_version 1.1; proxy_set_header Connection ""; } } }')
        with hosts.hosted([program, "-e", "stderr", "-p", folder, "-c", configuration], "nginx") as process:
            wait_until(lambda: hosts.accepts(port), process, "nginx")
            yield hosts.Endpoint(port, process, gateway_port=port)
