"""Every error that SQS documents and a local host can be brought to, provoked through a socket.

Codes, HTTP statuses and texts: Amazon SQS API Reference ("Errors" of each action, "Common Errors") and recordings of AWS by
LocalStack's tests (snapshots of 2023 to 2026), as far as they go. Each row says what is sent and what comes back: namespace and
shape of `__type`, the query code of `x-amzn-query-error`, the status, and the text where one is recorded.
"""

import json
import uuid

import pytest

import host as hosts
from queue_wire import ACCOUNT, Wire, error_of

SQS, CORAL = "com.amazonaws.sqs", "com.amazon.coral.service"
LEGACY = "AWS.SimpleQueueService."


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    if not hosts.BINARY:
        pytest.skip("MARTLET_BINARY names no program")
    with hosts.Host(tmp_path_factory.mktemp("errors"), "--in-memory", template=empty_template(tmp_path_factory)) as host:
        yield host


def empty_template(tmp_path_factory):
    import template

    return template.write(tmp_path_factory.mktemp("template") / "template.json", Q={"Type": "AWS::SQS::Queue"})


@pytest.fixture
def wire(server):
    return Wire(server.aws)


def make(wire, suffix="", **attributes):
    name = f"e-{uuid.uuid4().hex[:12]}{suffix}"
    return wire.json("CreateQueue", {"QueueName": name, "Attributes": attributes}).json["QueueUrl"]


def arn(url):
    return f"arn:aws:sqs:us-east-1:{ACCOUNT}:{url.rsplit('/', 1)[1]}"


def check(answer, status, namespace, shape, code, text=None):
    assert (answer.status, *error_of(answer)[:3]) == (status, namespace, shape, code), answer.body
    assert answer.headers["content-type"] == "application/x-amz-json-1.0"
    assert answer.headers["x-amzn-query-error"] == f"{code};Sender"
    if text is not None:
        assert error_of(answer)[3] == text


