"""Private APIs, canaries and the domains of SAM's APIs, through sockets.

Answers are those of the developer guide's "Private REST APIs in API Gateway", "How to invoke a private API", "API Gateway resource
policy examples" and "Set up an API Gateway canary release deployment", and of SAM's page "DomainConfiguration".
"""

import collections
import json
import ssl

import pytest

import host as hosts
import template
from test_gateway import Wire
from test_tls import CERTIFICATE_ARN, Connection, ask, authority, trusting

if not hosts.BINARY:
    pytest.skip("MARTLET_BINARY names no program", allow_module_level=True)


def mock(text):
    """A method that answers with a template's text."""
    integration = {
        "type": "mock",
        "requestTemplates": {"application/json": '{"statusCode": 200}'},
        "responses": {"default": {"statusCode": "200", "responseTemplates": {"application/json": text}}},
    }
    return {"responses": {"200": {"description": "ok"}}, "x-amazon-apigateway-integration": integration}


def definition(**methods):
    return {"openapi": "3.0.1", "info": {"title": "t", "version": "1"}, "paths": {f"/{path}": {"get": method} for path, method in methods.items()}}


def statement(effect, **condition):
    found = {"Effect": effect, "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}
    return {**found, "Condition": condition} if condition else found


def stage(api, name, policy=None):
    """A deployment of an API of resources, and its stage."""
    return {
        api: {
            "Type": "AWS::ApiGateway::RestApi",
            "Properties": {
                "Name": api,
                "Body": definition(here=mock('{"path": "$context.path"}')),
                "EndpointConfiguration": {"Types": ["PRIVATE"], "VpcEndpointIds": [{"Ref": "Door"}]},
                **({"Policy": {"Version": "2012-10-17", "Statement": policy}} if policy else {}),
            },
        },
        f"{api}Live": {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": api}, "StageName": name}},
    }


# Private APIs


@pytest.fixture(scope="module")
def private(tmp_path_factory):
    folder = tmp_path_factory.mktemp("private")

    def door(network):
        service = {"Fn::Sub": "com.amazonaws.${AWS::Region}.execute-api"}
        return {"Type": "AWS::EC2::VPCEndpoint", "Properties": {"VpcId": network, "ServiceName": service, "VpcEndpointType": "Interface"}}

    path = template.write(
        folder / "template.json",
        Net={"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        Door=door({"Ref": "Net"}),
        **stage("Endpoint", "endpoint", [statement("Allow"), statement("Deny", StringNotEquals={"aws:SourceVpce": {"Ref": "Door"}})]),
        **stage("Network", "network", [statement("Allow"), statement("Deny", StringNotEquals={"aws:SourceVpc": {"Ref": "Net"}})]),
        **stage("Anybody", "anybody", [statement("Allow")]),
        **stage("Nobody", "nobody"),
    )
    with hosts.Host(folder, template=path) as host:
        apis = host.client("apigateway").get_rest_apis()["items"]
        host.ids = {api["name"]: api["id"] for api in apis}
        (host.door,) = {id for api in apis for id in api["endpointConfiguration"]["vpcEndpointIds"]}
        yield host


DENIED = "User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********0000:{}/{}/GET/here"


@pytest.mark.parametrize("name", ["Endpoint", "Network"])
def test_a_private_api_is_reached_through_its_endpoint(private, name):
    id, place = private.ids[name], f"/{name.lower()}/here"
    through = [
        (f"{id}-{private.door}.execute-api.localhost", None),
        (f"{id}-{private.door}.execute-api.{hosts.REGION}.amazonaws.com", None),
        (f"{private.door}-0a1b2c3d.execute-api.{hosts.REGION}.vpce.amazonaws.com", id),
        (f"{private.door}-0a1b2c3d-{hosts.REGION}a.execute-api.{hosts.REGION}.vpce.amazonaws.com", id),
    ]
    beside = [
        (None, None),
        (None, id),
        (f"{id}.execute-api.localhost", None),
        (f"{id}-vpce-0f.execute-api.localhost", None),
        ("vpce-0f-0a1b.execute-api.localhost", id),
    ]
    with Wire(private) as wire:
        for host, api in through:
            code, _, body = wire.call("GET", place, None, *([f"x-apigw-api-id: {api}"] if api else []), host=host)
            assert (code, json.loads(body)) == (200, {"path": place}), host
        for host, api in beside:
            code, headers, body = wire.call("GET", place, None, *([f"x-apigw-api-id: {api}"] if api else []), host=host)
            assert (code, json.loads(body)) == (403, {"Message": DENIED.format(id, name.lower()) + " with an explicit deny"}), host
            assert dict(headers)["x-amzn-errortype"] == "AccessDeniedException"


def test_an_endpoint_needs_to_be_told_which_api(private):
    endpoint = f"{private.door}-0a1b2c3d.execute-api.localhost"
    with Wire(private) as wire:
        for headers in [[], ["x-apigw-api-id: nothing"]]:
            code, _, body = wire.call("GET", "/endpoint/here", None, *headers, host=endpoint)
            assert (code, body) == (403, b'{"message":"Forbidden"}')


def test_a_private_api_without_a_condition_and_one_without_a_policy(private):
    with Wire(private) as wire:
        assert wire.call("GET", "/anybody/here")[0] == 200
        code, _, body = wire.call("GET", "/nobody/here", host=f"{private.ids['Nobody']}-{private.door}.execute-api.localhost")
        assert (code, json.loads(body)) == (403, {"Message": DENIED.format(private.ids["Nobody"], "nobody")})
    assert "a private API needs one to be reachable" in private.log()


# Canaries

TOLD = json.dumps({name: f"$context.{name}" for name in ["isCanaryRequest", "deploymentId"]} | {name: f"$stageVariables.{name}" for name in ["a", "b", "c"]})


def canary_api(name, percent):
    return {
        name: {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": name, "Body": definition(told=mock(TOLD))}},
        f"{name}Old": {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": name}}},
        f"{name}Stage": {
            "Type": "AWS::ApiGateway::Stage",
            "Properties": {
                "RestApiId": {"Ref": name},
                "StageName": name.lower(),
                "DeploymentId": {"Ref": f"{name}Old"},
                "Variables": {"a": "1", "b": "1"},
                "CanarySetting": {
                    "DeploymentId": {"Ref": f"{name}New"},
                    "PercentTraffic": percent,
                    "StageVariableOverrides": {"b": "2", "c": "3"},
                },
                "AccessLogSetting": {
                    "DestinationArn": "arn:aws:logs:us-east-1:000000000000:log-group:access",
                    "Format": f"access {name} $context.requestId $context.isCanaryRequest",
                },
            },
        },
        f"{name}New": {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": name}}},
    }


def test_a_canary_takes_its_share(tmp_path):
    released = {
        "Type": "AWS::ApiGateway::Deployment",
        "Properties": {"RestApiId": {"Ref": "Half"}, "StageName": "released", "DeploymentCanarySettings": {"PercentTraffic": 100}},
    }
    path = template.write(
        tmp_path / "template.json", **canary_api("None", 0), **canary_api("Half", 50), **canary_api("All", 100), Released=released
    )
    stage = {"isCanaryRequest": "false", "a": "1", "b": "1", "c": ""}
    canary = {"isCanaryRequest": "true", "a": "1", "b": "2", "c": "3"}
    with hosts.Host(tmp_path, template=path) as host, Wire(host) as wire:

        def told(name):
            answer = json.loads(wire.call("GET", f"/{name}/told")[2])
            return answer, answer.pop("deploymentId")

        before, after = told("none"), told("all")
        assert (before[0], after[0], before[1] != after[1]) == (stage, canary, True)
        counts = collections.Counter()
        for _ in range(400):
            answer, _ = told("half")
            assert answer in (stage, canary)
            counts[answer["isCanaryRequest"]] += 1
        # Of 400 tosses of a coin fewer than 120 heads come once in 10^15 times.
        assert min(counts["true"], counts["false"]) >= 120, counts
        hosts.eventually(lambda: host.log().count("access Half") == 400, "logged")
        assert sum(line.endswith("true") for line in host.log().splitlines() if line.startswith("access Half")) == counts["true"]
        # A deployment that is a canary itself.
        assert told("released")[0]["isCanaryRequest"] == "true"


def test_a_canary_has_a_cache_of_its_own_unless_told_otherwise(tmp_path):
    def api(name, uses):
        found = canary_api(name, 50)
        told = mock('{"canary": "$context.isCanaryRequest", "id": "$context.requestId"}')
        found[name]["Properties"]["Body"] = definition(told=told)
        properties = found[f"{name}Stage"]["Properties"]
        properties["CanarySetting"]["UseStageCache"] = uses
        properties |= {"CacheClusterEnabled": True, "CacheClusterSize": "0.5"}
        properties["MethodSettings"] = [{"ResourcePath": "/*", "HttpMethod": "*", "CachingEnabled": True}]
        return found

    path = template.write(tmp_path / "template.json", **api("Own", False), **api("Shared", True))
    with hosts.Host(tmp_path, template=path) as host, Wire(host) as wire:
        kept = {name: {wire.call("GET", f"/{name}/told")[2] for _ in range(60)} for name in ["own", "shared"]}
        # One answer of the stage's and one of the canary's; together one.
        assert sorted(json.loads(text)["canary"] for text in kept["own"]) == ["false", "true"]
        assert len(kept["shared"]) == 1


# Domains of SAM


def test_the_domain_of_a_sam_api_over_tls(tmp_path):
    def domain(name, *base_paths, **more):
        return {"DomainName": name, "CertificateArn": CERTIFICATE_ARN, **({"BasePath": list(base_paths)} if base_paths else {}), **more}

    told = definition(**{"orders/{id}": mock('{"path": "$context.path", "id": "$input.params(\'id\')", "scheme": "$input.params(\'X-Forwarded-Proto\')"}')})
    route = {"Type": "HttpApi", "Properties": {"Path": "/{proxy+}", "Method": "ANY", "ApiId": {"Ref": "Http"}}}
    path = template.write(
        tmp_path / "template.json",
        Shop={
            "Type": "AWS::Serverless::Api",
            "Properties": {"StageName": "live", "DefinitionBody": told, "Domain": domain("shop.example.com", "v1", "/beta")},
        },
        Whole={"Type": "AWS::Serverless::Api", "Properties": {"StageName": "live", "DefinitionBody": told, "Domain": domain("whole.example.com")}},
        Deep={
            "Type": "AWS::Serverless::Api",
            "Properties": {"StageName": "live", "DefinitionBody": told, "Domain": domain("deep.example.com", "a/b", NormalizeBasePath=False)},
        },
        Http={"Type": "AWS::Serverless::HttpApi", "Properties": {"StageName": "v2", "Domain": domain("http.example.com", "/api/v2")}},
        Echo=template.function("Echo", {"Any": route}),
    )
    with hosts.Host(tmp_path, "--tls-port", "0", template=path) as host:
        for name, place in [
            ("shop.example.com", "/v1"),
            ("shop.example.com", "/beta"),
            ("whole.example.com", ""),
            ("deep.example.com", "/a/b"),
        ]:
            expected = {"path": f"{place}/orders/%ED%95%9C%EA%B3%BC", "id": "한과", "scheme": "https"}
            assert ask(host, name, f"{place}/orders/%ED%95%9C%EA%B3%BC") == (200, expected)
        assert ask(host, "shop.example.com", "/orders/1") == (403, {"message": "Forbidden"})
        code, event = ask(host, "http.example.com", "/api/v2/%ED%95%9C")
        assert (code, event["rawPath"], event["pathParameters"], event["requestContext"]["stage"]) == (200, "/api/v2/한", {"proxy": "한"}, "v2")
        assert event["headers"]["x-forwarded-proto"] == "https"
        # Each has its certificate; a name that nobody has gets none.
        with pytest.raises(ssl.SSLCertVerificationError):
            Connection(host, "other.example.com", trusting(authority(host))).ask("/")
