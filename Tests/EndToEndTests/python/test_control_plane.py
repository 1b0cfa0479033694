"""The Lambda control plane as boto3 sees it.

Needs a running host: MARTLET_AWS_ENDPOINT=http://127.0.0.1:3001 pytest test_control_plane.py
Each test makes functions of its own, under names that no other test uses, and deletes them.
boto3 validates nothing of what it sends here (parameter_validation is off where bad input is the point) and parses every answer
by its service model.
"""

import base64
import hashlib
import io
import json
import os
import urllib.error
import urllib.request
import uuid
import zipfile

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ.get("MARTLET_AWS_ENDPOINT")
REGION = os.environ.get("AWS_DEFAULT_REGION", "us-east-1")
ROLE = "arn:aws:iam::000000000000:role/test"

pytestmark = pytest.mark.skipif(not ENDPOINT, reason="MARTLET_AWS_ENDPOINT names no host")


def client(service="lambda", **config):
    return boto3.client(
        service,
        endpoint_url=ENDPOINT,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}, **config),
    )


@pytest.fixture(scope="module")
def lambda_client():
    return client()


def package(text="echo hi", executable=True):
    """A zip with a bootstrap in it; the same text gives the same bytes."""
    info = zipfile.ZipInfo("bootstrap", (2026, 1, 31, 12, 0, 0))
    info.create_system = 3
    info.external_attr = (0o100755 if executable else 0o100644) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, "#!/bin/sh\n" + text + "\n")
    return buffer.getvalue()


def digest(zipped):
    return base64.b64encode(hashlib.sha256(zipped).digest()).decode()


def creation(name, **more):
    parameters = dict(
        FunctionName=name,
        Runtime="provided.al2023",
        Handler="bootstrap",
        Role=ROLE,
        Code={"ZipFile": package()},
    )
    parameters.update(more)
    return parameters


@pytest.fixture
def make(lambda_client):
    """Makes functions and deletes them at the end of the test; gives CreateFunction's answer."""
    names = []

    def make(**more):
        name = more.pop("FunctionName", "e2e-" + uuid.uuid4().hex[:12])
        answer = lambda_client.create_function(**creation(name, **more))
        names.append(name)
        return answer

    yield make
    for name in names:
        try:
            lambda_client.delete_function(FunctionName=name)
        except lambda_client.exceptions.ResourceNotFoundException:
            pass  # The test has deleted it itself.


@pytest.fixture
def name(make):
    return make()["FunctionName"]


