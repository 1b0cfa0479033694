"""The edges of every limit that SQS documents, from both sides, through a socket: the last value that is taken, the first that isn't.

Ranges: Amazon SQS API Reference (SetQueueAttributes, SendMessage, ReceiveMessage, TagQueue, AddPermission, StartMessageMoveTask) and
developer guide, "Amazon SQS quotas". Texts are recordings of AWS by LocalStack's tests where they are compared.
"""

import base64
import json
import uuid

import pytest

import host as hosts
from test_queue_errors import ATTRIBUTE_NAME, ATTRIBUTE_VALUE, INVALID, LEGACY, MISSING, SQS, arn, check, make, server, wire

__all__ = ["server", "wire"]

DEAD = "{arn}-dead"
RANGES = [
    ("DelaySeconds", 0, 900),
    ("MaximumMessageSize", 1024, 1048576),
    ("MessageRetentionPeriod", 60, 1209600),
    ("ReceiveMessageWaitTimeSeconds", 0, 20),
    ("VisibilityTimeout", 0, 43200),
    ("KmsDataKeyReusePeriodSeconds", 60, 86400),
]


@pytest.mark.parametrize("name, least, most", RANGES)
def test_numbers_have_their_range(wire, name, least, most):
    url = make(wire)
    for value in [least, most]:
        assert wire.json("SetQueueAttributes", {"QueueUrl": url, "Attributes": {name: str(value)}}).status == 200
    for value in [least - 1, most + 1, "", "1.5", "one", "9" * 30]:
        answer = wire.json("SetQueueAttributes", {"QueueUrl": url, "Attributes": {name: str(value)}})
        check(answer, *ATTRIBUTE_VALUE, f"Invalid value for the parameter {name}.")
        assert wire.json("CreateQueue", {"QueueName": "never", "Attributes": {name: str(value)}}).status == 400


@pytest.mark.parametrize(
    "name, value, expected",
    [
        ("SqsManagedSseEnabled", "maybe", ATTRIBUTE_VALUE),
        (
            "FifoThroughputLimit", "perQueue",
            (*ATTRIBUTE_NAME, "You can specify the FifoThroughputLimit only when FifoQueue is set to true."),
        ),
        ("CreatedTimestamp", "1", ATTRIBUTE_NAME),
        ("All", "1", ATTRIBUTE_NAME),
        ("Policy", " " * 8193, ATTRIBUTE_VALUE),
        ("RedrivePolicy", "[]", INVALID),
        ("RedrivePolicy", '{"maxReceiveCount":1}', INVALID),
        ("RedrivePolicy", '{"deadLetterTargetArn":"{arn}"}', INVALID),
        ("RedrivePolicy", '{"deadLetterTargetArn":"{arn}","maxReceiveCount":0}', INVALID),
        ("RedrivePolicy", '{"deadLetterTargetArn":"{arn}","maxReceiveCount":"often"}', INVALID),
        ("RedrivePolicy", '{"deadLetterTargetArn":"no arn","maxReceiveCount":1}', INVALID),
        ("RedriveAllowPolicy", "{", INVALID),
        ("RedriveAllowPolicy", '{"redrivePermission":"some"}', INVALID),
        ("RedriveAllowPolicy", '{"redrivePermission":"allowAll","sourceQueueArns":["{arn}"]}', INVALID),
        ("RedriveAllowPolicy", '{"redrivePermission":"byQueue"}', INVALID),
        ("RedriveAllowPolicy", json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": ["{arn}"] * 11}), INVALID),
    ],
)
def test_attributes_of_another_form_are_refused(wire, name, value, expected):
    url = make(wire)
    answer = wire.json("SetQueueAttributes", {"QueueUrl": url, "Attributes": {name: value.replace("{arn}", arn(url))}})
    check(answer, *expected)


def test_high_throughput_needs_the_scope_of_groups(wire):
    url = make(wire, ".fifo", FifoQueue="true")
    limit = {"FifoThroughputLimit": "perMessageGroupId"}
    check(wire.json("SetQueueAttributes", {"QueueUrl": url, "Attributes": limit}), *ATTRIBUTE_VALUE)
    both = {**limit, "DeduplicationScope": "messageGroup"}
    assert wire.json("SetQueueAttributes", {"QueueUrl": url, "Attributes": both}).status == 200
    check(wire.json("SetQueueAttributes", {"QueueUrl": url, "Attributes": {"DeduplicationScope": "world"}}), *ATTRIBUTE_VALUE)


def test_one_kind_of_encryption_at_a_time(wire):
    both = {"KmsMasterKeyId": "alias/k", "SqsManagedSseEnabled": "true"}
    check(wire.json("SetQueueAttributes", {"QueueUrl": make(wire), "Attributes": both}), *ATTRIBUTE_VALUE)


def test_a_dead_letter_queue_is_of_the_same_type_and_willing(wire):
    line, shut = make(wire, ".fifo", FifoQueue="true"), make(wire, RedriveAllowPolicy='{"redrivePermission":"denyAll"}')
    named = make(wire, RedriveAllowPolicy=json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [arn(make(wire))]}))
    for target in [line, shut, named]:
        policy = json.dumps({"deadLetterTargetArn": arn(target), "maxReceiveCount": 1})
        check(wire.json("CreateQueue", {"QueueName": "never", "Attributes": {"RedrivePolicy": policy}}), *INVALID)


