"""Queues as AWS's own clients see them: every action of SQS over the JSON protocol, by boto3 (test_aws_cli.py has the AWS CLI).

Expected values: Amazon SQS API Reference (2012-11-05) and developer guide; the MD5 vectors are recordings of AWS by LocalStack's
tests (tests/aws/services/sqs, snapshots of 2023 to 2025). botocore itself checks MD5OfMessageBody and MD5OfBody.
"""

import hashlib
import json
import subprocess
import threading
import time
import uuid

import pytest
from botocore.exceptions import ClientError

import host as hosts
import template
from queue_wire import ACCOUNT, Wire, is_uuid


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    if not hosts.BINARY:
        pytest.skip("MARTLET_BINARY names no program")
    folder = tmp_path_factory.mktemp("queues")
    resources = {
        "Orders": {
            "Type": "AWS::SQS::Queue",
            "Properties": {
                "QueueName": "orders",
                "VisibilityTimeout": 45,
                "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 2},
                "Tags": [{"Key": "team", "Value": "주문"}],
            },
        },
        "Dead": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "orders-dead"}},
        "Line": {"Type": "AWS::SQS::Queue", "Properties": {"FifoQueue": True, "ContentBasedDeduplication": True}},
        "Policy": {
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {
                "Queues": [{"Ref": "Orders"}],
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"AWS": "111111111111"},
                            "Action": "sqs:SendMessage",
                            "Resource": {"Fn::GetAtt": ["Orders", "Arn"]},
                        }
                    ],
                },
            },
        },
    }
    path = template.write(folder / "template.json", **resources)
    with hosts.Host(folder, template=path) as host:
        yield host


@pytest.fixture(scope="module")
def sqs(server):
    return server.client("sqs")


@pytest.fixture
def make(sqs):
    """Makes queues under names that nobody else uses; gives the URL."""

    def make(suffix="", **attributes):
        return sqs.create_queue(QueueName=f"q-{uuid.uuid4().hex[:12]}{suffix}", Attributes=attributes)["QueueUrl"]

    return make


@pytest.fixture
def queue(make):
    return make()


def arn(url, region=hosts.REGION):
    return f"arn:aws:sqs:{region}:{ACCOUNT}:{url.rsplit('/', 1)[1]}"


def receive(sqs, url, **options):
    return sqs.receive_message(QueueUrl=url, **options).get("Messages", [])


# Queues


def test_a_queue_is_made_found_listed_and_deleted(sqs, server):
    name = f"life-{uuid.uuid4().hex[:8]}"
    url = sqs.create_queue(QueueName=name, Attributes={"DelaySeconds": "5"}, tags={"a": "1"})["QueueUrl"]
    assert url == f"{server.aws}/{ACCOUNT}/{name}"
    assert sqs.create_queue(QueueName=name)["QueueUrl"] == url
    assert sqs.get_queue_url(QueueName=name)["QueueUrl"] == url
    assert sqs.list_queues(QueueNamePrefix=name)["QueueUrls"] == [url]
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"a": "1"}
    sqs.delete_queue(QueueUrl=url)
    assert "QueueUrls" not in sqs.list_queues(QueueNamePrefix=name)
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName=name)


def test_lists_come_in_pages(sqs, make):
    prefix = f"page-{uuid.uuid4().hex[:8]}"
    made = [sqs.create_queue(QueueName=f"{prefix}-{number}")["QueueUrl"] for number in range(5)]
    pages = list(sqs.get_paginator("list_queues").paginate(QueueNamePrefix=prefix, PaginationConfig={"PageSize": 2}))
    assert [len(page["QueueUrls"]) for page in pages] == [2, 2, 1]
    assert [url for page in pages for url in page["QueueUrls"]] == made