def refused(code, status, call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    response = caught.value.response
    assert (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == (code, status), response
    return response["Error"]["Message"]


def status(answer):
    return answer["ResponseMetadata"]["HTTPStatusCode"]


# Functions


def test_create_answers_pending_and_waiters_succeed(lambda_client, make):
    zipped = package("create")
    answer = make(
        Code={"ZipFile": zipped},
        Description="설명",
        Timeout=7,
        MemorySize=256,
        Environment={"Variables": {"KEY": "값"}},
        Tags={"team": "a"},
        EphemeralStorage={"Size": 1024},
        TracingConfig={"Mode": "Active"},
        Architectures=["arm64"],
        LoggingConfig={"LogFormat": "JSON", "ApplicationLogLevel": "DEBUG"},
    )
    name = answer["FunctionName"]
    assert status(answer) == 201
    assert answer["ResponseMetadata"]["RequestId"]
    assert answer["State"] == "Pending"
    assert answer["StateReasonCode"] == "Creating"
    assert answer["FunctionArn"].endswith(f":function:{name}")
    assert answer["CodeSha256"] == digest(zipped)
    assert answer["CodeSize"] == len(zipped)
    assert answer["Version"] == "$LATEST"
    for waiter in ["function_exists", "function_active_v2", "function_updated_v2", "function_active", "function_updated"]:
        lambda_client.get_waiter(waiter).wait(FunctionName=name)
    got = lambda_client.get_function(FunctionName=name)
    configuration = got["Configuration"]
    assert configuration["State"] == "Active"
    assert configuration["LastUpdateStatus"] == "Successful"
    assert configuration["Description"] == "설명"
    assert (configuration["Timeout"], configuration["MemorySize"]) == (7, 256)
    assert configuration["Environment"] == {"Variables": {"KEY": "값"}}
    assert configuration["EphemeralStorage"] == {"Size": 1024}
    assert configuration["TracingConfig"] == {"Mode": "Active"}
    assert configuration["Architectures"] == ["arm64"]
    assert configuration["LoggingConfig"]["ApplicationLogLevel"] == "DEBUG"
    assert configuration["LoggingConfig"]["SystemLogLevel"] == "INFO"
    assert configuration["PackageType"] == "Zip"
    assert got["Tags"] == {"team": "a"}
    assert got["Code"]["Location"]
    assert lambda_client.get_function_configuration(FunctionName=name)["RevisionId"] == configuration["RevisionId"]


def test_a_function_answers_to_every_form_of_its_name(lambda_client, make):
    answer = make(Publish=True)
    name, arn = answer["FunctionName"], answer["FunctionArn"].removesuffix(":1")
    account = arn.split(":")[4]
    for reference in [name, arn, f"{account}:function:{name}", f"{name}:1", f"{arn}:$LATEST", f"function:{name}"]:
        assert lambda_client.get_function_configuration(FunctionName=reference)["FunctionName"] == name
    qualified = lambda_client.get_function_configuration(FunctionName=name, Qualifier="1")
    assert qualified["FunctionArn"] == f"{arn}:1"
    message = refused(
        "InvalidParameterValueException", 400, lambda_client.get_function, FunctionName=f"{name}:1", Qualifier="$LATEST"
    )
    assert message == "The derived qualifier from the function name does not match the specified qualifier."
    elsewhere = arn.replace(REGION, "eu-north-1" if REGION != "eu-north-1" else "us-east-2")
    assert "are not reachable in this region" in refused(
        "ResourceNotFoundException", 404, lambda_client.get_function, FunctionName=elsewhere
    )


def test_update_code(lambda_client, name):
    before = lambda_client.get_function_configuration(FunctionName=name)
    zipped = package("update")
    trial = lambda_client.update_function_code(FunctionName=name, ZipFile=zipped, DryRun=True)
    assert trial["CodeSha256"] == digest(zipped)
    assert lambda_client.get_function_configuration(FunctionName=name)["CodeSha256"] == before["CodeSha256"]
    answer = lambda_client.update_function_code(FunctionName=name, ZipFile=zipped, RevisionId=before["RevisionId"])
    assert (answer["LastUpdateStatus"], answer["LastUpdateStatusReasonCode"]) == ("InProgress", "Creating")
    lambda_client.get_waiter("function_updated_v2").wait(FunctionName=name)
    after = lambda_client.get_function_configuration(FunctionName=name)
    assert after["CodeSha256"] == digest(zipped)
    assert after["RevisionId"] != before["RevisionId"]
    message = refused(
        "PreconditionFailedException",
        412,
        lambda_client.update_function_code,
        FunctionName=name,
        ZipFile=zipped,
        RevisionId=before["RevisionId"],
    )
    assert message.startswith("The Revision Id provided does not match the latest Revision Id.")
    published = lambda_client.update_function_code(FunctionName=name, ZipFile=package("three"), Publish=True)
    assert published["Version"] == "1"


def test_update_configuration(lambda_client, name):
    answer = lambda_client.update_function_configuration(
        FunctionName=name, Timeout=9, Environment={"Variables": {"A1": "x"}}, Handler="other"
    )
    assert answer["LastUpdateStatus"] == "InProgress"
    lambda_client.get_waiter("function_updated_v2").wait(FunctionName=name)
    got = lambda_client.get_function_configuration(FunctionName=name)
    assert (got["Timeout"], got["Handler"], got["MemorySize"]) == (9, "other", 128)
    assert got["Environment"]["Variables"] == {"A1": "x"}
    lambda_client.update_function_configuration(FunctionName=name, Environment={"Variables": {}})
    assert "Environment" not in lambda_client.get_function_configuration(FunctionName=name)


def test_what_is_not_emulated_is_echoed(lambda_client, make):
    answer = make(
        VpcConfig={"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
        SnapStart={"ApplyOn": "PublishedVersions"},
        KMSKeyArn="arn:aws:kms:us-east-1:000000000000:key/k",
        DeadLetterConfig={"TargetArn": "arn:aws:sqs:us-east-1:000000000000:dlq"},
    )
    got = lambda_client.get_function_configuration(FunctionName=answer["FunctionName"])
    assert got["VpcConfig"]["SubnetIds"] == ["subnet-1"]
    assert got["SnapStart"] == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "Off"}
    assert got["KMSKeyArn"].endswith("key/k")
    assert got["DeadLetterConfig"]["TargetArn"].endswith(":dlq")


def test_list_functions_pages(lambda_client, make):
    names = sorted(make(Publish=True)["FunctionName"] for _ in range(3))
    pages = lambda_client.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 1})
    listed = [function["FunctionName"] for page in pages for function in page["Functions"]]
    assert [name for name in listed if name in names] == names
    every = lambda_client.get_paginator("list_functions").paginate(FunctionVersion="ALL").build_full_result()["Functions"]
    versions = [function["Version"] for function in every if function["FunctionName"] == names[0]]
    assert versions == ["$LATEST", "1"]


