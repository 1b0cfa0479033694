"""Invoke and InvokeWithResponseStream, as boto3 and the AWS CLI see them.

Expected texts are those of AWS's answers, collected in the facts sheet of the Lambda API; request and response sizes are the
quotas of "Lambda quotas".
"""

import base64
import importlib.util
import json
import os
import re
import subprocess
import sys
import threading
import urllib.error
import urllib.request

import pytest
from botocore.exceptions import ClientError

import host as hosts
from functions import PYTHON, event, swift, zipped

REQUEST_BYTES_MAX = 6_291_456
RESPONSE_BYTES_MAX = 6_291_556
ASYNCHRONOUS_BYTES_MAX = 1_048_576

GATED = {
    # Says that it runs by a file, and ends when there is another.
    "app.py": """
import os, pathlib, time

def handler(event, context):
    if "running" in event:
        pathlib.Path(event["running"]).touch()
        while not os.path.exists(event["go"]):
            time.sleep(0.01)
    return "done"
"""
}


def invoke(aws, name, payload=None, **more):
    if payload is not None:
        more["Payload"] = payload if isinstance(payload, (bytes, str)) else json.dumps(payload)
    answer = aws.invoke(FunctionName=name, **more)
    answer["Bytes"] = answer["Payload"].read()
    return answer


def result(answer):
    assert "FunctionError" not in answer, answer["Bytes"][:500]
    return json.loads(answer["Bytes"])


def failure(answer):
    assert answer["StatusCode"] == 200
    assert answer.get("FunctionError") == "Unhandled", answer["Bytes"][:500]
    return json.loads(answer["Bytes"])


def request_id(answer):
    return answer["ResponseMetadata"]["RequestId"]


def log(answer):
    return base64.b64decode(answer["LogResult"]).decode()