def test_attributes_have_their_defaults_and_are_changed(sqs, queue):
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed", "ApproximateNumberOfMessagesNotVisible"]
    assert {name: attributes[name] for name in counts} == dict.fromkeys(counts, "0")
    assert set(attributes) == set(counts) | {
        *["CreatedTimestamp", "DelaySeconds", "LastModifiedTimestamp", "MaximumMessageSize", "MessageRetentionPeriod"],
        *["QueueArn", "ReceiveMessageWaitTimeSeconds", "SqsManagedSseEnabled", "VisibilityTimeout"],
    }
    assert attributes["QueueArn"] == arn(queue)
    assert (attributes["MaximumMessageSize"], attributes["MessageRetentionPeriod"]) == ("1048576", "345600")
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "7"})
    assert sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["VisibilityTimeout"])["Attributes"] == {"VisibilityTimeout": "7"}
    assert "Attributes" not in sqs.get_queue_attributes(QueueUrl=queue)


def test_tags_are_added_overwritten_and_removed(sqs, queue):
    assert "Tags" not in sqs.list_queue_tags(QueueUrl=queue)
    sqs.tag_queue(QueueUrl=queue, Tags={"a": "1", "주": "문"})
    sqs.tag_queue(QueueUrl=queue, Tags={"a": "2"})
    assert sqs.list_queue_tags(QueueUrl=queue)["Tags"] == {"a": "2", "주": "문"}
    sqs.untag_queue(QueueUrl=queue, TagKeys=["a", "unknown"])
    assert sqs.list_queue_tags(QueueUrl=queue)["Tags"] == {"주": "문"}


def test_permissions_make_a_policy(sqs, queue):
    sqs.add_permission(QueueUrl=queue, Label="other", AWSAccountIds=["111111111111"], Actions=["SendMessage"])
    policy = json.loads(sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["Policy"])["Attributes"]["Policy"])
    assert policy == {
        "Version": "2008-10-17",
        "Id": f"{arn(queue)}/SQSDefaultPolicy",
        "Statement": [
            {
                "Sid": "other",
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
                "Action": "SQS:SendMessage",
                "Resource": arn(queue),
            }
        ],
    }
    sqs.remove_permission(QueueUrl=queue, Label="other")
    assert "Attributes" not in sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["Policy"])


def test_a_queue_of_another_region_is_another_queue(server):
    name = f"region-{uuid.uuid4().hex[:8]}"
    here, there = Wire(server.aws), Wire(server.aws, region="ap-northeast-2")
    url = here.json("CreateQueue", {"QueueName": name}).json["QueueUrl"]
    assert there.json("GetQueueUrl", {"QueueName": name}).status == 400
    assert there.json("CreateQueue", {"QueueName": name}).json["QueueUrl"] == url
    here.json("SendMessage", {"QueueUrl": url, "MessageBody": "here"})
    assert there.json("ReceiveMessage", {"QueueUrl": url}).json == {}
    assert there.json("ReceiveMessage", {"QueueUrl": f"{server.aws}/queue/us-east-1/{ACCOUNT}/{name}"}).json["Messages"]


@pytest.mark.parametrize(
    "form",
    [
        "https://sqs.us-east-1.amazonaws.com/{account}/{name}",
        "https://queue.amazonaws.com/{account}/{name}",
        "https://us-east-1.queue.amazonaws.com/{account}/{name}",
        "http://localhost:4566/{account}/{name}",
        "http://sqs.us-east-1.localhost.localstack.cloud:4566/{account}/{name}",
        "http://localhost:4566/queue/us-east-1/{account}/{name}",
        "http://localhost:9324/{account}/{name}",
        "{name}",
    ],
)
def test_a_queue_answers_to_every_form_of_its_url(server, queue, form):
    url = form.format(account=ACCOUNT, name=queue.rsplit("/", 1)[1])
    assert Wire(server.aws).json("SendMessage", {"QueueUrl": url, "MessageBody": "x"}).status == 200


def test_a_request_to_the_queues_path_needs_no_url_in_its_body(server, queue):
    path = queue.removeprefix(server.aws)
    assert Wire(server.aws).json("SendMessage", {"MessageBody": "x"}, path=path).status == 200


# Messages


