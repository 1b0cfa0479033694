"""The gateway over TLS: names and their certificates, custom domains, clients with certificates.

Answers are those of API Gateway's pages "Custom domain name for public REST APIs", "Use API mappings to connect API stages to a
custom domain name for REST APIs", "Disable the default endpoint for REST APIs" and "How to turn on mutual TLS authentication for your
REST APIs"; certificates and handshakes are judged by OpenSSL, through Python and curl.
"""

import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import urllib.parse

import pytest

import certificates
import host as hosts
import template

if not hosts.BINARY:
    pytest.skip("MARTLET_BINARY names no program", allow_module_level=True)

CERTIFICATE_ARN = "arn:aws:acm:us-east-1:000000000000:certificate/1"

# What a request is, told by a REST API without a function.
TOLD = {
    "path": "$context.path", "domain": "$context.domainName", "stage": "$context.stage", "scheme": "$input.params('X-Forwarded-Proto')",
    "port": "$input.params('X-Forwarded-Port')", "subject": "$context.identity.clientCert.subjectDN",
    "issuer": "$context.identity.clientCert.issuerDN", "serial": "$context.identity.clientCert.serialNumber",
    "end": "$context.identity.clientCert.validity.notAfter",
}  # fmt: skip


def rest_api(**properties):
    integration = {
        "type": "mock",
        "requestTemplates": {"application/json": '{"statusCode": 200}'},
        "responses": {"default": {"statusCode": "200", "responseTemplates": {"application/json": json.dumps(TOLD)}}},
    }
    method = {"x-amazon-apigateway-integration": integration, "responses": {"200": {"description": ""}}}
    body = {"openapi": "3.0.1", "info": {"title": "rest", "version": "1"}}
    body["paths"] = {path: {"x-amazon-apigateway-any-method": method} for path in ["/", "/{proxy+}"]}
    return {"Type": "AWS::Serverless::Api", "Properties": {"StageName": "v1", "DefinitionBody": body, **properties}}


def domain(name, **properties):
    configuration = {"CertificateArn": CERTIFICATE_ARN, "EndpointType": "REGIONAL", "SecurityPolicy": "TLS_1_2"}
    properties = {"DomainName": name, "DomainNameConfigurations": [configuration], **properties}
    return {"Type": "AWS::ApiGatewayV2::DomainName", "Properties": properties}


def mapping(domain, api, stage, key=None):
    properties = {"DomainName": {"Ref": domain}, "ApiId": {"Ref": api}, "Stage": stage}
    if key:
        properties["ApiMappingKey"] = key
    return {"Type": "AWS::ApiGatewayV2::ApiMapping", "Properties": properties}


def template_with(path, domains, rest=None, http=None):
    """A REST API at `{domain}/rest` and `{domain}/a/b/rest`, an HTTP API at `{domain}/http/v2` and the rest of it."""
    route = {"Type": "HttpApi", "Properties": {"Path": "/{proxy+}", "Method": "ANY", "ApiId": {"Ref": "Http"}}}
    resources = {
        "Rest": rest_api(**(rest or {})),
        "Http": {"Type": "AWS::Serverless::HttpApi", "Properties": http or {}},
        "Echo": template.function("Echo", {"Any": route}, FunctionUrlConfig={"AuthType": "NONE"}),
    }
    for number, (name, properties) in enumerate(domains.items()):
        own = f"Domain{number}"
        resources[own] = domain(name, **properties)
        resources[f"{own}Rest"] = mapping(own, "Rest", "v1", "rest")
        resources[f"{own}Deep"] = mapping(own, "Rest", "v1", "a/b/rest")
        resources[f"{own}Http"] = mapping(own, "Http", "$default", "http/v2")
        resources[f"{own}All"] = mapping(own, "Http", "$default")
    return template.write(path / "template.json", **resources)


def authority(host):
    return host.state / "tls" / "ca.pem"


def trusting(path, certificate=None):
    context = ssl.create_default_context(cafile=str(path))
    if certificate:
        context.load_cert_chain(certificate)
    return context


