"""How the figures of queues are taken: wrk with queue.lua for rates, a socket for what one call takes."""

import contextlib
import dataclasses
import http.client
import json
import os
import re
import signal
import sqlite3
import statistics
import subprocess
import tempfile
import threading
import time

import programs
from measurements import ANSWER_SECONDS, IN_FLIGHT_SECONDS, WRK_SECONDS_MAX, Sample, parse
from processes import Failure

AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host;x-amz-date, Signature=" + "0" * 64
)
BODY = "x" * 200
WARM_UP_SECONDS = 0.3
WAKE_UPS = 30
COMMITS = 2_000
PRELOAD_SECONDS = 30


@dataclasses.dataclass(frozen=True)
class Visit:
    """How a host is asked."""

    seconds: float
    callers: int = 16
    backlog: int = 50_000  # messages, where it receives
    patience_seconds: int = 2  # for one answer, as wrk has it; later ones fail the visit


# moto works on one request at a time, each of which can take it a second: sixteen at once would wait longer than for an answer
# that is lost. The rate is the same with four.
SLOW = Visit(seconds=10, callers=4, backlog=1_000, patience_seconds=50)


class Queues:
    """One connection that makes calls and checks them."""

    def __init__(self, port):
        self.port = port
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
        self.count = 0

    def call(self, action, **members):
        headers = {
            "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"AmazonSQS.{action}", "X-Amz-Date": "20260101T000000Z",
            "Authorization": AUTHORIZATION}
        try:
            self.connection.request("POST", "/", json.dumps(members), headers)
            response = self.connection.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise Failure(f"no answer to {action}: {error}") from error
        if response.status != 200:
            raise Failure(f"{action} answered {response.status}: {answer[:200]!r}")
        return json.loads(answer) if answer.strip() else {}

    def make(self):
        self.count += 1
        name = f"bench-{os.getpid()}-{time.time_ns()}-{self.count}"
        return self.call("CreateQueue", QueueName=name, Attributes={"VisibilityTimeout": "600"})["QueueUrl"]

    def preload(self, url, count):
        """Fills a queue as far as it goes in the time; a slow host's backlog stays smaller."""
        entries = [{"Id": str(number), "MessageBody": BODY} for number in range(10)]
        end = time.monotonic() + PRELOAD_SECONDS
        done = 0
        while done < count and time.monotonic() < end:
            self.call("SendMessageBatch", QueueUrl=url, Entries=entries)
            done += 10
        return done


@contextlib.contextmanager
def apart(host):
    """Client and host on a processor each. One caller's round trip takes a third where both happen to share one, as no processor
    has to wake another then: where the system puts them would be what is measured."""
    processors = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if len(processors) < 2:
        yield
        return
    _bind(host, processors[:1])
    os.sched_setaffinity(0, processors[1:2])  # wrk inherits it.
    try:
        yield
    finally:
        os.sched_setaffinity(0, processors)
        _bind(host, processors)


def _bind(process, processors):
    for thread in os.listdir(f"/proc/{process}/task"):
        with contextlib.suppress(ProcessLookupError):  # It has ended meanwhile.
            os.sched_setaffinity(int(thread), processors)


def _wrk(port, mode, url, callers, seconds, patience_seconds=Visit.patience_seconds):
    command = [
        "wrk", "-t1", f"-c{callers}", f"-d{WRK_SECONDS_MAX}s", "--timeout", f"{patience_seconds}s", "--latency",
        "-s", str(programs.HERE / "queue.lua"), f"http://127.0.0.1:{port}/"]
    environment = {**os.environ, "QUEUE_MODE": mode, "QUEUE_URL": url}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        report, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        # As in measurements: wrk counts whole seconds only.
        process.send_signal(signal.SIGINT)
        report, _ = process.communicate(timeout=ANSWER_SECONDS)
        time.sleep(IN_FLIGHT_SECONDS)
    finally:
        process.kill()
    return report


def sends(port, visit, mode="send"):
    """Requests a second; a batch has ten messages. The queue is emptied by being deleted."""
    queues = Queues(port)
    url = queues.make()
    _wrk(port, mode, url, visit.callers, WARM_UP_SECONDS, visit.patience_seconds)
    sample = parse(_wrk(port, mode, url, visit.callers, visit.seconds, visit.patience_seconds))
    queues.call("DeleteQueue", QueueUrl=url)
    return sample


def cycles(port, visit):
    """Receives of one message with their deletes, a second, at a backlog."""
    queues = Queues(port)
    url = queues.make()
    queues.preload(url, visit.backlog)
    report = _wrk(port, "cycle", url, visit.callers, visit.seconds, visit.patience_seconds)
    sample = parse(report)
    pairs = float(re.search(r"Deleted/sec: ([\d.]+)", report)[1])
    # queue.lua takes an answer without a message for that of a delete: an empty queue would count twice.
    left = queues.call("GetQueueAttributes", QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    if int(left["Attributes"]["ApproximateNumberOfMessages"]) == 0:
        raise Failure(f"the backlog of {visit.backlog} messages ran out: measure for fewer seconds")
    queues.call("DeleteQueue", QueueUrl=url)
    return Sample(pairs, sample.p50, sample.p99)


def bare(port, mode, callers, seconds):
    """The same requests to a server that only reads and answers."""
    _wrk(port, mode, "http://127.0.0.1/000000000000/bench", callers, WARM_UP_SECONDS)
    return parse(_wrk(port, mode, "http://127.0.0.1/000000000000/bench", callers, seconds))


def wake_ups(port):
    """Microseconds from the call of a send to the answer of the long poll that waited for it."""
    sender, receiver = Queues(port), Queues(port)
    url = sender.make()
    found = []
    for _ in range(WAKE_UPS):
        times = {}

        def poll():
            messages = receiver.call("ReceiveMessage", QueueUrl=url, WaitTimeSeconds=10).get("Messages", [])
            times["received"] = time.perf_counter()
            for message in messages:
                receiver.call("DeleteMessage", QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

        waiter = threading.Thread(target=poll)
        waiter.start()
        time.sleep(0.05)
        begin = time.perf_counter()
        sender.call("SendMessage", QueueUrl=url, MessageBody="ping")
        waiter.join()
        found.append((times["received"] - begin) * 1e6)
    return found


def commits():
    """Microseconds of one row's commit, WAL and NORMAL, through Python's SQLite: the median."""
    with tempfile.TemporaryDirectory(prefix="martlet-bench-", dir=programs.BUILT) as folder:
        database = sqlite3.connect(os.path.join(folder, "floor.sqlite"), isolation_level=None)
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute("CREATE TABLE messages (id INTEGER PRIMARY KEY, body BLOB)")
        taken = []
        for _ in range(COMMITS):
            begin = time.perf_counter()
            database.execute("INSERT INTO messages (body) VALUES (?)", (BODY,))
            taken.append((time.perf_counter() - begin) * 1e6)
        database.close()
    return statistics.median(taken)