def test_a_message_comes_back_as_it_was_sent(sqs, queue):
    body = '{"주문":1,"text":"a\\tb\\u0001"}\r\n\t😀'
    sent = sqs.send_message(QueueUrl=queue, MessageBody=body)
    assert sent["MD5OfMessageBody"] == hashlib.md5(body.encode()).hexdigest()
    assert is_uuid(sent["MessageId"]) and "SequenceNumber" not in sent
    (message,) = receive(sqs, queue)
    assert (message["Body"], message["MessageId"]) == (body, sent["MessageId"])
    assert set(message) == {"MessageId", "ReceiptHandle", "MD5OfBody", "Body"}
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    counts = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessagesNotVisible"])
    assert counts["Attributes"] == {"ApproximateNumberOfMessagesNotVisible": "0"}


@pytest.mark.parametrize(
    "attributes, digest",
    [
        ({"Foo": ("String", "Bar")}, "ae7155c6026991b6d54b11589678bf9c"),
        (
            {"Title": ("String", "The Whistler"), "Author": ("String", "John Grisham"), "WeeksOn": ("Number", "6")},
            "d25a6aea97eb8f585bfa92d314504a92",
        ),
        (
            {"Hello": ("String", "There"), "General": ("String", "Kenobi"), "Help.Me": ("String", "Me")},
            "4c360f3fdafd970e05fae2f149d997f5",
        ),
    ],
)
def test_message_attributes_have_the_digests_of_aws(sqs, queue, attributes, digest):
    given = {name: {"DataType": kind, "StringValue": value} for name, (kind, value) in attributes.items()}
    assert sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes=given)["MD5OfMessageAttributes"] == digest
    (message,) = receive(sqs, queue, MessageAttributeNames=["All"])
    assert message["MessageAttributes"] == given and message["MD5OfMessageAttributes"] == digest


def test_attributes_are_given_as_asked_for(sqs, queue):
    given = {
        "color.red": {"DataType": "String", "StringValue": "r"},
        "color.blue": {"DataType": "Number.int", "StringValue": "1"},
        "raw": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
    }
    trace = {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}}
    sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes=given, MessageSystemAttributes=trace)
    look = {"VisibilityTimeout": 0}
    (message,) = receive(sqs, queue, MessageAttributeNames=["color.*"], **look)
    assert set(message["MessageAttributes"]) == {"color.red", "color.blue"}
    (message,) = receive(sqs, queue, MessageAttributeNames=["raw"], MessageSystemAttributeNames=["All"], **look)
    assert message["MessageAttributes"] == {"raw": given["raw"]}
    system = message["Attributes"]
    assert system["AWSTraceHeader"].startswith("Root=") and system["ApproximateReceiveCount"] == "2"
    assert set(system) == {
        *["SenderId", "SentTimestamp", "ApproximateReceiveCount", "ApproximateFirstReceiveTimestamp", "AWSTraceHeader"]
    }


def test_the_trace_header_of_the_request_goes_with_the_message(server, sqs, queue):
    header = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1"
    Wire(server.aws).json("SendMessage", {"QueueUrl": queue, "MessageBody": "x"}, X_Amzn_Trace_Id=header)
    (message,) = receive(sqs, queue, AttributeNames=["AWSTraceHeader"])
    assert message["Attributes"] == {"AWSTraceHeader": header}


def test_batches_tell_of_each_entry(sqs, make):
    queue = make(MaximumMessageSize="1024")
    entries = [{"Id": "good", "MessageBody": "x"}, {"Id": "large", "MessageBody": "x" * 1025}]
    answer = sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    assert [entry["Id"] for entry in answer["Successful"]] == ["good"]
    (failed,) = answer["Failed"]
    assert (failed["Id"], failed["SenderFault"], failed["Code"]) == ("large", True, "InvalidParameterValue")
    (message,) = receive(sqs, queue)
    change = [{"Id": "a", "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": 90}]
    assert [e["Id"] for e in sqs.change_message_visibility_batch(QueueUrl=queue, Entries=change)["Successful"]] == ["a"]
    delete = [{"Id": "a", "ReceiptHandle": message["ReceiptHandle"]}, {"Id": "b", "ReceiptHandle": "none"}]
    answer = sqs.delete_message_batch(QueueUrl=queue, Entries=delete)
    assert [e["Id"] for e in answer["Successful"]] == ["a"]
    assert [(e["Id"], e["Code"]) for e in answer["Failed"]] == [("b", "ReceiptHandleIsInvalid")]


