"""What survives `kill -9` under load, and what a host does with a journal it can't use.

MARTLET_SOAK_KILLS says how often the host is killed; the suite's own number is small.
"""

import os
import random
import sqlite3
import subprocess
import threading

import pytest

import host as hosts
import template
from queue_wire import ACCOUNT, Wire

KILLS = int(os.environ.get("MARTLET_SOAK_KILLS", "8"))
CLIENTS = 4
ROUND_REQUESTS = (50, 600)

pytestmark = pytest.mark.skipif(not hosts.BINARY, reason="MARTLET_BINARY names no program")


@pytest.fixture
def path(tmp_path):
    queues = {"Q": {"QueueName": "q"}, "Line": {"QueueName": "line.fifo", "FifoQueue": True}}
    resources = {name: {"Type": "AWS::SQS::Queue", "Properties": properties} for name, properties in queues.items()}
    return template.write(tmp_path / "template.json", **resources)


class Ledger:
    """What clients were told, and what they asked for without hearing the end of it."""

    def __init__(self):
        self.lock = threading.Lock()
        self.sent, self.deleted, self.deleting = set(), set(), set()
        self.requests = 0

    def told(self, sent=(), deleted=(), deleting=()):
        with self.lock:
            self.sent.update(sent)
            self.deleted.update(deleted)
            self.deleting.update(deleting)
            self.requests += 1


def work(endpoint, ledger, seed):
    """Sends, receives and deletes until the host is gone."""
    choice = random.Random(seed)
    wire = Wire(endpoint)
    url = f"{endpoint}/{ACCOUNT}/q"
    try:
        while True:
            if choice.random() < 0.5:
                answer = wire.json("SendMessage", {"QueueUrl": url, "MessageBody": "x" * choice.randrange(1, 3000)})
                ledger.told(sent=[answer.json["MessageId"]])
            else:
                many = choice.randrange(1, 11)
                answer = wire.json("ReceiveMessage", {"QueueUrl": url, "MaxNumberOfMessages": many, "VisibilityTimeout": 1})
                messages = answer.json.get("Messages", [])
                ledger.told(deleting=[message["MessageId"] for message in messages])
                for message in messages:
                    body = {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]}
                    # An older handle after a newer receive is answered with 200 and deletes nothing: only the first holder counts.
                    if wire.json("ChangeMessageVisibility", {**body, "VisibilityTimeout": 600}).status != 200:
                        continue
                    wire.json("DeleteMessage", body)
                    ledger.told(deleted=[message["MessageId"]])
    except (ConnectionError, OSError, ValueError, KeyError, AssertionError):
        return
    except Exception as error:  # http.client has its own tree of errors.
        if type(error).__module__ != "http.client":
            raise


def kept(host):
    """Every message of the queue, received or not."""
    answer = Wire(host.aws).send("GET", "/_martlet/queues/q/messages?limit=100000")
    return {message["messageId"] for message in answer.json["messages"]}


def test_no_answered_message_is_lost_and_no_deleted_one_comes_back(tmp_path, path):
    ledger = Ledger()
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    choice = random.Random(seed)
    for round_number in range(KILLS):
        host = hosts.Host(tmp_path / "host", template=path)
        try:
            target = ledger.requests + choice.randrange(*ROUND_REQUESTS)
            threads = [threading.Thread(target=work, args=[host.aws, ledger, choice.random()]) for _ in range(CLIENTS)]
            for thread in threads:
                thread.start()
            hosts.eventually(lambda: ledger.requests >= target, "enough requests")
        finally:
            host.kill()
        for thread in threads:
            thread.join(hosts.DEADLINE_SECONDS)
        with hosts.Host(tmp_path / "host", template=path) as host:
            messages = kept(host)
            host.kill()
        lost = ledger.sent - ledger.deleting - messages
        risen = ledger.deleted & messages
        assert (lost, risen) == (set(), set()), f"round {round_number}, seed {seed}"
        # Messages that were sent and not answered may be there as well.
        ledger.sent |= messages


def test_everything_of_a_queue_comes_back(tmp_path, path):
    with hosts.Host(tmp_path / "host", template=path) as host:
        wire, sqs = Wire(host.aws), host.client("sqs")
        url, line = f"{host.aws}/{ACCOUNT}/q", f"{host.aws}/{ACCOUNT}/line.fifo"
        attributes = {"Foo": {"DataType": "Binary", "BinaryValue": b"\x00"}}
        sqs.send_message(QueueUrl=url, MessageBody="주문", MessageAttributes=attributes)
        sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=900)
        (held,) = sqs.receive_message(QueueUrl=url, VisibilityTimeout=600)["Messages"]
        fifo = {"QueueUrl": line, "MessageGroupId": "g", "MessageDeduplicationId": "d"}
        first = sqs.send_message(MessageBody="once", **fifo)
        sqs.tag_queue(QueueUrl=url, Tags={"a": "1"})
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "77"})
        names = ["QueueArn", "VisibilityTimeout", "CreatedTimestamp", "ApproximateNumberOfMessagesNotVisible"]
        before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        host.kill()
    with hosts.Host(tmp_path / "host", template=path) as host:
        sqs = host.client("sqs")
        url, line = f"{host.aws}/{ACCOUNT}/q", f"{host.aws}/{ACCOUNT}/line.fifo"
        assert sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"] == before
        assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"a": "1"}
        assert "Messages" not in sqs.receive_message(QueueUrl=url)
        again = sqs.send_message(MessageBody="once", **{**fifo, "QueueUrl": line})
        assert again["MessageId"] == first["MessageId"]
        second = sqs.send_message(MessageBody="two", **{**fifo, "QueueUrl": line, "MessageDeduplicationId": "e"})
        assert int(second["SequenceNumber"]) > int(first["SequenceNumber"])
        # The handle of before the crash is good for the message it was given for.
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=held["ReceiptHandle"], VisibilityTimeout=0)
        (message,) = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"], AttributeNames=["All"])["Messages"]
        assert (message["Body"], message["MessageAttributes"]) == ("주문", attributes)
        assert message["Attributes"]["ApproximateReceiveCount"] == "2"