@pytest.mark.parametrize(
    "tags", [{"": "x"}, {"k" * 129: "x"}, {"k": "v" * 257}], ids=["no key", "long key", "long value"]
)
def test_tags_have_their_lengths(wire, tags):
    check(wire.json("TagQueue", {"QueueUrl": make(wire), "Tags": tags}), *INVALID)


def test_the_longest_tags_are_taken(wire):
    tags = {f"{'키' * 126}{n:02}": "값" * 256 for n in range(50)}
    url = make(wire)
    assert wire.json("TagQueue", {"QueueUrl": url, "Tags": tags}).status == 200
    assert wire.json("ListQueueTags", {"QueueUrl": url}).json["Tags"] == tags


@pytest.mark.parametrize(
    "change, expected",
    [
        ({"Label": "a b"}, INVALID),
        ({"Label": "l" * 81}, INVALID),
        ({"Label": None}, MISSING),
        ({"AWSAccountIds": []}, MISSING),
        ({"Actions": None}, MISSING),
        ({"AWSAccountIds": ["1"]}, INVALID),
        # For the owner alone (API Reference, AddPermission).
        ({"Actions": ["DeleteQueue"]}, INVALID),
    ],
)
def test_a_grant_is_checked(wire, change, expected):
    body = {"QueueUrl": make(wire), "Label": "l", "AWSAccountIds": ["111111111111"], "Actions": ["SendMessage"], **change}
    check(wire.json("AddPermission", body), *expected)


@pytest.mark.parametrize(
    "attributes",
    [
        {"": {"DataType": "String", "StringValue": "v"}},
        {"n" * 257: {"DataType": "String", "StringValue": "v"}},
        {".n": {"DataType": "String", "StringValue": "v"}},
        {"n.": {"DataType": "String", "StringValue": "v"}},
        {"a..b": {"DataType": "String", "StringValue": "v"}},
        {"a b": {"DataType": "String", "StringValue": "v"}},
        {"aws.n": {"DataType": "String", "StringValue": "v"}},
        {"Amazon.n": {"DataType": "String", "StringValue": "v"}},
        {"n": {"DataType": "", "StringValue": "v"}},
        {"n": {"StringValue": "v"}},
        {"n": {"DataType": "String." + "l" * 250, "StringValue": "v"}},
        {"n": {"DataType": "String"}},
        {"n": {"DataType": "Binary", "BinaryValue": ""}},
        {"n": {"DataType": "Number", "StringValue": "one"}},
        {"n": {"DataType": "Number", "StringValue": "1" * 39}},
        {"n": {"DataType": "Number", "StringValue": "1e127"}},
        {"n": {"DataType": "Number", "StringValue": "-1e129"}},
        {"n": {"DataType": "String", "StringValue": "\u0001"}},
    ],
)
def test_message_attributes_that_are_refused(wire, attributes):
    answer = wire.json("SendMessage", {"QueueUrl": make(wire), "MessageBody": "x", "MessageAttributes": attributes})
    assert answer.status == 400 and answer.json["__type"].startswith("com.amaz")


