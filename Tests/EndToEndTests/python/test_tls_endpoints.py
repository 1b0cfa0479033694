"""What the gateway talks to over TLS: HTTP endpoints, targets behind a VPC link, token issuers.

Answers are those of API Gateway's pages "HTTP integrations", "x-amazon-apigateway-integration.tlsConfig object" and "Control access to
HTTP APIs with JWT authorizers".
"""

import http.server
import json
import threading
import time

import pytest

import certificates
import host as hosts
import issuer as issuers
import template
from test_authorizers import call, guarded_by_tokens

if not hosts.BINARY:
    pytest.skip("MARTLET_BINARY names no program", allow_module_level=True)


class Endpoint:
    """Says what it was asked, and for which name."""

    def __init__(self, tls):
        names = self.names = []
        tls.sni_callback = lambda _, name, __: names.append(name)

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = json.dumps({"path": self.path, "host": self.headers["Host"], "name": names[-1]}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):
                pass  # Handshakes that fail are what some of the tests are about.

        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def proxying(path, **uris):
    """A REST API with a resource for each address; a pair has its tlsConfig with it."""
    paths = {}
    for name, uri in uris.items():
        uri, tls = uri if isinstance(uri, tuple) else (uri, None)
        integration = {"type": "http_proxy", "httpMethod": "GET", "uri": uri}
        if tls:
            integration["tlsConfig"] = tls
        paths[f"/{name}"] = {"get": {"x-amazon-apigateway-integration": integration, "responses": {"200": {"description": ""}}}}
    body = {"openapi": "3.0.1", "info": {"title": "proxy", "version": "1"}, "paths": paths}
    api = {"Type": "AWS::Serverless::Api", "Properties": {"StageName": "v1", "DefinitionBody": body}}
    return template.write(path / "template.json", Api=api)


SKIPPING = {"insecureSkipVerification": True}


def test_https_endpoints_and_whom_they_have_to_be(tmp_path):
    own = certificates.Authority(tmp_path)
    with (
        Endpoint(own.server("named", "localhost")) as named,
        Endpoint(own.server("addressed", "127.0.0.1")) as addressed,
        Endpoint(own.server("other", "other.example.com")) as other,
        Endpoint(own.server("expired", "localhost", days=-1)) as expired,
    ):
        path = proxying(
            tmp_path,
            named=f"https://localhost:{named.port}/a?b=1",
            addressed=f"https://127.0.0.1:{addressed.port}/",
            other=f"https://localhost:{other.port}/",
            expired=f"https://localhost:{expired.port}/",
            skipping=(f"https://localhost:{named.port}/a", SKIPPING),
            skippingother=(f"https://localhost:{other.port}/", SKIPPING),
            skippingexpired=(f"https://localhost:{expired.port}/", SKIPPING),
            nothing=f"https://localhost:{free_port()}/",
        )

        def get(host, name):
            status, _, body = call(f"{host.gateway}/v1/{name}")
            return status, json.loads(body)

        failed = (500, {"message": "Internal server error"})
        with hosts.Host(tmp_path / "trusting", "--trust", str(own.path), template=path) as host:
            for _ in range(3):
                told = {"path": "/a?b=1", "host": f"localhost:{named.port}", "name": "localhost"}
                assert get(host, "named") == (200, told)
            assert len(named.names) == 1  # One connection, kept.
            assert get(host, "addressed") == (200, {"path": "/", "host": f"127.0.0.1:{addressed.port}", "name": None})
            for name in ["other", "expired", "skippingother", "skippingexpired", "nothing"]:
                assert get(host, name) == failed, name
            assert get(host, "skipping")[0] == 200
        with hosts.Host(tmp_path / "strict", template=path) as host:
            assert get(host, "named") == failed
            assert get(host, "skipping")[0] == 200
            assert "The gateway can't serve" not in host.log()


def free_port():
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
        return server.server_port


def test_a_plain_server_where_tls_is_expected(tmp_path):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    path = proxying(tmp_path, plain=f"https://localhost:{server.server_port}/")
    with hosts.Host(tmp_path, template=path) as host:
        assert call(f"{host.gateway}/v1/plain")[0] == 500
    server.shutdown()
    server.server_close()


