"""Event source mappings: what a message goes through from boto3 to a handler, with real processes. One host for each case that
kills or restarts one; the numbers (receive counts, timeouts) are those of the queue's own settings."""

import json
import os
import signal
import subprocess
import time

import pytest

import host as hosts
from host import eventually

HANDLER = '''
import json, os, time

def note(record, what):
    line = json.dumps({"id": record["messageId"], "body": record["body"], "what": what, "time": time.time(),
                       "count": int(record["attributes"]["ApproximateReceiveCount"]), "pid": os.getpid(),
                       "group": record["attributes"].get("MessageGroupId")})
    with open(os.environ["NOTES"], "a") as notes:
        notes.write(line + "\\n")

def handler(event, context):
    failures = []
    stopped = set()
    for record in event["Records"]:
        body = record["body"]
        words = body.split()
        group = record["attributes"].get("MessageGroupId")
        # Stops at a failure in a group, and reports that failure alone.
        if group in stopped:
            continue
        if words[0] == "poison":
            note(record, "failed")
            failures.append({"itemIdentifier": record["messageId"]})
            if os.environ.get("RAISES"):
                raise ValueError(body)
            continue
        if words[0] == "once" and int(record["attributes"]["ApproximateReceiveCount"]) == 1:
            note(record, "failed")
            failures.append({"itemIdentifier": record["messageId"]})
            if group:
                stopped.add(group)
            continue
        if words[0] == "answer":
            note(record, "answered")
            return json.loads(body.removeprefix("answer "))
        if words[0] == "sleep":
            note(record, "began")
            time.sleep(float(words[1]))
        note(record, "done")
    return {"batchItemFailures": failures}
'''

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Dead:
    Type: AWS::SQS::Queue
    Properties: {{QueueName: {dead}}}
  Work:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: {name}
      {fifo}
      VisibilityTimeout: {visibility}
      RedrivePolicy: {{deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}}
  Worker:
    Type: AWS::Serverless::Function
    Metadata: {metadata}
    Properties:
      CodeUri: code
      Handler: app.handler
      Runtime: python3.13
      Timeout: {timeout}
      {function}
      Environment: {{Variables: {{NOTES: {notes}}}}}
      Events:
        Batch:
          Type: SQS
          Properties:
            Queue: !GetAtt Work.Arn
            FunctionResponseTypes: [ReportBatchItemFailures]
            {event}
