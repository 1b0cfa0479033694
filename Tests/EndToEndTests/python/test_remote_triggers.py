"""Hosts that poll a queue of another host, over signed HTTP: the queue's host is the engine, the others are workers."""

import contextlib
import importlib.util
import json
import socket
import subprocess
import sys
import time

import pytest

import host as hosts
from host import eventually

HANDLER = """
import json, os, time

def handler(event, context):
    time.sleep(float(os.environ.get("SECONDS", "0.05")))
    with open(os.environ["NOTES"], "a") as notes:
        for record in event["Records"]:
            notes.write(json.dumps({"body": record["body"], "region": record["awsRegion"],
                                    "attributes": record["messageAttributes"]}) + "\\n")
"""

WORKER = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: code
      Handler: app.handler
      Runtime: python3.13
      Timeout: 2
      Environment: {{Variables: {{NOTES: {notes}}}}}
  Map:
    Type: AWS::Lambda::EventSourceMapping
    Metadata: {{Martlet: {{QueueUrl: "{url}"}}}}
    Properties: {{EventSourceArn: "arn:aws:sqs:us-east-1:000000000000:work", FunctionName: !Ref Worker}}
"""

ENGINE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Work:
    Type: AWS::SQS::Queue
    Properties: {QueueName: work, VisibilityTimeout: 4}
"""

KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


@pytest.fixture
def engine(tmp_path):
    folder = tmp_path / "engine"
    folder.mkdir()
    (folder / "template.yaml").write_text(ENGINE)
    with hosts.Host(folder, template=folder / "template.yaml") as engine:
        yield engine


class Moto:
    """Another program's SQS."""

    def __init__(self, folder):
        with contextlib.closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        with open(folder / "moto.log", "wb") as log:
            command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
            self.process = subprocess.Popen(command, stdout=log, stderr=log)

    def client(self, service):
        return hosts.client(service, f"http://127.0.0.1:{self.port}")

    def answers(self):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False


@pytest.fixture(params=["martlet", "moto"])
def any_engine(request, tmp_path):
    """A queue `work` on a host of ours, and on moto's server where it is installed."""
    if request.param == "martlet":
        yield request.getfixturevalue("engine")
        return
    if not importlib.util.find_spec("moto"):
        pytest.skip("moto is not installed")
    moto = Moto(tmp_path)
    try:
        eventually(moto.answers, "moto answers")
        moto.client("sqs").create_queue(QueueName="work", Attributes={"VisibilityTimeout": "4"})
        yield moto
    finally:
        moto.process.kill()
        moto.process.wait()


def worker(folder, url, *options, **variables):
    (folder / "code").mkdir(parents=True)
    (folder / "code" / "app.py").write_text(HANDLER)
    (folder / "template.yaml").write_text(WORKER.format(notes=folder / "notes", url=url))
    return hosts.Host(folder, *options, template=folder / "template.yaml", **KEYS, **variables)


def notes(*folders):
    lines = [line for folder in folders if (folder / "notes").exists() for line in (folder / "notes").read_text().splitlines()]
    return [json.loads(line) for line in lines if line.endswith("}")]


def is_empty(sqs, url):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    values = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return all(int(values[name]) == 0 for name in names)


def test_a_queue_of_another_host_is_polled_and_emptied(any_engine, tmp_path):
    sqs = any_engine.client("sqs")
    url = sqs.get_queue_url(QueueName="work")["QueueUrl"]
    with worker(tmp_path / "one", url):
        attributes = {"kind": {"DataType": "String", "StringValue": "선물"}}
        sqs.send_message(QueueUrl=url, MessageBody="안녕", MessageAttributes=attributes)
        eventually(lambda: notes(tmp_path / "one"), "a message")
        [note] = notes(tmp_path / "one")
        assert note["body"] == "안녕" and note["region"] == "us-east-1"
        assert note["attributes"]["kind"]["stringValue"] == "선물"
        eventually(lambda: is_empty(sqs, url), "empty")


def test_one_of_two_hosts_is_killed_under_load_and_nothing_is_lost(any_engine, tmp_path):
    sqs = any_engine.client("sqs")
    url = sqs.get_queue_url(QueueName="work")["QueueUrl"]
    folders = [tmp_path / "one", tmp_path / "two"]
    first, second = worker(folders[0], url), worker(folders[1], url)
    try:
        sent = []
        for start in range(0, 300, 10):
            entries = [{"Id": str(number), "MessageBody": f"m{start + number}"} for number in range(10)]
            assert len(sqs.send_message_batch(QueueUrl=url, Entries=entries)["Successful"]) == 10
            sent += [entry["MessageBody"] for entry in entries]
            if start == 150:
                eventually(lambda: notes(folders[0]), "work at the first")
                first.kill()
        eventually(lambda: {note["body"] for note in notes(*folders)} == set(sent), lambda: len(notes(*folders)))
        eventually(lambda: is_empty(sqs, url), "empty")
        assert notes(folders[0]) and notes(folders[1])
    finally:
        first.kill()
        second.stop()


def test_a_queue_of_aws_is_not_polled_by_accident(tmp_path):
    url = "https://sqs.us-east-1.amazonaws.com/000000000000/work"
    with worker(tmp_path / "one", url) as host:
        assert "--allow-remote" in eventually(lambda: host.log() if "--allow-remote" in host.log() else None, "a refusal")


def test_a_queue_that_does_not_answer_is_told_and_asked_again(engine, tmp_path):
    sqs = engine.client("sqs")
    url = sqs.get_queue_url(QueueName="work")["QueueUrl"]
    with worker(tmp_path / "one", url.replace("/work", "/none")) as host:
        eventually(lambda: "the queue can't be asked" in host.log(), host.log)
        sqs.create_queue(QueueName="none")
        sqs.send_message(QueueUrl=url.replace("/work", "/none"), MessageBody="late")
        eventually(lambda: notes(tmp_path / "one"), host.log)
