"""A mixed load, and all who tell of it: REPORT lines, the ledger's records, the bill, the console and the Prometheus page say
the same, to the last digit.

The expected figures are those of the load itself and of the REPORT lines; sums are made here, in exact decimals.
"""

import collections
import concurrent.futures
import json
import re
import subprocess
import urllib.error
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
# Streamed responses; calls of a function that may not run; requests that the REST API turns away.
STREAMS, THROTTLES, REFUSALS = 4, 3, 5


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The host's log and state folder after the load, and what its console and its Prometheus page said at the end of it."""
    folder = tmp_path_factory.mktemp("agreement")
    http = {"Get": {"Type": "HttpApi", "Properties": {"Path": "/hello", "Method": "get"}}}
    rest = {"Get": {"Type": "Api", "Properties": {"Path": "/rest", "Method": "get"}}}
    batch = {"Batch": {"Type": "SQS", "Properties": {"Queue": {"Fn::GetAtt": ["Work", "Arn"]}, "BatchSize": 5}}}
    path = template.write(
        folder / "template.json",
        Echo=template.function("Echo", batch, MemorySize=512),
        Hello=template.function("Hello", {**http, "Rest": rest["Get"]}, MemorySize=256),
        Misbehave=template.function("Misbehave", Timeout=1),
        Closed=template.function("Hello", ReservedConcurrentExecutions=0),
        Work={"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "work"}},
        Idle={"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "idle"}},
    )
    with hosts.Host(folder / "host", template=path) as host:
        load(host)
        count = INVOKES + FAILURES + 1 + STREAMS + ASYNCHRONOUS + HTTP + REST
        # Messages come in batches of any size.
        hosts.eventually(lambda: len(host.reports()) > count and drained(host), lambda: f"{len(host.reports())} REPORT lines")
        stand_still(host)
        console, metrics = looked_at(host), scraped(host)
    return Told(host.log(), host.state, console, metrics)


Told = collections.namedtuple("Told", "log state console metrics")


def stand_still(host):
    """Pollers ask queues all the time, and are billed for it."""
    client = host.client()
    (mapping,) = client.list_event_source_mappings()["EventSourceMappings"]
    client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    hosts.eventually(lambda: client.get_event_source_mapping(UUID=mapping["UUID"])["State"] == "Disabled", "a mapping that rests")


def looked_at(host):
    """What the console asks for."""
    def ask(path):
        with urllib.request.urlopen(f"{host.aws}/_martlet/{path}") as answer:
            return json.load(answer, parse_float=Decimal)

    return {name: ask(name) for name in ["overview", "functions", "bill", "queues", "top"]} | {
        "invocations": ask("invocations?limit=1000")["invocations"], "requests": ask("requests?limit=1000")["requests"]}


def scraped(host):
    """The samples of the Prometheus page, by name and label."""
    with urllib.request.urlopen(f"{host.aws}/metrics") as answer:
        page = answer.read().decode()
    found = re.findall(r'^(\w+)\{\w+="([^",]*)"\} (\S+)$', page, re.MULTILINE)
    return {(name, label): Decimal(value) for name, label, value in found}


def drained(host):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = host.client("sqs").get_queue_attributes(QueueUrl=f"{host.aws}/{ACCOUNT}/work", AttributeNames=names)["Attributes"]
    return set(attributes.values()) == {"0"}


def load(host):
    client, sqs = host.client(), host.client("sqs")
    work = [lambda: client.invoke(FunctionName="Echo", Payload=b'{"a":1}')] * INVOKES
    work += [lambda: client.invoke(FunctionName="Misbehave", Payload=b'{"do":"throw","message":"no"}')] * FAILURES
    work += [lambda: client.invoke(FunctionName="Misbehave", Payload=b'{"do":"hang"}')]
    work += [lambda: streamed(client)] * STREAMS
    # Made here: botocore makes the classes of a client's errors at the first use, and two threads would get two.
    throttling = client.exceptions.TooManyRequestsException
    work += [lambda: throttled(client, throttling)] * THROTTLES
    work += [lambda: client.invoke(FunctionName="Echo", InvocationType="Event", Payload=b"{}")] * ASYNCHRONOUS
    work += [lambda: get(f"{address(host, 'HttpApi')}/hello")] * HTTP
    work += [lambda: get(f"{address(host, 'RestApi')}/Prod/rest")] * REST
    work += [lambda: get(f"{address(host, 'RestApi')}/Prod/nowhere", 403)] * REFUSALS
    work += [lambda: sqs.list_queues()]
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


def streamed(client):
    payload = json.dumps({"do": "stream", "count": 3, "milliseconds": 1})
    answer = client.invoke_with_response_stream(FunctionName="Misbehave", Payload=payload)
    assert sum(len(event["PayloadChunk"]["Payload"]) for event in answer["EventStream"] if "PayloadChunk" in event) > 0


def throttled(client, error):
    with pytest.raises(error):
        client.invoke(FunctionName="Closed")


def get(url, status=200):
    # Not every resolver knows names below localhost.
    name = url.split("/")[2]
    request = urllib.request.Request(url.replace(name.split(":")[0], "127.0.0.1", 1), headers={"Host": name})
    try:
        with urllib.request.urlopen(request, timeout=hosts.DEADLINE_SECONDS) as answer:
            assert answer.status == status
    except urllib.error.HTTPError as error:
        assert error.code == status


def reports(log):
    return [match.groupdict() for match in REPORT.finditer(log)]


def test_the_records_are_the_report_lines(told):
    log, state = told.log, told.state
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
    assert (sources["invoke"], sources["asynchronous"], sources["gateway"]) == (
        INVOKES + FAILURES + 1 + STREAMS, ASYNCHRONOUS, HTTP + REST)
    assert 0 < sources["queue"] <= MESSAGES
    assert collections.Counter(record["status"] for record in kept)["timeout"] == 1


def test_the_bill_is_the_sum_of_the_records(told):
    log, state = told.log, told.state
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
    state = told.state
    session = bills(state)["session"]
    apis = lines(session, "api")
    assert [quantity for (_, item), quantity in apis.items() if item == "api.http.requests"] == [HTTP]
    assert [quantity for (_, item), quantity in apis.items() if item == "api.rest.requests"] == [REST]
    tallies = {row["type"]: row for row in session["apis"]}
    assert (tallies["rest"]["requests"], tallies["rest"]["uncharged"]) == (REST + REFUSALS, REFUSALS)
    assert tallies["http"]["requests"] == HTTP
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
    state = told.state
    for name in ["session", "month"]:
        whole = bills(state, "--free-tier", "first-year")[name]["bill"]
        assert sum(line["amount"] for line in whole["lines"]) == whole["gross"]
        assert sum(item["gross"] for item in whole["items"]) == whole["gross"]
        assert whole["gross"] - whole["credit"] == whole["total"]
        assert sum(tier["amount"] for item in whole["items"] for tier in item["tiers"]) == whole["total"]


def nanodollars(amount):
    return int(amount * 10**9)


def test_the_console_says_what_the_ledger_says(told):
    kept, session = records(told.state), bills(told.state)["session"]
    # Item by item, line by line, to the last digit.
    assert told.console["bill"]["bill"] == session["bill"]
    overview = told.console["overview"]
    errors = sum(record["status"] != "success" for record in kept)
    assert errors == FAILURES + 1
    assert overview["invocations"] == {"total": len(kept), "errors": errors, "throttles": THROTTLES, "running": 0}
    assert overview["requests"]["total"] == len(told.console["requests"]) == HTTP + REST + REFUSALS
    assert Decimal(overview["cost"]["gross"]) == session["bill"]["gross"]
    assert Decimal(overview["cost"]["total"]) == session["bill"]["total"]
    # Each of the console's rows is a record of the ledger with more.
    by_id = {record["requestId"]: record for record in kept}
    rows = told.console["invocations"]
    assert len(rows) == len(kept)
    for row in rows:
        record = by_id[row["requestId"]]
        assert {name: row[name] for name in record} == record
    assert {row["name"]: (row["invocations"], row["errors"], row["throttles"]) for row in told.console["functions"]["functions"]} == {
        name: (
            sum(record["functionName"] == name for record in kept),
            sum(record["functionName"] == name and record["status"] != "success" for record in kept),
            THROTTLES if name == "Closed" else 0)
        for name in ["Closed", "Echo", "Hello", "Misbehave"]}


def test_prometheus_says_what_the_ledger_says(told):
    kept, session, metrics = records(told.state), bills(told.state)["session"], told.metrics
    for name in ["Echo", "Hello", "Misbehave"]:
        own = [record for record in kept if record["functionName"] == name]
        assert metrics[("martlet_lambda_invocations_total", name)] == len(own)
        assert metrics[("martlet_lambda_errors_total", name)] == sum(record["status"] != "success" for record in own)
        assert metrics[("martlet_lambda_cold_starts_total", name)] == sum(record["coldStart"] for record in own)
        billed = sum(record["billedDurationMs"] for record in own)
        assert metrics[("martlet_lambda_billed_seconds_total", name)] * 1_000 == billed
        seconds = Decimal(billed * own[0]["memorySizeMB"]) / 1_024_000
        assert abs(metrics[("martlet_lambda_gigabyte_seconds_total", name)] - seconds) <= Decimal(10) ** -9
        cost = metrics[("martlet_lambda_cost_dollars_total", name)]
        assert nanodollars(cost) == nanodollars(sum(amounts(session, "function", name)))
    assert metrics[("martlet_lambda_throttles_total", "Closed")] == THROTTLES
    labels = {"rest": [], "http": []}
    for (name, label), count in metrics.items():
        if name == "martlet_apigateway_requests_total":
            labels["http" if count == HTTP else "rest"].append((label, count))
    ((http, _),) = labels["http"]
    ((rest, count),) = labels["rest"]
    assert count == REST + REFUSALS
    assert metrics[("martlet_apigateway_client_errors_total", rest)] == REFUSALS
    costs = metrics[("martlet_apigateway_cost_dollars_total", rest)] + metrics[("martlet_apigateway_cost_dollars_total", http)]
    assert costs == sum(amounts(session, "api"))
    for queue in ["work", "idle"]:
        rows = [row for row in session["queues"] if row["queue"] == queue]
        assert metrics[("martlet_sqs_requests_total", queue)] == sum(row["requests"] for row in rows)
        assert metrics[("martlet_sqs_empty_receives_total", queue)] == sum(row["emptyReceives"] for row in rows)
        assert nanodollars(metrics[("martlet_sqs_cost_dollars_total", queue)]) == nanodollars(sum(amounts(session, "queue", queue)))


def amounts(session, kind, name=None):
    return [line["amount"] for line in session["bill"]["lines"] if line["kind"] == kind and name in (None, line["name"])]


def test_queues_and_the_table_say_what_the_ledger_says(told):
    session = bills(told.state)["session"]
    for row in told.console["queues"]["queues"]:
        own = [action for action in session["queues"] if action["queue"] == row["name"]]
        for member in ["requests", "units", "messages", "emptyReceives", "shortEmptyReceives", "refused"]:
            assert row["usage"][member] == sum(action[member] for action in own), (row["name"], member)
    top = told.console["top"]
    assert Decimal(top["functionsCost"]) == sum(amounts(session, "function"))
    assert Decimal(top["apisCost"]) == sum(amounts(session, "api"))
    assert Decimal(top["queuesCost"]) == sum(amounts(session, "queue"))
    # Requests that name no queue are the service's: ListQueues, and CreateQueue for each of the two.
    assert [line["quantity"] for line in session["bill"]["lines"] if line["kind"] == "service"] == [1 + 2]