@pytest.mark.parametrize(
    "attributes",
    [
        {f"a{n}": {"DataType": "String", "StringValue": "v"} for n in range(10)},
        {"n" * 256: {"DataType": "String." + "l" * 248, "StringValue": "v"}},
        {"größe_1-a.b": {"DataType": "Number.int", "StringValue": "1" * 38}},
        {"n": {"DataType": "Number", "StringValue": "-1e128"}},
        {"n": {"DataType": "Number", "StringValue": "1e126"}},
    ],
)
def test_message_attributes_at_the_edge_are_taken(wire, attributes):
    answer = wire.json("SendMessage", {"QueueUrl": make(wire), "MessageBody": "x", "MessageAttributes": attributes})
    assert answer.status == 200, answer.body


@pytest.mark.parametrize(
    "system", [{"Other": {"DataType": "String", "StringValue": "v"}}, {"AWSTraceHeader": {"DataType": "Number", "StringValue": "1"}}]
)
def test_only_the_trace_header_is_a_system_attribute(wire, system):
    check(wire.json("SendMessage", {"QueueUrl": make(wire), "MessageBody": "x", "MessageSystemAttributes": system}), *INVALID)


def test_ids_of_128_characters_are_taken_and_no_longer_ones(wire):
    url = make(wire, ".fifo", FifoQueue="true")
    longest = "!~" * 64
    body = {"QueueUrl": url, "MessageBody": "x", "MessageGroupId": longest, "MessageDeduplicationId": longest}
    assert wire.json("SendMessage", body).status == 200
    for name in ["MessageGroupId", "MessageDeduplicationId"]:
        for bad in [longest + "x", "", "a b", "한글"]:
            text = f"Value {bad} for parameter {name} is invalid. Reason: {name} can only include alphanumeric and punctuation characters. 1 to 128 in length."
            check(wire.json("SendMessage", {**body, name: bad}), *INVALID, text)
    assert len(wire.json("ReceiveMessage", {"QueueUrl": url, "ReceiveRequestAttemptId": longest}).json["Messages"]) == 1
    check(wire.json("ReceiveMessage", {"QueueUrl": url, "ReceiveRequestAttemptId": longest + "x"}), *INVALID)


def test_the_largest_message_is_taken(wire):
    url = make(wire)
    assert wire.json("SendMessage", {"QueueUrl": url, "MessageBody": "x" * 1048576}).status == 200
    # The attributes count: name, type and value.
    attributes = {"abc": {"DataType": "String", "StringValue": "v"}}
    largest = 1048576 - len("abc" + "String" + "v")
    body = {"QueueUrl": url, "MessageAttributes": attributes}
    assert wire.json("SendMessage", {**body, "MessageBody": "x" * largest}).status == 200
    check(wire.json("SendMessage", {**body, "MessageBody": "x" * (largest + 1)}), *INVALID)


@pytest.mark.parametrize(
    "entry, code",
    [
        ({"MessageBody": "\u0001"}, "InvalidMessageContents"),
        ({"MessageBody": "x", "DelaySeconds": 901}, "InvalidParameterValue"),
        ({"MessageBody": ""}, "MissingParameter"),
        ({"MessageBody": "x", "MessageAttributes": {"n": {"DataType": "Money", "StringValue": "1"}}}, "InvalidParameterValue"),
    ],
)
def test_an_entry_fails_alone(wire, entry, code):
    entries = [{"Id": "bad", **entry}, {"Id": "good", "MessageBody": "x"}]
    answer = wire.json("SendMessageBatch", {"QueueUrl": make(wire), "Entries": entries})
    assert answer.status == 200
    assert [one["Id"] for one in answer.json["Successful"]] == ["good"]
    assert [(one["Id"], one["SenderFault"], one["Code"]) for one in answer.json["Failed"]] == [("bad", True, code)]


