"""The ledger as a user meets it: what survives kill -9, what `martlet bill` says of it, what it refuses.

Amounts are computed by hand from the prices that docs/billing.md names.
"""

import collections
import csv
import json
import random
import sqlite3
import subprocess
import threading
import time
from decimal import Decimal

import pytest

import host as hosts
import template
from queue_wire import ACCOUNT, Wire

pytestmark = pytest.mark.skipif(not hosts.BINARY, reason="MARTLET_BINARY names no program")

KILLS = 3
CALLERS = 8
# Documented are 50 ms and the commit under way. A machine that is busy with other tests may take longer for either.
WINDOW_SECONDS = 1.0


@pytest.fixture
def path(tmp_path):
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q"}}
    return template.write(tmp_path / "template.json", Echo=template.function("Echo", MemorySize=256), Queue=queue)


def bill(state, *arguments, status=0):
    """`martlet bill`: what it prints."""
    run = subprocess.run(
        [hosts.BINARY, "bill", "--state-dir", str(state), *map(str, arguments)], env=hosts.environment(), capture_output=True,
        timeout=hosts.DEADLINE_SECONDS * 2, stdin=subprocess.DEVNULL,
    )
    assert run.returncode == status, run.stderr.decode()
    return (run.stdout if status == 0 else run.stderr).decode()


def bills(state, *arguments):
    return json.loads(bill(state, *arguments, "--output", "json"), parse_float=Decimal)


def records(state, *arguments):
    return json.loads(bill(state, "--records", "json", *arguments), parse_float=Decimal)


def lines(section, kind):
    return {(line["name"], line["item"]): line["quantity"] for line in section["bill"]["lines"] if line["kind"] == kind}


def test_every_answered_invocation_survives_a_kill_and_none_is_there_twice(tmp_path, path):
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    choice = random.Random(seed)
    answered = {}  # request id -> when its answer came

    def work(host):
        client = host.client()
        while True:
            try:
                answer = client.invoke(FunctionName="Echo", Payload=b"{}")
                answered[answer["ResponseMetadata"]["RequestId"]] = time.monotonic()
                answer["Payload"].read()
            except Exception:  # The host is gone, in one of many ways.
                return

    for round_number in range(KILLS):
        host = hosts.Host(tmp_path / "host", template=path)
        threads = [threading.Thread(target=work, args=[host]) for _ in range(CALLERS)]
        try:
            for thread in threads:
                thread.start()
            target = len(answered) + choice.randrange(100, 600)
            hosts.eventually(lambda: len(answered) >= target, "enough invocations")
            began = time.monotonic()
            hosts.eventually(lambda: time.monotonic() > began + WINDOW_SECONDS + choice.random() / 10, "a window")
        finally:
            killed = time.monotonic()
            host.kill()
        for thread in threads:
            thread.join(hosts.DEADLINE_SECONDS)
        kept = collections.Counter(record["requestId"] for record in records(host.state))
        assert [identifier for identifier, count in kept.items() if count > 1] == [], f"round {round_number}, seed {seed}"
        missing = [identifier for identifier, when in answered.items() if identifier not in kept and when < killed - WINDOW_SECONDS]
        assert missing == [], f"round {round_number}, seed {seed}"
        # What the window has taken is gone for good.
        answered = {identifier: when for identifier, when in answered.items() if identifier in kept}
    # What is summed up says the same as what is kept.
    everything = bills(host.state, "--since", "1d")["period"]
    kept = records(host.state)
    assert lines(everything, "function")[("Echo", "lambda.requests")] == len(kept)
    megabyte_milliseconds = sum(record["billedDurationMs"] * record["memorySizeMB"] for record in kept)
    assert lines(everything, "function")[("Echo", "lambda.duration.x86_64")] == Decimal(megabyte_milliseconds) / 1_024_000


def test_requests_to_queues_survive_their_host(tmp_path, path):
    with hosts.Host(tmp_path / "host", template=path) as host:
        sqs, url = host.client("sqs"), f"{host.aws}/{ACCOUNT}/q"
        for _ in range(12):
            sqs.receive_message(QueueUrl=url, WaitTimeSeconds=0)
        sqs.send_message(QueueUrl=url, MessageBody="x" * 100_000)
        # By another process, once it is committed.
        hosts.eventually(lambda: lines(bills(host.state)["session"], "queue").get(("q", "sqs.standard.requests")) == 14, "14 units")
        host.kill()
    with hosts.Host(tmp_path / "host", template=path) as host:
        (row,) = [row for row in Wire(host.aws).send("GET", "/_martlet/queues").json["queues"] if row["name"] == "q"]
        assert (row["usage"]["requests"], row["usage"]["units"], row["usage"]["emptyReceives"]) == (13, 14, 12)
        assert row["actions"]["ReceiveMessage"]["shortEmptyReceives"] == 12
        host.client("sqs").receive_message(QueueUrl=f"{host.aws}/{ACCOUNT}/q", WaitTimeSeconds=0)
    said = bills(host.state)
    # The session is the second host's alone: a receive that brought 100,000 bytes, two units. The month has both.
    assert lines(said["session"], "queue")[("q", "sqs.standard.requests")] == 2
    month = said["month"]
    assert lines(month, "queue")[("q", "sqs.standard.requests")] == 16
    (receives,) = [row for row in month["queues"] if (row["queue"], row["action"]) == ("q", "ReceiveMessage")]
    assert (receives["requests"], receives["emptyReceives"], receives["shortEmptyReceives"]) == (13, 12, 12)
    text = bill(host.state, "--free-tier", "none")
    assert "12 of 14 requests were receives that found nothing, 12 of them without waiting" in text