class Connection(http.client.HTTPSConnection):
    """To the host, for a name that no resolver knows."""

    def __init__(self, host, name, context):
        self.place = urllib.parse.urlsplit(host.tls)
        super().__init__(name, self.place.port, timeout=hosts.DEADLINE_SECONDS, context=context)

    def connect(self):
        plain = socket.create_connection((self.place.hostname, self.place.port), hosts.DEADLINE_SECONDS)
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host)

    def ask(self, path, method="GET", body=None, **headers):
        """Status and body, read as JSON where it is."""
        self.request(method, path, body, headers)
        answer = self.getresponse()
        text = answer.read()
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text


def ask(host, name, path, context=None, **headers):
    connection = Connection(host, name, context or trusting(authority(host)))
    try:
        return connection.ask(path, **headers)
    finally:
        connection.close()


def ask_plainly(host, path, name):
    place = urllib.parse.urlsplit(host.gateway)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=hosts.DEADLINE_SECONDS)
    connection.request("GET", path, headers={"Host": name})
    answer = connection.getresponse()
    status, text = answer.status, answer.read()
    connection.close()
    return status, json.loads(text)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    path = template_with(folder, {"api.example.com": {}, "*.wild.example.com": {}})
    with hosts.Host(folder, "--tls-port", "0", template=path) as host:
        yield host


def api_id(host, logical):
    environment = hosts.environment()
    command = [hosts.BINARY, "routes", "--output", "json", "--template", str(host.template), "--state-dir", str(host.state)]
    routes = json.loads(subprocess.run(command, capture_output=True, check=True, env=environment).stdout)
    return next(route["apiId"] for route in routes if route["api"] == logical)


def test_names_of_the_host_itself(server):
    rest = api_id(server, "Rest")
    names = ["localhost", "127.0.0.1", f"{rest}.execute-api.localhost", f"{rest}.execute-api.{hosts.REGION}.localhost"]
    for name in names:
        code, told = ask(server, name, "/v1/x")
        assert (code, told["path"], told["domain"]) == (200, "/v1/x", name)
        assert (told["scheme"], told["port"]) == ("https", server.tls.rpartition(":")[2])
        assert told["subject"] == ""
    assert server.tls.startswith("https://127.0.0.1:")
    # Function URLs have names, too.
    client = server.client()
    url = urllib.parse.urlsplit(client.get_function_url_config(FunctionName=client.list_functions()["Functions"][0]["FunctionName"])["FunctionUrl"])
    assert ask(server, url.hostname, "/here")[1]["rawPath"] == "/here"


def test_the_authority_is_made_once_and_told(server, tmp_path):
    key = server.state / "tls" / "ca-key.pem"
    assert key.stat().st_mode & 0o777 == 0o600
    hosts.eventually(lambda: str(authority(server)) in server.log(), server.log)
    before = key.read_bytes()
    path = template_with(tmp_path, {})
    shutil.copytree(server.state / "tls", tmp_path / "state" / "tls")
    with hosts.Host(tmp_path, "--tls-port", "0", template=path) as second:
        assert ask(second, "localhost", "/v1/x", trusting(authority(server)))[0] == 200
    assert (tmp_path / "state" / "tls" / "ca-key.pem").read_bytes() == before


def test_others_than_the_authority_are_not_trusted(server, tmp_path):
    stranger = certificates.Authority(tmp_path)
    with pytest.raises(ssl.SSLCertVerificationError):
        ask(server, "localhost", "/v1/x", trusting(stranger.path))
    # A name that is nobody's gets the host's own certificate, which isn't for it.
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        ask(server, "unknown.example.org", "/v1/x")


