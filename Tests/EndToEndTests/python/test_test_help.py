"""The interface below /_martlet that test suites use: what was invoked, asked and sent, and a reset."""

import http.client
import json
import socket
import threading
import time
import urllib.parse
from urllib.parse import urlparse

import pytest

import host as hosts
import template
from queue_wire import ACCOUNT

pytestmark = pytest.mark.skipif(not hosts.BINARY, reason="MARTLET_BINARY names no program")

HELLO_EVENTS = {"Name": {"Type": "Api", "Properties": {"Path": "/hello/{name}", "Method": "get"}}}
ECHO_EVENTS = {"Echo": {"Type": "HttpApi", "Properties": {"Path": "/echo", "Method": "POST"}}}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("help")
    path = template.write(
        folder / "template.json",
        Hello=template.function("Hello", HELLO_EVENTS),
        Echo=template.function("Echo", ECHO_EVENTS),
        Misbehave=template.function("Misbehave"),
        Closed=template.function("Hello", ReservedConcurrentExecutions=0),
        Q={"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q"}},
    )
    with hosts.Host(folder / "host", template=path) as host:
        yield host


@pytest.fixture(autouse=True)
def clean(server):
    assert ask(server, "POST", "reset").json["reset"] == ["invocations", "requests", "queues"]


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)


def send(address, method, path, body=None, **headers):
    address = urlparse(address)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body=body, headers=fields)
    return Answer(connection.getresponse())


def ask(host, method, path, value=None, **headers):
    return send(host.aws, method, f"/_martlet/{path}", None if value is None else json.dumps(value), **headers)


def get(host, path):
    answer = ask(host, "GET", path)
    assert answer.status == 200, answer.body
    return answer.json


def invoke(host, name, event):
    return host.client().invoke(FunctionName=name, Payload=json.dumps(event).encode())


def test_an_invocation_is_told_with_all_that_it_was(server):
    answer = invoke(server, "Hello", {"name": "세계"})
    id = answer["ResponseMetadata"]["RequestId"]
    page = get(server, "invocations?wait=10&function=Hello")
    assert [row["requestId"] for row in page["invocations"]] == [id]
    one = get(server, f"invocations/{id}")
    assert one["payload"] == {"bytes": 24, "text": '{"name": "\\uc138\\uacc4"}'}
    assert json.loads(one["response"]["text"]) == {"message": "Hello, 세계!"}
    assert "greeting name=세계" in one["log"]["text"]
    assert one["report"].startswith(f"REPORT RequestId: {id}\t") and f"Billed Duration: {one['billedDurationMs']} ms" in one["report"]
    assert one["source"] == "invoke" and one["status"] == "success" and one["queueMs"] >= 0


def test_pages_filters_and_waiting(server):
    for number in range(5):
        invoke(server, "Echo", {"n": number})
    invoke(server, "Misbehave", {"do": "throw"})
    page = get(server, "invocations?wait=10&atLeast=6&limit=2")
    assert page["total"] == 6 and len(page["invocations"]) == 2
    through = page["last"]
    invoke(server, "Echo", {"n": 5})
    get(server, "invocations?wait=10&atLeast=7")
    rest = get(server, f"invocations?through={through}&offset=2&limit=10")
    assert rest["total"] == 6 and len(rest["invocations"]) == 4
    assert get(server, "invocations?function=Echo")["total"] == 6
    assert get(server, "invocations?status=success")["total"] == 6
    assert get(server, "invocations?function=Echo&status=error")["total"] == 0
    assert get(server, "invocations?source=queue")["total"] == 0
    for wrong in ["limit=1001", "limit=x", "status=odd", "source=odd", "wait=61"]:
        assert ask(server, "GET", f"invocations?{wrong}").status == 400, wrong


def test_a_wait_ends_with_the_invocation_and_not_with_the_time(server):
    results = []
    waiter = threading.Thread(target=lambda: results.append(get(server, "invocations?function=Echo&wait=60")))
    waiter.start()
    invoke(server, "Hello", {"name": "x"})
    invoke(server, "Echo", {})
    waiter.join(hosts.DEADLINE_SECONDS)
    assert results and results[0]["total"] == 1


def test_a_body_of_any_size_is_told_by_its_beginning(server):
    text = "가" * 100_000
    id = invoke(server, "Echo", {"text": text})["ResponseMetadata"]["RequestId"]
    get(server, "invocations?wait=10")
    kept = get(server, f"invocations/{id}")["payload"]
    assert kept["truncated"] and kept["bytes"] == len(json.dumps({"text": text}))
    assert json.dumps({"text": text}).startswith(kept["text"]) and len(kept["text"]) == 65_536


