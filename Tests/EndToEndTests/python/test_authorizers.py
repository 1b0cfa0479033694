"""Who gets in: tokens, signatures and keys, through sockets.

Answers are those of API Gateway's pages "Control access to HTTP APIs with JWT authorizers", "Gateway response types" and "Control
access to a REST API with IAM permissions".
"""

import json
import re
import time
import urllib.error
import urllib.request

import pytest

import host as hosts
import issuer as issuers
import template

if not hosts.BINARY:
    pytest.skip("MARTLET_BINARY names no program", allow_module_level=True)


def call(url, method="GET", data=None, **headers):
    """Status, headers in lower case, body."""
    request = urllib.request.Request(url, data, {name.replace("_", "-"): value for name, value in headers.items()}, method=method)
    try:
        answer = urllib.request.urlopen(request, timeout=hosts.DEADLINE_SECONDS)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()


def guarded_by_tokens(path, issuer):
    def route(path, **auth):
        properties = {"Path": path, "Method": "GET", "ApiId": {"Ref": "Api"}}
        return {"Type": "HttpApi", "Properties": {**properties, **({"Auth": auth} if auth else {})}}

    tokens = {"JwtConfiguration": {"issuer": issuer, "audience": ["app"]}, "IdentitySource": "$request.header.Authorization"}
    return template.write(
        path,
        Api={
            "Type": "AWS::Serverless::HttpApi",
            "Properties": {
                "Auth": {"DefaultAuthorizer": "Tokens", "Authorizers": {"Tokens": tokens}},
                "AccessLogSettings": {
                    "DestinationArn": "arn:aws:logs:us-east-1:000000000000:log-group:access",
                    "Format": "access $context.requestId $context.routeKey $context.status $context.authorizer.claims.sub",
                },
            },
        },
        Echo=template.function("Echo", {"Me": route("/me"), "Write": route("/write", AuthorizationScopes=["write"])}),
    )


def test_tokens_of_an_issuer(tmp_path):
    with issuers.Issuer("first") as issuer:
        path = guarded_by_tokens(tmp_path / "template.json", issuer.url)
        with hosts.Host(tmp_path, template=path) as host:
            claims = issuers.claims(issuer.url)

            def status(token, path="/me"):
                return call(host.gateway + path, Authorization=f"Bearer {token}")[0]

            code, headers, body = call(host.gateway + "/me")
            assert (code, json.loads(body)) == (401, {"message": "Unauthorized"})
            # RFC 6750 section 3.1: without a token no error is named.
            assert headers["www-authenticate"] == "Bearer"
            code, _, body = call(host.gateway + "/me", Authorization=f"Bearer {issuers.token(claims)}")
            assert code == 200
            event = json.loads(body)
            assert event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] == "me"
            for algorithm in ["RS384", "RS512"]:
                # The key set says RS256 for this key (RFC 7517 section 4.4).
                assert status(issuers.token(claims, algorithm=algorithm)) == 401

            good = issuers.token(claims)
            assert status(good[:-4] + ("AAAA" if not good.endswith("AAAA") else "BBBB")) == 401
            head, _, tail = good.split(".")
            other = issuers.encode(json.dumps({**claims, "sub": "somebody else"}).encode())
            assert status(f"{head}.{other}.{tail}") == 401
            assert status(issuers.unsigned(claims)) == 401
            assert status(issuers.token(claims, key="second", named="first")) == 401
            assert status(issuers.token({**claims, "exp": int(time.time()) - 1})) == 401
            assert status(issuers.token({**claims, "aud": "another"})) == 401
            assert status(issuers.token({**claims, "iss": issuer.url + "2"})) == 401
            code, headers, _ = call(host.gateway + "/me", Authorization="Bearer abc")
            assert (code, "invalid_token" in headers["www-authenticate"]) == (401, True)
            # The form and these words are those of the guide's "Troubleshooting issues with HTTP API JWT authorizers".
            code, headers, _ = call(host.gateway + "/me", Authorization=f"Bearer {issuers.token({**claims, 'aud': 'another'})}")
            description = "the token does not have a valid audience"
            assert (code, headers["www-authenticate"]) == (401, f'Bearer scope="" error="invalid_token" error_description="{description}"')

            code, headers, body = call(host.gateway + "/write", Authorization=f"Bearer {good}")
            assert (code, json.loads(body)) == (403, {"message": "Forbidden"})
            assert headers["www-authenticate"] == 'Bearer scope="write" error="insufficient_scope"'
            assert status(issuers.token({**claims, "scope": "read write"}), "/write") == 200

            # The issuer takes another key: its first token makes us ask again, the old key is good no more.
            issuer.names = ("second",)
            time.sleep(1.1)  # Keys are read once a second at most.
            assert status(issuers.token(claims, key="second")) == 200
            assert status(good) == 401
            asked = issuer.asked
            for _ in range(20):
                assert status(issuers.token(claims, key="second")) == 200
            assert issuer.asked == asked
            hosts.eventually(lambda: re.search("access [0-9A-Za-z_=-]+ GET /me 200 me", host.log()), host.log)


