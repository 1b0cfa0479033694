"""Many waiters and many messages. MARTLET_SOAK=1 takes the numbers of the goals, else smaller ones that a debug build takes quickly."""

import json
import os
import resource
import socket
import statistics
import time
from urllib.parse import urlparse

import pytest

import host as hosts
import template
from queue_wire import ACCOUNT, Wire, authorization, error_of

SOAK = os.environ.get("MARTLET_SOAK") == "1"
WAITERS = 5_000 if SOAK else 1_000
MESSAGES = 1_000_000 if SOAK else 20_000
BODY_BYTES = 200
# Of each measurement; the median of three counts.
BATCHES, CYCLES = (1_000, 1_000) if SOAK else (100, 100)

pytestmark = pytest.mark.skipif(not hosts.BINARY or not hosts.has_proc, reason="looks into /proc for a program's memory")


@pytest.fixture
def server(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * WAITERS + 500
    if hard != resource.RLIM_INFINITY and hard < wanted:
        pytest.skip(f"needs {wanted} open files, the system allows {hard}")
    # The host inherits it.
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    path = template.write(tmp_path / "template.json", Q={"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q"}})
    with hosts.Host(tmp_path / "host", template=path) as host:
        yield host
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def request(host, action, body):
    payload = json.dumps({"QueueUrl": f"{host.aws}/{ACCOUNT}/q", **body}).encode()
    head = (
        f"POST / HTTP/1.1\r\nHost: {urlparse(host.aws).netloc}\r\nContent-Type: application/x-amz-json-1.0\r\n"
        f"X-Amz-Target: AmazonSQS.{action}\r\nAuthorization: {authorization()}\r\nContent-Length: {len(payload)}\r\n\r\n"
    )
    return head.encode() + payload


def connect(host):
    address = urlparse(host.aws)
    return socket.create_connection((address.hostname, address.port), timeout=60)


def waiting(host):
    return Wire(host.aws).send("GET", "/_martlet/queues").json["queues"][0]["waiting"]


def test_parked_receives_cost_nothing(server):
    wire = Wire(server.aws)
    wire.json("ReceiveMessage", {"QueueUrl": "q"})
    memory = hosts.resident_megabytes(server.pid)
    poll = request(server, "ReceiveMessage", {"WaitTimeSeconds": 20})
    clients = []
    for _ in range(WAITERS):
        clients.append(connect(server))
        clients[-1].sendall(poll)
    hosts.eventually(lambda: waiting(server) == WAITERS, "all parked")
    ticks = hosts.cpu_ticks(server.pid)
    time.sleep(2)
    # A tick is 10 ms; two seconds have 200 of them.
    used = hosts.cpu_ticks(server.pid) - ticks
    grown = hosts.resident_megabytes(server.pid) - memory
    print(f"{WAITERS} waiters: {used} ticks in 2 s, {grown:.1f} MB")
    assert used <= 10
    assert grown < 100 * WAITERS / 5_000 + 20
    # A send wakes as many as it has messages, and the others stay.
    for _ in range(3):
        wire.json("SendMessage", {"QueueUrl": "q", "MessageBody": "x"})
    hosts.eventually(lambda: waiting(server) == WAITERS - 3, "three are answered")
    for client in clients[:3]:
        assert b'"Body":"x"' in client.recv(4096)
    for client in clients:
        client.close()
    hosts.eventually(lambda: waiting(server) == 0, "nobody waits")


def drive(host, payload, count, connections=8):
    """Sends a request count times over some connections, a window of them in flight each; gives the seconds it took."""
    clients = [connect(host) for _ in range(connections)]
    start = time.monotonic()
    rounds, rest = divmod(count, connections)
    for number in range(rounds + (1 if rest else 0)):
        active = clients if number < rounds else clients[:rest]
        for client in active:
            client.sendall(payload)
        for client in active:
            read_answer(client)
    for client in clients:
        client.close()
    return time.monotonic() - start


def read_answer(client):
    data = b""
    while b"\r\n\r\n" not in data:
        data += client.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    length = int(next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")).split(b":")[1])
    while len(body) < length:
        body += client.recv(65536)
    return body


def cycle(host, count):
    """Receives and deletes one by one; gives the seconds it took."""
    client = connect(host)
    receive = request(host, "ReceiveMessage", {})
    start = time.monotonic()
    for _ in range(count):
        client.sendall(receive)
        (message,) = json.loads(read_answer(client))["Messages"]
        client.sendall(request(host, "DeleteMessage", {"ReceiptHandle": message["ReceiptHandle"]}))
        read_answer(client)
    client.close()
    return time.monotonic() - start


def test_a_backlog_costs_memory_and_no_time(server):
    body = "x" * BODY_BYTES
    batch = request(server, "SendMessageBatch", {"Entries": [{"Id": str(n), "MessageBody": body} for n in range(10)]})
    drive(server, batch, 100)

    def measure():
        send = statistics.median(drive(server, batch, BATCHES) for _ in range(3))
        return send, statistics.median(cycle(server, CYCLES) for _ in range(3))

    shallow_send, shallow_cycle = measure()
    memory = hosts.resident_megabytes(server.pid)
    drive(server, batch, MESSAGES // 10)
    each = (hosts.resident_megabytes(server.pid) - memory) * (1 << 20) / MESSAGES - BODY_BYTES
    deep_send, deep_cycle = measure()
    print(f"{each:.0f} bytes each over the body; {BATCHES} batches {shallow_send:.2f} s, at depth {deep_send:.2f} s; "
          f"{CYCLES} receives and deletes {shallow_cycle:.2f} s, at depth {deep_cycle:.2f} s")
    if SOAK:
        assert each < 600
        # A backlog a thousand times as deep: twice the time is another order of growth and no noise.
        assert deep_send < 2 * shallow_send and deep_cycle < 2 * shallow_cycle
    server.kill()


@pytest.mark.skipif(not SOAK, reason="24,000 requests; MARTLET_SOAK=1 makes them")
def test_120_000_messages_are_in_flight_at_most(server):
    """Quotas: then a short poll of a standard queue is refused, and a long one waits."""
    wire, url = Wire(server.aws), f"{server.aws}/{ACCOUNT}/q"
    entries = [{"Id": str(n), "MessageBody": "x"} for n in range(10)]
    wire.pipeline("SendMessageBatch", {"QueueUrl": url, "Entries": entries}, 12_001)
    wire.pipeline("ReceiveMessage", {"QueueUrl": url, "MaxNumberOfMessages": 10, "VisibilityTimeout": 43200}, 12_000)
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    counts = wire.json("GetQueueAttributes", {"QueueUrl": url, "AttributeNames": names}).json["Attributes"]
    assert [counts[name] for name in names] == ["10", "120000"]
    refused = wire.json("ReceiveMessage", {"QueueUrl": url})
    assert (refused.status, error_of(refused)[:3]) == (403, ("com.amazonaws.sqs", "OverLimit", "OverLimit"))
    assert wire.json("ReceiveMessage", {"QueueUrl": url, "WaitTimeSeconds": 1}).json == {}
