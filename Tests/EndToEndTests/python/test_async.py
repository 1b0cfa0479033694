"""Asynchronous invocation: tries, back-off, destinations, in a host that hastens its retries a hundredfold.

Facts of "How Lambda handles errors and retries with asynchronous invocation": two retries, after one and after two more minutes,
all under one request id; the record of "Capturing records of Lambda asynchronous invocations".
"""

import json
import uuid

import pytest

import host as hosts
from conftest import maker
from functions import zipped
from test_invoke import request_id

RECORDER = {
    # Notes each event in a file of its folder, and fails if told so.
    "app.py": """
import json, os, pathlib, time

def handler(event, context):
    line = {"id": context.aws_request_id, "time": time.time(), "event": event}
    with open(os.environ["NOTES"], "a") as notes:
        notes.write(json.dumps(line) + "\\n")
    if event.get("fail", 0) >= len(pathlib.Path(os.environ["NOTES"]).read_text().splitlines()):
        raise ValueError("다시")
    return {"echo": event}
"""
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    if not hosts.BINARY:
        pytest.skip("MARTLET_BINARY names no program")
    with hosts.Host(tmp_path_factory.mktemp("async"), "--hasten-retries") as host:
        yield host


@pytest.fixture(scope="module")
def lambdas(server):
    return server.client()


@pytest.fixture(scope="module")
def make(lambdas):
    yield from maker(lambdas)


class Recorder:
    def __init__(self, make, folder):
        self.path = folder / f"{uuid.uuid4().hex}.txt"
        self.name = make(RECORDER, runtime="python3.13", Environment={"Variables": {"NOTES": str(self.path)}})
        self.arn = f"arn:aws:lambda:us-east-1:000000000000:function:{self.name}"

    def notes(self):
        return [json.loads(line) for line in self.path.read_text().splitlines()] if self.path.exists() else []

    def wait(self, count):
        hosts.eventually(lambda: len(self.notes()) >= count, lambda: f"{count} tries, but {self.notes()}")
        return self.notes()


@pytest.fixture
def recorder(make, tmp_path):
    return Recorder(make, tmp_path)


def send(lambdas, recorder, event):
    answer = lambdas.invoke(FunctionName=recorder.name, InvocationType="Event", Payload=json.dumps(event))
    assert answer["StatusCode"] == 202
    return request_id(answer)


def test_an_event_runs_once_when_all_is_well(lambdas, recorder, server):
    identifier = send(lambdas, recorder, {"한": "번"})
    notes = recorder.wait(1)
    hosts.eventually(lambda: identifier in server.reports(), "its REPORT line")
    assert [(note["id"], note["event"]) for note in notes] == [(identifier, {"한": "번"})]
    assert server.reports().count(identifier) == 1


def test_a_failing_event_is_tried_three_times_under_one_id_and_then_dropped_with_a_word(lambdas, recorder, server):
    identifier = send(lambdas, recorder, {"fail": 9})
    hosts.eventually(lambda: f"asynchronous event {identifier}" in server.log(), "the word about the drop")
    notes = recorder.notes()
    assert [note["id"] for note in notes] == [identifier] * 3
    # A hundredth of one and of two minutes, at least.
    assert notes[1]["time"] - notes[0]["time"] >= 0.59
    assert notes[2]["time"] - notes[1]["time"] >= 1.19
    line = next(line for line in server.log().splitlines() if f"asynchronous event {identifier}" in line)
    assert "dropped" in line and recorder.name in line and "RetriesExhausted" in line


def test_a_later_try_may_succeed(lambdas, recorder, make, tmp_path):
    after = Recorder(make, tmp_path)
    lambdas.put_function_event_invoke_config(
        FunctionName=recorder.name, DestinationConfig={"OnSuccess": {"Destination": after.arn}}
    )
    identifier = send(lambdas, recorder, {"fail": 1})
    record = after.wait(1)[0]["event"]
    assert [note["id"] for note in recorder.notes()] == [identifier] * 2
    assert record["requestContext"]["requestId"] == identifier
    assert (record["requestContext"]["condition"], record["requestContext"]["approximateInvokeCount"]) == ("Success", 2)
    assert record["requestContext"]["functionArn"] == f"{recorder.arn}:$LATEST"
    assert (record["requestPayload"], record["responsePayload"]) == ({"fail": 1}, {"echo": {"fail": 1}})
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST"}
    assert record["version"] == "1.0"


def test_the_failure_destination_gets_the_record(lambdas, recorder, make, tmp_path):
    after = Recorder(make, tmp_path)
    lambdas.put_function_event_invoke_config(
        FunctionName=recorder.name, MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": after.arn}}
    )
    identifier = send(lambdas, recorder, {"fail": 9, "까닭": "시험"})
    record = after.wait(1)[0]["event"]
    assert len(recorder.notes()) == 1
    context = record["requestContext"]
    assert (context["requestId"], context["condition"], context["approximateInvokeCount"]) == (identifier, "RetriesExhausted", 1)
    assert record["requestPayload"] == {"fail": 9, "까닭": "시험"}
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}
    assert (record["responsePayload"]["errorType"], record["responsePayload"]["errorMessage"]) == ("ValueError", "다시")