def test_visibility_is_changed(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    (message,) = receive(sqs, queue)
    assert receive(sqs, queue) == []
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
    assert len(receive(sqs, queue)) == 1


def test_delays_hold_messages_back(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="x", DelaySeconds=1)
    counts = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessagesDelayed"])["Attributes"]
    assert counts == {"ApproximateNumberOfMessagesDelayed": "1"}
    assert receive(sqs, queue) == []
    assert len(receive(sqs, queue, WaitTimeSeconds=20)) == 1


def test_a_purge_empties_a_queue(sqs, queue):
    for _ in range(3):
        sqs.send_message(QueueUrl=queue, MessageBody="x")
    receive(sqs, queue)
    sqs.purge_queue(QueueUrl=queue)
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    counts = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    assert counts == dict.fromkeys(names, "0")


def test_fifo_queues_keep_order_lock_groups_and_know_duplicates(sqs, make):
    queue = make(".fifo", FifoQueue="true", ContentBasedDeduplication="true")
    sent = [sqs.send_message(QueueUrl=queue, MessageBody=body, MessageGroupId=body[0]) for body in ["a1", "a2", "b1", "a3"]]
    numbers = [int(answer["SequenceNumber"]) for answer in sent]
    assert numbers == sorted(numbers) and all(len(answer["SequenceNumber"]) == 20 for answer in sent)
    again = sqs.send_message(QueueUrl=queue, MessageBody="a1", MessageGroupId="a")
    assert (again["MessageId"], again["SequenceNumber"]) == (sent[0]["MessageId"], sent[0]["SequenceNumber"])
    first = receive(sqs, queue, MaxNumberOfMessages=2, AttributeNames=["All"])
    assert [m["Body"] for m in first] == ["a1", "a2"]
    assert first[0]["Attributes"]["MessageGroupId"] == "a"
    assert [m["Body"] for m in receive(sqs, queue, MaxNumberOfMessages=10)] == ["b1"]
    for message in first:
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    assert [m["Body"] for m in receive(sqs, queue, MaxNumberOfMessages=10)] == ["a3"]


def test_a_receive_attempt_is_repeated(sqs, make):
    queue = make(".fifo", FifoQueue="true", ContentBasedDeduplication="true")
    sqs.send_message(QueueUrl=queue, MessageBody="x", MessageGroupId="g")
    first = receive(sqs, queue, ReceiveRequestAttemptId="one")
    assert receive(sqs, queue, ReceiveRequestAttemptId="one") == first != []


# Dead letters


def test_dead_letters_move_and_come_back(sqs, make):
    dead = make()
    source = make(RedrivePolicy=json.dumps({"deadLetterTargetArn": arn(dead), "maxReceiveCount": "1"}))
    assert sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"] == [source]
    sent = sqs.send_message(QueueUrl=source, MessageBody="bad")
    assert len(receive(sqs, source, VisibilityTimeout=0)) == 1
    assert receive(sqs, source) == []
    (message,) = receive(sqs, dead, AttributeNames=["All"], VisibilityTimeout=0)
    assert (message["MessageId"], message["Attributes"]["DeadLetterQueueSourceArn"]) == (sent["MessageId"], arn(source))
    handle = sqs.start_message_move_task(SourceArn=arn(dead))["TaskHandle"]
    (message,) = receive(sqs, source, WaitTimeSeconds=20)
    assert message["Body"] == "bad" and message["MessageId"] != sent["MessageId"]
    done = lambda: sqs.list_message_move_tasks(SourceArn=arn(dead))["Results"][0]["Status"] == "COMPLETED"
    hosts.eventually(done, "the task is completed")
    (task,) = sqs.list_message_move_tasks(SourceArn=arn(dead))["Results"]
    assert task["ApproximateNumberOfMessagesMoved"] == 1 and "TaskHandle" not in task
    with pytest.raises(sqs.exceptions.ResourceNotFoundException):
        sqs.cancel_message_move_task(TaskHandle=handle)


def test_a_running_move_task_is_cancelled(sqs, make):
    dead = make()
    source = make(RedrivePolicy=json.dumps({"deadLetterTargetArn": arn(dead), "maxReceiveCount": 1}))
    for _ in range(3):
        sqs.send_message_batch(QueueUrl=dead, Entries=[{"Id": str(n), "MessageBody": "x"} for n in range(10)])
    task = sqs.start_message_move_task(SourceArn=arn(dead), DestinationArn=arn(source), MaxNumberOfMessagesPerSecond=1)
    moved = sqs.cancel_message_move_task(TaskHandle=task["TaskHandle"])["ApproximateNumberOfMessagesMoved"]
    assert moved < 30
    cancelled = lambda: sqs.list_message_move_tasks(SourceArn=arn(dead))["Results"][0]["Status"] == "CANCELLED"
    hosts.eventually(cancelled, "the task is cancelled")


def test_a_queue_that_denies_is_no_dead_letter_queue(sqs, make):
    dead = make(RedriveAllowPolicy=json.dumps({"redrivePermission": "denyAll"}))
    with pytest.raises(ClientError) as caught:
        make(RedrivePolicy=json.dumps({"deadLetterTargetArn": arn(dead), "maxReceiveCount": 1}))
    assert caught.value.response["Error"]["Code"] == "InvalidParameterValue"


# Long polls


def test_a_send_wakes_the_oldest_waiter(server, sqs, queue):
    results = {}

    def wait(name):
        client = server.client("sqs")
        results[name] = receive(client, queue, WaitTimeSeconds=20)

    waiters = []
    for number, name in enumerate(["first", "second"]):
        waiters.append(threading.Thread(target=wait, args=[name]))
        waiters[-1].start()
        hosts.eventually(lambda: overview_of(server, queue)["waiting"] == number + 1, "parked")
    for number, waiter in enumerate(waiters):
        sqs.send_message(QueueUrl=queue, MessageBody=str(number))
        waiter.join(hosts.DEADLINE_SECONDS)
    assert [m["Body"] for m in results["first"]] == ["0"]
    assert [m["Body"] for m in results["second"]] == ["1"]


def test_a_client_that_goes_away_takes_no_message_with_it(server, sqs, queue):
    gone = Wire(server.aws)
    body = json.dumps({"QueueUrl": queue, "WaitTimeSeconds": 20})
    gone.connection.request("POST", "/", body, {"X-Amz-Target": "AmazonSQS.ReceiveMessage", "Authorization": gone.authorization})
    hosts.eventually(lambda: overview_of(server, queue)["waiting"] == 1, "parked")
    gone.connection.close()
    hosts.eventually(lambda: overview_of(server, queue)["waiting"] == 0, "the waiter has gone")
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    assert len(receive(sqs, queue)) == 1


def test_an_empty_long_poll_ends_in_time(sqs, queue):
    start = time.monotonic()
    assert receive(sqs, queue, WaitTimeSeconds=1) == []
    assert time.monotonic() - start >= 0.9


def test_a_stopping_host_answers_its_waiters(tmp_path):
    path = template.write(tmp_path / "template.json", Q={"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q"}})
    with hosts.Host(tmp_path, template=path) as host:
        answers = []
        url = f"{host.aws}/{ACCOUNT}/q"
        waiter = threading.Thread(target=lambda: answers.append(receive(host.client("sqs"), url, WaitTimeSeconds=20)))
        waiter.start()
        hosts.eventually(lambda: overview_of(host, url)["waiting"] == 1, "parked")
        assert host.stop() == 0
        waiter.join(hosts.DEADLINE_SECONDS)
        assert answers == [[]]