def test_a_streamed_response_is_told_by_its_size(server):
    answer = server.client().invoke_with_response_stream(FunctionName="Misbehave", Payload=b'{"do":"stream","count":4,"milliseconds":1}')
    size = sum(len(event["PayloadChunk"]["Payload"]) for event in answer["EventStream"] if "PayloadChunk" in event)
    get(server, "invocations?wait=10")
    one = get(server, f"invocations/{answer['ResponseMetadata']['RequestId']}")
    assert one["streamed"] and one["responseBytes"] == size > 0
    assert one["response"] == {"bytes": size, "text": "", "truncated": True}


def test_throttled_calls_are_counted_and_leave_no_record(server):
    client = server.client()
    for _ in range(2):
        with pytest.raises(client.exceptions.TooManyRequestsException):
            client.invoke(FunctionName="Closed")
    invocations = get(server, "overview")["invocations"]
    assert (invocations["total"], invocations["throttles"]) == (0, 2)
    assert {row["name"]: row["throttles"] for row in get(server, "functions")["functions"]}["Closed"] == 2
    # A reset forgets them; what metrics count goes on.
    ask(server, "POST", "reset", {"parts": ["invocations"]})
    assert get(server, "overview")["invocations"]["throttles"] == 0
    assert 'martlet_lambda_throttles_total{function="Closed"} 2' in send(server.aws, "GET", "/metrics").body.decode()


def test_a_request_is_told_with_its_steps(server):
    tried = ask(server, "POST", "requests", {"target": "/Prod/hello/console", "headers": {"Accept": "text/plain"}}).json
    assert tried["status"] == 200 and tried["responseBody"]["text"] == "Hello, console!\n"
    assert tried["api"] == "ServerlessRestApi" and tried["route"] == "GET /hello/{name}" and tried["stage"] == "Prod"
    # The words of API Gateway's own log (developer guide, "Use the API Gateway console to test a REST API method").
    assert tried["steps"][0].startswith("Starting execution for request: ")
    assert tried["steps"][-1] == "Method completed with status: 200"
    page = get(server, "requests")
    assert page["total"] == 1 and page["requests"][0]["number"] == tried["number"]
    # Nobody followed: no steps are written, as they cost more than the request.
    # An HTTP API's request ids are Base64 (API Gateway, "$context.requestId"): one in five holds a slash.
    ids = []
    while len(ids) < 200 and not any("/" in id for id in ids):
        ids.append(send(server.gateway, "POST", "/echo", "{}").headers["apigw-requestid"])
        one = get(server, f"requests/{ids[-1]}")
        assert one["status"] == 200 and one["steps"] is None and one["requestBody"]["text"] == "{}"
        assert one["requestId"] == ids[-1]
        assert get(server, f"requests/{urllib.parse.quote(ids[-1], safe='')}")["number"] == one["number"]
    missing = send(server.gateway, "GET", "/Prod/nowhere")
    assert missing.status == 403
    assert [row["status"] for row in get(server, "requests?status=4xx")["requests"]] == [403]
    assert ask(server, "POST", "requests", {"target": "nowhere"}).status == 400


def test_queues_tell_what_they_hold_and_are_emptied(server):
    sqs = server.client("sqs")
    url = f"{server.aws}/{ACCOUNT}/q"
    for number in range(3):
        sqs.send_message(QueueUrl=url, MessageBody=f"message {number}")
    depth = hosts.eventually(lambda: [p for p in get(server, "queues/q")["depth"] if p[1] == 3], "three messages in the history")
    assert depth[-1][2:] == [0, 0]
    assert get(server, "queues/q")["attributes"]["ApproximateNumberOfMessages"] == "3"
    assert ask(server, "POST", "reset", {"parts": ["queues"]}).json == {"reset": ["queues"]}
    assert get(server, "queues/q/messages")["messages"] == []
    assert sqs.receive_message(QueueUrl=url).get("Messages") is None
    # A reset is no PurgeQueue: it is neither counted nor does it keep a client from one.
    sqs.purge_queue(QueueUrl=url)
    assert ask(server, "POST", "reset").status == 200
    assert ask(server, "POST", "reset", {"parts": ["everything"]}).status == 400