def test_the_bill_reads_while_a_host_writes_and_after_it(tmp_path, path):
    with hosts.Host(tmp_path / "host", template=path) as host:
        client = host.client()
        for _ in range(3):
            client.invoke(FunctionName="Echo", Payload=b"{}")
        hosts.eventually(lambda: len(records(host.state)) == 3, "three records")
        text = bill(host.state, "--currency", "KRW=1100")
        assert text.startswith("This session: since ") and "running" in text and "function Echo" in text and " KRW" in text
        # Three at $0.20 a million, before the free tier.
        assert "3 requests  × 0.20 USD per million requests" in text
    assert bill(host.state).startswith("The last session: since ")
    said = bills(host.state)
    assert said["session"]["processId"] == host.pid and said["session"]["endedAt"]
    assert said["session"]["bill"]["lines"] == said["month"]["bill"]["lines"]


def test_a_month_is_projected_from_what_was_measured(tmp_path, path):
    with hosts.Host(tmp_path / "host", template=path) as host:
        for _ in range(10):
            host.client().invoke(FunctionName="Echo", Payload=b"{}")
    kept = records(host.state)
    measured = sum(record["billedDurationMs"] * 256 for record in kept)
    month = bills(host.state, "--monthly", "--at", "1rps")["projection"]["bill"]
    quantities = {item["item"]: item["quantity"] for item in month["items"]}
    # 30 days have 2,592,000 seconds: 259,200 times the ten.
    assert quantities["lambda.requests"] == 2_592_000
    assert quantities["lambda.duration.x86_64"] == Decimal(measured * 259_200) / 1_024_000
    assert "A month of 2,592,000 requests" in bill(host.state, "--monthly", "--at", "1rps")
    assert bill(host.state, "--monthly").startswith("A month that goes on as measured: the last session")
    empty = bills(host.state, "--monthly", "--until", "2020-01-01")
    assert empty["projection"] is None


def test_records_are_filtered_and_exported(tmp_path, path):
    with hosts.Host(tmp_path / "host", template=path) as host:
        identifiers = [host.client().invoke(FunctionName="Echo", Payload=b"{}")["ResponseMetadata"]["RequestId"] for _ in range(5)]
    rows = list(csv.DictReader(bill(host.state, "--records", "csv").splitlines()))
    assert [row["requestId"] for row in rows] == identifiers
    exported = records(host.state)
    for row, record in zip(rows, exported):
        assert Decimal(row["costUSD"]) == record["cost"]["total"]
        assert (row["durationMs"], row["source"]) == (str(record["durationMs"]), "invoke")
    assert [row["coldStart"] for row in rows] == ["true", *["false"] * 4]
    assert records(host.state, "--function", "Other") == []
    assert records(host.state, "--outcome", "error") == []
    assert len(records(host.state, "--source", "invoke", "--outcome", "success", "--since", "1h")) == 5
    assert "choose from --records" in bill(host.state, "--function", "Echo", status=2)
    assert "such as 2026-11-01" in bill(host.state, "--since", "yesterday", status=2)


def test_a_command_that_runs_a_function_by_itself_is_billed(tmp_path, path):
    state = tmp_path / "state"
    assert "there is no ledger" in bill(state, status=3)
    for _ in range(2):
        command = [hosts.BINARY, "invoke", "Echo", "--cold", "--no-build", "--quiet", "--template", str(path), "--state-dir", str(state)]
        subprocess.run(command, check=True, env=hosts.environment(), timeout=60, capture_output=True)
    assert [record["coldStart"] for record in records(state)] == [True, True]
    said = bills(state)
    assert "session" not in said
    assert lines(said["month"], "function")[("Echo", "lambda.requests")] == 2


def test_a_ledger_in_memory_or_none_leaves_no_file(tmp_path, path):
    for number, options in enumerate([["--in-memory"], ["--ledger", "off"]]):
        with hosts.Host(tmp_path / str(number), *options, template=path) as host:
            host.client().invoke(FunctionName="Echo", Payload=b"{}")
            assert "the host that runs keeps it in memory" in bill(host.state, status=3)
        assert not (host.state / "ledger.sqlite").exists()
    with hosts.Host(tmp_path / "variable", template=path, MARTLET_LEDGER="off") as host:
        pass
    assert not (host.state / "ledger.sqlite").exists()


def test_the_oldest_invocations_go_and_their_cost_stays(tmp_path, path):
    with hosts.Host(tmp_path / "host", "--ledger-records", "10", template=path) as host:
        for _ in range(60):
            host.client().invoke(FunctionName="Echo", Payload=b"{}")
    # The limit, and as much again before it is worth a delete.
    assert 10 <= len(records(host.state)) <= 20
    assert lines(bills(host.state)["session"], "function")[("Echo", "lambda.requests")] == 60


def test_a_newer_or_damaged_ledger_is_refused_and_left(tmp_path, path):
    with hosts.Host(tmp_path / "host", template=path) as host:
        host.client().invoke(FunctionName="Echo", Payload=b"{}")
    ledger = host.state / "ledger.sqlite"
    with sqlite3.connect(ledger) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    before = ledger.read_bytes()
    command = [hosts.BINARY, "serve", "--no-build", "--port", "0", "--aws-port", "0", "--state-dir", str(host.state), "--template", str(path)]
    for content, words in [(before, "newer version of martlet (format 99"), (b"none" * 100, "it is no SQLite database")]:
        ledger.write_bytes(content)
        run = subprocess.run(command, capture_output=True, text=True, timeout=60, env=hosts.environment())
        assert run.returncode == 3 and words in run.stderr, run.stderr
        assert "--ledger off" in run.stderr or "newer" in words
        assert words in bill(host.state, status=3)
        assert ledger.read_bytes() == content