def overview_of(server, url):
    overview = Wire(server.aws).send("GET", "/_martlet/queues").json
    return next(row for row in overview["queues"] if row["name"] == url.rsplit("/", 1)[1])


# The template, policies, other services


def test_the_templates_queues_exist(sqs, server):
    url = sqs.get_queue_url(QueueName="orders")["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert attributes["VisibilityTimeout"] == "45"
    assert json.loads(attributes["RedrivePolicy"])["deadLetterTargetArn"].endswith(":orders-dead")
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"team": "주문"}
    assert any(url.endswith(".fifo") for url in sqs.list_queues()["QueueUrls"])


def test_a_policy_lets_another_account_in_and_no_further(server):
    other = Wire(server.aws, key="111111111111")
    url = f"{server.aws}/{ACCOUNT}/orders"
    assert other.json("SendMessage", {"QueueUrl": url, "MessageBody": "x"}).status == 200
    refused = other.json("ReceiveMessage", {"QueueUrl": url})
    assert (refused.status, refused.headers["x-amzn-query-error"]) == (403, "AccessDenied;Sender")


def test_requests_without_credentials_are_the_hosts_own(server):
    wire = Wire(server.aws)
    wire.authorization = None
    assert wire.json("ListQueues", {}).status == 200


# Commands


