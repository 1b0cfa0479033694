"""Who gets in where a resource policy and a caller's own policy, or an authorizer, both have a say: every cell, through sockets.

By the developer guide's "How API Gateway resource policies affect authorization workflow": table A for callers and APIs of one
account and for Lambda authorizers, table B for callers of another account. A Cognito authorizer stands before the policy, which then
has to allow by itself.
"""

import json

import pytest

import host as hosts
import issuer as issuers
import template
from test_authorizers import call, signed

if not hosts.BINARY:
    pytest.skip("MARTLET_BINARY names no program", allow_module_level=True)

AUTHORIZER = '''
def authorize(event, context):
    effect = event["authorizationToken"]
    elsewhere = "arn:aws:execute-api:us-east-1:000000000000:elsewhere/*"
    statement = {"Effect": "Allow" if effect == "silent" else effect.title(), "Action": "execute-api:Invoke"}
    statement["Resource"] = elsewhere if effect == "silent" else "*"
    return {"principalId": "me", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
'''

ALLOW, IMPLICIT, EXPLICIT = "allow", "implicit deny", "explicit deny"
EFFECTS = ["allow", "silent", "deny"]

# (what the caller's policy or the authorizer says, what the resource policy says): what becomes of it. The guide has no row for an
# API without a policy: there the caller's side decides in one account, and in another nothing allows.
TABLE_A = {
    ("allow", "allow"): ALLOW,
    ("allow", "silent"): ALLOW,
    ("allow", "deny"): EXPLICIT,
    ("silent", "allow"): ALLOW,
    ("silent", "silent"): IMPLICIT,
    ("silent", "deny"): EXPLICIT,
    ("deny", "allow"): EXPLICIT,
    ("deny", "silent"): EXPLICIT,
    ("deny", "deny"): EXPLICIT,
    ("allow", "none"): ALLOW,
    ("silent", "none"): IMPLICIT,
    ("deny", "none"): EXPLICIT,
}
TABLE_B = {
    ("allow", "allow"): ALLOW,
    ("allow", "silent"): IMPLICIT,
    ("allow", "deny"): EXPLICIT,
    ("silent", "allow"): IMPLICIT,
    ("silent", "silent"): IMPLICIT,
    ("silent", "deny"): EXPLICIT,
    ("deny", "allow"): EXPLICIT,
    ("deny", "silent"): EXPLICIT,
    ("deny", "deny"): EXPLICIT,
    ("allow", "none"): IMPLICIT,
    ("silent", "none"): IMPLICIT,
    ("deny", "none"): EXPLICIT,
}
OTHER_ACCOUNT = "111122223333"
POOL = "eu-west-1_pool"
ISSUER = f"https://cognito-idp.eu-west-1.amazonaws.com/{POOL}"