def test_no_reserved_concurrency_sends_the_event_to_the_destination_untried(lambdas, recorder, make, tmp_path):
    after = Recorder(make, tmp_path)
    lambdas.put_function_event_invoke_config(
        FunctionName=recorder.name, DestinationConfig={"OnFailure": {"Destination": after.arn}}
    )
    lambdas.put_function_concurrency(FunctionName=recorder.name, ReservedConcurrentExecutions=0)
    identifier = send(lambdas, recorder, {"n": 1})
    record = after.wait(1)[0]["event"]
    assert (record["requestContext"]["requestId"], record["requestContext"]["condition"]) == (identifier, "ZeroReservedConcurrency")
    assert record["requestContext"]["approximateInvokeCount"] == 0
    assert "responseContext" not in record and "responsePayload" not in record
    assert recorder.notes() == []


def test_many_events_each_run_once(lambdas, recorder):
    sent = [send(lambdas, recorder, {"n": number}) for number in range(100)]
    notes = recorder.wait(100)
    assert sorted(note["id"] for note in notes) == sorted(sent)
    assert sorted(note["event"]["n"] for note in notes) == list(range(100))


def test_new_code_serves_the_next_try(lambdas, recorder):
    """An event outlives an update of its function: the queue keeps names, not code."""
    send(lambdas, recorder, {"fail": 9})
    recorder.wait(1)
    better = {"app.py": RECORDER["app.py"].replace('raise ValueError("다시")', "pass")}
    lambdas.update_function_code(FunctionName=recorder.name, ZipFile=zipped(better))
    lambdas.get_waiter("function_updated_v2").wait(FunctionName=recorder.name)
    identifiers = {note["id"] for note in recorder.wait(2)}
    assert len(identifiers) == 1


# Queues


@pytest.fixture
def queue(server):
    sqs = server.client("sqs")
    url = sqs.create_queue(QueueName=f"after-{uuid.uuid4().hex[:12]}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def receive():
        return sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20, MessageAttributeNames=["All"], AttributeNames=["All"])["Messages"]

    return arn, receive


def test_a_success_goes_to_the_destination_queue(lambdas, recorder, queue):
    arn, receive = queue
    lambdas.put_function_event_invoke_config(FunctionName=recorder.name, DestinationConfig={"OnSuccess": {"Destination": arn}})
    identifier = send(lambdas, recorder, {"주문": 1})
    (message,) = receive()
    record = json.loads(message["Body"])
    assert record["requestContext"]["requestId"] == identifier and record["requestContext"]["condition"] == "Success"
    assert (record["requestPayload"], record["responsePayload"]) == ({"주문": 1}, {"echo": {"주문": 1}})
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST"}


def test_what_fails_goes_to_the_failure_queue_and_the_dead_letter_queue(lambdas, recorder, queue, server):
    """The record of the destination, and the event itself with three attributes for the dead-letter queue ("Dead-letter queues")."""
    arn, receive = queue
    sqs = server.client("sqs")
    dead = sqs.create_queue(QueueName=f"dead-{uuid.uuid4().hex[:12]}")["QueueUrl"]
    dead_arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    lambdas.update_function_configuration(FunctionName=recorder.name, DeadLetterConfig={"TargetArn": dead_arn})
    lambdas.get_waiter("function_updated_v2").wait(FunctionName=recorder.name)
    lambdas.put_function_event_invoke_config(
        FunctionName=recorder.name, MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": arn}}
    )
    identifier = send(lambdas, recorder, {"fail": 9, "까닭": "시험"})
    (message,) = receive()
    record = json.loads(message["Body"])
    assert (record["requestContext"]["requestId"], record["requestContext"]["condition"]) == (identifier, "RetriesExhausted")
    assert record["responsePayload"]["errorMessage"] == "다시"
    (letter,) = sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=20, MessageAttributeNames=["All"])["Messages"]
    assert json.loads(letter["Body"]) == {"fail": 9, "까닭": "시험"}
    attributes = {name: value["StringValue"] for name, value in letter["MessageAttributes"].items()}
    assert (attributes["RequestID"], attributes["ErrorCode"], attributes["ErrorMessage"]) == (identifier, "200", "다시")


def test_a_destination_queue_that_is_gone_is_told_in_the_log(lambdas, recorder, queue, server):
    arn, _ = queue
    lambdas.put_function_event_invoke_config(FunctionName=recorder.name, DestinationConfig={"OnSuccess": {"Destination": arn}})
    sqs = server.client("sqs")
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=arn.rsplit(":", 1)[1])["QueueUrl"])
    identifier = send(lambdas, recorder, {"n": 1})
    told = lambda: [line for line in server.log().splitlines() if arn in line and identifier in line]
    assert "does not exist" in hosts.eventually(told, "a word about the delivery")[0]
