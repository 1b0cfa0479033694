"""One trace from the client through an API, a function, a queue and the log.

The header's form is that of the X-Ray developer guide, "Tracing header". A function's own AWS client (botocore) passes
_X_AMZN_TRACE_ID on as X-Amzn-Trace-Id, of which SQS makes the message's AWSTraceHeader ("Amazon SQS and AWS X-Ray").
"""

import csv
import http.client
import json
import re
import sys
from urllib.parse import urlparse

import pytest

import host as hosts
import template
from queue_wire import ACCOUNT
from test_ledger import bill

pytestmark = pytest.mark.skipif(not hosts.BINARY, reason="MARTLET_BINARY names no program")

ROOT = "1-5759e988-bd862e3fe1be46a994272793"
PRODUCER = '''
import json, os
import boto3

def handler(event, context):
    if "requestContext" in event:
        boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody="order")
    trace = {"environment": os.environ["_X_AMZN_TRACE_ID"], "header": event["headers"].get("X-Amzn-Trace-Id")}
    return {"statusCode": 200, "body": json.dumps(trace)}
'''
CONSUMER = '''
import os

def handler(event, context):
    for record in event.get("Records", []):
        print("CONSUMED", record["attributes"]["AWSTraceHeader"])
    return os.environ["_X_AMZN_TRACE_ID"]
'''


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("traces")

    def function(name, code, **more):
        (folder / name).mkdir()
        (folder / name / "app.py").write_text(code)
        properties = {"FunctionName": name, "Runtime": "python3.13", "Handler": "app.handler", "CodeUri": name, "Timeout": 30, **more}
        return {"Type": "AWS::Serverless::Function", "Properties": properties}

    # boto3 is that of the tests.
    variables = {"PYTHONPATH": ":".join(path for path in sys.path if "site-packages" in path), "QUEUE": {"Ref": "Queue"}}
    path = template.write(
        folder / "template.json",
        Queue={"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "orders"}},
        Producer=function(
            "producer", PRODUCER, Environment={"Variables": variables},
            Events={"Get": {"Type": "Api", "Properties": {"Path": "/order", "Method": "get"}}}),
        Consumer=function(
            "consumer", CONSUMER, Events={"Batch": {"Type": "SQS", "Properties": {"Queue": {"Fn::GetAtt": ["Queue", "Arn"]}}}}),
    )
    with hosts.Host(folder / "host", template=path, MARTLET_PYTHON=sys.executable) as host:
        yield host


def martlet(host, path):
    address = urlparse(host.aws)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    connection.request("GET", f"/_martlet/{path}")
    return json.load(connection.getresponse())


def test_a_trace_is_kept_from_end_to_end(server):
    address = urlparse(server.gateway)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    connection.request("GET", "/Prod/order", headers={"X-Amzn-Trace-Id": f"Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=1"})
    answer = connection.getresponse()
    seen = json.load(answer)
    assert answer.status == 200, server.log()
    root = f"Root={ROOT};"
    assert seen["environment"].startswith(root) and seen["environment"].endswith("Sampled=1")
    assert seen["header"].startswith(root)
    assert answer.headers["X-Amzn-Trace-Id"].startswith(f"Root={ROOT}")
    # In the record, in the function's log, and in the ledger's export.
    (row,) = martlet(server, "invocations?wait=10&function=producer")["invocations"]
    assert martlet(server, f"invocations/{row['requestId']}")["traceHeader"] == seen["environment"]
    log = hosts.eventually(
        lambda: re.search(rf"REPORT RequestId: {row['requestId']}\t.*\n?.*XRAY TraceId: (\S+)\tSegmentId: ([0-9a-f]{{16}})\tSampled: true", server.log()),
        "an XRAY line")
    assert log[1] == ROOT
    # The message has the trace of the request that sent it.
    (batch,) = martlet(server, "invocations?wait=20&function=consumer")["invocations"]
    printed = martlet(server, f"invocations/{batch['requestId']}")
    assert f"CONSUMED Root={ROOT};" in printed["log"]["text"]
    # A batch may hold messages of many traces, so the invocation has one of its own.
    own = json.loads(printed["response"]["text"])
    assert printed["traceHeader"] == own and ROOT not in own
    exported = hosts.eventually(
        lambda: {line["functionName"]: line["traceHeader"] for line in csv.DictReader(bill(server.state, "--records", "csv").splitlines())},
        "records in the ledger")
    hosts.eventually(lambda: len(list(csv.DictReader(bill(server.state, "--records", "csv").splitlines()))) == 2, "two records")
    exported = {line["functionName"]: line["traceHeader"] for line in csv.DictReader(bill(server.state, "--records", "csv").splitlines())}
    assert exported == {"producer": seen["environment"], "consumer": own}


def test_an_asynchronous_event_and_its_destination_stay_in_the_trace(server):
    client = server.client()
    client.put_function_event_invoke_config(
        FunctionName="producer", MaximumRetryAttempts=0,
        DestinationConfig={"OnSuccess": {"Destination": f"arn:aws:lambda:{hosts.REGION}:{ACCOUNT}:function:consumer"}})
    header = f"Root={ROOT[:-1]}4;Parent=53995c3f42cd8ad8;Sampled=0"
    before = martlet(server, "invocations?function=consumer")["total"]
    address = urlparse(server.aws)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    connection.request(
        "POST", "/2015-03-31/functions/producer/invocations", body=b'{"headers":{}}',
        headers={"X-Amzn-Trace-Id": header, "X-Amz-Invocation-Type": "Event"})
    assert connection.getresponse().status == 202
    page = martlet(server, "invocations?function=producer&source=asynchronous&wait=20")
    assert martlet(server, f"invocations/{page['invocations'][0]['requestId']}")["traceHeader"] == header
    page = martlet(server, f"invocations?function=consumer&wait=20&atLeast={before + 1}")
    assert martlet(server, f"invocations/{page['invocations'][0]['requestId']}")["traceHeader"] == header