def test_queues_in_memory_end_with_their_host(tmp_path, path):
    with hosts.Host(tmp_path / "host", "--in-memory", template=path) as host:
        host.client("sqs").send_message(QueueUrl=f"{host.aws}/{ACCOUNT}/q", MessageBody="x")
    assert not (host.state / "queues.sqlite").exists()


def test_power_durability_serves_too(tmp_path, path):
    with hosts.Host(tmp_path / "host", "--durability", "power", template=path) as host:
        host.client("sqs").send_message(QueueUrl=f"{host.aws}/{ACCOUNT}/q", MessageBody="x")
        host.kill()
    with hosts.Host(tmp_path / "host", "--durability", "power", template=path) as host:
        assert len(kept(host)) == 1


def serve(state, path, *options):
    """Runs a host that is meant to end at once; gives what it says."""
    command = [hosts.BINARY, "serve", "--no-build", "--port", "0", "--aws-port", "0", "--state-dir", str(state), "--template", str(path)]
    run = subprocess.run([*command, *options], capture_output=True, text=True, timeout=60, env=hosts.environment())
    assert run.returncode == 3, run.stderr
    return run.stderr


def make_journal(tmp_path, path):
    with hosts.Host(tmp_path / "host", template=path) as host:
        url = f"{host.aws}/{ACCOUNT}/q"
        for _ in range(50):
            host.client("sqs").send_message(QueueUrl=url, MessageBody="x" * 2000)
    return host.state / "queues.sqlite"


def test_a_journal_that_is_no_database_is_refused_and_left(tmp_path, path):
    journal = make_journal(tmp_path, path)
    journal.write_bytes(b"not a database" * 100)
    before = journal.read_bytes()
    assert f"{journal} can't be used: it is no SQLite database. It is left as it is." in serve(journal.parent, path)
    assert journal.read_bytes() == before


def test_a_damaged_journal_is_refused_and_left(tmp_path, path):
    journal = make_journal(tmp_path, path)
    content = bytearray(journal.read_bytes())
    for page in range(4096, len(content), 4096):
        content[page : page + 1200] = b"\xa5" * 1200
    journal.write_bytes(content)
    assert "can't be used" in serve(journal.parent, path)
    assert journal.read_bytes() == bytes(content)


def test_a_newer_journal_is_refused_and_left(tmp_path, path):
    journal = make_journal(tmp_path, path)
    with sqlite3.connect(journal) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    before = journal.read_bytes()
    assert "was written by a newer version of martlet (format 99" in serve(journal.parent, path)
    assert journal.read_bytes() == before


def test_a_database_of_another_program_is_refused(tmp_path, path):
    state = tmp_path / "state"
    state.mkdir()
    with sqlite3.connect(state / "queues.sqlite") as database:
        database.execute("CREATE TABLE t (a)")
    database.close()
    assert "it is a SQLite database of another program" in serve(state, path)


def test_a_second_host_of_the_same_folder_is_refused(tmp_path, path):
    with hosts.Host(tmp_path / "host", template=path) as host:
        assert "another host has" in serve(host.state, path)
        # The first one goes on.
        assert host.client("sqs").send_message(QueueUrl=f"{host.aws}/{ACCOUNT}/q", MessageBody="x")["MessageId"]


def test_a_journal_forgets_what_is_deleted(tmp_path, path):
    with hosts.Host(tmp_path / "host", template=path) as host:
        wire, url = Wire(host.aws), f"{host.aws}/{ACCOUNT}/q"
        for _ in range(20):
            entries = [{"Id": str(n), "MessageBody": "x" * 5000} for n in range(10)]
            wire.json("SendMessageBatch", {"QueueUrl": url, "Entries": entries})
            got = wire.json("ReceiveMessage", {"QueueUrl": url, "MaxNumberOfMessages": 10}).json["Messages"]
            deletes = [{"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]} for n, message in enumerate(got)]
            wire.json("DeleteMessageBatch", {"QueueUrl": url, "Entries": deletes})
    database = sqlite3.connect(host.state / "queues.sqlite")
    assert [database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ["messages", "receipts"]] == [0, 0]
    database.close()
    # Ten messages of 5,000 bytes at a time; a million bytes went through.
    assert (host.state / "queues.sqlite").stat().st_size < 400_000