def refused(code, status, call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    response = caught.value.response
    assert (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == (code, status), response
    return response


def message(response):
    return response["Error"]["Message"] or response.get("message") or response.get("Message")


def post(path, body, **headers):
    """A request as it is, without a client's care; gives status, headers and body."""
    request = urllib.request.Request(os.environ["MARTLET_AWS_ENDPOINT"] + path, data=body, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, response.headers, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


# Answers


@pytest.mark.parametrize("name", ["Hello", "GreetPython", "GreetNode"])
def test_every_language_greets_in_korean(aws, name):
    answer = invoke(aws, name, event(name="세계"))
    assert result(answer) == {"message": "Hello, 세계!"}
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST")
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", request_id(answer))


def test_echo_gives_every_byte_back(aws):
    text = json.dumps({"한글": "가나다 𝄞 é ‮ \\u0000 \\ud83d\\ude00", "수": [1, 1.5e300, -0.0, None, True], "": ""}, ensure_ascii=False)
    payload = text.replace("\\\\u", "\\u").encode()
    assert invoke(aws, "Echo", payload)["Bytes"] == payload


def test_an_order_is_accepted(aws):
    draft = json.dumps({"item": "한과", "quantity": 2, "note": "천천히"}, ensure_ascii=False)
    proxy = {"httpMethod": "POST", "path": "/orders", "resource": "/orders", "body": draft, "isBase64Encoded": False, "requestContext": {}}
    answer = result(invoke(aws, "Orders", proxy))
    assert answer["statusCode"] == 201
    order = json.loads(answer["body"])
    assert (order["item"], order["quantity"], order["note"], order["status"]) == ("한과", 2, "천천히", "accepted")


def test_the_largest_request_passes_and_comes_back(aws):
    payload = b'"' + "가".encode() * ((REQUEST_BYTES_MAX - 2) // 3) + b'"'
    payload = payload[:-1] + b"." * (REQUEST_BYTES_MAX - len(payload)) + b'"'
    assert len(payload) == REQUEST_BYTES_MAX
    answer = invoke(aws, "Echo", payload)
    assert "FunctionError" not in answer and answer["Bytes"] == payload


@pytest.mark.parametrize("payload", [None, b""])
def test_no_payload_is_an_empty_object(aws, payload):
    assert invoke(aws, "Echo", payload)["Bytes"] == b"{}"


@pytest.mark.parametrize("payload", ["null", "3", '"text"', "[]", "false"])
def test_any_json_value_is_an_event(aws, payload):
    assert invoke(aws, "Echo", payload)["Bytes"].decode() == payload


def test_the_function_may_be_named_by_its_arn(aws):
    arn = aws.get_function_configuration(FunctionName="Echo")["FunctionArn"]
    for name in [arn, f"{arn}:$LATEST", "Echo:$LATEST", arn.split("lambda:")[1].split(":", 1)[1]]:
        assert invoke(aws, name, "1")["Bytes"] == b"1"


def test_dry_run(aws):
    answer = aws.invoke(FunctionName="Misbehave", InvocationType="DryRun", Payload=event(do="crash"))
    assert (answer["StatusCode"], answer["Payload"].read()) == (204, b"")


def test_an_event_is_taken_and_answered_with_nothing(aws):
    answer = aws.invoke(FunctionName="Echo", InvocationType="Event", Payload="{}")
    assert (answer["StatusCode"], answer["Payload"].read()) == (202, b"")
    assert request_id(answer)


def test_the_client_context_reaches_the_function(aws, make):
    handler = "def handler(event, context):\n    return {'custom': context.client_context.custom, 'app': context.client_context.client.app_title}"
    name = make({"app.py": handler}, runtime="python3.13")
    context = {"custom": {"키": "값"}, "client": {"app_title": "상점"}, "env": {}}
    encoded = base64.b64encode(json.dumps(context).encode()).decode()
    assert result(invoke(aws, name, "{}", ClientContext=encoded)) == {"custom": {"키": "값"}, "app": "상점"}


def test_the_trace_header_reaches_the_function(aws, make):
    handler = "import os\ndef handler(event, context):\n    return os.environ.get('_X_AMZN_TRACE_ID')"
    name = make({"app.py": handler}, runtime="python3.13")
    root = "Root=1-5759e988-bd862e3fe1be46a994272793"
    status, headers, body = post(
        f"/2015-03-31/functions/{name}/invocations", b"{}", **{"X-Amzn-Trace-Id": f"{root};Parent=53995c3f42cd8ad8;Sampled=1"}
    )
    assert status == 200
    assert json.loads(body) == f"{root};Parent=53995c3f42cd8ad8;Sampled=1"
    own = json.loads(invoke(aws, name)["Bytes"])
    assert re.match(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};", own)


# Logs


def test_the_log_of_the_invocation(aws):
    answer = invoke(aws, "Misbehave", event(do="stderr", message="기록", count=3), LogType="Tail")
    lines = log(answer).splitlines()
    first = lines.index(f"START RequestId: {request_id(answer)} Version: $LATEST")
    assert [line for line in lines[first:] if line.startswith("기록")] == ["기록 1", "기록 2", "기록 3"]
    assert lines[-2] == f"END RequestId: {request_id(answer)}"
    assert re.match(
        rf"REPORT RequestId: {request_id(answer)}\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\t",
        lines[-1],
    )


def test_the_tail_is_the_last_4096_bytes(aws):
    answer = invoke(aws, "Misbehave", event(do="stderr", message="line", count=2000), LogType="Tail")
    tail = base64.b64decode(answer["LogResult"])
    assert len(tail) == 4096
    assert b"line 2000\n" in tail and b"REPORT RequestId: " in tail and b"START " not in tail


def test_no_log_unless_asked_for(aws):
    assert "LogResult" not in invoke(aws, "Echo", "{}")


# Refusals


def test_an_unknown_function(aws):
    response = refused("ResourceNotFoundException", 404, aws.invoke, FunctionName="nothing")
    assert message(response) == "Function not found: arn:aws:lambda:us-east-1:000000000000:function:nothing"


def test_an_unknown_qualifier(aws):
    response = refused("ResourceNotFoundException", 404, aws.invoke, FunctionName="Echo", Qualifier="ghost")
    assert message(response) == "Function not found: arn:aws:lambda:us-east-1:000000000000:function:Echo:ghost"


@pytest.mark.parametrize("kind", ["RequestResponse", "Event"])
@pytest.mark.parametrize("payload", [b"{", b"{'a': 1}", b"\xff\xfe", b'"\xed\xa0\x80"', b"1 2"])
def test_a_body_that_is_no_json(aws, kind, payload):
    response = refused("InvalidRequestContentException", 400, aws.invoke, FunctionName="Echo", Payload=payload, InvocationType=kind)
    assert message(response).startswith("Could not parse request body into json: Could not parse payload into json: ")


def test_a_payload_too_large(aws):
    payload = b'"' + b"x" * (REQUEST_BYTES_MAX - 1) + b'"'
    response = refused("RequestTooLargeException", 413, aws.invoke, FunctionName="Echo", Payload=payload)
    assert message(response) == "6291457 byte payload is too large for the RequestResponse invocation type (limit 6291456 bytes)"


def test_an_event_too_large(aws):
    fits = b'"' + b"x" * (ASYNCHRONOUS_BYTES_MAX - 2) + b'"'
    assert aws.invoke(FunctionName="Echo", InvocationType="Event", Payload=fits)["StatusCode"] == 202
    over = b'"' + b"x" * (ASYNCHRONOUS_BYTES_MAX - 1) + b'"'
    response = refused("RequestTooLargeException", 413, aws.invoke, FunctionName="Echo", InvocationType="Event", Payload=over)
    assert message(response) == "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)"


def test_reserved_concurrency_of_zero_throttles(aws, make):
    name = make(GATED, runtime="python3.13")
    aws.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    response = refused("TooManyRequestsException", 429, aws.invoke, FunctionName=name)
    assert response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert message(response) == "Rate Exceeded."
    aws.delete_function_concurrency(FunctionName=name)
    assert result(invoke(aws, name)) == "done"


def test_reserved_concurrency_of_one_lets_one_run(aws, make, tmp_path):
    name = make(GATED, runtime="python3.13", Timeout=60)
    aws.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    running, go = tmp_path / "running", tmp_path / "go"
    answers = []
    caller = threading.Thread(target=lambda: answers.append(invoke(aws, name, {"running": str(running), "go": str(go)})))
    caller.start()
    try:
        hosts.eventually(running.exists, "the first invocation runs")
        response = refused("TooManyRequestsException", 429, aws.invoke, FunctionName=name)
        assert response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
        assert aws.invoke(FunctionName=name, InvocationType="Event", Payload="{}")["StatusCode"] == 202
    finally:
        go.touch()
        caller.join()
    assert result(answers[0]) == "done"


# Versions and aliases


def test_versions_and_aliases_lead_to_their_code(aws, make):
    def code(number):
        return {"app.py": f"def handler(event, context):\n    return [{number}, context.function_version]"}

    name = make(code(1), runtime="python3.13")
    assert aws.publish_version(FunctionName=name)["Version"] == "1"
    aws.update_function_code(FunctionName=name, ZipFile=zipped(code(2)))
    aws.get_waiter("function_updated_v2").wait(FunctionName=name)
    assert aws.publish_version(FunctionName=name)["Version"] == "2"
    aws.create_alias(FunctionName=name, Name="prod", FunctionVersion="1")

    def run(**more):
        answer = invoke(aws, more.pop("FunctionName", name), "{}", **more)
        return result(answer), answer["ExecutedVersion"]

    assert run() == ([2, "$LATEST"], "$LATEST")
    assert run(Qualifier="1") == ([1, "1"], "1")
    assert run(Qualifier="prod") == ([1, "1"], "1")
    assert run(FunctionName=f"{name}:prod") == ([1, "1"], "1")
    aws.update_alias(FunctionName=name, Name="prod", RoutingConfig={"AdditionalVersionWeights": {"2": 1.0}})
    assert run(Qualifier="prod") == ([2, "2"], "2")
    aws.update_alias(FunctionName=name, Name="prod", RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}})
    # One in 2^40 runs sees only one of the two.
    assert {run(Qualifier="prod")[1] for _ in range(40)} == {"1", "2"}


# Streams


def stream(aws, name, payload):
    answer = aws.invoke_with_response_stream(FunctionName=name, Payload=payload, LogType="Tail")
    chunks, complete = [], []
    for item in answer["EventStream"]:
        if "PayloadChunk" in item:
            assert not complete
            chunks.append(item["PayloadChunk"]["Payload"])
        if "InvokeComplete" in item:
            complete.append(item["InvokeComplete"])
    assert len(complete) == 1
    return answer, b"".join(chunks), complete[0]


def test_a_buffered_response_as_a_stream(aws):
    answer, body, complete = stream(aws, "Echo", event(name="세계"))
    assert answer["StatusCode"] == 200 and answer["ExecutedVersion"] == "$LATEST"
    assert body == event(name="세계")
    assert not complete.get("ErrorCode")
    assert f"END RequestId: {request_id(answer)}" in base64.b64decode(complete["LogResult"]).decode()


def test_a_streamed_response(aws):
    _, body, complete = stream(aws, "Misbehave", event(do="stream", count=4, milliseconds=1))
    prelude, _, text = body.partition(b"\0" * 8)
    assert json.loads(prelude)["statusCode"] == 200
    assert text.decode() == "piece 1\npiece 2\npiece 3\npiece 4\n"
    assert not complete.get("ErrorCode")


def test_a_stream_that_breaks_off(aws):
    _, body, complete = stream(aws, "Misbehave", event(do="stream-error", message="도중에"))
    assert body == b"a beginning"
    assert complete["ErrorCode"] == "Unhandled"
    assert json.loads(complete["ErrorDetails"]) == {"errorType": "Misdeed", "errorMessage": "도중에"}
    assert result(invoke(aws, "Misbehave")) == {"result": "well behaved"}


def test_an_error_before_the_first_byte_of_a_stream(aws):
    _, body, complete = stream(aws, "Misbehave", event(do="throw", message="일찍"))
    assert body == b""
    assert complete["ErrorCode"] == "Unhandled" and json.loads(complete["ErrorDetails"])["errorMessage"] == "일찍"


# Failures


@pytest.fixture(scope="module")
def misbehave(aws, make):
    """Misbehave with a second to live, and a warm environment to lose."""
    name = make(swift("Misbehave"), Timeout=1, MemorySize=192)
    return name


EXIT = "Runtime.ExitError"


@pytest.mark.parametrize(
    "order,error,text",
    [
        (dict(do="exit", code=7), EXIT, "RequestId: {id} Error: Runtime exited with error: exit status 7"),
        (dict(do="exit-zero"), EXIT, "RequestId: {id} Error: Runtime exited without providing a reason"),
        (dict(do="abort"), EXIT, r"re:RequestId: {id} Error: Runtime exited with error: signal: aborted( \(core dumped\))?"),
        (
            dict(do="crash"),
            EXIT,
            r"re:RequestId: {id} Error: Runtime exited with error: signal: (illegal instruction|trace/breakpoint trap)( \(core dumped\))?",
        ),
        (dict(do="hang"), "Sandbox.Timedout", "RequestId: {id} Error: Task timed out after 1.00 seconds"),
        (dict(do="memory", megabytes=400), "Runtime.OutOfMemory", "RequestId: {id} Error: Runtime exited with error: signal: killed"),
        (
            dict(do="huge"),
            "Function.ResponseSizeTooLarge",
            "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
        ),
        (dict(do="throw", message="손님 탓"), "Misdeed", "손님 탓"),
    ],
    ids=lambda value: value["do"] if isinstance(value, dict) else "",
)
def test_a_failure_is_told_and_the_next_invocation_works(aws, misbehave, order, error, text):
    answer = invoke(aws, misbehave, event(**order), LogType="Tail")
    told = failure(answer)
    assert told["errorType"] == error, told
    wanted = text.replace("{id}", request_id(answer))
    if wanted.startswith("re:"):
        assert re.fullmatch(wanted[3:], told["errorMessage"]), told
    else:
        assert told["errorMessage"] == wanted
    report = next(line for line in log(answer).splitlines() if line.startswith(f"REPORT RequestId: {request_id(answer)}\t"))
    if error == "Sandbox.Timedout":
        assert "\tDuration: 1000.00 ms\tBilled Duration: " in report and "\tStatus: timeout" in report
    else:
        assert "\tStatus: error" in report, report
    if error in (EXIT, "Runtime.OutOfMemory"):
        assert f"\tError Type: {error}" in report
    assert result(invoke(aws, misbehave)) == {"result": "well behaved"}


def test_the_first_invocation_after_a_crash_has_its_time_limit_too(aws, misbehave):
    failure(invoke(aws, misbehave, event(do="abort")))
    answer = invoke(aws, misbehave, event(do="hang"))
    assert failure(answer)["errorMessage"] == f"RequestId: {request_id(answer)} Error: Task timed out after 1.00 seconds"


def test_the_largest_response_passes(aws, misbehave):
    body = invoke(aws, misbehave, event(do="huge", bytes=RESPONSE_BYTES_MAX))["Bytes"]
    assert len(body) == RESPONSE_BYTES_MAX


def test_a_missing_bootstrap(aws, make):
    name = make({"readme.txt": "no program here"})
    answer = invoke(aws, name)
    assert failure(answer)["errorType"] == "Runtime.InvalidEntrypoint"


def test_a_bootstrap_that_ends_at_once(aws, make):
    name = make({"bootstrap": "#!/bin/sh\nexit 3\n"})
    answer = invoke(aws, name)
    assert failure(answer)["errorType"] == EXIT
    assert failure(answer)["errorMessage"] == f"RequestId: {request_id(answer)} Error: Runtime exited with error: exit status 3"


def test_a_handler_that_is_not_there(aws, make):
    missing = make(PYTHON, runtime="python3.13", handler="app.nothing")
    assert failure(invoke(aws, missing))["errorType"] == "Runtime.HandlerNotFound"
    unknown = make(PYTHON, runtime="python3.13", handler="other.handler")
    assert failure(invoke(aws, unknown))["errorType"] == "Runtime.ImportModuleError"


# The AWS CLI


def test_the_aws_command(tmp_path):
    if importlib.util.find_spec("awscli") is None:
        pytest.skip("awscli is not installed for this Python (requirements.txt)")
    payload = tmp_path / "event.json"
    payload.write_bytes(event(name="세계"))
    output = tmp_path / "out.json"
    command = [sys.executable, "-m", "awscli", "lambda", "invoke", "--function-name", "Hello", "--payload", f"fileb://{payload}", "--log-type", "Tail", str(output)]
    variables = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    variables |= {
        "AWS_ENDPOINT_URL": os.environ["MARTLET_AWS_ENDPOINT"],
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": hosts.REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    run = subprocess.run(command, env=variables, capture_output=True, timeout=60)
    assert run.returncode == 0, run.stderr.decode()
    assert json.loads(output.read_bytes()) == {"message": "Hello, 세계!"}
    answer = json.loads(run.stdout)
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST")
    assert "REPORT RequestId:" in base64.b64decode(answer["LogResult"]).decode()