@pytest.mark.parametrize("entry", [{"MessageDeduplicationId": "d"}, {"MessageGroupId": "g"}])
def test_a_batch_for_a_fifo_queue_fails_whole_without_its_ids(wire, entry):
    url = make(wire, ".fifo", FifoQueue="true")
    good = {"Id": "good", "MessageBody": "x", "MessageGroupId": "g", "MessageDeduplicationId": "e"}
    check(wire.json("SendMessageBatch", {"QueueUrl": url, "Entries": [good, {"Id": "bad", "MessageBody": "x", **entry}]}), *INVALID)
    assert wire.json("ReceiveMessage", {"QueueUrl": url}).json == {}


@pytest.mark.parametrize("action", ["DeleteMessageBatch", "ChangeMessageVisibilityBatch"])
def test_batches_of_handles_have_the_limits_of_all_batches(wire, action):
    url = make(wire)
    entries = [{"Id": str(n), "ReceiptHandle": "x"} for n in range(11)]
    text = "Maximum number of entries per request are 10. You have sent 11."
    legacy = LEGACY + "TooManyEntriesInBatchRequest"
    check(wire.json(action, {"QueueUrl": url, "Entries": entries}), 400, SQS, "TooManyEntriesInBatchRequest", legacy, text)
    twice = [{"Id": "a", "ReceiptHandle": "x"}] * 2
    check(
        wire.json(action, {"QueueUrl": url, "Entries": twice}),
        *(400, SQS, "BatchEntryIdsNotDistinct", LEGACY + "BatchEntryIdsNotDistinct", "Id a repeated."))
    failed = wire.json(action, {"QueueUrl": url, "Entries": [{"Id": "a", "ReceiptHandle": "x"}]}).json["Failed"]
    assert [(one["Id"], one["Code"]) for one in failed] == [("a", "ReceiptHandleIsInvalid")]


def test_twelve_hours_count_from_the_receive(wire):
    url = make(wire)
    wire.json("SendMessage", {"QueueUrl": url, "MessageBody": "x"})
    (message,) = wire.json("ReceiveMessage", {"QueueUrl": url}).json["Messages"]
    change = {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]}
    check(wire.json("ChangeMessageVisibility", {**change, "VisibilityTimeout": 43201}), *INVALID)
    # A second of the twelve hours is left for the round trip, and then no longer.
    assert wire.json("ChangeMessageVisibility", {**change, "VisibilityTimeout": 43199}).status == 200
    hosts.eventually(
        lambda: b"Total VisibilityTimeout for the message is beyond the limit [43200 seconds]"
        in wire.json("ChangeMessageVisibility", {**change, "VisibilityTimeout": 43200}).body,
        "the limit")


@pytest.mark.parametrize(
    "change, expected",
    [
        ({"DestinationArn": DEAD}, (404, SQS, "ResourceNotFoundException", "ResourceNotFoundException",
                                    "The resource that you specified for the DestinationArn parameter doesn't exist.")),
        ({"MaxNumberOfMessagesPerSecond": 501}, INVALID),
        ({"MaxNumberOfMessagesPerSecond": 0}, INVALID),
        ({"DestinationArn": "{arn}"}, INVALID),
    ],
)
def test_a_move_task_is_checked(wire, change, expected):
    dead = make(wire)
    make(wire, RedrivePolicy=json.dumps({"deadLetterTargetArn": arn(dead), "maxReceiveCount": 1}))
    change = {name: value.replace("{arn}", arn(dead)) if isinstance(value, str) else value for name, value in change.items()}
    check(wire.json("StartMessageMoveTask", {"SourceArn": arn(dead), **change}), *expected)
    for count in [0, 11]:
        check(wire.json("ListMessageMoveTasks", {"SourceArn": arn(dead), "MaxResults": count}), *INVALID)


def test_a_task_that_is_not_there_can_not_be_cancelled(wire):
    handle = json.dumps({"taskId": str(uuid.uuid4()), "sourceArn": arn(make(wire))}).encode()
    answer = wire.json("CancelMessageMoveTask", {"TaskHandle": base64.b64encode(handle).decode()})
    check(answer, 404, SQS, "ResourceNotFoundException", "ResourceNotFoundException", "Task does not exist.")


def test_a_token_of_nowhere_is_refused(wire):
    check(wire.json("ListQueues", {"MaxResults": 1, "NextToken": "?"}), *INVALID)