def policy(effect, resource, **more):
    """`silent`: it speaks of something else."""
    if effect == "silent":
        effect, resource = "allow", "arn:aws:execute-api:us-east-1:000000000000:elsewhere/*"
    statement = {"Effect": effect.title(), "Action": "execute-api:Invoke", "Resource": resource, **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def access_keys():
    """One for each effect, of the own account (`OWN…`) and of another (`FAR…`); some without a policy, and one that has expired."""
    keys = {"EXPIRED": {"secret": "secret", "expires": "2020-01-01T00:00:00Z"}, "FARPLAIN": {"secret": "secret", "account": OTHER_ACCOUNT}}
    for effect in EFFECTS:
        keys["OWN" + effect.upper()] = {"secret": "secret", "policy": policy(effect, "*")}
        keys["FAR" + effect.upper()] = {"secret": "secret", "account": OTHER_ACCOUNT, "policy": policy(effect, "*")}
    return keys


def definition(side):
    def operation(scheme):
        answer = {"statusCode": "200", "responseTemplates": {"application/json": "{}"}}
        mock = {"type": "mock", "requestTemplates": {"application/json": '{"statusCode": 200}'}, "responses": {"default": answer}}
        security = {"security": [{scheme: []}]} if scheme else {}
        return {"responses": {"200": {"description": "ok"}}, "x-amazon-apigateway-integration": mock, **security}

    uri = {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Authorize.Arn}/invocations"}
    lambda_authorizer = {"type": "token", "authorizerUri": uri, "authorizerResultTtlInSeconds": 0}
    pool = {"type": "cognito_user_pools", "providerARNs": [f"arn:aws:cognito-idp:eu-west-1:000000000000:userpool/{POOL}"]}
    header = {"type": "apiKey", "name": "Authorization", "in": "header"}
    body = {
        "openapi": "3.0.1",
        "info": {"title": side, "version": "1"},
        "components": {
            "securitySchemes": {
                "iam": {**header, "x-amazon-apigateway-authtype": "awsSigv4"},
                "token": {**header, "x-amazon-apigateway-authtype": "custom", "x-amazon-apigateway-authorizer": lambda_authorizer},
                "pool": {**header, "x-amazon-apigateway-authtype": "cognito_user_pools", "x-amazon-apigateway-authorizer": pool},
            }
        },
        "paths": {f"/{scheme or 'open'}": {"get": operation(scheme)} for scheme in ["iam", "token", "pool", None]},
    }
    if side != "none":
        body["x-amazon-apigateway-policy"] = policy(side, "execute-api:/*", Principal="*")
    return body


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    folder = tmp_path_factory.mktemp("policies")
    (folder / "code").mkdir()
    (folder / "code" / "app.py").write_text(AUTHORIZER)
    (folder / "keys.json").write_text(json.dumps(access_keys()))
    (folder / "jwks.json").write_text(json.dumps(issuers.key_set("first")))
    apis = {
        f"Api{side.title()}": {
            "Type": "AWS::Serverless::Api",
            "Properties": {
                "StageName": side,
                "OpenApiVersion": "3.0.1",
                "EndpointConfiguration": "REGIONAL",
                "DefinitionBody": definition(side),
                "GatewayResponses": {"EXPIRED_TOKEN": {"StatusCode": 419}} if side == "silent" else {},
            },
        }
        for side in [*EFFECTS, "none"]
    }
    python = {"CodeUri": "code", "Handler": "app.authorize", "Runtime": "python3.13", "Timeout": 3}
    path = template.write(folder / "template.json", Authorize={"Type": "AWS::Serverless::Function", "Properties": python}, **apis)
    options = ["--access-keys", str(folder / "keys.json"), "--jwks", f"{ISSUER}={folder / 'jwks.json'}"]
    with hosts.Host(folder, *options, template=path) as host:
        yield host


def expect(answer, outcome, user=None):
    status, headers, body = answer
    if outcome == ALLOW:
        assert (status, body) == (200, b"{}")
        return
    assert (status, headers["x-amzn-errortype"]) == (403, "AccessDeniedException")
    message = json.loads(body)["Message"]
    assert message.endswith(" with an explicit deny") == (outcome == EXPLICIT), message
    if user:
        assert message.startswith(f"User: {user} is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:"), message


@pytest.mark.parametrize("caller,side", TABLE_A)
def test_a_caller_of_the_same_account(host, caller, side):
    url, key = f"{host.gateway}/{side}/iam", "OWN" + caller.upper()
    expect(call(url, **signed(url, key, "secret")), TABLE_A[caller, side], f"arn:aws:iam::000000000000:user/{key}")


@pytest.mark.parametrize("caller,side", TABLE_B)
def test_a_caller_of_another_account(host, caller, side):
    url, key = f"{host.gateway}/{side}/iam", "FAR" + caller.upper()
    expect(call(url, **signed(url, key, "secret")), TABLE_B[caller, side], f"arn:aws:iam::{OTHER_ACCOUNT}:user/{key}")


@pytest.mark.parametrize("caller,side", TABLE_A)
def test_a_lambda_authorizer(host, caller, side):
    """Where the policy denies explicitly, the function isn't asked: the words are those of an anonymous caller."""
    user = "anonymous" if side == "deny" else None
    expect(call(f"{host.gateway}/{side}/token", Authorization=caller), TABLE_A[caller, side], user)


@pytest.mark.parametrize("side", [*EFFECTS, "none"])
def test_no_authorizer_and_a_user_pool(host, side):
    outcome = {"allow": ALLOW, "silent": IMPLICIT, "deny": EXPLICIT, "none": ALLOW}[side]
    expect(call(f"{host.gateway}/{side}/open"), outcome, "anonymous")
    token = issuers.token({**issuers.claims(ISSUER), "token_use": "id"})
    expect(call(f"{host.gateway}/{side}/pool", Authorization=token), outcome)
    # The token comes first.
    status, headers, body = call(f"{host.gateway}/{side}/pool", Authorization="none")
    assert (status, headers["x-amzn-errortype"], body) == (401, "UnauthorizedException", b'{"message":"Unauthorized"}')


def test_a_key_whose_time_is_over(host):
    url = f"{host.gateway}/allow/iam"
    status, headers, body = call(url, **signed(url, "EXPIRED", "secret"))
    assert (status, headers["x-amzn-errortype"]) == (403, "ExpiredTokenException")
    assert body == b'{"message":"The security token included in the request is expired"}'
    url = f"{host.gateway}/silent/iam"
    assert call(url, **signed(url, "EXPIRED", "secret"))[0] == 419


def test_a_signature_that_is_too_old(host, monkeypatch):
    """As a client whose clock is wrong makes it."""
    import datetime

    import botocore.auth

    url = f"{host.gateway}/allow/iam"
    if hasattr(botocore.auth, "get_current_datetime"):
        old = datetime.datetime(2020, 10, 27, 12, 30, 8)
        monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: old)
    else:
        pytest.skip("this botocore has another clock")
    status, headers, body = call(url, **signed(url, "OWNALLOW", "secret"))
    assert (status, headers["x-amzn-errortype"]) == (403, "InvalidSignatureException")
    message = json.loads(body)["message"]
    assert message.startswith("Signature expired: 20201027T123008Z is now earlier than ") and message.endswith("Z - 5 min.)")


def test_a_key_without_a_policy_of_another_account(host):
    url = f"{host.gateway}/allow/iam"
    expect(call(url, **signed(url, "FARPLAIN", "secret")), ALLOW)
    url = f"{host.gateway}/none/iam"
    expect(call(url, **signed(url, "FARPLAIN", "secret")), IMPLICIT)


@pytest.mark.parametrize("text,words", [("[]", "is no JSON object"), ("{", "is no JSON"), ('{"A": {"secret": "s", "account": "1"}}', "A.account: ")])
def test_a_file_of_keys_that_can_not_be_read(tmp_path, text, words):
    import subprocess

    (tmp_path / "keys.json").write_text(text)
    path = template.write(tmp_path / "template.json")
    command = [hosts.BINARY, "serve", "--no-build", "--port", "0", "--aws-port", "0", "--access-keys", str(tmp_path / "keys.json")]
    done = subprocess.run([*command, "--template", str(path)], capture_output=True, text=True, env=hosts.environment())
    assert done.returncode == 2 and words in done.stderr, done.stderr
