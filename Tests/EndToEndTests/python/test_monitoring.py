"""Metrics and logs as AWS's own clients see them, Prometheus's page, `martlet top` and `martlet logs`.

Expected values are counted by hand from what each test does; names, dimensions and shapes are those of the Amazon CloudWatch and
CloudWatch Logs API references and of the services' own pages about their metrics. awscli of this version has no `logs tail`; what
that command of version 2 sends (FilterLogEvents with `interleaved`, page by page, then again from the last event's time) is sent
here with boto3.
"""

import datetime
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import threading
import urllib.request

import pytest
from botocore.exceptions import ClientError

import host as hosts
import template

HANDLER = '''
import json, sys

def handler(event, context):
    for line in event.get("print", []):
        print(line)
    if event.get("fail"):
        raise ValueError("asked to")
    return {"statusCode": event.get("status", 200), "body": "answer"}
'''


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    if not hosts.BINARY:
        pytest.skip("MARTLET_BINARY names no program")
    folder = tmp_path_factory.mktemp("monitoring")
    code = folder / "code"
    code.mkdir()
    (code / "app.py").write_text(HANDLER)

    def function(**more):
        properties = {"FunctionName": more.pop("name"), "Runtime": "python3.13", "Handler": "app.handler", "CodeUri": "code", **more}
        return {"Type": "AWS::Serverless::Function", "Properties": properties}

    path = template.write(
        folder / "template.json",
        Shop=function(
            name="shop",
            Events={
                "Rest": {"Type": "Api", "Properties": {"Path": "/orders", "Method": "get"}},
                "Http": {"Type": "HttpApi", "Properties": {"Path": "/orders", "Method": "get"}},
                "Logged": {"Type": "HttpApi", "Properties": {"ApiId": {"Ref": "Named"}, "Path": "/logged", "Method": "get"}},
            },
        ),
        Named={
            "Type": "AWS::Serverless::HttpApi",
            "Properties": {
                "StageName": "live",
                "AccessLogSettings": {
                    "DestinationArn": "arn:aws:logs:us-east-1:000000000000:log-group:/api/access:*",
                    "Format": "$context.requestId $context.status $context.routeKey",
                },
            },
        },
        Other=function(name="other"),
        Closed=function(name="closed", ReservedConcurrentExecutions=0),
        Queue={"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "orders"}},
    )
    with hosts.Host(folder, template=path) as host:
        host.path = path
        yield host


def invoke(server, function="shop", **event):
    """Also waits for the invocation's end: a client has its answer some microseconds before."""
    answer = server.client().invoke(FunctionName=function, Payload=json.dumps(event))
    report = f'"REPORT RequestId: {answer["ResponseMetadata"]["RequestId"]}"'
    hosts.eventually(lambda: messages(server, function, report), "the end of the invocation")
    return answer


def span(minutes=10):
    now = datetime.datetime.now(datetime.timezone.utc)
    return {"StartTime": now - datetime.timedelta(minutes=minutes), "EndTime": now + datetime.timedelta(minutes=2)}


def statistics(client, namespace, name, dimensions, *wanted, **more):
    plain = [name for name in wanted if not name.startswith("p")]
    extended = [name for name in wanted if name.startswith("p")]
    arguments = {"Statistics": plain, "ExtendedStatistics": extended}
    answer = client.get_metric_statistics(
        Namespace=namespace,
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        Period=3600,
        **span(),
        **{key: value for key, value in arguments.items() if value},
        **more,
    )
    return answer["Datapoints"]


def total(client, namespace, name, **dimensions):
    return sum(point["Sum"] for point in statistics(client, namespace, name, dimensions, "Sum"))


def get(server, path):
    with urllib.request.urlopen(server.aws + path) as answer:
        return answer.headers, answer.read().decode()


# Metrics


def test_function_metrics(server):
    client = server.client("cloudwatch")

    def totals(name):
        return total(client, "AWS/Lambda", name, FunctionName="other")

    before = {name: totals(name) for name in ["Invocations", "Errors", "Throttles"]}
    for _ in range(3):
        invoke(server, "other")
    assert invoke(server, "other", fail=True)["FunctionError"] == "Unhandled"
    hosts.eventually(lambda: totals("Invocations") == before["Invocations"] + 4, "four invocations")
    assert totals("Errors") == before["Errors"] + 1
    assert totals("Throttles") == before["Throttles"]
    # Also as the resource that was called.
    assert total(client, "AWS/Lambda", "Invocations", FunctionName="other", Resource="other") == totals("Invocations")
    assert total(client, "AWS/Lambda", "Invocations") >= totals("Invocations")
    wanted = ["SampleCount", "Average", "Minimum", "Maximum", "p50", "p99.9"]
    point = statistics(client, "AWS/Lambda", "Duration", {"FunctionName": "other"}, *wanted)[-1]
    assert point["Unit"] == "Milliseconds"
    assert point["Minimum"] <= point["ExtendedStatistics"]["p50"] <= point["ExtendedStatistics"]["p99.9"] <= point["Maximum"]
    concurrency = statistics(client, "AWS/Lambda", "ConcurrentExecutions", {"FunctionName": "other"}, "Maximum")
    assert max(point["Maximum"] for point in concurrency) == 1


def test_durations_are_those_of_the_report_lines(server):
    invoke(server, "other")
    reports = re.findall(r"^REPORT RequestId: \S+\tDuration: ([\d.]+) ms", "".join(messages(server, "other")), re.MULTILINE)
    client = server.client("cloudwatch")
    hosts.eventually(
        lambda: total(client, "AWS/Lambda", "Invocations", FunctionName="other") == len(messages(server, "other", '"REPORT RequestId"')),
        "as many records as reports",
    )
    points = statistics(client, "AWS/Lambda", "Duration", {"FunctionName": "other"}, "Sum")
    assert sum(point["Sum"] for point in points) == pytest.approx(sum(map(float, reports)), abs=0.01 * len(reports))


def test_throttles(server):
    client = server.client("cloudwatch")
    before = total(client, "AWS/Lambda", "Throttles", FunctionName="closed")
    with pytest.raises(ClientError, match="TooManyRequestsException"):
        invoke(server, "closed")
    assert total(client, "AWS/Lambda", "Throttles", FunctionName="closed") == before + 1
    assert total(client, "AWS/Lambda", "Invocations", FunctionName="closed") == 0


def test_asynchronous_metrics(server):
    client = server.client("cloudwatch")
    server.client().invoke(FunctionName="other", InvocationType="Event")
    assert total(client, "AWS/Lambda", "AsyncEventsReceived", FunctionName="other") == 1
    # Nothing is free to run it, now or later, and nobody wants to know.
    server.client().invoke(FunctionName="closed", InvocationType="Event")
    hosts.eventually(lambda: total(client, "AWS/Lambda", "AsyncEventsDropped", FunctionName="closed") == 1, "a dropped event")


def test_api_metrics(server):
    client = server.client("cloudwatch")
    for path, times in [("/Prod/orders", 2), ("/orders", 3)]:
        for _ in range(times):
            urllib.request.urlopen(server.gateway + path).read()
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(server.gateway + "/Prod/missing")
    found = client.list_metrics(Namespace="AWS/ApiGateway", MetricName="Count")["Metrics"]
    dimensions = [{pair["Name"]: pair["Value"] for pair in metric["Dimensions"]} for metric in found]
    rest = next(each for each in dimensions if "ApiName" in each and "Stage" in each)
    http = next(each for each in dimensions if "ApiId" in each and each.get("Stage") == "$default")
    assert rest["Stage"] == "Prod"
    # With the one that met no method.
    assert total(client, "AWS/ApiGateway", "Count", **rest) == 3
    assert total(client, "AWS/ApiGateway", "Count", **http) == 3
    assert total(client, "AWS/ApiGateway", "4XXError", **rest) == 1
    assert total(client, "AWS/ApiGateway", "4XXError", ApiName=rest["ApiName"]) == 1
    assert total(client, "AWS/ApiGateway", "Count", ApiName=rest["ApiName"]) == 3
    assert total(client, "AWS/ApiGateway", "5xx", ApiId=http["ApiId"]) == 0
    for each in [rest, http]:
        latency = statistics(client, "AWS/ApiGateway", "Latency", each, "Maximum")[-1]["Maximum"]
        integration = statistics(client, "AWS/ApiGateway", "IntegrationLatency", each, "Maximum")[-1]["Maximum"]
        assert 0 < integration <= latency


def test_queue_metrics(server):
    queues = server.client("sqs")
    url = queues.get_queue_url(QueueName="orders")["QueueUrl"]
    queues.receive_message(QueueUrl=url)
    queues.send_message(QueueUrl=url, MessageBody="x" * 100)
    entries = [{"Id": str(number), "MessageBody": "y" * 50} for number in range(4)]
    queues.send_message_batch(QueueUrl=url, Entries=entries)
    received = []
    while len(received) < 3:
        received += queues.receive_message(QueueUrl=url, MaxNumberOfMessages=3 - len(received))["Messages"]
    queues.delete_message(QueueUrl=url, ReceiptHandle=received[0]["ReceiptHandle"])
    client = server.client("cloudwatch")

    def of_queue(name):
        return total(client, "AWS/SQS", name, QueueName="orders")

    assert of_queue("NumberOfMessagesSent") == 5
    assert of_queue("NumberOfMessagesReceived") == 3
    assert of_queue("NumberOfMessagesDeleted") == 1
    assert of_queue("NumberOfEmptyReceives") == 1
    sizes = statistics(client, "AWS/SQS", "SentMessageSize", {"QueueName": "orders"}, "Sum", "SampleCount", "Maximum")
    assert sum(point["Sum"] for point in sizes) == 100 + 4 * 50
    assert sum(point["SampleCount"] for point in sizes) == 5

    def level(name):
        return statistics(client, "AWS/SQS", name, {"QueueName": "orders"}, "Maximum")[-1]["Maximum"]

    assert level("ApproximateNumberOfMessagesVisible") == 2
    assert level("ApproximateNumberOfMessagesNotVisible") == 2
    assert level("ApproximateAgeOfOldestMessage") >= 0


def test_metric_data(server):
    invoke(server, "other")
    client = server.client("cloudwatch")

    def query(name, stat, **more):
        metric = {"Namespace": "AWS/Lambda", "MetricName": name, "Dimensions": [{"Name": "FunctionName", "Value": "other"}]}
        return {"Id": name.lower() + stat.lower().replace(".", ""), "MetricStat": {"Metric": metric, "Period": 60, "Stat": stat}, **more}

    queries = [query("Invocations", "Sum"), query("Duration", "p99"), query("Errors", "Sum", ReturnData=False)]
    answer = client.get_metric_data(MetricDataQueries=queries, ScanBy="TimestampAscending", **span())
    invocations, durations = answer["MetricDataResults"]
    assert invocations["Id"] == "invocationssum" and invocations["Label"] == "Invocations"
    assert invocations["StatusCode"] == "Complete"
    assert sum(invocations["Values"]) == total(client, "AWS/Lambda", "Invocations", FunctionName="other")
    assert invocations["Timestamps"] == sorted(invocations["Timestamps"])
    assert all(time.second == 0 for time in invocations["Timestamps"])
    assert len(durations["Values"]) == len(durations["Timestamps"]) > 0
    with pytest.raises(ClientError, match="metric math"):
        client.get_metric_data(MetricDataQueries=[{"Id": "e", "Expression": "m1*2"}], **span())


def test_metrics_that_clients_put(server):
    client = server.client("cloudwatch")
    dimensions = [{"Name": "Service", "Value": "주문"}]
    client.put_metric_data(
        Namespace="Shop",
        MetricData=[
            {"MetricName": "Latency", "Dimensions": dimensions, "Unit": "Milliseconds", "Values": [10, 30], "Counts": [3, 1]},
            {"MetricName": "Latency", "Dimensions": dimensions, "Unit": "Milliseconds", "Value": 50},
            {
                "MetricName": "Size",
                "StatisticValues": {"SampleCount": 2, "Sum": 6, "Minimum": 1, "Maximum": 5},
            },
        ],
    )
    point = statistics(client, "Shop", "Latency", {"Service": "주문"}, "Sum", "SampleCount", "p50", "p90")[-1]
    assert (point["Sum"], point["SampleCount"]) == (110, 5)
    assert point["ExtendedStatistics"] == {"p50": 10, "p90": 50}
    assert statistics(client, "Shop", "Size", {}, "Average")[-1]["Average"] == 3
    # The client compresses what is longer than 10 KB.
    many = [{"MetricName": "Many", "Value": 1} for _ in range(1000)]
    client.put_metric_data(Namespace="Shop", MetricData=many)
    assert total(client, "Shop", "Many") == 1000
    with pytest.raises(ClientError) as refused:
        client.put_metric_data(Namespace="AWS/Own", MetricData=[{"MetricName": "a", "Value": 1}])
    assert refused.value.response["Error"]["Code"] in ("InvalidParameterValue", "InvalidParameterValueException")


def test_embedded_metrics(server):
    document = {
        "_aws": {
            "CloudWatchMetrics": [
                {
                    "Namespace": "Embedded",
                    "Dimensions": [["Service"], ["Service", "Stage"]],
                    "Metrics": [{"Name": "Orders", "Unit": "Count"}, {"Name": "Took", "Unit": "Milliseconds"}],
                }
            ]
        },
        "Service": "shop",
        "Stage": "test",
        "Orders": 2,
        "Took": [4, 6],
    }
    invoke(server, print=[json.dumps(document), json.dumps({"Orders": 100})])
    client = server.client("cloudwatch")
    hosts.eventually(lambda: total(client, "Embedded", "Orders", Service="shop") == 2, "an embedded metric")
    assert total(client, "Embedded", "Took", Service="shop", Stage="test") == 10
    assert statistics(client, "Embedded", "Took", {"Service": "shop"}, "Maximum")[0]["Unit"] == "Milliseconds"


def test_older_and_newer_protocols(server):
    """Query as SDKs before 2025 speak it, and smithy-rpc-v2-cbor; bytes written by hand after RFC 8949."""
    invoke(server, "other")
    scope = "AWS4-HMAC-SHA256 Credential=test/20261121/us-east-1/monitoring/aws4_request, SignedHeaders=host, Signature=0"
    start, end = span()["StartTime"], span()["EndTime"]
    form = (
        "Action=GetMetricStatistics&Version=2010-08-01&Namespace=AWS%2FLambda&MetricName=Invocations&Period=3600"
        "&Dimensions.member.1.Name=FunctionName&Dimensions.member.1.Value=other&Statistics.member.1=Sum"
        f"&StartTime={start:%Y-%m-%dT%H:%M:%SZ}&EndTime={end:%Y-%m-%dT%H:%M:%SZ}"
    )

    def post(path, body, **headers):
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(server.aws + path, body, {"Authorization": scope, **names})
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    status, headers, body = post("/", form.encode(), Content_Type="application/x-www-form-urlencoded; charset=utf-8")
    assert status == 200 and headers["Content-Type"] == "text/xml"
    sums = [float(text) for text in re.findall(r"<Sum>([\d.]+)</Sum>", body.decode())]
    assert sum(sums) == total(server.client("cloudwatch"), "AWS/Lambda", "Invocations", FunctionName="other")

    def text(value):
        return bytes([0x60 + len(value)]) + value.encode()

    # {"Namespace": "AWS/Lambda", "MetricName": "Invocations"}
    cbor = b"\xa2" + text("Namespace") + text("AWS/Lambda") + text("MetricName") + text("Invocations")
    path = "/service/GraniteServiceVersion20100801/operation/"
    status, headers, body = post(path + "ListMetrics", cbor, Content_Type="application/cbor", smithy_protocol="rpc-v2-cbor")
    assert status == 200 and headers["smithy-protocol"] == "rpc-v2-cbor"
    assert body.startswith(b"\xa1\x67Metrics")
    assert text("Name") + text("FunctionName") + text("Value") + text("other") in body
    status, headers, body = post(path + "DescribeAlarms", b"\xa0", Content_Type="application/cbor", smithy_protocol="rpc-v2-cbor")
    assert status == 501 and b"DescribeAlarms" in body
    status, _, body = post("/", b"Action=DescribeAlarms&Version=2010-08-01", Content_Type="application/x-www-form-urlencoded")
    assert status == 501 and b"DescribeAlarms" in body


def test_actions_that_are_missing_say_so(server):
    with pytest.raises(ClientError, match="PutMetricAlarm of the service monitoring is not emulated"):
        server.client("cloudwatch").put_metric_alarm(
            AlarmName="a", MetricName="m", Namespace="n", Period=60, EvaluationPeriods=1, Statistic="Sum", ComparisonOperator="GreaterThanThreshold", Threshold=1
        )
    with pytest.raises(ClientError, match="StartQuery of the service logs is not emulated"):
        server.client("logs").start_query(logGroupName="x", startTime=0, endTime=1, queryString="fields @message")


def test_metrics_by_awscli(server):
    invoke(server, "other")
    now = datetime.datetime.now(datetime.timezone.utc)
    command = ["cloudwatch", "get-metric-statistics", "--namespace", "AWS/Lambda", "--metric-name", "Invocations", "--period", "3600"]
    command += ["--dimensions", "Name=FunctionName,Value=other", "--statistics", "Sum", "--start-time", f"{now:%Y-%m-%d}T00:00:00Z"]
    command += ["--end-time", f"{now + datetime.timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"]
    assert json.loads(awscli(server, *command))["Datapoints"][0]["Unit"] == "Count"


def awscli(server, *arguments):
    pytest.importorskip("awscli")
    environment = hosts.environment(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_DEFAULT_REGION=hosts.REGION)
    line = [sys.executable, "-m", "awscli", "--endpoint-url", server.aws, *arguments]
    done = subprocess.run(line, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


# Prometheus


def test_prometheus_page(server):
    invoke(server, "other")
    headers, page = get(server, "/metrics")
    assert headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    samples = {}
    for line in page.splitlines():
        if line.startswith("#"):
            assert re.fullmatch(r"# (HELP|TYPE) [a-z_]+ .+", line), line
            continue
        name, value = re.fullmatch(r'([a-z_]+(?:\{(?:[a-z_]+="(?:[^"\\]|\\.)*",?)+\})?) (\S+)', line).groups()
        assert name not in samples, name
        samples[name] = float(value)
    client = server.client("cloudwatch")
    invocations = samples['martlet_lambda_invocations_total{function="other"}']
    assert invocations == total(client, "AWS/Lambda", "Invocations", FunctionName="other")
    assert samples['martlet_lambda_duration_seconds_count{function="other"}'] == invocations
    assert samples['martlet_lambda_duration_seconds{function="other",quantile="0.5"}'] > 0
    assert samples['martlet_lambda_cost_dollars_total{function="other"}'] > 0
    assert samples['martlet_lambda_concurrent_executions{function="other"}'] == 0


# Logs


def messages(server, function, pattern=""):
    pages = server.client("logs").get_paginator("filter_log_events").paginate(
        logGroupName=f"/aws/lambda/{function}", filterPattern=pattern
    )
    return [event["message"] for page in pages for event in page["events"]]


def test_log_groups_and_streams(server):
    invoke(server, print=["hello"])
    client = server.client("logs")
    groups = client.describe_log_groups(logGroupNamePrefix="/aws/lambda/shop")["logGroups"]
    assert [group["logGroupName"] for group in groups] == ["/aws/lambda/shop"]
    assert groups[0]["arn"] == "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/shop:*"
    assert groups[0]["storedBytes"] > 0
    streams = client.describe_log_streams(logGroupName="/aws/lambda/shop", orderBy="LastEventTime", descending=True)["logStreams"]
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", streams[0]["logStreamName"])
    assert streams[0]["firstEventTimestamp"] <= streams[0]["lastEventTimestamp"]
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.describe_log_streams(logGroupName="/aws/lambda/none")


def test_log_events_of_an_invocation(server):
    mark = "안녕 log 1"
    answer = invoke(server, print=[mark, "second line"])
    request = answer["ResponseMetadata"]["RequestId"]
    client = server.client("logs")
    stream = client.describe_log_streams(logGroupName="/aws/lambda/shop", orderBy="LastEventTime", descending=True)["logStreams"][0]
    name = {"logGroupName": "/aws/lambda/shop", "logStreamName": stream["logStreamName"]}
    hosts.eventually(lambda: messages(server, "shop", f'"REPORT RequestId: {request}"'), "the report")
    everything = client.get_log_events(startFromHead=True, **name)["events"]
    lines = [event["message"] for event in everything]
    start = lines.index(f"START RequestId: {request} Version: $LATEST\n")
    assert lines[start + 1 : start + 4] == [mark + "\n", "second line\n", f"END RequestId: {request}\n"]
    assert lines[start + 4].startswith(f"REPORT RequestId: {request}\tDuration: ")
    # Forward in steps of two, to the end, where the token stays.
    token, walked = None, []
    while True:
        more = {"nextToken": token} if token else {"startFromHead": True}
        page = client.get_log_events(limit=2, **name, **more)
        walked += [event["message"] for event in page["events"]]
        if page["nextForwardToken"] == token:
            break
        token = page["nextForwardToken"]
    assert walked == lines
    # Backward from the end.
    page = client.get_log_events(limit=2, **name)
    assert [event["message"] for event in page["events"]] == lines[-2:]
    page = client.get_log_events(limit=2, nextToken=page["nextBackwardToken"], **name)
    assert [event["message"] for event in page["events"]] == lines[-4:-2]
    # endTime is not included here.
    last = everything[-1]["timestamp"]
    assert all(event["timestamp"] < last for event in client.get_log_events(endTime=last, startFromHead=True, **name)["events"])


def test_filter_patterns(server):
    lines = ["[ERROR 400] BAD REQUEST", "[ERROR 419] MISSING ARGUMENTS", '{"level": "ERROR", "latency": 700}', '{"level": "INFO"}']
    invoke(server, print=[*lines, "filter-mark"])
    hosts.eventually(lambda: messages(server, "shop", '"filter-mark"'), "the lines")

    def found(pattern):
        return [line.rstrip("\n") for line in messages(server, "shop", pattern) if line.rstrip("\n") in lines]

    assert found("ERROR -ARGUMENTS -latency") == [lines[0]]
    assert found("?REQUEST ?ARGUMENTS") == lines[:2]
    assert found('{ $.level = "ERROR" && $.latency > 500 }') == [lines[2]]
    assert found("[code, ...]") == lines
    assert found("[code = ERROR*, word = BAD, ...]") == [lines[0]]
    assert found("%ERROR 4[0-1]%") == lines[:2]
    with pytest.raises(ClientError, match="InvalidParameterException.*double quotes"):
        messages(server, "shop", "a:b")


def test_a_tail_that_follows(server):
    """As `aws logs tail --follow` asks: on with nextToken while there is one, pages of it may be empty; then again from the time of the
    newest event on, the events of that time told apart by their ids.
    """
    client = server.client("logs")
    start = int(datetime.datetime.now().timestamp() * 1000)
    arguments = {"logGroupName": "/aws/lambda/other", "interleaved": True, "startTime": start, "filterPattern": "?tail ?REPORT"}
    newest, seen, empty = {}, [], 0
    rounds = 6
    invoke(server, "other", print=["tail 0"])
    for number in range(1, rounds + 1):
        while True:
            page = client.filter_log_events(**arguments)
            empty += not page["events"] and "nextToken" in page
            for event in page["events"]:
                ids = newest.setdefault(event["timestamp"], set())
                if event["eventId"] not in ids:
                    ids.add(event["eventId"])
                    seen.append(event["message"].split(" RequestId")[0].strip())
            newest = {max(newest): newest[max(newest)]} if newest else {}
            if "nextToken" not in page:
                break
            arguments["nextToken"] = page["nextToken"]
        arguments.pop("nextToken", None)
        if newest:
            arguments["startTime"] = max(newest)
        if number < rounds:
            # More than the host goes through for a page, before a line that matters.
            big = ["x" * 100_000] * (12 if number == 3 else 0)
            invoke(server, "other", print=[*big, f"tail {number}"])
    assert [line for line in seen if line != "REPORT"] == [f"tail {number}" for number in range(rounds)]
    assert seen.count("REPORT") == rounds
    assert empty > 0
    identifier = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/other"
    pages = client.get_paginator("filter_log_events").paginate(logGroupIdentifier=identifier, startTime=start, filterPattern='"tail 5"')
    assert [event["message"] for page in pages for event in page["events"]] == ["tail 5\n"]


def test_a_tail_that_ends(server):
    """`aws logs tail --since 5m --filter-pattern --log-stream-name-prefix` asks so, and goes on with nextToken while there is one."""
    client = server.client("logs")
    start = int(datetime.datetime.now().timestamp() * 1000)
    invoke(server, "other", print=[f"ends {number}" for number in range(7)])
    arguments = {
        "logGroupName": "/aws/lambda/other", "startTime": start, "interleaved": True, "filterPattern": "ends",
        "logStreamNamePrefix": f"{datetime.datetime.now(datetime.timezone.utc):%Y/%m/}", "limit": 3,
    }
    sizes, seen = [], []
    while True:
        page = client.filter_log_events(**arguments)
        sizes.append(len(page["events"]))
        seen += page["events"]
        if "nextToken" not in page:
            break
        arguments["nextToken"] = page["nextToken"]
    assert [event["message"] for event in seen] == [f"ends {number}\n" for number in range(7)]
    # What the command prints of each.
    assert all(event["timestamp"] >= start and event["logStreamName"] and event["ingestionTime"] for event in seen)
    assert max(sizes) <= 3 and len({event["eventId"] for event in seen}) == 7


def test_a_live_tail_is_refused_in_words(server):
    """`aws logs start-live-tail` has a service of its own on AWS, at streaming-logs."""
    client = server.client("logs", inject_host_prefix=False)
    with pytest.raises(ClientError, match="StartLiveTail of the service logs is not emulated") as refusal:
        client.start_live_tail(logGroupIdentifiers=["arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/other"])
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_logs_that_clients_put(server):
    client = server.client("logs")
    client.create_log_group(logGroupName="/shop/own")
    with pytest.raises(client.exceptions.ResourceAlreadyExistsException):
        client.create_log_group(logGroupName="/shop/own")
    client.create_log_stream(logGroupName="/shop/own", logStreamName="a")
    now = int(datetime.datetime.now().timestamp() * 1000)
    events = [{"timestamp": now, "message": "one"}, {"timestamp": now + 1, "message": '{"two": 2}'}]
    answer = client.put_log_events(logGroupName="/shop/own", logStreamName="a", logEvents=events)
    assert "rejectedLogEventsInfo" not in answer
    got = client.get_log_events(logGroupIdentifier="arn:aws:logs:us-east-1:000000000000:log-group:/shop/own", logStreamName="a")["events"]
    assert [(event["timestamp"], event["message"]) for event in got] == [(now, "one"), (now + 1, '{"two": 2}')]
    day = 86_400_000
    late = [{"timestamp": now - 20 * day, "message": "old"}]
    answer = client.put_log_events(logGroupName="/shop/own", logStreamName="a", logEvents=late)
    assert answer["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}
    with pytest.raises(client.exceptions.InvalidParameterException, match="chronological"):
        client.put_log_events(logGroupName="/shop/own", logStreamName="a", logEvents=events[::-1])
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.put_log_events(logGroupName="/shop/own", logStreamName="b", logEvents=events)
    client.delete_log_stream(logGroupName="/shop/own", logStreamName="a")
    client.delete_log_group(logGroupName="/shop/own")
    assert not client.describe_log_groups(logGroupNamePrefix="/shop")["logGroups"]


def test_access_logs_are_log_groups(server):
    with urllib.request.urlopen(server.gateway + "/live/logged") as answer:
        request = answer.headers["apigw-requestid"]
    events = server.client("logs").filter_log_events(logGroupName="/api/access", filterPattern=f'"{request}"')["events"]
    assert [event["message"] for event in events] == [f"{request} 200 GET /logged"]


def test_logs_by_awscli(server):
    invoke(server, print=["by awscli"])
    hosts.eventually(lambda: messages(server, "shop", '"by awscli"'), "the line")
    answer = json.loads(awscli(server, "logs", "filter-log-events", "--log-group-name", "/aws/lambda/shop", "--filter-pattern", '"by awscli"'))
    assert [event["message"] for event in answer["events"]] == ["by awscli\n"]


# Commands


def command(server, *arguments):
    return [hosts.BINARY, *arguments, "--state-dir", str(server.state), "--template", str(server.path)]


def run(server, *arguments):
    return subprocess.run(command(server, *arguments), env=hosts.environment(), capture_output=True, text=True, timeout=60)


def test_top_fits_the_terminal_it_runs_in(server):
    rows, columns = 9, 60
    screen, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    line = command(server, "top", "--interval", "0.1")
    process = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=terminal, env=hosts.environment())
    try:
        os.close(terminal)
        shown = ""
        while shown.count("\x1b[H") < 3:
            shown += os.read(screen, 4096).decode()
    finally:
        process.terminate()
        process.wait(hosts.DEADLINE_SECONDS)
        os.close(screen)
    lines = [line.removesuffix("\x1b[K") for line in shown.split("\x1b[H")[1].removesuffix("\x1b[J").split("\r\n")]
    assert len(lines) == rows and lines[-1] == ""
    assert max(map(len, lines)) == columns - 1
    assert lines[2].startswith("FUNCTION") and re.fullmatch(r"… \d+ more lines: martlet top --once", lines[-2])


def test_top_shows_one_table(server):
    invoke(server, "other")
    table = run(server, "top", "--once")
    assert table.returncode == 0, table.stderr
    row = next(line for line in table.stdout.splitlines() if line.startswith("other "))
    overview = json.loads(run(server, "top", "--output", "json").stdout)
    function = next(each for each in overview["functions"] if each["name"] == "other")
    assert str(function["invocations"]) in row.split()
    assert float(function["cost"]) > 0 and "$" + function["cost"] in row
    assert function["recent"]["p50"] <= function["recent"]["p99"] <= function["recent"]["max"]
    assert {queue["name"] for queue in overview["queues"]} == {"orders"}
    # Functions that nobody has called are there.
    assert any(line.startswith("closed ") for line in table.stdout.splitlines())


def test_logs_command(server):
    invoke(server, print=["logs-command 1", "other line"])
    hosts.eventually(lambda: messages(server, "shop", '"logs-command 1"'), "the line")
    shown = run(server, "logs", "Shop", "--filter", '"logs-command"')
    assert shown.returncode == 0, shown.stderr
    assert [line.split(" ", 1)[1] for line in shown.stdout.splitlines()] == ["logs-command 1"]
    lines = [json.loads(line) for line in run(server, "logs", "--filter", '"logs-command"', "--output", "json").stdout.splitlines()]
    assert [(line["group"], line["message"]) for line in lines] == [("/aws/lambda/shop", "logs-command 1\n")]
    assert run(server, "logs", "--filter", "a:b").returncode == 2
    missing = run(server, "logs", "Missing")
    assert missing.returncode == 3 and "there are: closed, other, shop" in missing.stderr


def test_logs_are_followed(server):
    invoke(server, "other", print=["before-follow"])
    process = subprocess.Popen(
        command(server, "logs", "-f", "Other", "--filter", '?"before-follow" ?"after-follow"'),
        env=hosts.environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    killer = threading.Timer(hosts.DEADLINE_SECONDS, process.kill)
    killer.start()
    try:
        assert process.stdout.readline().rstrip().endswith("before-follow")
        invoke(server, "other", print=["nothing to see"])
        invoke(server, "other", print=["after-follow"])
        assert process.stdout.readline().rstrip().endswith("after-follow")
    finally:
        killer.cancel()
        process.kill()
        process.wait()
