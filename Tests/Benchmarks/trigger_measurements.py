"""How the figures of triggers are taken: a backlog and a new mapping for drain rates, the stream of batches for latency."""

import base64
import http.client
import io
import json
import time
import zipfile

from measurements import ANSWER_SECONDS
from processes import Failure
from queue_measurements import Queues

DRAIN_SECONDS = 60
LATENCIES = 50
PATH = "/2015-03-31/event-source-mappings"


class Control:
    """Lambda's control plane and martlet's own pages."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)

    def call(self, method, path, body=None):
        try:
            self.connection.request(method, path, json.dumps(body) if body is not None else None)
            response = self.connection.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise Failure(f"no answer to {method} {path}: {error}") from error
        if response.status >= 300:
            raise Failure(f"{method} {path} answered {response.status}: {answer[:200]!r}")
        return json.loads(answer)

    def map(self, url, **settings):
        name = url.rsplit("/", 1)[1]
        body = {"EventSourceArn": f"arn:aws:sqs:us-east-1:000000000000:{name}", "FunctionName": "Bench", **settings}
        return self.call("POST", PATH, body)["UUID"]

    def unmap(self, mapping):
        self.call("DELETE", f"{PATH}/{mapping}")

    def counts(self, mapping):
        [trigger] = [row for row in self.call("GET", "/_martlet/triggers")["triggers"] if row["uuid"] == mapping]
        return trigger

    def invoke(self, event):
        return self.call("POST", "/2015-03-31/functions/Bench/invocations", event)


def drain(port, count, **settings):
    """Messages a second from the making of a mapping until all are deleted."""
    queues, control = Queues(port), Control(port)
    url = queues.make()
    count = queues.preload(url, count)
    control.invoke({})
    begin = time.perf_counter()
    mapping = control.map(url, **settings)
    end = begin + DRAIN_SECONDS
    while (done := control.counts(mapping).get("succeeded", 0)) < count:
        if time.perf_counter() > end:
            raise Failure(f"only {done} of {count} messages were drained in {DRAIN_SECONDS} s")
        time.sleep(0.005)
    rate = count / (time.perf_counter() - begin)
    control.unmap(mapping)
    queues.call("DeleteQueue", QueueUrl=url)
    return rate


def drain_peer(port, count):
    """The same of a peer that emulates Lambda, without Docker: a Python function that gives its event back. It has no page that
    counts, so the queue is asked until it is empty."""
    queues, control = Queues(port), Control(port)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("index.py", "def handler(event, context):\n    return event\n")
    control.call("POST", "/2015-03-31/functions", {
        "FunctionName": "Bench", "Runtime": "python3.11", "Role": "arn:aws:iam::000000000000:role/bench",
        "Handler": "index.handler", "Code": {"ZipFile": base64.b64encode(archive.getvalue()).decode()}})
    control.invoke({})
    url = queues.make()
    count = queues.preload(url, count)
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    begin = time.perf_counter()
    control.map(url, BatchSize=10)
    end = begin + DRAIN_SECONDS
    while left := sum(int(queues.call("GetQueueAttributes", QueueUrl=url, AttributeNames=names)["Attributes"][each]) for each in names):
        if time.perf_counter() > end:
            raise Failure(f"{left} of {count} messages were left after {DRAIN_SECONDS} s")
        time.sleep(0.005)
    return count / (time.perf_counter() - begin)


def drain_serially(port, count):
    """One poller in a loop, as serverless-offline's plugins do it: receive ten, invoke, delete, again."""
    queues, control = Queues(port), Control(port)
    url = queues.make()
    count = queues.preload(url, count)
    control.invoke({})
    begin = time.perf_counter()
    done = 0
    while done < count:
        messages = queues.call("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
        control.invoke({"Records": [{"messageId": each["MessageId"], "body": each["Body"]} for each in messages]})
        entries = [{"Id": str(place), "ReceiptHandle": each["ReceiptHandle"]} for place, each in enumerate(messages)]
        queues.call("DeleteMessageBatch", QueueUrl=url, Entries=entries)
        done += len(messages)
    rate = count / (time.perf_counter() - begin)
    queues.call("DeleteQueue", QueueUrl=url)
    return rate


def latencies(port):
    """Milliseconds from the call of a send until its message is delivered to the warm function, at most: the host's clock shows
    whole ones, and the one that had begun counts whole."""
    queues, control, stream = Queues(port), Control(port), http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    url = queues.make()
    mapping = control.map(url)
    stream.request("GET", f"/_martlet/triggers/batches?queue={url.rsplit('/', 1)[1]}")
    lines = stream.getresponse()
    found = []
    for number in range(LATENCIES + 1):
        sent = time.time()
        queues.call("SendMessage", QueueUrl=url, MessageBody=str(number))
        batch = json.loads(lines.readline())
        started = batch["report"]["startedAt"]
        seconds = time.mktime(time.strptime(started[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone + float(started[19:-1])
        # The first starts the environment.
        if number:
            found.append((seconds - sent) * 1e3 + 1)
    stream.close()
    control.unmap(mapping)
    queues.call("DeleteQueue", QueueUrl=url)
    return found