def test_delete(lambda_client, make):
    name = make()["FunctionName"]
    answer = lambda_client.delete_function(FunctionName=name)
    assert status(answer) == 204
    message = refused("ResourceNotFoundException", 404, lambda_client.get_function, FunctionName=name)
    assert message.startswith("Function not found: arn:aws:lambda:") and message.endswith(f":function:{name}")
    assert issubclass(lambda_client.exceptions.ResourceNotFoundException, ClientError)
    refused("ResourceNotFoundException", 404, lambda_client.delete_function, FunctionName=name)


# Errors


@pytest.mark.parametrize(
    "member,value,constraint",
    [
        ("MemorySize", 127, "Value '127' at 'memorySize' failed to satisfy constraint: Member must have value greater than or equal to 128"),
        ("Timeout", 901, "Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900"),
        ("FunctionName", "n" * 65, "at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64"),
        ("FunctionName", "a b", "at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: "),
        ("Description", "d" * 257, "at 'description' failed to satisfy constraint: Member must have length less than or equal to 256"),
        ("Role", "nobody", "Value 'nobody' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: "),
        ("Architectures", ["sparc"], "Value '[sparc]' at 'architectures' failed to satisfy constraint: "),
    ],
)
def test_validation(member, value, constraint):
    message = refused(
        "ValidationException",
        400,
        client(parameter_validation=False).create_function,
        **creation("e2e-" + uuid.uuid4().hex[:8], **{member: value}),
    )
    assert message.startswith("1 validation error detected: ")
    assert constraint in message


@pytest.mark.parametrize(
    "more,message",
    [
        ({"Runtime": "cobol"}, "Value cobol at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: ["),
        ({"Code": {"ZipFile": b"no zip"}}, "Could not unzip uploaded file. Please check your file, then try to upload again."),
        ({"Code": {"S3Bucket": "bucket", "S3Key": "key"}}, "S3"),
        ({"Code": {"ImageUri": "image"}, "PackageType": "Image"}, "container images are not emulated"),
        ({"Environment": {"Variables": {"AWS_REGION": "x"}}}, "Reserved keys used in this request: AWS_REGION"),
        ({"Environment": {"Variables": {"BIG": "x" * 4097}}}, "exceeded the 4KB limit. String measured: {"),
        ({"Layers": ["arn:aws:lambda:us-east-1:000000000000:layer:none:1"]}, "does not exist"),
    ],
)
def test_invalid_parameter_values(lambda_client, more, message):
    name = "e2e-" + uuid.uuid4().hex[:8]
    told = refused("InvalidParameterValueException", 400, lambda_client.create_function, **creation(name, **more))
    assert message in told
    refused("ResourceNotFoundException", 404, lambda_client.get_function, FunctionName=name)


def test_a_zip_that_leads_out_of_its_folder_is_refused(lambda_client):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../outside", "x")
    message = refused(
        "InvalidParameterValueException",
        400,
        lambda_client.create_function,
        **creation("e2e-" + uuid.uuid4().hex[:8], Code={"ZipFile": buffer.getvalue()}),
    )
    assert message.startswith("Could not unzip uploaded file.") and "../outside" in message


def test_a_zip_that_unpacks_beyond_250_mb_is_refused(lambda_client):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("zeros", "w", force_zip64=True) as file:
            for _ in range(251):
                file.write(bytes(1 << 20))
    message = refused(
        "InvalidParameterValueException",
        400,
        lambda_client.create_function,
        **creation("e2e-" + uuid.uuid4().hex[:8], Code={"ZipFile": buffer.getvalue()}),
    )
    assert message == "Unzipped size must be smaller than 262144000 bytes"