def linked(path, listener_protocol, group_protocol, uri="https://inner.example.com:8443/a"):
    """A REST API behind a VPC link to a listener on 8443."""
    integration = {"type": "http_proxy", "httpMethod": "GET", "uri": uri, "connectionType": "VPC_LINK", "connectionId": {"Ref": "Link"}}
    body = {"openapi": "3.0.1", "info": {"title": "linked", "version": "1"}}
    body["paths"] = {"/a": {"get": {"x-amazon-apigateway-integration": integration, "responses": {"200": {"description": ""}}}}}
    balancing = "AWS::ElasticLoadBalancingV2::"
    listener = {"LoadBalancerArn": {"Ref": "Balancer"}, "Port": 8443, "Protocol": listener_protocol}
    listener["DefaultActions"] = [{"Type": "forward", "TargetGroupArn": {"Ref": "Group"}}]
    if listener_protocol == "TLS":
        listener["Certificates"] = [{"CertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/1"}]
    group = {"Name": "group", "Protocol": group_protocol, "Port": 8443, "VpcId": "vpc-1", "TargetType": "ip"}
    return template.write(
        path / "template.json",
        Api={"Type": "AWS::Serverless::Api", "Properties": {"StageName": "v1", "DefinitionBody": body}},
        Link={"Type": "AWS::ApiGateway::VpcLink", "Properties": {"Name": "link", "TargetArns": [{"Ref": "Balancer"}]}},
        Balancer={"Type": balancing + "LoadBalancer", "Properties": {"Type": "network", "Subnets": ["subnet-1"]}},
        Listener={"Type": balancing + "Listener", "Properties": listener},
        Group={"Type": balancing + "TargetGroup", "Properties": group},
    )


@pytest.mark.parametrize("protocols", [("TCP", "TCP"), ("TLS", "TLS")])
def test_tls_behind_a_vpc_link(tmp_path, protocols):
    own = certificates.Authority(tmp_path)
    with Endpoint(own.server("inner", "inner.example.com")) as endpoint:
        options = ["--trust", str(own.path), "--target-group", f"group=127.0.0.1:{endpoint.port}"]
        with hosts.Host(tmp_path, *options, template=linked(tmp_path, *protocols)) as host:
            status, _, body = call(f"{host.gateway}/v1/a")
            assert (status, json.loads(body)) == (200, {"path": "/a", "host": "inner.example.com:8443", "name": "inner.example.com"})
    # Only what passes through a listener of TCP is the gateway's to verify.
    with Endpoint(own.server("wrong", "wrong.example.com")) as endpoint:
        options = ["--trust", str(own.path), "--target-group", f"group=127.0.0.1:{endpoint.port}"]
        with hosts.Host(tmp_path / "wrong", *options, template=linked(tmp_path, *protocols)) as host:
            assert call(f"{host.gateway}/v1/a")[0] == (500 if protocols[0] == "TCP" else 200)


def test_tokens_of_an_issuer_over_tls(tmp_path):
    own = certificates.Authority(tmp_path)
    with issuers.Issuer("first", tls=own.server("issuer", "127.0.0.1")) as issuer:
        path = guarded_by_tokens(tmp_path / "template.json", issuer.url)
        claims = issuers.claims(issuer.url)

        def status(host, key):
            return call(host.gateway + "/me", Authorization=f"Bearer {issuers.token(claims, key=key)}")[0]

        with hosts.Host(tmp_path / "strict", template=path) as host:
            assert status(host, "first") == 401
            hosts.eventually(lambda: f"the keys of {issuer.url} can't be read" in host.log(), host.log)
        with hosts.Host(tmp_path / "trusting", "--trust", str(own.path), template=path) as host:
            assert status(host, "first") == 200
            assert status(host, "second") == 401
            # The issuer takes another key: its first token makes the host ask again.
            issuer.names = ("second",)
            time.sleep(1.1)  # Keys are read once a second at most.
            assert status(host, "second") == 200
            assert status(host, "first") == 401
            assert "can't be read" not in host.log()
        keys = f"{issuer.url}={issuer.url}/keys"
        with hosts.Host(tmp_path / "named", "--trust", str(own.path), "--jwks", keys, template=path) as host:
            assert status(host, "second") == 200