def test_custom_domains_and_their_mappings(server):
    for name in ["api.example.com", "any.wild.example.com"]:
        for over_tls in [True, False]:
            def get(path):
                return ask(server, name, path) if over_tls else ask_plainly(server, path, name)

            code, told = get("/rest/orders/7")
            assert (code, told["path"], told["domain"], told["stage"]) == (200, "/rest/orders/7", name, "v1")
            assert get("/a/b/rest/x")[1]["path"] == "/a/b/rest/x"
            code, event = get("/http/v2/x")
            assert (code, event["rawPath"], event["requestContext"]["domainName"]) == (200, "/http/v2/x", name)
            # The longest mapping in whole segments; what none takes is the empty one's.
            assert get("/a/b/other")[1]["rawPath"] == "/a/b/other"
            assert get("/http/v20")[1]["rawPath"] == "/http/v20"
            assert get("/restaurant")[1]["rawPath"] == "/restaurant"


def test_a_connection_is_kept_and_bodies_are_whole(server):
    connection = Connection(server, "localhost", trusting(authority(server)))
    text = "가" * 1_000_000
    for _ in range(3):
        code, event = connection.ask("/echo", "POST", text.encode(), **{"Content-Type": "text/plain"})
        assert code == 200 and event["body"] == text
    assert connection.sock.version() == "TLSv1.3"
    connection.close()


def test_older_versions_of_tls_are_refused(server):
    context = trusting(authority(server))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    assert ask(server, "localhost", "/v1/x", context)[0] == 200
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        ask(server, "localhost", "/v1/x", context)


def curl(host, name, path, *options):
    """Status, version of HTTP and body, by curl."""
    place = urllib.parse.urlsplit(host.tls)
    command = ["curl", "-sS", "--cacert", str(authority(host)), "--resolve", f"{name}:{place.port}:{place.hostname}"]
    command += ["-w", "\n%{http_code} %{http_version}", *options, f"https://{name}:{place.port}{path}"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=hosts.DEADLINE_SECONDS)
    if run.returncode:
        return run.returncode, run.stderr, ""
    body, _, end = run.stdout.rpartition("\n")
    return int(end.split()[0]), end.split()[1], body


def needs_curl():
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")


def needs_http2():
    needs_curl()
    if "HTTP2" not in subprocess.run(["curl", "--version"], capture_output=True, text=True).stdout:
        pytest.skip("this curl speaks no HTTP/2")


def test_curl(server):
    needs_curl()
    code, version, body = curl(server, "api.example.com", "/rest/x", "--http1.1")
    assert (code, version, json.loads(body)["domain"]) == (200, "1.1", "api.example.com")
    assert curl(server, "nobody.example.org", "/rest/x")[0] == 60  # The certificate is for other names.


def test_http2(server, tmp_path):
    needs_http2()
    code, version, body = curl(server, "api.example.com", "/rest/x", "--http2")
    assert (code, version, json.loads(body)["path"]) == (200, "2", "/rest/x")
    data = tmp_path / "data"
    data.write_text("나" * 500_000)
    code, version, body = curl(server, "localhost", "/echo?a=1&a=2", "--http2", "--data-binary", f"@{data}", "-H", "X-Own: 세계", "-H", "Content-Type: text/plain")
    event = json.loads(body)
    assert (code, version, event["body"] == data.read_text()) == (200, "2", True)
    assert (event["headers"]["x-own"], event["rawQueryString"]) == ("세계", "a=1&a=2")
    # API Gateway tells HTTP/1.1 of clients of HTTP/2, too.
    assert event["requestContext"]["http"]["protocol"] == "HTTP/1.1"
    assert curl(server, "localhost", "/v1/x", "--http2", "-I")[:2] == (200, "2")
    code, version, body = curl(server, "api.example.com", "/rest/" + "x" * 11_000, "--http2")
    assert (code, version) == (414, "2")
    data.write_bytes(b"x" * (10 * 1024 * 1024 + 1))
    assert curl(server, "localhost", "/echo", "--http2", "-H", "Expect:", "--data-binary", f"@{data}")[0] == 413