def test_a_duplicate_is_a_conflict(lambda_client, name):
    message = refused("ResourceConflictException", 409, lambda_client.create_function, **creation(name))
    assert message == f"Function already exist: {name}"


# Versions and aliases


def test_versions(lambda_client, name):
    first = lambda_client.publish_version(FunctionName=name, Description="one")
    assert (status(first), first["Version"], first["Description"]) == (201, "1", "one")
    assert first["FunctionArn"].endswith(":1")
    assert lambda_client.publish_version(FunctionName=name)["Version"] == "1"
    lambda_client.get_waiter("published_version_active").wait(FunctionName=name, Qualifier="1")
    lambda_client.update_function_configuration(FunctionName=name, MemorySize=256)
    assert lambda_client.publish_version(FunctionName=name)["Version"] == "2"
    listed = lambda_client.get_paginator("list_versions_by_function").paginate(
        FunctionName=name, PaginationConfig={"PageSize": 1}
    )
    versions = [(v["Version"], v["MemorySize"]) for page in listed for v in page["Versions"]]
    assert versions == [("$LATEST", 256), ("1", 128), ("2", 256)]
    message = refused(
        "InvalidParameterValueException", 400, lambda_client.delete_function, FunctionName=name, Qualifier="$LATEST"
    )
    assert message == "$LATEST version cannot be deleted without deleting the function."
    lambda_client.delete_function(FunctionName=name, Qualifier="1")
    refused("ResourceNotFoundException", 404, lambda_client.get_function, FunctionName=name, Qualifier="1")


def test_aliases(lambda_client, name):
    lambda_client.publish_version(FunctionName=name)
    lambda_client.update_function_configuration(FunctionName=name, Timeout=5)
    lambda_client.publish_version(FunctionName=name)
    alias = lambda_client.create_alias(
        FunctionName=name,
        Name="live",
        FunctionVersion="1",
        Description="d",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.25}},
    )
    assert status(alias) == 201
    assert alias["RoutingConfig"] == {"AdditionalVersionWeights": {"2": 0.25}}
    arn = alias["AliasArn"]
    assert refused(
        "ResourceConflictException", 409, lambda_client.create_alias, FunctionName=name, Name="live", FunctionVersion="1"
    ) == f"Alias already exists: {arn}"
    assert lambda_client.get_alias(FunctionName=name, Name="live")["RevisionId"] == alias["RevisionId"]
    moved = lambda_client.update_alias(
        FunctionName=name,
        Name="live",
        FunctionVersion="2",
        RoutingConfig={"AdditionalVersionWeights": {}},
        RevisionId=alias["RevisionId"],
    )
    assert moved["FunctionVersion"] == "2" and "RoutingConfig" not in moved
    refused(
        "PreconditionFailedException",
        412,
        lambda_client.update_alias,
        FunctionName=name,
        Name="live",
        RevisionId=alias["RevisionId"],
    )
    assert [a["Name"] for a in lambda_client.list_aliases(FunctionName=name)["Aliases"]] == ["live"]
    assert lambda_client.list_aliases(FunctionName=name, FunctionVersion="1")["Aliases"] == []
    by_alias = lambda_client.get_function(FunctionName=name, Qualifier="live")["Configuration"]
    assert (by_alias["Version"], by_alias["FunctionArn"]) == ("2", arn)
    assert "$LATEST is not supported" in refused(
        "InvalidParameterValueException",
        400,
        lambda_client.create_alias,
        FunctionName=name,
        Name="bad",
        FunctionVersion="$LATEST",
        RoutingConfig={"AdditionalVersionWeights": {"1": 0.5}},
    )
    refused("ResourceNotFoundException", 404, lambda_client.create_alias, FunctionName=name, Name="bad", FunctionVersion="9")
    assert status(lambda_client.delete_alias(FunctionName=name, Name="live")) == 204
    assert refused("ResourceNotFoundException", 404, lambda_client.get_alias, FunctionName=name, Name="live") == (
        f"Cannot find alias arn: {arn}"
    )


# Permissions