def command(server, *arguments, **variables):
    line = [hosts.BINARY, *arguments, "--template", str(server.template), "--state-dir", str(server.state)]
    run = subprocess.run(line, capture_output=True, text=True, timeout=60, env=hosts.environment(**variables))
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_the_command_shows_what_queues_hold_and_cost(server, sqs, make):
    queue = make()
    name = queue.rsplit("/", 1)[1]
    for _ in range(25):
        receive(sqs, queue)
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    row = next(row for row in json.loads(command(server, "queues", "list", "--output", "json"))["queues"] if row["name"] == name)
    assert (row["visible"], row["usage"]["emptyReceives"]) == (1, 25)
    # 26 standard requests of one unit at 0.40 USD a million; CreateQueue names no queue (Amazon SQS pricing).
    assert row["usage"]["requests"] == 26 and float(row["usage"]["cost"]) == pytest.approx(26 * 0.4e-6)
    text = command(server, "queues")
    assert name in text and f"{name}: 100 % of 25 receives came back empty without waiting" in text


def test_the_command_peeks_sends_and_purges(server, sqs, make):
    queue = make()
    name = queue.rsplit("/", 1)[1]
    message_id = command(server, "queues", "send", name, '{"주문":1}').strip()
    (line,) = command(server, "queues", "peek", name).splitlines()
    peeked = json.loads(line)
    assert (peeked["messageId"], peeked["body"], peeked["receiveCount"]) == (message_id, '{"주문":1}', 0)
    command(server, "queues", "purge", name)
    assert command(server, "queues", "peek", name) == ""


def test_the_command_redrives(server, sqs, make):
    dead = make()
    source = make(RedrivePolicy=json.dumps({"deadLetterTargetArn": arn(dead), "maxReceiveCount": 1}))
    sqs.send_message(QueueUrl=dead, MessageBody="x")
    command(server, "queues", "redrive", dead.rsplit("/", 1)[1], "--to", source.rsplit("/", 1)[1])
    assert len(receive(sqs, source, WaitTimeSeconds=20)) == 1


def test_the_command_follows_what_is_added(server, sqs, queue):
    line = [hosts.BINARY, "queues", "tail", queue.rsplit("/", 1)[1]]
    line += ["--template", str(server.template), "--state-dir", str(server.state)]
    tail = subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=hosts.environment())
    try:
        seen = []
        reader = threading.Thread(target=lambda: seen.append(tail.stdout.readline()))
        reader.start()

        def sent():
            sqs.send_message(QueueUrl=queue, MessageBody="followed")
            return seen

        hosts.eventually(sent, "a line")
        assert json.loads(seen[0])["body"] == "followed"
    finally:
        tail.kill()
        tail.wait()