def test_many_streams_of_one_http2_connection(server, tmp_path):
    needs_http2()
    place = urllib.parse.urlsplit(server.tls)
    command = ["curl", "-sS", "--http2", "--cacert", str(authority(server)), "--parallel", "--parallel-max", "50"]
    command += ["-o", str(tmp_path / "#1"), f"https://localhost:{place.port}/v1/[1-200]"]
    subprocess.run(command, check=True, timeout=hosts.DEADLINE_SECONDS)
    for number in range(1, 201):
        assert json.loads((tmp_path / str(number)).read_text())["path"] == f"/v1/{number}"


def test_what_speaks_no_tls_is_closed_and_harms_nobody(server):
    place = urllib.parse.urlsplit(server.tls)
    silent = [socket.create_connection((place.hostname, place.port)) for _ in range(64)]
    for number, text in enumerate([b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\x16\x03\x01\x00\x05hello", b"\0" * 4096, b"\xff" * 70_000]):
        with socket.create_connection((place.hostname, place.port), hosts.DEADLINE_SECONDS) as wire:
            try:
                wire.sendall(text)
                while wire.recv(4096):
                    pass
            except ConnectionError:
                pass  # Closed as it spoke.
    assert ask(server, "localhost", "/v1/x")[0] == 200
    for wire in silent:
        wire.close()


def test_a_certificate_that_is_given(tmp_path):
    own = certificates.Authority(tmp_path)
    pem = own.issue("api.example.com", "api.example.com")
    path = template_with(tmp_path, {"api.example.com": {}, "other.example.com": {}})
    option = ["--tls-port", "0", "--certificate", f"api.example.com={pem},{pem}"]
    with hosts.Host(tmp_path / "host", *option, template=path) as host:
        assert ask(host, "api.example.com", "/rest/x", trusting(own.path))[0] == 200
        assert ask(host, "other.example.com", "/rest/x")[0] == 200

    def refusal(*options):
        command = [hosts.BINARY, "serve", "--no-build", "--port", "0", "--aws-port", "0", "--tls-port", "0", *options]
        command += ["--state-dir", str(tmp_path / "state"), "--template", str(path)]
        run = subprocess.run(command, capture_output=True, text=True, env=hosts.environment(), timeout=hosts.DEADLINE_SECONDS)
        return run.returncode, run.stderr

    other = own.issue("other", "other.example.com")
    code, text = refusal("--certificate", f"api.example.com={pem},{other}")
    assert code == 3 and "does not belong" in text
    code, text = refusal("--certificate", f"nobody.example.com={pem},{pem}")
    assert code == 3 and "no domain 'nobody.example.com'" in text
    assert refusal("--certificate", "api.example.com")[0] == 2
    code, text = refusal("--truststore", f"api.example.com={own.path}")
    assert code == 3 and "mutual TLS" in text


def test_a_disabled_default_endpoint(tmp_path):
    disabled = {"DisableExecuteApiEndpoint": True}
    path = template_with(tmp_path, {"api.example.com": {}}, rest=disabled, http=disabled)
    with hosts.Host(tmp_path, "--tls-port", "0", template=path) as host:
        rest, other = api_id(host, "Rest"), api_id(host, "Http")
        assert ask(host, f"{rest}.execute-api.localhost", "/v1/x") == (403, {"message": "Forbidden"})
        assert ask(host, f"{other}.execute-api.localhost", "/x") == (404, {"message": "Not Found"})
        assert ask(host, "api.example.com", "/rest/x")[0] == 200
        assert ask(host, "api.example.com", "/http/v2/x")[0] == 200


MUTUAL = {"MutualTlsAuthentication": {"TruststoreUri": "s3://bucket/truststore.pem"}}
FORBIDDEN = (403, {"message": "Forbidden"})


def test_clients_with_certificates(tmp_path):
    clients = certificates.Authority(tmp_path, "Clients")
    client = clients.issue("client", serial=4711)
    stranger = certificates.Authority(tmp_path, "Strangers").issue("stranger")
    expired = clients.issue("expired", days=-1)
    path = template_with(tmp_path, {"mutual.example.com": MUTUAL, "plain.example.com": {}})
    options = ["--tls-port", "0", "--truststore", f"mutual.example.com={clients.path}", "--trace"]
    with hosts.Host(tmp_path, *options, template=path) as host:
        def get(name, path, certificate=None, **headers):
            return ask(host, name, path, trusting(authority(host), certificate), **headers)

        code, told = get("mutual.example.com", "/rest/x", client)
        assert (code, told["subject"], told["issuer"], told["serial"]) == (200, "C=KR,CN=client", "C=KR,CN=Clients", "4711")
        text = subprocess.run(["openssl", "x509", "-noout", "-enddate", "-in", client], capture_output=True, text=True)
        assert text.stdout.strip() == f"notAfter={told['end']}"
        code, event = get("mutual.example.com", "/http/v2/x", client)
        shown = event["requestContext"]["authentication"]["clientCert"]
        assert (code, shown["subjectDN"], shown["validity"]["notAfter"]) == (200, "C=KR,CN=client", told["end"])
        assert client.read_text().startswith(shown["clientCertPem"])

        # Without a certificate there is no connection; a certificate that isn't trusted is answered.
        with pytest.raises((ssl.SSLError, ConnectionError, http.client.RemoteDisconnected)):
            get("mutual.example.com", "/rest/x")
        assert get("mutual.example.com", "/rest/x", stranger) == FORBIDDEN
        assert get("mutual.example.com", "/http/v2/x", stranger) == FORBIDDEN
        assert get("mutual.example.com", "/rest/x", expired) == FORBIDDEN
        reason = "Access denied. Reason: Could not find issuer for certificate"
        hosts.eventually(lambda: reason in host.log(), host.log)
        # Host headers lead nobody around it.
        assert get("plain.example.com", "/rest/x", Host="mutual.example.com") == FORBIDDEN
        assert get("localhost", "/rest/x", client, Host="mutual.example.com") == FORBIDDEN
        assert ask_plainly(host, "/rest/x", "mutual.example.com") == FORBIDDEN
        assert get("plain.example.com", "/rest/x")[1]["subject"] == ""
        assert get("mutual.example.com", "/rest/x", client, Host="plain.example.com")[1]["subject"] == ""

        if shutil.which("curl"):
            assert curl(host, "mutual.example.com", "/rest/x", "--cert", str(client))[0] == 200
            assert curl(host, "mutual.example.com", "/rest/x")[0] != 200


def test_a_truststore_that_is_elsewhere_or_here(tmp_path):
    clients = certificates.Authority(tmp_path, "Clients")
    client = clients.issue("client")
    here = {"MutualTlsAuthentication": {"TruststoreUri": clients.path.name}}
    path = template_with(tmp_path, {"elsewhere.example.com": MUTUAL, "here.example.com": here})
    with hosts.Host(tmp_path / "host", "--tls-port", "0", template=path) as host:
        told = ["domain elsewhere.example.com", "--truststore elsewhere.example.com="]
        hosts.eventually(lambda: all(text in host.log() for text in told), host.log)
        context = trusting(authority(host), client)
        assert ask(host, "elsewhere.example.com", "/rest/x", context) == FORBIDDEN
        assert ask(host, "here.example.com", "/rest/x", context)[0] == 200
    with hosts.Host(tmp_path / "plain", template=path) as host:
        assert host.tls is None and not (host.state / "tls").exists()
        hosts.eventually(lambda: "--tls-port" in host.log(), host.log)
        assert ask_plainly(host, "/rest/x", "here.example.com") == FORBIDDEN
    missing = {"MutualTlsAuthentication": {"TruststoreUri": "none.pem"}}
    path = template_with(tmp_path, {"api.example.com": missing})
    command = [hosts.BINARY, "serve", "--no-build", "--port", "0", "--aws-port", "0", "--tls-port", "0", "--template", str(path)]
    run = subprocess.run(command, capture_output=True, text=True, env=hosts.environment(), timeout=hosts.DEADLINE_SECONDS)
    assert run.returncode == 3 and os.path.join(tmp_path, "none.pem") in run.stderr