def test_permissions(lambda_client, name):
    assert refused("ResourceNotFoundException", 404, lambda_client.get_policy, FunctionName=name) == (
        "The resource you requested does not exist."
    )
    permission = dict(
        FunctionName=name,
        StatementId="s3",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn="arn:aws:s3:::bucket",
        SourceAccount="123456789012",
    )
    answer = lambda_client.add_permission(**permission)
    assert status(answer) == 201
    statement = json.loads(answer["Statement"])
    assert statement["Principal"] == {"Service": "s3.amazonaws.com"}
    assert statement["Condition"] == {
        "StringEquals": {"AWS:SourceAccount": "123456789012"},
        "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::bucket"},
    }
    assert refused("ResourceConflictException", 409, lambda_client.add_permission, **permission) == (
        "The statement id (s3) provided already exists. Please provide a new statement id, or remove the existing statement."
    )
    policy = lambda_client.get_policy(FunctionName=name)
    assert json.loads(policy["Policy"])["Statement"] == [statement]
    refused(
        "PreconditionFailedException",
        412,
        lambda_client.remove_permission,
        FunctionName=name,
        StatementId="s3",
        RevisionId="stale",
    )
    refused("ResourceNotFoundException", 404, lambda_client.remove_permission, FunctionName=name, StatementId="none")
    removed = lambda_client.remove_permission(FunctionName=name, StatementId="s3", RevisionId=policy["RevisionId"])
    assert status(removed) == 204
    refused("ResourceNotFoundException", 404, lambda_client.get_policy, FunctionName=name)


# Concurrency


def test_reserved_concurrency(lambda_client, name):
    assert "ReservedConcurrentExecutions" not in lambda_client.get_function_concurrency(FunctionName=name)
    put = lambda_client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=3)
    assert put["ReservedConcurrentExecutions"] == 3
    assert lambda_client.get_function(FunctionName=name)["Concurrency"] == {"ReservedConcurrentExecutions": 3}
    limits = lambda_client.get_account_settings()["AccountLimit"]
    message = refused(
        "InvalidParameterValueException",
        400,
        lambda_client.put_function_concurrency,
        FunctionName=name,
        ReservedConcurrentExecutions=limits["ConcurrentExecutions"],
    )
    assert message.endswith("below its minimum value of [100].")
    assert status(lambda_client.delete_function_concurrency(FunctionName=name)) == 204
    assert "Concurrency" not in lambda_client.get_function(FunctionName=name)


def test_provisioned_concurrency(lambda_client, make):
    name = make(Publish=True)["FunctionName"]
    put = lambda_client.put_provisioned_concurrency_config(
        FunctionName=name, Qualifier="1", ProvisionedConcurrentExecutions=2
    )
    assert (status(put), put["Status"]) == (202, "IN_PROGRESS")
    got = lambda_client.get_provisioned_concurrency_config(FunctionName=name, Qualifier="1")
    assert (got["Status"], got["AllocatedProvisionedConcurrentExecutions"]) == ("READY", 2)
    listed = lambda_client.list_provisioned_concurrency_configs(FunctionName=name)["ProvisionedConcurrencyConfigs"]
    assert [entry["FunctionArn"].rsplit(":", 1)[1] for entry in listed] == ["1"]
    refused(
        "InvalidParameterValueException",
        400,
        lambda_client.put_function_concurrency,
        FunctionName=name,
        ReservedConcurrentExecutions=1,
    )
    deleted = lambda_client.delete_provisioned_concurrency_config(FunctionName=name, Qualifier="1")
    assert status(deleted) == 204
    refused(
        "ProvisionedConcurrencyConfigNotFoundException",
        404,
        lambda_client.get_provisioned_concurrency_config,
        FunctionName=name,
        Qualifier="1",
    )
    refused(
        "InvalidParameterValueException",
        400,
        lambda_client.put_provisioned_concurrency_config,
        FunctionName=name,
        Qualifier="$LATEST",
        ProvisionedConcurrentExecutions=1,
    )


# Event invoke configurations


