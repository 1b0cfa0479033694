"""The older Query protocol of SQS: forms in, XML out, by raw requests.

Shapes and rules: Amazon SQS API Reference ("Making Query API requests"; the 2012-11-05 WSDL's element names), and recordings of AWS
by LocalStack's tests for requests to a queue's own path (tests/aws/services/sqs/test_sqs.py, "TestSqsQueryApi").
"""

import base64
import uuid

import pytest

import host as hosts
import template
from queue_wire import ACCOUNT, NAMESPACE, Wire


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    if not hosts.BINARY:
        pytest.skip("MARTLET_BINARY names no program")
    folder = tmp_path_factory.mktemp("query")
    path = template.write(folder / "template.json", Q={"Type": "AWS::SQS::Queue"})
    with hosts.Host(folder, "--in-memory", template=path) as host:
        yield host


@pytest.fixture
def wire(server):
    return Wire(server.aws)


@pytest.fixture
def path(wire):
    name = f"query-{uuid.uuid4().hex[:12]}"
    assert wire.query(Action="CreateQueue", QueueName=name, Version="2012-11-05").status == 200
    return f"/{ACCOUNT}/{name}"


def test_every_action_answers_in_xml(server, wire):
    name = f"all-{uuid.uuid4().hex[:8]}"
    made = wire.query(Action="CreateQueue", QueueName=name, Attribute__1__Name="VisibilityTimeout", Attribute__1__Value="40",
                      Tag__1__Key="a", Tag__1__Value="주")
    url = made.text("QueueUrl")
    assert url == f"{server.aws}/{ACCOUNT}/{name}"
    assert made.headers["content-type"] == "text/xml"
    assert made.xml.tag == f"{NAMESPACE}CreateQueueResponse"
    assert made.xml.find(f"{NAMESPACE}ResponseMetadata/{NAMESPACE}RequestId").text == made.headers["x-amzn-requestid"]
    on = {"QueueUrl": url}
    assert wire.query(Action="GetQueueUrl", QueueName=name).text("QueueUrl") == url
    assert url in wire.query(Action="ListQueues").texts("QueueUrl")
    tags = wire.query(Action="ListQueueTags", **on)
    assert (tags.text("Key"), tags.text("Value")) == ("a", "주")
    wire.query(Action="TagQueue", Tag__1__Key="b", Tag__1__Value="1", **on)
    wire.query(Action="UntagQueue", TagKey__1="a", **on)
    assert wire.query(Action="ListQueueTags", **on).texts("Key") == ["b"]
    wire.query(Action="SetQueueAttributes", Attribute__1__Name="DelaySeconds", Attribute__1__Value="0", **on)
    attributes = wire.query(Action="GetQueueAttributes", AttributeName__1="VisibilityTimeout", **on)
    assert (attributes.texts("Name"), attributes.texts("Value")) == (["VisibilityTimeout"], ["40"])

    sent = wire.query(Action="SendMessage", MessageBody="a\r\n<&>\"é", MessageAttribute__1__Name="Foo",
                      MessageAttribute__1__Value__DataType="String", MessageAttribute__1__Value__StringValue="Bar",
                      MessageAttribute__2__Name="raw", MessageAttribute__2__Value__DataType="Binary",
                      MessageAttribute__2__Value__BinaryValue=base64.b64encode(b"\x00\xff").decode(), **on)
    assert sent.text("MD5OfMessageAttributes")
    got = wire.query(Action="ReceiveMessage", AttributeName__1="All", MessageAttributeName__1="All", **on)
    assert (got.text("Body"), got.text("MessageId")) == ("a\r\n<&>\"é", sent.text("MessageId"))
    names = [node.find(f"{NAMESPACE}Name").text for node in got.xml.iter(f"{NAMESPACE}MessageAttribute")]
    assert names == ["Foo", "raw"]
    assert "ApproximateReceiveCount" in [node.find(f"{NAMESPACE}Name").text for node in got.xml.iter(f"{NAMESPACE}Attribute")]
    handle = got.text("ReceiptHandle")
    changed = wire.query(Action="ChangeMessageVisibility", ReceiptHandle=handle, VisibilityTimeout="60", **on)
    assert changed.status == 200 and changed.xml.find(f"{NAMESPACE}ChangeMessageVisibilityResult") is None
    assert wire.query(Action="DeleteMessage", ReceiptHandle=handle, **on).status == 200

    batch = {}
    for number in [1, 2]:
        batch[f"SendMessageBatchRequestEntry__{number}__Id"] = f"e{number}"
        batch[f"SendMessageBatchRequestEntry__{number}__MessageBody"] = f"body {number}"
    batch["SendMessageBatchRequestEntry__2__DelaySeconds"] = "1000"
    both = wire.query(Action="SendMessageBatch", **batch, **on)
    assert both.xml.find(f".//{NAMESPACE}SendMessageBatchResultEntry/{NAMESPACE}Id").text == "e1"
    failed = both.xml.find(f".//{NAMESPACE}BatchResultErrorEntry")
    assert (failed.find(f"{NAMESPACE}Id").text, failed.find(f"{NAMESPACE}SenderFault").text) == ("e2", "true")
    handle = wire.query(Action="ReceiveMessage", **on).text("ReceiptHandle")
    entry = "ChangeMessageVisibilityBatchRequestEntry__1__"
    changed = wire.query(Action="ChangeMessageVisibilityBatch",
                         **{entry + "Id": "c", entry + "ReceiptHandle": handle, entry + "VisibilityTimeout": "5"}, **on)
    assert changed.text("Id") == "c"
    entry = "DeleteMessageBatchRequestEntry__1__"
    assert wire.query(Action="DeleteMessageBatch", **{entry + "Id": "d", entry + "ReceiptHandle": handle}, **on).text("Id") == "d"

    wire.query(Action="AddPermission", Label="l", AWSAccountId__1="111111111111", ActionName__1="SendMessage", **on)
    assert "111111111111" in wire.query(Action="GetQueueAttributes", AttributeName__1="Policy", **on).text("Value")
    assert wire.query(Action="RemovePermission", Label="l", **on).status == 200
    assert wire.query(Action="ListDeadLetterSourceQueues", **on).texts("QueueUrl") == []

    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"
    policy = '{"deadLetterTargetArn":"%s","maxReceiveCount":"1"}' % arn
    wire.query(Action="CreateQueue", QueueName=f"{name}-source", Attribute__1__Name="RedrivePolicy", Attribute__1__Value=policy)
    started = wire.query(Action="StartMessageMoveTask", SourceArn=arn)
    assert started.text("TaskHandle")
    tasks = wire.query(Action="ListMessageMoveTasks", SourceArn=arn)
    assert tasks.xml.find(f".//{NAMESPACE}ListMessageMoveTasksResultEntry/{NAMESPACE}SourceArn").text == arn
    cancelled = wire.query(Action="CancelMessageMoveTask", TaskHandle=started.text("TaskHandle"))
    assert cancelled.text("ApproximateNumberOfMessagesMoved") == "0" or cancelled.text("Code") == "ResourceNotFoundException"

    assert wire.query(Action="PurgeQueue", **on).status == 200
    assert wire.query(Action="DeleteQueue", **on).status == 200