INVALID = (400, CORAL, "InvalidParameterValueException", "InvalidParameterValue")
MISSING = (400, CORAL, "MissingRequiredParameterException", "MissingParameter")
NO_QUEUE = (400, SQS, "QueueDoesNotExist", LEGACY + "NonExistentQueue", "The specified queue does not exist.")
ATTRIBUTE_NAME = (400, SQS, "InvalidAttributeName", "InvalidAttributeName")
ATTRIBUTE_VALUE = (400, SQS, "InvalidAttributeValue", "InvalidAttributeValue")
NAME_TEXT = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
FIFO_NAME_TEXT = (
    "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix "
    "and be 1 to 80 in length"
)
UNSENT_ID = "MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length."
# What is sent; {url} stands for a fresh standard queue.
ON_A_STANDARD_QUEUE = [
    ("SendMessage", {"QueueUrl": "http://x/000000000000/none", "MessageBody": "x"}, NO_QUEUE),
    ("SendMessage", {"QueueUrl": "http://x/222222222222/{name}", "MessageBody": "x"}, NO_QUEUE),
    ("SendMessage", {"MessageBody": "x"}, NO_QUEUE),
    ("SendMessage", {"QueueUrl": "", "MessageBody": "x"}, NO_QUEUE),
    ("SendMessage", {"QueueUrl": "{url}"}, (*MISSING, "The request must contain the parameter MessageBody.")),
    ("SendMessage", {"QueueUrl": "{url}", "MessageBody": None}, (*MISSING, "The request must contain the parameter MessageBody.")),
    ("SendMessage", {"QueueUrl": "{url}", "MessageBody": ""}, (*MISSING, "The request must contain the parameter MessageBody.")),
    (
        "SendMessage",
        {"QueueUrl": "{url}", "MessageBody": "x" * 1048577},
        (*INVALID, "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes."),
    ),
    ("SendMessage", {"QueueUrl": "{url}", "MessageBody": "a\u0001"}, (400, SQS, "InvalidMessageContents", "InvalidMessageContents")),
    ("SendMessage", {"QueueUrl": "{url}", "MessageBody": "a\ufffe"}, (400, SQS, "InvalidMessageContents", "InvalidMessageContents")),
    ("SendMessage", {"QueueUrl": "{url}", "MessageBody": "x", "DelaySeconds": 901}, INVALID),
    ("SendMessage", {"QueueUrl": "{url}", "MessageBody": "x", "DelaySeconds": -1}, INVALID),
    (
        "SendMessage",
        {"QueueUrl": "{url}", "MessageBody": "x", "MessageDeduplicationId": "d"},
        (
            *INVALID,
            "Value d for parameter MessageDeduplicationId is invalid. Reason: "
            "The request include parameter that is not valid for this queue type.",
        ),
    ),
    (
        "SendMessage",
        {"QueueUrl": "{url}", "MessageBody": "x", "MessageGroupId": "a b"},
        (*INVALID, f"Value a b for parameter MessageGroupId is invalid. Reason: {UNSENT_ID}"),
    ),
    (
        "SendMessage",
        {"QueueUrl": "{url}", "MessageBody": "x", "MessageAttributes": {"X": {"DataType": "String", "StringValue": ""}}},
        (*INVALID, "Message (user) attribute 'X' must contain a non-empty value of type 'String'."),
    ),
    (
        "SendMessage",
        {"QueueUrl": "{url}", "MessageBody": "x", "MessageAttributes": {"X": {"DataType": "Money", "StringValue": "1"}}},
        INVALID,
    ),
    (
        "SendMessage",
        {"QueueUrl": "{url}", "MessageBody": "x", "MessageAttributes": {"AWS.X": {"DataType": "String", "StringValue": "1"}}},
        INVALID,
    ),
    (
        "SendMessage",
        {
            "QueueUrl": "{url}",
            "MessageBody": "x",
            "MessageAttributes": {f"a{n}": {"DataType": "String", "StringValue": "1"} for n in range(11)},
        },
        INVALID,
    ),
    (
        "SendMessage",
        {"QueueUrl": "{url}", "MessageBody": "x", "MessageAttributes": {"X": {"DataType": "String", "StringListValues": ["a"]}}},
        (400, SQS, "UnsupportedOperation", LEGACY + "UnsupportedOperation"),
    ),
    (
        "ReceiveMessage",
        {"QueueUrl": "{url}", "MaxNumberOfMessages": 11},
        (*INVALID, "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."),
    ),
    (
        "ReceiveMessage",
        {"QueueUrl": "{url}", "MaxNumberOfMessages": 0},
        (*INVALID, "Value 0 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."),
    ),
    (
        "ReceiveMessage",
        {"QueueUrl": "{url}", "WaitTimeSeconds": 21},
        (*INVALID, "Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided."),
    ),
    (
        "ReceiveMessage",
        {"QueueUrl": "{url}", "WaitTimeSeconds": -1},
        (*INVALID, "Value -1 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided."),
    ),
    ("ReceiveMessage", {"QueueUrl": "{url}", "VisibilityTimeout": 43201}, INVALID),
    ("ReceiveMessage", {"QueueUrl": "{url}", "AttributeNames": ["Nothing"]}, ATTRIBUTE_NAME),
    ("DeleteMessage", {"QueueUrl": "{url}"}, (*MISSING, "The request must contain the parameter ReceiptHandle.")),
    (
        "DeleteMessage",
        {"QueueUrl": "{url}", "ReceiptHandle": "x"},
        (404, SQS, "ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid", 'The input receipt handle "x" is not a valid receipt handle.'),
    ),
    (
        "ChangeMessageVisibility",
        {"QueueUrl": "{url}", "ReceiptHandle": "x", "VisibilityTimeout": 1},
        (404, SQS, "ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid"),
    ),
    ("ChangeMessageVisibility", {"QueueUrl": "{url}", "ReceiptHandle": "x"}, MISSING),
    (
        "SendMessageBatch",
        {"QueueUrl": "{url}", "Entries": []},
        (
            *(400, SQS, "EmptyBatchRequest", LEGACY + "EmptyBatchRequest"),
            "There should be at least one SendMessageBatchRequestEntry in the request.",
        ),
    ),
    (
        "DeleteMessageBatch",
        {"QueueUrl": "{url}", "Entries": []},
        (
            *(400, SQS, "EmptyBatchRequest", LEGACY + "EmptyBatchRequest"),
            "There should be at least one DeleteMessageBatchRequestEntry in the request.",
        ),
    ),
    ("ChangeMessageVisibilityBatch", {"QueueUrl": "{url}"}, (400, SQS, "EmptyBatchRequest", LEGACY + "EmptyBatchRequest")),
    (
        "SendMessageBatch",
        {"QueueUrl": "{url}", "Entries": [{"Id": str(n), "MessageBody": "x"} for n in range(20)]},
        (
            *(400, SQS, "TooManyEntriesInBatchRequest", LEGACY + "TooManyEntriesInBatchRequest"),
            "Maximum number of entries per request are 10. You have sent 20.",
        ),
    ),
    (
        "SendMessageBatch",
        {"QueueUrl": "{url}", "Entries": [{"Id": "a", "MessageBody": "x"}, {"Id": "a", "MessageBody": "y"}]},
        (400, SQS, "BatchEntryIdsNotDistinct", LEGACY + "BatchEntryIdsNotDistinct", "Id a repeated."),
    ),
    (
        "SendMessageBatch",
        {"QueueUrl": "{url}", "Entries": [{"Id": "a!", "MessageBody": "x"}]},
        (
            *(400, SQS, "InvalidBatchEntryId", LEGACY + "InvalidBatchEntryId"),
            "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
        ),
    ),
    (
        "SendMessageBatch",
        {"QueueUrl": "{url}", "Entries": [{"Id": "", "MessageBody": "x"}]},
        (400, SQS, "InvalidBatchEntryId", LEGACY + "InvalidBatchEntryId"),
    ),
    (
        "SendMessageBatch",
        {"QueueUrl": "{url}", "Entries": [{"Id": "a", "MessageBody": "x" * 524288}, {"Id": "b", "MessageBody": "x" * 524289}]},
        (
            *(400, SQS, "BatchRequestTooLong", LEGACY + "BatchRequestTooLong"),
            "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.",
        ),
    ),
    ("GetQueueAttributes", {"QueueUrl": "{url}", "AttributeNames": ["X"]}, (*ATTRIBUTE_NAME, "Unknown Attribute X.")),
    ("SetQueueAttributes", {"QueueUrl": "{url}", "Attributes": {"X": "1"}}, (*ATTRIBUTE_NAME, "Unknown Attribute X.")),
    ("SetQueueAttributes", {"QueueUrl": "{url}", "Attributes": {"QueueArn": "1"}}, ATTRIBUTE_NAME),
    ("SetQueueAttributes", {"QueueUrl": "{url}"}, MISSING),
    (
        "SetQueueAttributes",
        {"QueueUrl": "{url}", "Attributes": {"VisibilityTimeout": "43201"}},
        (*ATTRIBUTE_VALUE, "Invalid value for the parameter VisibilityTimeout."),
    ),
    ("SetQueueAttributes", {"QueueUrl": "{url}", "Attributes": {"DelaySeconds": "soon"}}, ATTRIBUTE_VALUE),
    (
        "SetQueueAttributes",
        {"QueueUrl": "{url}", "Attributes": {"FifoQueue": "true"}},
        (*ATTRIBUTE_VALUE, "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported."),
    ),
    ("SetQueueAttributes", {"QueueUrl": "{url}", "Attributes": {"ContentBasedDeduplication": "true"}}, ATTRIBUTE_NAME),
    (
        "SetQueueAttributes",
        {"QueueUrl": "{url}", "Attributes": {"DeduplicationScope": "queue"}},
        (*ATTRIBUTE_NAME, "You can specify the DeduplicationScope only when FifoQueue is set to true."),
    ),
    (
        "SetQueueAttributes",
        {"QueueUrl": "{url}", "Attributes": {"RedrivePolicy": '{"deadLetterTargetArn":"{arn}","maxReceiveCount":1001}'}},
        (
            *INVALID,
            'Value {"deadLetterTargetArn":"{arn}","maxReceiveCount":1001} for parameter RedrivePolicy is invalid. Reason: '
            "Invalid value for maxReceiveCount: 1001, valid values are from 1 to 1000 both inclusive.",
        ),
    ),
    (
        "SetQueueAttributes",
        {"QueueUrl": "{url}", "Attributes": {"RedrivePolicy": '{"deadLetterTargetArn":"{arn}x","maxReceiveCount":1}'}},
        INVALID,
    ),
    ("SetQueueAttributes", {"QueueUrl": "{url}", "Attributes": {"Policy": "{"}}, ATTRIBUTE_VALUE),
    ("CreateQueue", {"QueueName": "a b"}, (*INVALID, NAME_TEXT)),
    ("CreateQueue", {"QueueName": "x" * 81}, (*INVALID, NAME_TEXT)),
    ("CreateQueue", {"QueueName": ""}, (400, None, None, None)),
    ("CreateQueue", {"QueueName": "a.fifo"}, (*INVALID, NAME_TEXT)),
    ("CreateQueue", {"QueueName": "a", "Attributes": {"FifoQueue": "true"}}, (*INVALID, FIFO_NAME_TEXT)),
    (
        "CreateQueue",
        {"QueueName": "{name}", "Attributes": {"DelaySeconds": "1"}},
        (
            *(400, SQS, "QueueNameExists", "QueueAlreadyExists"),
            "A queue already exists with the same name and a different value for attribute DelaySeconds",
        ),
    ),
    ("GetQueueUrl", {"QueueName": "none"}, NO_QUEUE),
    ("ListQueues", {"MaxResults": 0}, INVALID),
    ("ListQueues", {"MaxResults": 1001}, INVALID),
    ("TagQueue", {"QueueUrl": "{url}", "Tags": {f"t{n}": "" for n in range(51)}}, INVALID),
    ("TagQueue", {"QueueUrl": "{url}"}, MISSING),
    ("UntagQueue", {"QueueUrl": "{url}"}, MISSING),
    (
        "AddPermission",
        {"QueueUrl": "{url}", "Label": "l", "AWSAccountIds": ["111111111111"], "Actions": ["Nothing"]},
        (
            *INVALID,
            "Value SQS:Nothing for parameter ActionName is invalid. Reason: Please refer to the appropriate WSDL for a list of "
            "valid actions. ",
        ),
    ),
    (
        "AddPermission",
        {"QueueUrl": "{url}", "Label": "l", "AWSAccountIds": ["111111111111"], "Actions": ["SendMessage"] * 8},
        (403, SQS, "OverLimit", "OverLimit"),
    ),
    (
        "RemovePermission",
        {"QueueUrl": "{url}", "Label": "l"},
        (*INVALID, "Value l for parameter Label is invalid. Reason: can't find label."),
    ),
    (
        "StartMessageMoveTask",
        {"SourceArn": "{arn}"},
        (*INVALID, "Source queue must be configured as a Dead Letter Queue."),
    ),
    (
        "StartMessageMoveTask",
        {"SourceArn": "{arn}x"},
        (
            *(404, SQS, "ResourceNotFoundException", "ResourceNotFoundException"),
            "The resource that you specified for the SourceArn parameter doesn't exist.",
        ),
    ),
    ("StartMessageMoveTask", {}, MISSING),
    ("CancelMessageMoveTask", {"TaskHandle": "x"}, (*INVALID, "Value for parameter TaskHandle is invalid.")),
    ("Nothing", {}, (400, CORAL, "UnknownOperationException", "InvalidAction")),
]