def test_event_invoke_configurations(lambda_client, make):
    created = make()
    name, arn = created["FunctionName"], created["FunctionArn"]
    assert refused(
        "ResourceNotFoundException", 404, lambda_client.get_function_event_invoke_config, FunctionName=name
    ) == f"The function {arn}:$LATEST doesn't have an EventInvokeConfig"
    queue = "arn:aws:sqs:us-east-1:000000000000:queue"
    put = lambda_client.put_function_event_invoke_config(
        FunctionName=name,
        MaximumRetryAttempts=1,
        MaximumEventAgeInSeconds=60,
        DestinationConfig={"OnFailure": {"Destination": queue}},
    )
    assert put["FunctionArn"] == f"{arn}:$LATEST"
    assert put["LastModified"].year >= 2026
    updated = lambda_client.update_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=0)
    assert (updated["MaximumRetryAttempts"], updated["MaximumEventAgeInSeconds"]) == (0, 60)
    assert updated["DestinationConfig"]["OnFailure"] == {"Destination": queue}
    listed = lambda_client.list_function_event_invoke_configs(FunctionName=name)["FunctionEventInvokeConfigs"]
    assert len(listed) == 1
    for destination, message in [
        ("arn:aws:ec2:us-east-1:000000000000:x", "The destination ARN arn:aws:ec2:us-east-1:000000000000:x is invalid."),
        (arn, "You can't specify the function as a destination for itself."),
    ]:
        assert message == refused(
            "InvalidParameterValueException",
            400,
            lambda_client.put_function_event_invoke_config,
            FunctionName=name,
            DestinationConfig={"OnSuccess": {"Destination": destination}},
        )
    assert status(lambda_client.delete_function_event_invoke_config(FunctionName=name)) == 204
    refused("ResourceNotFoundException", 404, lambda_client.delete_function_event_invoke_config, FunctionName=name)


# Function URLs


def test_function_urls(lambda_client, make):
    name = make(Publish=True)["FunctionName"]
    created = lambda_client.create_function_url_config(
        FunctionName=name, AuthType="NONE", Cors={"AllowOrigins": ["*"], "AllowMethods": ["GET"], "MaxAge": 5}
    )
    assert status(created) == 201
    assert created["FunctionUrl"].startswith("http")
    assert created["CreationTime"].endswith("Z")
    refused(
        "ResourceConflictException", 409, lambda_client.create_function_url_config, FunctionName=name, AuthType="NONE"
    )
    updated = lambda_client.update_function_url_config(FunctionName=name, InvokeMode="RESPONSE_STREAM")
    assert (updated["InvokeMode"], updated["AuthType"]) == ("RESPONSE_STREAM", "NONE")
    got = lambda_client.get_function_url_config(FunctionName=name)
    assert (got["FunctionUrl"], got["Cors"]["MaxAge"]) == (created["FunctionUrl"], 5)
    lambda_client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    lambda_client.create_function_url_config(FunctionName=name, Qualifier="live", AuthType="AWS_IAM")
    listed = lambda_client.list_function_url_configs(FunctionName=name)["FunctionUrlConfigs"]
    assert sorted(url["AuthType"] for url in listed) == ["AWS_IAM", "NONE"]
    assert status(lambda_client.delete_function_url_config(FunctionName=name)) == 204
    refused("ResourceNotFoundException", 404, lambda_client.get_function_url_config, FunctionName=name)


# Tags


def test_tags(lambda_client, make):
    arn = make(Tags={"a": "1"})["FunctionArn"]
    lambda_client.tag_resource(Resource=arn, Tags={"b c": "둘", "d": ""})
    assert lambda_client.list_tags(Resource=arn)["Tags"] == {"a": "1", "b c": "둘", "d": ""}
    lambda_client.untag_resource(Resource=arn, TagKeys=["a", "b c"])
    assert lambda_client.list_tags(Resource=arn)["Tags"] == {"d": ""}
    refused("InvalidParameterValueException", 400, lambda_client.tag_resource, Resource=arn + ":1", Tags={"a": "1"})


# Layers


