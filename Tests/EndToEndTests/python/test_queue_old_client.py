"""Queues as the SDKs of before 2023-11 see them: every action of SQS over the Query protocol, by a botocore that has no other.

Expected values: Amazon SQS API Reference (2012-11-05). botocore itself checks MD5OfMessageBody and MD5OfBody.
"""

import hashlib
import json
import uuid

import pytest

import host as hosts
import template
from query_client import QueryClient
from queue_wire import ACCOUNT, is_uuid

# AWS's own list of actions (API Reference, "Actions").
ACTIONS = """
AddPermission CancelMessageMoveTask ChangeMessageVisibility ChangeMessageVisibilityBatch CreateQueue DeleteMessage DeleteMessageBatch
DeleteQueue GetQueueAttributes GetQueueUrl ListDeadLetterSourceQueues ListMessageMoveTasks ListQueueTags ListQueues PurgeQueue
ReceiveMessage RemovePermission SendMessage SendMessageBatch SetQueueAttributes StartMessageMoveTask TagQueue UntagQueue
""".split()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    if not hosts.BINARY:
        pytest.skip("MARTLET_BINARY names no program")
    folder = tmp_path_factory.mktemp("old")
    path = template.write(folder / "template.json", Q={"Type": "AWS::SQS::Queue"})
    with hosts.Host(folder, "--in-memory", template=path) as host:
        yield host


@pytest.fixture(scope="module")
def old(server):
    client = QueryClient(server.aws, hosts.REGION)
    client.called = set()
    call = client.call

    def noted(operation, **parameters):
        client.called.add(operation)
        return call(operation, **parameters)

    client.call = noted
    yield client
    client.close()


def make(old, suffix="", **attributes):
    return old.call("CreateQueue", QueueName=f"old-{uuid.uuid4().hex[:12]}{suffix}", Attributes=attributes)["QueueUrl"]


def arn(url):
    return f"arn:aws:sqs:{hosts.REGION}:{ACCOUNT}:{url.rsplit('/', 1)[1]}"


def test_the_client_is_one_of_the_query_protocol(old):
    assert old.protocol == "query" and old.version.startswith("1.31.")
    assert old.operations == sorted(ACTIONS)