def filled(value, **texts):
    if isinstance(value, str):
        for name, text in texts.items():
            value = value.replace("{%s}" % name, text)
        return value
    if isinstance(value, dict):
        return {key: filled(item, **texts) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(filled(item, **texts) for item in value)
    return value


def name_of(row):
    return f"{row[0]}-{row[2][2]}"


@pytest.mark.parametrize("row", ON_A_STANDARD_QUEUE, ids=name_of)
def test_a_standard_queue_refuses(wire, row):
    url = make(wire)
    action, body, expected = filled(row, url=url, name=url.rsplit("/", 1)[1], arn=arn(url))
    answer = wire.json(action, body)
    if expected[1] is None:
        assert answer.status == expected[0]
    else:
        check(answer, *expected)


ON_A_FIFO_QUEUE = [
    ({"MessageBody": "x", "MessageDeduplicationId": "d"}, MISSING),
    (
        {"MessageBody": "x", "MessageGroupId": "g"},
        (*INVALID, "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"),
    ),
    (
        {"MessageBody": "x", "MessageGroupId": "g", "MessageDeduplicationId": "d", "DelaySeconds": 2},
        (
            *INVALID,
            "Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this "
            "queue type.",
        ),
    ),
    ({"MessageBody": "x", "MessageGroupId": "g", "MessageDeduplicationId": "d" * 129}, INVALID),
]


@pytest.mark.parametrize("body, expected", ON_A_FIFO_QUEUE)
def test_a_fifo_queue_refuses(wire, body, expected):
    url = make(wire, ".fifo", FifoQueue="true")
    check(wire.json("SendMessage", {"QueueUrl": url, **body}), *expected)


def test_a_fifo_message_is_not_deleted_after_its_timeout(wire):
    url = make(wire, ".fifo", FifoQueue="true", ContentBasedDeduplication="true")
    wire.json("SendMessage", {"QueueUrl": url, "MessageBody": "x", "MessageGroupId": "g"})
    (message,) = wire.json("ReceiveMessage", {"QueueUrl": url, "VisibilityTimeout": 0}).json["Messages"]
    handle = message["ReceiptHandle"]
    text = f"Value {handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired."
    check(wire.json("DeleteMessage", {"QueueUrl": url, "ReceiptHandle": handle}), *INVALID, text)


def test_a_deleted_message_has_no_visibility(wire):
    url = make(wire)
    wire.json("SendMessage", {"QueueUrl": url, "MessageBody": "x"})
    (message,) = wire.json("ReceiveMessage", {"QueueUrl": url}).json["Messages"]
    handle = message["ReceiptHandle"]
    wire.json("DeleteMessage", {"QueueUrl": url, "ReceiptHandle": handle})
    text = (
        f"Value {handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for "
        "visibility timeout change."
    )
    answer = wire.json("ChangeMessageVisibility", {"QueueUrl": url, "ReceiptHandle": handle, "VisibilityTimeout": 1})
    check(answer, *INVALID, text)


def test_a_handle_of_another_queue_is_refused(wire):
    here, there = make(wire), make(wire)
    wire.json("SendMessage", {"QueueUrl": here, "MessageBody": "x"})
    (message,) = wire.json("ReceiveMessage", {"QueueUrl": here}).json["Messages"]
    answer = wire.json("DeleteMessage", {"QueueUrl": there, "ReceiptHandle": message["ReceiptHandle"]})
    check(answer, 404, SQS, "ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid")


def test_a_label_is_given_once(wire):
    body = {"QueueUrl": make(wire), "Label": "l", "AWSAccountIds": ["111111111111"], "Actions": ["SendMessage"]}
    assert wire.json("AddPermission", body).status == 200
    check(wire.json("AddPermission", body), *INVALID, "Value l for parameter Label is invalid. Reason: Already exists.")


def test_the_two_waits_of_sixty_seconds(wire):
    url = make(wire)
    name = url.rsplit("/", 1)[1]
    assert wire.json("PurgeQueue", {"QueueUrl": url}).status == 200
    text = f"Only one PurgeQueue operation on {name} is allowed every 60 seconds."
    check(wire.json("PurgeQueue", {"QueueUrl": url}), 403, SQS, "PurgeQueueInProgress", LEGACY + "PurgeQueueInProgress", text)
    wire.json("DeleteQueue", {"QueueUrl": url})
    text = "You must wait 60 seconds after deleting a queue before you can create another with the same name."
    again = wire.json("CreateQueue", {"QueueName": name})
    check(again, 400, SQS, "QueueDeletedRecently", LEGACY + "QueueDeletedRecently", text)


def test_relaxed_limits_lift_both(tmp_path, tmp_path_factory):
    if not hosts.BINARY:
        pytest.skip("MARTLET_BINARY names no program")
    template = empty_template(tmp_path_factory)
    with hosts.Host(tmp_path, "--in-memory", "--relaxed-limits", template=template) as host:
        wire = Wire(host.aws)
        url = make(wire)
        assert [wire.json("PurgeQueue", {"QueueUrl": url}).status for _ in range(2)] == [200, 200]
        wire.json("DeleteQueue", {"QueueUrl": url})
        assert wire.json("CreateQueue", {"QueueName": url.rsplit("/", 1)[1]}).status == 200


def test_only_one_move_task_runs(wire):
    dead = make(wire)
    policy = json.dumps({"deadLetterTargetArn": arn(dead), "maxReceiveCount": 1})
    source = make(wire, RedrivePolicy=policy)
    for _ in range(2):
        wire.json("SendMessage", {"QueueUrl": dead, "MessageBody": "x"})
    start = {"SourceArn": arn(dead), "DestinationArn": arn(source), "MaxNumberOfMessagesPerSecond": 1}
    assert wire.json("StartMessageMoveTask", start).status == 200
    text = "There is already a task running. Only one active task is allowed for a source queue arn at a given time."
    check(wire.json("StartMessageMoveTask", start), *INVALID, text)


def test_a_policy_denies(server, wire):
    other = Wire(server.aws, key="333333333333")
    url = make(wire)
    answer = other.json("SendMessage", {"QueueUrl": url, "MessageBody": "x"})
    check(answer, 403, CORAL, "AccessDeniedException", "AccessDenied")


def test_what_is_no_request_is_refused(wire):
    malformed = (400, CORAL, "SerializationException", "MalformedInput")
    for body in [b"", b"{", b"[]", b'"text"', b"{}x", b'{"QueueUrl":1}', b'{"MessageBody":"\xff"}', b'{"Entries":{}}', b"[" * 5000]:
        answer = wire.json("SendMessageBatch" if b"Entries" in body else "SendMessage", body)
        if body == b"":
            check(answer, *NO_QUEUE)
        else:
            check(answer, *malformed)
    check(wire.send("POST", "/", b"{}", Content_Type="application/x-amz-json-1.0"), 400, CORAL, "UnknownOperationException", "InvalidAction")
    wire.authorization = "AWS4-HMAC-SHA256 Credential=test, SignedHeaders=host, Signature=0"
    check(wire.json("ListQueues", {}), 400, CORAL, "IncompleteSignatureException", "IncompleteSignature")


def test_unknown_members_are_read_over(wire):
    body = {"QueueUrl": make(wire), "MessageBody": "x", "New": {"a": [1, {"b": None}]}, "DelaySeconds": None}
    assert wire.json("SendMessage", body).status == 200