def test_layers(lambda_client, make):
    layer = "e2e-" + uuid.uuid4().hex[:8]
    zipped = package("layer")
    published = lambda_client.publish_layer_version(
        LayerName=layer,
        Description="d",
        Content={"ZipFile": zipped},
        CompatibleRuntimes=["python3.13"],
        CompatibleArchitectures=["x86_64"],
        LicenseInfo="MIT",
    )
    assert (status(published), published["Version"]) == (201, 1)
    assert published["Content"]["CodeSha256"] == digest(zipped)
    assert published["Content"]["CodeSize"] == len(zipped)
    arn = published["LayerVersionArn"]
    got = lambda_client.get_layer_version(LayerName=layer, VersionNumber=1)
    assert got["LayerVersionArn"] == arn
    assert lambda_client.get_layer_version_by_arn(Arn=arn)["LicenseInfo"] == "MIT"
    assert lambda_client.publish_layer_version(LayerName=layer, Content={"ZipFile": zipped})["Version"] == 2
    versions = lambda_client.list_layer_versions(LayerName=layer)["LayerVersions"]
    assert [version["Version"] for version in versions] == [2, 1]
    layers = lambda_client.list_layers(CompatibleRuntime="python3.13")["Layers"]
    assert [entry["LatestMatchingVersion"]["Version"] for entry in layers if entry["LayerName"] == layer] == [1]
    function = make(Layers=[arn])
    assert function["Layers"] == [{"Arn": arn, "CodeSize": len(zipped)}]
    assert "Two different versions of the same layer" in refused(
        "InvalidParameterValueException",
        400,
        lambda_client.update_function_configuration,
        FunctionName=function["FunctionName"],
        Layers=[arn, arn[:-1] + "2"],
    )
    for number in [1, 2]:
        assert status(lambda_client.delete_layer_version(LayerName=layer, VersionNumber=number)) == 204
    refused("ResourceNotFoundException", 404, lambda_client.get_layer_version, LayerName=layer, VersionNumber=1)


# Settings


def test_account_settings(lambda_client, name):
    settings = lambda_client.get_account_settings()
    assert settings["AccountLimit"]["CodeSizeUnzipped"] == 262144000
    assert settings["AccountUsage"]["FunctionCount"] >= 1


def test_settings_with_defaults(lambda_client, name):
    assert lambda_client.get_function_recursion_config(FunctionName=name)["RecursiveLoop"] == "Terminate"
    lambda_client.put_function_recursion_config(FunctionName=name, RecursiveLoop="Allow")
    assert lambda_client.get_function_recursion_config(FunctionName=name)["RecursiveLoop"] == "Allow"
    assert lambda_client.get_runtime_management_config(FunctionName=name)["UpdateRuntimeOn"] == "Auto"
    put = lambda_client.put_runtime_management_config(FunctionName=name, UpdateRuntimeOn="FunctionUpdate")
    assert put["UpdateRuntimeOn"] == "FunctionUpdate"
    assert lambda_client.get_function_code_signing_config(FunctionName=name)["FunctionName"] == name


def test_caller_identity():
    identity = client("sts").get_caller_identity()
    assert len(identity["Account"]) == 12
    assert identity["Arn"] == f"arn:aws:iam::{identity['Account']}:root"


# What is not there


def test_every_operation_of_the_model_has_an_answer(lambda_client):
    """Answers are results or errors of Lambda; what is not emulated names the action."""
    model = lambda_client.meta.service_model
    for operation in model.operation_names:
        if operation.startswith("Invoke"):
            continue
        http = model.operation_model(operation).http
        uri = http["requestUri"]
        for label in ["FunctionName", "LayerName", "Name", "StatementId", "CallbackId", "UUID", "CapacityProviderName"]:
            uri = uri.replace("{" + label + "}", "none-such")
        uri = uri.replace("{VersionNumber}", "1")
        for label in ["Resource", "CodeSigningConfigArn", "DurableExecutionArn"]:
            uri = uri.replace("{" + label + "}", "arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Anone-such")
        assert "{" not in uri, uri
        body = None if http["method"] in ("GET", "DELETE") else b"{}"
        request = urllib.request.Request(ENDPOINT + uri, data=body, method=http["method"])
        try:
            with urllib.request.urlopen(request) as response:
                assert response.status in (200, 204), operation
                continue
        except urllib.error.HTTPError as error:
            code = error.headers["x-amzn-ErrorType"]
            text = error.read().decode()
            assert code, operation
            assert code != "UnknownOperationException", operation
            if error.code == 501:
                assert code == "UnsupportedOperation" and operation in text, (operation, text)


@pytest.mark.parametrize(
    "service,call,parameters,action",
    [
        ("dynamodb", "put_item", {"TableName": "t", "Item": {"k": {"S": "v"}}}, "PutItem"),
        ("iam", "get_role", {"RoleName": "r"}, "GetRole"),
        ("sts", "assume_role", {"RoleArn": ROLE, "RoleSessionName": "session"}, "AssumeRole"),
        ("s3", "list_buckets", {}, "GET /"),
    ],
)
def test_other_services_are_named(service, call, parameters, action):
    message = refused("UnsupportedOperation", 501, getattr(client(service), call), **parameters)
    assert f"The action {action} of the service {service} is not emulated." in message or action in message