def test_a_key_set_that_is_too_large(tmp_path):
    """Quotas of HTTP APIs: 150,000 bytes."""
    with issuers.Issuer("first") as issuer:
        path = guarded_by_tokens(tmp_path / "template.json", issuer.url)
        with hosts.Host(tmp_path, template=path) as host:
            bearer = f"Bearer {issuers.token(issuers.claims(issuer.url))}"
            issuer.padding = 150_000
            assert call(host.gateway + "/me", Authorization=bearer)[0] == 401
            hosts.eventually(lambda: f"the keys of {issuer.url} can't be read" in host.log(), host.log)
            issuer.padding = 140_000
            time.sleep(1.1)  # Keys are read once a second at most.
            assert call(host.gateway + "/me", Authorization=bearer)[0] == 200


def test_keys_from_a_file_for_an_issuer_that_is_far_away(tmp_path):
    url = "https://issuer.invalid/pool"  # RFC 6761: nobody has this name.
    path = guarded_by_tokens(tmp_path / "template.json", url)
    bearer = f"Bearer {issuers.token(issuers.claims(url))}"
    with hosts.Host(tmp_path / "without", template=path) as host:
        assert call(host.gateway + "/me", Authorization=bearer)[0] == 401
        hosts.eventually(lambda: f"the keys of {url} can't be read" in host.log() and f"--jwks {url}=" in host.log(), host.log)
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(issuers.key_set("first")))
    with hosts.Host(tmp_path / "with", "--jwks", f"{url}={keys}", template=path) as host:
        assert call(host.gateway + "/me", Authorization=bearer)[0] == 200
        assert "--jwks" not in host.log()
        keys.write_text("{")
        time.sleep(1.1)
        other = f"Bearer {issuers.token(issuers.claims(url), key='second')}"
        assert call(host.gateway + "/me", Authorization=other)[0] == 401
        assert call(host.gateway + "/me", Authorization=bearer)[0] == 200


def signed(url, key, secret, service="execute-api"):
    import botocore.auth
    import botocore.awsrequest
    import botocore.credentials

    request = botocore.awsrequest.AWSRequest("GET", url)
    botocore.auth.SigV4Auth(botocore.credentials.Credentials(key, secret), service, hosts.REGION).add_auth(request)
    return {name.replace("-", "_"): value for name, value in request.headers.items()}


def test_signatures_of_a_rest_api(tmp_path):
    path = template.write(
        tmp_path / "template.json",
        Api={"Type": "AWS::Serverless::Api", "Properties": {"StageName": "v1", "Auth": {"DefaultAuthorizer": "AWS_IAM"}}},
        Echo=template.function(
            "Echo", {"Get": {"Type": "Api", "Properties": {"Path": "/me/{proxy+}", "Method": "GET", "RestApiId": {"Ref": "Api"}}}}
        ),
        Wrapped=template.function("Hello"),
    )
    with hosts.Host(tmp_path, "--trace", template=path, MARTLET_CREDENTIALS="AKIDLOCAL:a-secret") as host:
        url = host.gateway + "/v1/me/a%20b?x=1&y=%ED%95%9C"
        code, headers, body = call(url)
        assert (code, headers["x-amzn-errortype"]) == (403, "MissingAuthenticationTokenException")
        # Echo answers with its event, which is no proxy response: the signature let it through.
        code, headers, _ = call(url, **signed(url, "AKIDLOCAL", "a-secret"))
        assert code == 502
        code, headers, _ = call(url, **signed(url, "AKIDLOCAL", "another"))
        assert (code, headers["x-amzn-errortype"]) == (403, "InvalidSignatureException")
        code, headers, _ = call(url, **signed(url, "AKIDOTHER", "a-secret"))
        assert (code, headers["x-amzn-errortype"]) == (403, "UnrecognizedClientException")
        assert call(url, **signed(url, "AKIDLOCAL", "a-secret", service="lambda"))[0] == 403
        assert call(url + "&z=1", **signed(url, "AKIDLOCAL", "a-secret"))[0] == 403
        hosts.eventually(lambda: "Execution log for request" in host.log(), host.log)