def test_the_path_names_the_queue_and_a_parameter_beats_it(wire, path):
    assert wire.query(path, method="GET", Action="SendMessage", MessageBody="x").status == 200
    assert wire.query(path, Action="ReceiveMessage").text("Body") == "x"
    assert wire.query(path, Action="ReceiveMessage", QueueUrl=f"http://x/{ACCOUNT}/none").status == 400


@pytest.mark.parametrize(
    "parameters, status, code, text",
    [
        ({"Action": "CreateQueue", "QueueName": "x"}, 400, "InvalidAction", "The action CreateQueue is not valid for this endpoint."),
        ({"Action": "ListQueues"}, 400, "InvalidAction", "The action ListQueues is not valid for this endpoint."),
        ({"Action": "Nothing"}, 400, "InvalidAction", "The action Nothing is not valid for this endpoint."),
        ({"Action": "SendMessage"}, 400, "MissingParameter", "The request must contain the parameter MessageBody."),
        (
            {"Action": "ReceiveMessage", "MaxNumberOfMessages": "11"},
            *(400, "InvalidParameterValue"),
            "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.",
        ),
        (
            {"Action": "ReceiveMessage", "MaxNumberOfMessages": "many"},
            *(400, "InvalidParameterValue"),
            "Value many for parameter MaxNumberOfMessages is invalid. Reason: Must be an integer.",
        ),
        ({"Action": "DeleteMessage", "ReceiptHandle": "x"}, 404, "ReceiptHandleIsInvalid", None),
        ({"Action": "GetQueueAttributes", "AttributeName.1": "X"}, 400, "InvalidAttributeName", "Unknown Attribute X."),
        ({"Action": "SendMessageBatch"}, 400, "AWS.SimpleQueueService.EmptyBatchRequest", None),
    ],
)
def test_errors_are_xml(wire, path, parameters, status, code, text):
    answer = wire.query(path, **{name.replace(".", "__"): value for name, value in parameters.items()})
    assert (answer.status, answer.text("Type"), answer.text("Code")) == (status, "Sender", code)
    assert text is None or answer.text("Message") == text
    assert answer.xml.tag == f"{NAMESPACE}ErrorResponse"


def test_a_missing_queue_names_the_version(wire):
    answer = wire.query(f"/{ACCOUNT}/none", Action="PurgeQueue")
    assert answer.text("Code") == "AWS.SimpleQueueService.NonExistentQueue"
    assert answer.text("Message") == "The specified queue does not exist for this wsdl version."


def test_no_action_is_no_operation(wire, path):
    answer = wire.query(path, method="GET", Version="2012-11-05")
    assert (answer.status, answer.body) == (404, b"<UnknownOperationException/>")
    assert wire.query(path, accept="application/json", Version="2012-11-05").body == b"<UnknownOperationException/>"


def test_the_same_tree_as_json(wire, path):
    answer = wire.query(path, accept="application/json", Action="GetQueueAttributes", AttributeName__1="DelaySeconds")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json["GetQueueAttributesResponse"] == {
        "GetQueueAttributesResult": {"Attributes": [{"Name": "DelaySeconds", "Value": "0"}]},
        "ResponseMetadata": {"RequestId": answer.headers["x-amzn-requestid"]},
    }
    refused = wire.query(path, accept="application/json", Action="SendMessage").json
    assert refused["Error"]["Code"] == "MissingParameter"
