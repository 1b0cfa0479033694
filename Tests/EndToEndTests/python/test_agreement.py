"""A mixed load, and all who tell of it: REPORT lines, the ledger's records and the bill say the same, to the last digit.

The expected figures are those of the load itself and of the REPORT lines; sums are made here, in exact decimals.
"""

import collections
import concurrent.futures
import json
import re
import subprocess
import urllib.request
from decimal import Decimal

import pytest

import host as hosts
import template
from queue_wire import ACCOUNT
from test_ledger import bills, lines, records

pytestmark = pytest.mark.skipif(not hosts.BINARY, reason="MARTLET_BINARY names no program")

REPORT = re.compile(
    r"REPORT RequestId: (?P<id>[0-9a-f-]{36})\tDuration: (?P<duration>[\d.]+) ms\tBilled Duration: (?P<billed>\d+) ms\t"
    r"Memory Size: (?P<memory>\d+) MB\tMax Memory Used: (?P<used>\d+) MB\t(?:Init Duration: (?P<init>[\d.]+) ms\t)?"
    r"(?:Status: (?P<status>\w+))?")
INVOKES, FAILURES, ASYNCHRONOUS, HTTP, REST, MESSAGES, RECEIVES = 120, 12, 10, 40, 30, 25, 7


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The host's log and state folder after the load."""
    folder = tmp_path_factory.mktemp("agreement")
    http = {"Get": {"Type": "HttpApi", "Properties": {"Path": "/hello", "Method": "get"}}}
    rest = {"Get": {"Type": "Api", "Properties": {"Path": "/rest", "Method": "get"}}}
    batch = {"Batch": {"Type": "SQS", "Properties": {"Queue": {"Fn::GetAtt": ["Work", "Arn"]}, "BatchSize": 5}}}
    path = template.write(
        folder / "template.json",
        Echo=template.function("Echo", batch, MemorySize=512),
        Hello=template.function("Hello", {**http, "Rest": rest["Get"]}, MemorySize=256),
        Misbehave=template.function("Misbehave", Timeout=1),
        Work={"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "work"}},
        Idle={"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "idle"}},
    )
    with hosts.Host(folder / "host", template=path) as host:
        load(host)
        count = INVOKES + FAILURES + 1 + ASYNCHRONOUS + HTTP + REST
        # Messages come in batches of any size.
        hosts.eventually(lambda: len(host.reports()) > count and drained(host), lambda: f"{len(host.reports())} REPORT lines")
    return host.log(), host.state


def drained(host):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = host.client("sqs").get_queue_attributes(QueueUrl=f"{host.aws}/{ACCOUNT}/work", AttributeNames=names)["Attributes"]
    return set(attributes.values()) == {"0"}


def load(host):
    client, sqs = host.client(), host.client("sqs")
    work = [lambda: client.invoke(FunctionName="Echo", Payload=b'{"a":1}')] * INVOKES
    work += [lambda: client.invoke(FunctionName="Misbehave", Payload=b'{"do":"throw","message":"no"}')] * FAILURES
    work += [lambda: client.invoke(FunctionName="Misbehave", Payload=b'{"do":"hang"}')]
    work += [lambda: client.invoke(FunctionName="Echo", InvocationType="Event", Payload=b"{}")] * ASYNCHRONOUS
    work += [lambda: get(f"{address(host, 'HttpApi')}/hello")] * HTTP
    work += [lambda: get(f"{address(host, 'RestApi')}/Prod/rest")] * REST
    work += [lambda: sqs.send_message(QueueUrl=f"{host.aws}/{ACCOUNT}/work", MessageBody="m")] * MESSAGES
    work += [lambda: sqs.receive_message(QueueUrl=f"{host.aws}/{ACCOUNT}/idle", WaitTimeSeconds=0)] * RECEIVES
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        for done in [pool.submit(each) for each in work]:
            done.result()


def address(host, kind):
    """Both APIs share a listener: each has the host of its id."""
    run = subprocess.run(
        [hosts.BINARY, "routes", "--output", "json", "--template", str(host.template)], capture_output=True, check=True,
        env=hosts.environment())
    wanted = {"HttpApi": "http", "RestApi": "rest"}[kind]
    (identifier,) = {route["apiId"] for route in json.loads(run.stdout) if route["type"].lower().startswith(wanted)}
    return f"http://{identifier}.execute-api.localhost:{host.gateway.rsplit(':', 1)[1]}"


def get(url):
    # Not every resolver knows names below localhost.
    name = url.split("/")[2]
    request = urllib.request.Request(url.replace(name.split(":")[0], "127.0.0.1", 1), headers={"Host": name})
    with urllib.request.urlopen(request, timeout=hosts.DEADLINE_SECONDS) as answer:
        assert answer.status == 200
        return answer.read()


def reports(log):
    return [match.groupdict() for match in REPORT.finditer(log)]


def test_the_records_are_the_report_lines(told):
    log, state = told
    printed, kept = reports(log), records(state)
    assert len(printed) == len(kept) and len({record["requestId"] for record in kept}) == len(kept)
    by_id = {record["requestId"]: record for record in kept}
    for line in printed:
        record = by_id[line["id"]]
        assert Decimal(line["duration"]) == record["durationMs"]
        assert int(line["billed"]) == record["billedDurationMs"]
        assert (int(line["memory"]), int(line["used"])) == (record["memorySizeMB"], record["maxMemoryUsedMB"])
        assert (line["init"] and Decimal(line["init"])) == record.get("initDurationMs")
        assert (line["status"] or "success") == record["status"]
    sources = collections.Counter(record["source"] for record in kept)
    assert (sources["invoke"], sources["asynchronous"], sources["gateway"]) == (INVOKES + FAILURES + 1, ASYNCHRONOUS, HTTP + REST)
    assert 0 < sources["queue"] <= MESSAGES
    assert collections.Counter(record["status"] for record in kept)["timeout"] == 1


def test_the_bill_is_the_sum_of_the_records(told):
    log, state = told
    kept, session = records(state), bills(state)["session"]
    functions = lines(session, "function")
    for name in {record["functionName"] for record in kept}:
        own = [record for record in kept if record["functionName"] == name]
        assert functions[(name, "lambda.requests")] == len(own)
        used = sum(record["billedDurationMs"] * record["memorySizeMB"] for record in own)
        assert functions[(name, "lambda.duration.x86_64")] == Decimal(used) / 1_024_000
    items = {item["item"]: item for item in session["bill"]["items"]}
    assert items["lambda.requests"]["quantity"] == len(kept) == len(reports(log))
    # Each record's own cost is rounded to the attodollar.
    costs = sum(record["cost"]["total"] for record in kept)
    gross = items["lambda.requests"]["gross"] + items["lambda.duration.x86_64"]["gross"]
    assert abs(costs - gross) <= len(kept) * Decimal(10) ** -18


def test_requests_to_apis_and_queues_are_those_of_the_load(told):
    _, state = told
    session = bills(state)["session"]
    apis = lines(session, "api")
    assert [quantity for (_, item), quantity in apis.items() if item == "api.http.requests"] == [HTTP]
    assert [quantity for (_, item), quantity in apis.items() if item == "api.rest.requests"] == [REST]
    by_action = {(row["queue"], row["action"]): row for row in session["queues"]}
    assert by_action[("work", "SendMessage")]["requests"] == MESSAGES
    idle = by_action[("idle", "ReceiveMessage")]
    assert (idle["requests"], idle["emptyReceives"]) == (RECEIVES, RECEIVES)
    received = by_action[("work", "ReceiveMessage")]
    assert received["messages"] == MESSAGES
    # All actions of a queue together are its line in the bill.
    queues = lines(session, "queue")
    for name in ["work", "idle"]:
        units = sum(row["units"] for row in session["queues"] if row["queue"] == name)
        assert queues[(name, "sqs.standard.requests")] == units


def test_the_parts_of_the_bill_are_the_whole(told):
    _, state = told
    for name in ["session", "month"]:
        whole = bills(state, "--free-tier", "first-year")[name]["bill"]
        assert sum(line["amount"] for line in whole["lines"]) == whole["gross"]
        assert sum(item["gross"] for item in whole["items"]) == whole["gross"]
        assert whole["gross"] - whole["credit"] == whole["total"]
        assert sum(tier["amount"] for item in whole["items"] for tier in item["tiers"]) == whole["total"]
