"""Queues and event source mappings as users of the AWS CLI see them: every command of `aws sqs`, and the five of mappings.

Expected values: AWS CLI command reference (`aws sqs`, `aws lambda`), Amazon SQS API Reference, Lambda API Reference.
"""

import json
import os
import subprocess
import sys

import pytest

import host as hosts
from queue_wire import ACCOUNT

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Work:
    Type: AWS::SQS::Queue
    Properties: {{QueueName: work, VisibilityTimeout: 30}}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: worker
      CodeUri: code
      Handler: app.handler
      Runtime: python3.13
      Timeout: 5
      Environment: {{Variables: {{NOTES: {notes}}}}}
"""

HANDLER = """
import os

def handler(event, context):
    with open(os.environ["NOTES"], "a") as notes:
        for record in event["Records"]:
            notes.write(record["body"] + "\\n")
"""


class CLI:
    def __init__(self, host, notes):
        self.host = host
        self.notes = notes

    def run(self, *arguments):
        # Version 1 of the CLI takes the endpoint of SQS from this option alone; AWS_ENDPOINT_URL is for version 2.
        line = [sys.executable, "-m", "awscli", "--endpoint-url", self.host.aws, "--output", "json", *arguments]
        keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": hosts.REGION, "PYTHONUTF8": "1"}
        return subprocess.run(line, capture_output=True, text=True, timeout=120, env={**os.environ, **keys})

    def __call__(self, *arguments):
        run = self.run(*arguments)
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout) if run.stdout.strip() else None

    def sqs(self, action, *arguments):
        return self("sqs", action, *arguments)

    def handled(self):
        return self.notes.read_text().split() if self.notes.exists() else []


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    if not hosts.BINARY:
        pytest.skip("MARTLET_BINARY names no program")
    folder = tmp_path_factory.mktemp("cli")
    (folder / "code").mkdir()
    (folder / "code" / "app.py").write_text(HANDLER)
    (folder / "template.yaml").write_text(TEMPLATE.format(notes=folder / "notes"))
    with hosts.Host(folder, "--in-memory", template=folder / "template.yaml") as host:
        yield CLI(host, folder / "notes")


def arn(name):
    return f"arn:aws:sqs:{hosts.REGION}:{ACCOUNT}:{name}"


def test_queues_are_made_described_and_deleted(aws):
    url = aws.sqs("create-queue", "--queue-name", "life", "--attributes", "DelaySeconds=5", "--tags", "team=주문")["QueueUrl"]
    on = ("--queue-url", url)
    assert aws.sqs("get-queue-url", "--queue-name", "life") == {"QueueUrl": url}
    assert aws.sqs("list-queues", "--queue-name-prefix", "li") == {"QueueUrls": [url]}
    assert aws.sqs("list-queue-tags", *on) == {"Tags": {"team": "주문"}}
    aws.sqs("tag-queue", *on, "--tags", "a=1")
    aws.sqs("untag-queue", *on, "--tag-keys", "team")
    assert aws.sqs("list-queue-tags", *on) == {"Tags": {"a": "1"}}
    aws.sqs("set-queue-attributes", *on, "--attributes", "VisibilityTimeout=7")
    shown = aws.sqs("get-queue-attributes", *on, "--attribute-names", "All")["Attributes"]
    assert (shown["VisibilityTimeout"], shown["DelaySeconds"], shown["QueueArn"]) == ("7", "5", arn("life"))
    aws.sqs("add-permission", *on, "--label", "l", "--aws-account-ids", "111111111111", "--actions", "SendMessage")
    assert "Policy" in aws.sqs("get-queue-attributes", *on, "--attribute-names", "Policy")["Attributes"]
    aws.sqs("remove-permission", *on, "--label", "l")
    assert aws.sqs("get-queue-attributes", *on, "--attribute-names", "Policy") is None
    aws.sqs("purge-queue", *on)
    aws.sqs("delete-queue", *on)
    missing = aws.run("sqs", "get-queue-url", "--queue-name", "life")
    assert missing.returncode != 0 and "AWS.SimpleQueueService.NonExistentQueue" in missing.stderr


def test_messages_go_in_and_come_out(aws):
    url = aws.sqs("create-queue", "--queue-name", "letters")["QueueUrl"]
    on = ("--queue-url", url)
    attributes = json.dumps({"kind": {"DataType": "String", "StringValue": "선물"}}, ensure_ascii=False)
    sent = aws.sqs("send-message", *on, "--message-body", '{"주문":1}', "--message-attributes", attributes)
    (message,) = aws.sqs("receive-message", *on, "--wait-time-seconds", "20", "--message-attribute-names", "All")["Messages"]
    assert (message["MessageId"], message["Body"]) == (sent["MessageId"], '{"주문":1}')
    assert message["MessageAttributes"]["kind"]["StringValue"] == "선물"
    handle = ("--receipt-handle", message["ReceiptHandle"])
    aws.sqs("change-message-visibility", *on, *handle, "--visibility-timeout", "60")
    assert aws.sqs("receive-message", *on) is None
    aws.sqs("delete-message", *on, *handle)

    answer = aws.sqs("send-message-batch", *on, "--entries", "Id=a,MessageBody=하나", "Id=b,MessageBody=둘,DelaySeconds=901")
    assert [entry["Id"] for entry in answer["Successful"]] == ["a"] and [entry["Id"] for entry in answer["Failed"]] == ["b"]
    (message,) = aws.sqs("receive-message", *on, "--max-number-of-messages", "10")["Messages"]
    entry = f"Id=a,ReceiptHandle={message['ReceiptHandle']}"
    changed = aws.sqs("change-message-visibility-batch", *on, "--entries", f"{entry},VisibilityTimeout=60")
    assert changed["Successful"] == [{"Id": "a"}]
    assert aws.sqs("delete-message-batch", *on, "--entries", entry)["Successful"] == [{"Id": "a"}]


def test_dead_letters_are_moved(aws):
    dead = aws.sqs("create-queue", "--queue-name", "dead")["QueueUrl"]
    policy = json.dumps({"RedrivePolicy": json.dumps({"deadLetterTargetArn": arn("dead"), "maxReceiveCount": 1})})
    source = aws.sqs("create-queue", "--queue-name", "source", "--attributes", policy)["QueueUrl"]
    assert aws.sqs("list-dead-letter-source-queues", "--queue-url", dead)["queueUrls"] == [source]
    for body in "12":
        aws.sqs("send-message", "--queue-url", dead, "--message-body", body)
    started = aws.sqs(
        "start-message-move-task", "--source-arn", arn("dead"), "--destination-arn", arn("source"),
        "--max-number-of-messages-per-second", "1")
    (task,) = aws.sqs("list-message-move-tasks", "--source-arn", arn("dead"))["Results"]
    assert task["ApproximateNumberOfMessagesToMove"] == 2
    ended = aws.run("sqs", "cancel-message-move-task", "--task-handle", started["TaskHandle"])
    # Two messages at one a second may be through before the CLI has started.
    assert ended.returncode == 0 or "ResourceNotFoundException" in ended.stderr


def test_a_mapping_is_made_listed_changed_and_ended(aws):
    url = f"{aws.host.aws}/{ACCOUNT}/work"
    made = aws(
        "lambda", "create-event-source-mapping", "--function-name", "worker", "--event-source-arn", arn("work"), "--batch-size", "5",
        "--function-response-types", "ReportBatchItemFailures", "--no-enabled")
    assert (made["State"], made["BatchSize"], made["EventSourceArn"]) == ("Disabled", 5, arn("work"))
    one = ("--uuid", made["UUID"])
    aws.sqs("send-message", "--queue-url", url, "--message-body", "waits")
    assert [mapping["UUID"] for mapping in aws("lambda", "list-event-source-mappings", "--function-name", "worker")["EventSourceMappings"]] == [
        made["UUID"]]
    criteria = json.dumps({"Filters": [{"Pattern": json.dumps({"body": {"kind": ["keep"]}})}]})
    # Plain text is dropped by a pattern of JSON, so that the message which waits goes first.
    changed = aws("lambda", "update-event-source-mapping", *one, "--enabled", "--scaling-config", "MaximumConcurrency=2")
    assert (changed["State"], changed["ScalingConfig"]) == ("Enabling", {"MaximumConcurrency": 2})
    hosts.eventually(lambda: aws.handled() == ["waits"], aws.handled)
    aws("lambda", "update-event-source-mapping", *one, "--filter-criteria", criteria)
    filtered = lambda: aws("lambda", "get-event-source-mapping", *one)
    hosts.eventually(lambda: filtered()["State"] == "Enabled", "enabled")
    assert filtered()["FilterCriteria"] == json.loads(criteria)
    for body in ['{"kind":"drop"}', '{"kind":"keep"}']:
        aws.sqs("send-message", "--queue-url", url, "--message-body", body)
    hosts.eventually(lambda: aws.handled() == ["waits", '{"kind":"keep"}'], aws.handled)
    again = aws.run("lambda", "create-event-source-mapping", "--function-name", "worker", "--event-source-arn", arn("work"))
    assert again.returncode != 0 and "ResourceConflictException" in again.stderr
    assert aws("lambda", "delete-event-source-mapping", *one)["State"] == "Deleting"
    gone = aws.run("lambda", "get-event-source-mapping", *one)
    assert gone.returncode != 0 and "ResourceNotFoundException" in gone.stderr