"""


class World:
    """A project with a queue, its dead-letter queue and a function that notes what it gets."""

    def __init__(self, folder, fifo=False, visibility=2, timeout=2, event="", function="", metadata="{}", **variables):
        self.folder = folder
        (folder / "code").mkdir(parents=True)
        (folder / "code" / "app.py").write_text(HANDLER)
        self.notes_path = folder / "notes"
        self.name = "work.fifo" if fifo else "work"
        self.dead = "dead.fifo" if fifo else "dead"
        self.template = folder / "template.yaml"
        text = TEMPLATE.format(
            name=self.name, dead=self.dead, fifo="FifoQueue: true\n      ContentBasedDeduplication: true" if fifo else "",
            visibility=visibility, timeout=timeout, notes=self.notes_path, event=event, function=function,
            metadata=metadata)
        if fifo:
            text = text.replace("{QueueName: dead.fifo}", "{QueueName: dead.fifo, FifoQueue: true}")
        self.template.write_text(text)
        self.variables = variables
        self.host = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.host.stop()

    def start(self):
        self.host = hosts.Host(self.folder, template=self.template, **self.variables)
        self.sqs = self.host.client("sqs")
        self.url = self.sqs.get_queue_url(QueueName=self.name)["QueueUrl"]
        self.dead_url = self.sqs.get_queue_url(QueueName=self.dead)["QueueUrl"]

    def send(self, *bodies, **more):
        return [self.sqs.send_message(QueueUrl=self.url, MessageBody=body, **more)["MessageId"] for body in bodies]

    def notes(self, what=None):
        if not self.notes_path.exists():
            return []
        notes = [json.loads(line) for line in self.notes_path.read_text().splitlines()]
        return [note for note in notes if what is None or note["what"] == what]

    def done(self):
        return [note["body"] for note in self.notes("done")]

    def depth(self, url=None):
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        values = self.sqs.get_queue_attributes(QueueUrl=url or self.url, AttributeNames=names)["Attributes"]
        return [int(values[name]) for name in names]

    def is_empty(self):
        return self.depth() == [0, 0]

    def command(self, *words):
        command = [hosts.BINARY, *words, "--template", str(self.template), "--state-dir", str(self.host.state)]
        return subprocess.run(command, capture_output=True, text=True, env=hosts.environment(), timeout=60)

    def trigger(self):
        run = self.command("triggers", "--output", "json")
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout)["triggers"][0]


@pytest.fixture
def world(tmp_path):
    with World(tmp_path) as world:
        yield world


def test_a_message_reaches_its_handler_and_is_gone_after_success(world):
    [message_id] = world.send("hello", MessageAttributes={"kind": {"DataType": "String", "StringValue": "greeting"}})
    eventually(lambda: world.done() == ["hello"], world.notes)
    assert world.notes()[0]["id"] == message_id
    eventually(world.is_empty, world.depth)
    trigger = world.trigger()
    assert trigger["state"] == "Enabled" and trigger["succeeded"] == 1 and trigger["batches"] == 1


def test_reported_failures_come_again_alone(world):
    world.send("one", "once two", "three")
    eventually(lambda: "once two" in world.done(), world.notes)
    assert sorted(world.done()) == ["once two", "one", "three"]
    assert [note["count"] for note in world.notes("done") if note["body"] == "once two"] == [2]
    eventually(world.is_empty, world.depth)


def test_a_poison_message_ends_in_the_dead_letter_queue(world):
    world.send("poison", "fine")
    eventually(lambda: world.depth(world.dead_url)[0] == 1, world.notes)
    assert [note["count"] for note in world.notes("failed")] == [1, 2, 3]
    assert world.done() == ["fine"]
    assert world.is_empty()
    [message] = world.sqs.receive_message(QueueUrl=world.dead_url, MessageSystemAttributeNames=["All"])["Messages"]
    assert message["Attributes"]["DeadLetterQueueSourceArn"].endswith(":work")


GOOD_ANSWERS = ["null", "{}", '{"batchItemFailures":null}', '{"batchItemFailures":[]}']
BAD_ANSWERS = [
    '{"batchItemFailures":[{"itemIdentifier":""}]}', '{"batchItemFailures":[{"itemIdentifier":null}]}',
    '{"batchItemFailures":[{"id":"x"}]}', '{"batchItemFailures":[{"itemIdentifier":"of no message"}]}',
]


def test_odd_answers_are_taken_as_aws_takes_them(tmp_path):
    """Lambda developer guide, "Implementing partial batch responses": what counts as a success of all, and what as a failure of all."""
    with World(tmp_path, event="BatchSize: 1") as world:
        world.send(*[f"answer {answer}" for answer in GOOD_ANSWERS + BAD_ANSWERS])
        eventually(lambda: world.depth(world.dead_url)[0] == len(BAD_ANSWERS), world.notes)
        eventually(world.is_empty, world.depth)
        tries = [note["body"].removeprefix("answer ") for note in world.notes("answered")]
        assert {answer: tries.count(answer) for answer in GOOD_ANSWERS} == dict.fromkeys(GOOD_ANSWERS, 1)
        assert {answer: tries.count(answer) for answer in BAD_ANSWERS} == dict.fromkeys(BAD_ANSWERS, 3)


def test_an_error_of_the_function_fails_the_whole_batch(tmp_path):
    with World(tmp_path, event="BatchSize: 10", function="", visibility=2) as world:
        world.host.client("lambda").update_function_configuration(
            FunctionName=function_name(world), Environment={"Variables": {"NOTES": str(world.notes_path), "RAISES": "1"}})
        world.send("poison")
        eventually(lambda: world.depth(world.dead_url)[0] == 1, world.notes)
        assert world.trigger()["failedBatches"] == 3


def function_name(world):
    return world.host.client("lambda").list_functions()["Functions"][0]["FunctionName"]


def test_filtered_messages_are_deleted_and_counted(tmp_path):
    pattern = """FilterCriteria: {Filters: [{Pattern: '{"body":{"kind":["keep"]}}'}]}"""
    with World(tmp_path, event=pattern) as world:
        world.send('{"kind":"keep"}', '{"kind":"drop"}', "plain text", '{"kind":"keep","n":2}')
        eventually(lambda: len(world.done()) == 2, world.notes)
        eventually(world.is_empty, world.depth)
        assert all("keep" in body for body in world.done())
        assert world.trigger()["filtered"] == 2


def test_a_fifo_group_waits_for_its_failed_message(tmp_path):
    with World(tmp_path, fifo=True, event="BatchSize: 2") as world:
        for body in ["a 1", "once 2", "a 3", "a 4"]:
            world.send(body, MessageGroupId="a")
        for body in ["b 1", "b 2"]:
            world.send(body, MessageGroupId="b")
        eventually(lambda: len(world.done()) == 6, world.notes)
        assert [note["body"] for note in world.notes("done") if note["group"] == "a"] == ["a 1", "once 2", "a 3", "a 4"]
        failed = world.notes("failed")[0]["time"]
        # The other group went on while this one waited for its visibility timeout.
        assert [note for note in world.notes("done") if note["body"] == "b 2"][0]["time"] < failed + 2
        assert [note for note in world.notes("done") if note["body"] == "a 3"][0]["time"] > failed + 1.5


def test_throttled_batches_wait_and_lose_nothing(tmp_path):
    with World(tmp_path, function="ReservedConcurrentExecutions: 1", visibility=20, event="BatchSize: 1") as world:
        world.send(*[f"sleep 0.3 {number}" for number in range(6)])
        eventually(lambda: len(world.done()) == 6, world.notes)
        eventually(world.is_empty, world.depth)
        assert world.trigger()["throttles"] > 0
        # The limit held: no two were with the function at once.
        spans = sorted((began["time"], done["time"]) for began, done in zip(world.notes("began"), world.notes("done")))
        assert all(first[1] <= second[0] for first, second in zip(spans, spans[1:]))


def test_maximum_concurrency_holds(tmp_path):
    event = "BatchSize: 1\n            ScalingConfig: {MaximumConcurrency: 2}"
    with World(tmp_path, event=event, visibility=20) as world:
        world.send(*[f"sleep 0.3 {number}" for number in range(8)])
        eventually(lambda: len(world.done()) == 8, world.notes)
        edges = [(note["time"], 1) for note in world.notes("began")] + [(note["time"], -1) for note in world.notes("done")]
        running = most = 0
        for _, step in sorted(edges):
            running += step
            most = max(most, running)
        assert most == 2
        assert world.trigger()["throttles"] == 0


def test_a_function_that_times_out_gets_its_message_again(tmp_path):
    with World(tmp_path, timeout=1, visibility=2) as world:
        world.send("sleep 5")
        eventually(lambda: world.depth(world.dead_url)[0] == 1, world.notes)
        assert len(world.notes("began")) == 3 and world.done() == []


def test_a_host_killed_with_a_batch_loses_nothing(tmp_path):
    world = World(tmp_path, visibility=3)
    world.start()
    world.send("sleep 1.5", "two", "three")
    eventually(lambda: world.notes("began"), world.notes)
    world.host.kill()
    world.start()
    try:
        eventually(lambda: {"sleep 1.5", "two", "three"} <= set(world.done()), world.notes)
        eventually(world.is_empty, world.depth)
    finally:
        world.host.stop()


def test_a_large_batch_is_gathered_within_its_window(tmp_path):
    event = "BatchSize: 100\n            MaximumBatchingWindowInSeconds: 2"
    with World(tmp_path, event=event, visibility=20) as world:
        entries = [{"Id": str(number), "MessageBody": f"m{number}"} for number in range(100)]
        for start in range(0, 100, 10):
            world.sqs.send_message_batch(QueueUrl=world.url, Entries=entries[start : start + 10])
        eventually(lambda: len(world.done()) == 100, world.notes)
        eventually(world.is_empty, world.depth)
        assert world.trigger()["batches"] <= 3


def test_an_idle_mapping_uses_no_processor_and_counts_its_receives(world):
    world.send("warm up")
    eventually(lambda: world.done() == ["warm up"], world.notes)
    eventually(world.is_empty, world.depth)

    def ticks():
        fields = hosts.stat(world.host.pid)
        return int(fields[11]) + int(fields[12])

    before = ticks()
    time.sleep(3)
    # A tick is 10 ms: what is allowed is one part in thirty, for timers and the log.
    assert ticks() - before <= 10
    trigger = world.trigger()
    assert trigger["pollers"] == 5
    assert trigger["idleReceivesPerMonth"] == 259200


def test_what_asking_without_waiting_costs_is_shown(tmp_path):
    """Two consumers that ask each second: 2 × 2,592,000 receives in a month of 30 days."""
    asking = "{Martlet: {Triggers: {Batch: {WaitTimeSeconds: 0, Pollers: 2, IdlePollers: 2}}}}"
    with World(tmp_path, metadata=asking) as world:
        time.sleep(3)
        trigger = world.trigger()
        assert 4 <= trigger["emptyReceives"] <= 12
        assert trigger["idleReceivesPerMonth"] == 5_184_000
        assert "5184000 requests a month" in world.command("triggers").stdout
        # It still works.
        world.send("hello")
        eventually(lambda: world.done() == ["hello"], world.notes)


# The control plane


def test_a_mapping_is_made_and_ended_by_boto3(tmp_path):
    with World(tmp_path, event="Enabled: false") as world:
        aws = world.host.client("lambda")
        world.send("waits")
        [mapping] = aws.list_event_source_mappings()["EventSourceMappings"]
        assert mapping["State"] == "Disabled" and mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        time.sleep(0.3)
        assert world.done() == []
        answer = aws.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True, BatchSize=5)
        assert answer["State"] == "Enabling"
        eventually(lambda: world.done() == ["waits"], world.notes)
        assert aws.get_event_source_mapping(UUID=mapping["UUID"])["State"] == "Enabled"
        assert aws.delete_event_source_mapping(UUID=mapping["UUID"])["State"] == "Deleting"
        with pytest.raises(aws.exceptions.ResourceNotFoundException):
            aws.get_event_source_mapping(UUID=mapping["UUID"])
        world.send("stays")
        time.sleep(0.3)
        assert world.done() == ["waits"] and world.depth() == [1, 0]

        queue = mapping["EventSourceArn"]
        created = aws.create_event_source_mapping(EventSourceArn=queue, FunctionName=function_name(world))
        assert created["State"] == "Creating" and created["ResponseMetadata"]["HTTPStatusCode"] == 202
        eventually(lambda: world.done() == ["waits", "stays"], world.notes)
        with pytest.raises(aws.exceptions.ResourceConflictException):
            aws.create_event_source_mapping(EventSourceArn=queue, FunctionName=function_name(world))


def test_what_can_not_be_mapped_is_refused(world):
    aws = world.host.client("lambda")
    name = function_name(world)
    with pytest.raises(aws.exceptions.InvalidParameterValueException, match="NonExistentQueue"):
        aws.create_event_source_mapping(EventSourceArn="arn:aws:sqs:us-east-1:000000000000:none", FunctionName=name)
    aws.update_function_configuration(FunctionName=name, Timeout=60)
    world.sqs.create_queue(QueueName="short")
    with pytest.raises(
        aws.exceptions.InvalidParameterValueException,
        match="Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds",
    ):
        aws.create_event_source_mapping(EventSourceArn="arn:aws:sqs:us-east-1:000000000000:short", FunctionName=name)


# Replay and record


def events(*bodies):
    return {"Records": [{"messageId": f"id-{number}", "body": body} for number, body in enumerate(bodies)]}


def test_a_recorded_batch_is_replayed_message_by_message(world, tmp_path):
    batch = tmp_path / "batch.json"
    batch.write_text(json.dumps(events("one", "poison", "three")))
    run = world.command("replay", "Work", str(batch))
    assert run.returncode == 1, run.stderr
    lines = run.stdout.splitlines()
    assert [line.split()[:2] for line in lines] == [["succeeded", "id-0"], ["failed", "id-1"], ["succeeded", "id-2"]]
    assert world.is_empty()


def test_bad_items_are_named_and_the_others_go_on(world, tmp_path):
    batch = tmp_path / "batch.json"
    batch.write_text(json.dumps({"Records": [{"messageId": "x"}, {"body": "good"}]}))
    lines = tmp_path / "bodies.txt"
    lines.write_text("first\nsecond\n")
    run = world.command("replay", "work", str(batch), str(lines))
    assert run.returncode == 1
    assert f"error: {batch}[0]: has no body" in run.stderr
    eventually(lambda: sorted(world.done()) == ["first", "good", "second"], world.notes)


def test_without_a_host_the_replay_runs_one_of_its_own(world, tmp_path):
    batch = tmp_path / "batch.json"
    batch.write_text(json.dumps(events("alone")))
    world.host.stop()
    run = world.command("replay", "Work", str(batch), "--no-build")
    assert run.returncode == 0, run.stderr
    assert world.done() == ["alone"]


def test_messages_are_replayed_through_the_queue_in_their_spacing(world, tmp_path):
    batch = tmp_path / "batch.json"
    records = events("a", "b", "c")
    for number, record in enumerate(records["Records"]):
        record["attributes"] = {"SentTimestamp": str(1_700_000_000_000 + number * 10_000)}
    batch.write_text(json.dumps(records))
    began = time.monotonic()
    run = world.command("replay", "Work", str(batch), "--through-queue", "--speed", "10x", "--output", "json")
    assert run.returncode == 0, run.stderr
    assert time.monotonic() - began >= 2
    assert world.done() == ["a", "b", "c"]
    assert json.loads(run.stdout.splitlines()[-1])["succeeded"] == 3


def test_what_is_recorded_can_be_replayed(world, tmp_path):
    folder = tmp_path / "captured"
    command = [hosts.BINARY, "record", "Work", "--into", str(folder), "--count", "1", "--template", str(world.template)]
    recorder = subprocess.Popen(
        command + ["--state-dir", str(world.host.state)], env=hosts.environment(), stderr=subprocess.PIPE)
    assert b"Recording" in recorder.stderr.readline()
    time.sleep(0.5)
    world.send("captured")
    assert recorder.wait(30) == 0
    [file] = list(folder.iterdir())
    recording = json.loads(file.read_text())
    assert recording["result"] == "succeeded" and recording["event"]["Records"][0]["receiptHandle"]
    assert recording["report"]["status"] == "success" and recording["report"]["billedDurationMs"] >= 1
    run = world.command("replay", "Work", str(folder))
    assert run.returncode == 0, run.stderr
    assert world.done() == ["captured", "captured"]


def test_dead_letters_are_replayed_and_stay_until_they_succeed(world):
    world.sqs.send_message(QueueUrl=world.dead_url, MessageBody="cured")
    world.sqs.send_message(QueueUrl=world.dead_url, MessageBody="poison")
    run = world.command("replay", "Dead", "--from-queue")
    assert run.returncode == 1, run.stderr
    assert world.done() == ["cured"]
    assert sum(world.depth(world.dead_url)) == 1


def test_triggers_are_shown_as_a_table(world):
    world.send("seen")
    eventually(lambda: world.done() == ["seen"], world.notes)
    run = world.command("triggers")
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[0].startswith("QUEUE") and "Enabled" in run.stdout