def test_queues(old, server):
    name = f"old-{uuid.uuid4().hex[:8]}"
    url = old.call("CreateQueue", QueueName=name, Attributes={"DelaySeconds": "5"}, tags={"팀": "주문", "b": ""})["QueueUrl"]
    assert url == f"{server.aws}/{ACCOUNT}/{name}"
    assert old.call("GetQueueUrl", QueueName=name) == {"QueueUrl": url}
    assert old.call("ListQueues", QueueNamePrefix=name) == {"QueueUrls": [url]}
    assert old.call("ListQueueTags", QueueUrl=url) == {"Tags": {"팀": "주문", "b": ""}}
    old.call("TagQueue", QueueUrl=url, Tags={"c": "3"})
    old.call("UntagQueue", QueueUrl=url, TagKeys=["팀", "b"])
    assert old.call("ListQueueTags", QueueUrl=url) == {"Tags": {"c": "3"}}
    old.call("SetQueueAttributes", QueueUrl=url, Attributes={"VisibilityTimeout": "7", "DelaySeconds": "0"})
    names = ["VisibilityTimeout", "DelaySeconds", "QueueArn"]
    assert old.call("GetQueueAttributes", QueueUrl=url, AttributeNames=names)["Attributes"] == {
        "VisibilityTimeout": "7", "DelaySeconds": "0", "QueueArn": arn(url)}
    old.call("AddPermission", QueueUrl=url, Label="other", AWSAccountIds=["111111111111"], Actions=["SendMessage", "ReceiveMessage"])
    policy = json.loads(old.call("GetQueueAttributes", QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"])
    assert policy["Statement"][0]["Action"] == ["SQS:SendMessage", "SQS:ReceiveMessage"]
    old.call("RemovePermission", QueueUrl=url, Label="other")
    assert old.call("PurgeQueue", QueueUrl=url) == {}
    assert old.call("DeleteQueue", QueueUrl=url) == {}
    assert old.call("ListQueues", QueueNamePrefix=name) == {}


def test_pages(old):
    prefix = f"pages-{uuid.uuid4().hex[:8]}"
    made = [old.call("CreateQueue", QueueName=f"{prefix}-{number}")["QueueUrl"] for number in range(3)]
    first = old.call("ListQueues", QueueNamePrefix=prefix, MaxResults=2)
    second = old.call("ListQueues", QueueNamePrefix=prefix, MaxResults=2, NextToken=first["NextToken"])
    assert first["QueueUrls"] + second["QueueUrls"] == made and "NextToken" not in second


def test_messages(old):
    url = make(old)
    body = '{"주문":1}\r\n\t<&>"😀'
    attributes = {
        "text": {"DataType": "String", "StringValue": "값 <&>"},
        "number": {"DataType": "Number.int", "StringValue": "-1.5e3"},
        "raw": {"DataType": "Binary.png", "BinaryValue": b"\x00\xff\n"},
    }
    trace = {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}}
    sent = old.call("SendMessage", QueueUrl=url, MessageBody=body, MessageAttributes=attributes, MessageSystemAttributes=trace)
    assert sent["MD5OfMessageBody"] == hashlib.md5(body.encode()).hexdigest() and is_uuid(sent["MessageId"])
    (message,) = old.call("ReceiveMessage", QueueUrl=url, AttributeNames=["All"], MessageAttributeNames=["All"])["Messages"]
    assert (message["Body"], message["MessageAttributes"]) == (body, attributes)
    assert message["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
    assert message["Attributes"]["AWSTraceHeader"].startswith("Root=1-")
    handle = message["ReceiptHandle"]
    assert old.call("ReceiveMessage", QueueUrl=url) == {}
    assert old.call("ChangeMessageVisibility", QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0) == {}
    (message,) = old.call("ReceiveMessage", QueueUrl=url, WaitTimeSeconds=20)["Messages"]
    assert old.call("DeleteMessage", QueueUrl=url, ReceiptHandle=message["ReceiptHandle"]) == {}


def test_batches(old):
    url = make(old, MaximumMessageSize="1024")
    entries = [{"Id": f"e{n}", "MessageBody": f"m{n}", "MessageAttributes": {"n": {"DataType": "Number", "StringValue": str(n)}}}
               for n in range(9)]
    answer = old.call("SendMessageBatch", QueueUrl=url, Entries=entries + [{"Id": "large", "MessageBody": "x" * 1025}])
    assert [entry["Id"] for entry in answer["Successful"]] == [entry["Id"] for entry in entries]
    assert [(entry["Id"], entry["SenderFault"], entry["Code"]) for entry in answer["Failed"]] == [("large", True, "InvalidParameterValue")]
    messages = old.call("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["n"])["Messages"]
    assert [message["MessageAttributes"]["n"]["StringValue"] for message in messages] == [str(n) for n in range(9)]
    handles = [message["ReceiptHandle"] for message in messages]
    change = [{"Id": str(n), "ReceiptHandle": handle, "VisibilityTimeout": 60} for n, handle in enumerate(handles)]
    assert len(old.call("ChangeMessageVisibilityBatch", QueueUrl=url, Entries=change)["Successful"]) == 9
    delete = [{"Id": str(n), "ReceiptHandle": handle} for n, handle in enumerate(handles)] + [{"Id": "x", "ReceiptHandle": "none"}]
    answer = old.call("DeleteMessageBatch", QueueUrl=url, Entries=delete)
    assert len(answer["Successful"]) == 9 and [entry["Code"] for entry in answer["Failed"]] == ["ReceiptHandleIsInvalid"]


def test_fifo_queues(old):
    url = make(old, ".fifo", FifoQueue="true")
    send = {"QueueUrl": url, "MessageBody": "x", "MessageGroupId": "g"}
    first = old.call("SendMessage", MessageDeduplicationId="d", **send)
    assert len(first["SequenceNumber"]) == 20
    assert old.call("SendMessage", MessageDeduplicationId="d", **send) == first
    (message,) = old.call("ReceiveMessage", QueueUrl=url, AttributeNames=["All"], ReceiveRequestAttemptId="a")["Messages"]
    assert message["Attributes"]["MessageGroupId"] == "g" and message["Attributes"]["MessageDeduplicationId"] == "d"
    again = old.call("ReceiveMessage", QueueUrl=url, AttributeNames=["All"], ReceiveRequestAttemptId="a")["Messages"]
    assert again == [message]


def test_dead_letters(old):
    dead = make(old)
    source = make(old, RedrivePolicy=json.dumps({"deadLetterTargetArn": arn(dead), "maxReceiveCount": "3"}))
    assert old.call("ListDeadLetterSourceQueues", QueueUrl=dead) == {"queueUrls": [source]}
    for number in range(3):
        old.call("SendMessage", QueueUrl=dead, MessageBody=str(number))
    started = old.call(
        "StartMessageMoveTask", SourceArn=arn(dead), DestinationArn=arn(source), MaxNumberOfMessagesPerSecond=1)
    (task,) = old.call("ListMessageMoveTasks", SourceArn=arn(dead), MaxResults=10)["Results"]
    assert (task["Status"], task["TaskHandle"]) == ("RUNNING", started["TaskHandle"])
    assert (task["SourceArn"], task["DestinationArn"], task["MaxNumberOfMessagesPerSecond"]) == (arn(dead), arn(source), 1)
    moved = old.call("CancelMessageMoveTask", TaskHandle=started["TaskHandle"])
    assert moved["ApproximateNumberOfMessagesMoved"] < 3
    (task,) = old.call("ListMessageMoveTasks", SourceArn=arn(dead))["Results"]
    assert task["Status"] == "CANCELLED"


@pytest.mark.parametrize(
    "operation, parameters, expected",
    [
        ("GetQueueUrl", {"QueueName": "none"}, ("AWS.SimpleQueueService.NonExistentQueue", 400)),
        ("CreateQueue", {"QueueName": "a b"}, ("InvalidParameterValue", 400)),
        ("SendMessage", {"MessageBody": "\u0001"}, ("InvalidMessageContents", 400)),
        ("DeleteMessage", {"ReceiptHandle": "x"}, ("ReceiptHandleIsInvalid", 404)),
        ("SendMessageBatch", {"Entries": []}, ("AWS.SimpleQueueService.EmptyBatchRequest", 400)),
        ("GetQueueAttributes", {"AttributeNames": ["X"]}, ("InvalidAttributeName", 400)),
        ("StartMessageMoveTask", {"SourceArn": "arn:aws:sqs:us-east-1:000000000000:none"}, ("ResourceNotFoundException", 404)),
    ],
)
def test_errors_have_the_codes_that_old_clients_know(old, operation, parameters, expected):
    if "QueueName" not in parameters and "SourceArn" not in parameters:
        parameters = {"QueueUrl": make(old), **parameters}
    assert old.call(operation, **parameters)[:2] == expected


def test_every_action_was_called(old):
    assert sorted(old.called) == sorted(ACTIONS)