def test_functions_and_overview_and_bill_agree(server):
    for _ in range(4):
        invoke(server, "Hello", {"name": "x"})
    invoke(server, "Misbehave", {"do": "throw"})
    get(server, "invocations?wait=10&atLeast=5")
    counts = {row["name"]: (row["invocations"], row["errors"]) for row in get(server, "functions")["functions"]}
    assert counts["Hello"] == (4, 0) and counts["Misbehave"] == (1, 1) and counts["Echo"] == (0, 0)
    overview = get(server, "overview")
    assert overview["invocations"]["total"] == 5 and overview["invocations"]["errors"] == 1
    assert sum(second[1] for second in overview["series"]) == 5
    bill = get(server, "bill")["bill"]
    requests = [item for item in bill["items"] if item["item"] == "lambda.requests"]
    assert requests[0]["quantity"] == 5
    rows = get(server, "invocations")["invocations"]
    duration = sum(row["memorySizeMB"] * row["billedDurationMs"] for row in rows) / 1024 / 1000
    measured = [item["quantity"] for item in bill["items"] if item["item"].startswith("lambda.duration")]
    assert measured == [pytest.approx(duration)]
    month = get(server, "bill?rate=1")["month"]
    # A month of AWS's own examples has 30 days.
    assert [item["quantity"] for item in month["items"] if item["item"] == "lambda.requests"] == [30 * 86_400]


def test_a_template_is_rendered(server):
    trial = {
        "template": "{\"id\": \"$input.params('id')\", \"sum\": $input.path('$.a'), \"at\": \"$context.stage\"}",
        "body": {"a": 3}, "params": {"path": {"id": "7"}}, "context": {"stage": "Prod"},
    }
    assert ask(server, "POST", "templates/render", trial).json == {"output": '{"id": "7", "sum": 3, "at": "Prod"}', "overrides": {}}
    broken = ask(server, "POST", "templates/render", {"template": "#if("}).json
    assert broken["status"] == 500 and broken["line"] == 1
    assert "error" in ask(server, "POST", "templates/render", {"template": "", "nonsense": 1}).json


def test_other_sites_and_other_names_are_refused(server):
    host = urlparse(server.aws).netloc
    port = urlparse(server.aws).port
    allowed = [{}, {"Origin": f"http://{host}"}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Host": f"localhost:{port}"}]
    refused = [
        {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:1"}, {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"}, {"Host": f"evil.example:{port}"}, {"Host": "127.0.0.1.evil.example"}, {"Host": ""},
    ]
    for method, path in [("GET", "invocations"), ("GET", "queues"), ("GET", "triggers"), ("GET", "events"), ("POST", "reset"), ("POST", "templates/render")]:
        for headers in refused:
            assert ask(server, method, path, **{k.replace("-", "_"): v for k, v in headers.items()}).status == 403, (path, headers)
    for headers in allowed:
        assert ask(server, "GET", "invocations", **{k.replace("-", "_"): v for k, v in headers.items()}).status == 200, headers
    # What another site's form could send: it runs nothing and deletes nothing.
    foreign = {"Origin": "http://evil.example", "Content_Type": "text/plain"}
    assert send(server.aws, "POST", "/2015-03-31/functions/Hello/invocations", "{}", **foreign).status == 403
    assert send(server.aws, "POST", "/", "Action=PurgeQueue", **foreign).status == 403
    assert get(server, "invocations")["total"] == 0


def test_unknown_paths_and_methods_are_told_apart(server):
    assert ask(server, "GET", "nothing").status == 404
    assert ask(server, "DELETE", "invocations").status == 405
    assert ask(server, "GET", "reset").status == 405
    assert ask(server, "GET", "invocations/no-id").status == 404
    assert ask(server, "POST", "reset", [1]).status == 400


def test_events_are_few_whatever_happens(server):
    address = urlparse(server.aws)
    stream = socket.create_connection((address.hostname, address.port), timeout=hosts.DEADLINE_SECONDS)
    stream.sendall(f"GET /_martlet/events HTTP/1.1\r\nHost: {address.netloc}\r\nAccept: text/event-stream\r\n\r\n".encode())
    text = b""
    while b"event: change" not in text:
        text += stream.recv(65_536)
    assert b"content-type: text/event-stream" in text
    started = time.monotonic()
    for number in range(200):
        invoke(server, "Echo", {"n": number})
    get(server, "invocations?wait=10&atLeast=200")
    elapsed = time.monotonic() - started
    while True:
        text += stream.recv(65_536)
        told = [json.loads(line[6:]) for line in text.split(b"\n") if line.startswith(b"data: ")]
        if told and told[-1]["invocations"] - told[0]["invocations"] >= 200:
            break
    # One each 150 ms at most; the first is the state at the beginning.
    assert text.count(b"event: change") <= 3 + elapsed / 0.15
    stream.close()
    assert get(server, "overview")["invocations"]["total"] == 200
