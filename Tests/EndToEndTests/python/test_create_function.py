"""Functions made from zips at run time, and one suite of behaviours for all ways to speak the Runtime API.

The clients: our Swift runtime (the sample functions), the bootstrap for python3.x that needs no install, AWS's own awslambdaric,
and the shell script of AWS's custom runtime tutorial.
"""

import io
import json
import zipfile

import pytest

import functions
from functions import event, zipped
from test_invoke import RESPONSE_BYTES_MAX, failure, invoke, log, request_id, result

# Behaviours


class Runtime:
    """A client: the functions that are written for it."""

    def __init__(self, make, files, echo=None, error_type="OrderError", **more):
        more = dict(Timeout=3, MemorySize=256) | more
        self.name = make(files, **more)
        self.echo = make(echo, **more) if echo else self.name
        self.error_type = error_type


def swift(make):
    return Runtime(make, functions.swift("Misbehave"), echo=functions.swift("Echo"), error_type="Misdeed")


def python(make):
    return Runtime(make, functions.PYTHON, runtime="python3.13")


def awslambdaric(make):
    if reason := functions.awslambdaric_misses():
        pytest.skip(reason)
    return Runtime(make, functions.awslambdaric())


def shell(make):
    if reason := functions.shell_misses():
        pytest.skip(reason)
    return Runtime(make, functions.SHELL)


@pytest.fixture(scope="module", params=[swift, python, awslambdaric, shell], ids=lambda make: make.__name__)
def runtime(request, make):
    return request.param(make)


def test_answers(aws, runtime):
    for number in range(3):
        assert result(invoke(aws, runtime.echo, {"number": number})) == {"number": number}


def test_text_in_any_script_is_unharmed(aws, runtime):
    value = {"이름": "세계 𝄞 é", "quote": "\"'\\$(id)`id`"}
    assert result(invoke(aws, runtime.echo, event(**value))) == value


def test_a_large_event_and_answer(aws, runtime):
    # Python's clients answer with escapes, six bytes for each of these letters.
    value = {"text": "가" * 1_000_000}
    assert result(invoke(aws, runtime.echo, event(**value))) == value


def test_an_error_is_told_as_the_runtime_told_it(aws, runtime):
    answer = invoke(aws, runtime.name, event(do="throw", message="주문이 없습니다"))
    told = failure(answer)
    assert (told["errorType"], told["errorMessage"]) == (runtime.error_type, "주문이 없습니다")
    assert result(invoke(aws, runtime.echo, {"after": 1})) == {"after": 1}


def test_an_exit(aws, runtime):
    answer = invoke(aws, runtime.name, event(do="exit", code=9))
    assert failure(answer) == {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: {request_id(answer)} Error: Runtime exited with error: exit status 9",
    }
    assert result(invoke(aws, runtime.name, event(do="stderr", message="again", count=1))) in ("written", {"result": "written"})


def test_a_timeout(aws, runtime):
    aws.update_function_configuration(FunctionName=runtime.name, Timeout=1)
    aws.get_waiter("function_updated_v2").wait(FunctionName=runtime.name)
    try:
        answer = invoke(aws, runtime.name, event(do="hang"), LogType="Tail")
        assert failure(answer) == {
            "errorType": "Sandbox.Timedout",
            "errorMessage": f"RequestId: {request_id(answer)} Error: Task timed out after 1.00 seconds",
        }
        assert "\tStatus: timeout" in log(answer)
    finally:
        aws.update_function_configuration(FunctionName=runtime.name, Timeout=3)
        aws.get_waiter("function_updated_v2").wait(FunctionName=runtime.name)


def test_log_lines(aws, runtime):
    answer = invoke(aws, runtime.name, event(do="stderr", message="기록", count=5), LogType="Tail")
    assert result(answer) in ("written", {"result": "written"})
    assert [line for line in log(answer).splitlines() if line.startswith("기록 ")] == [f"기록 {number}" for number in range(1, 6)]


def test_the_largest_answer_passes_and_one_byte_more_does_not(aws, runtime):
    assert len(invoke(aws, runtime.name, event(do="huge", bytes=RESPONSE_BYTES_MAX))["Bytes"]) == RESPONSE_BYTES_MAX
    answer = invoke(aws, runtime.name, event(do="huge", bytes=RESPONSE_BYTES_MAX + 1))
    assert failure(answer)["errorType"] == "Function.ResponseSizeTooLarge"
    assert result(invoke(aws, runtime.echo, {"after": 1})) == {"after": 1}


# Life of a function


def handler(text):
    return {"app.py": f"def handler(event, context):\n    return {text}"}


def test_new_code_runs_after_an_update(aws, make):
    name = make(handler("'하나'"), runtime="python3.13")
    assert result(invoke(aws, name)) == "하나"
    aws.update_function_code(FunctionName=name, ZipFile=zipped(handler("'둘'")))
    aws.get_waiter("function_updated_v2").wait(FunctionName=name)
    assert result(invoke(aws, name)) == "둘"


def test_new_variables_are_seen_after_an_update(aws, make):
    name = make({"app.py": "import os\ndef handler(event, context):\n    return os.environ.get('COLOUR')"}, runtime="python3.13")
    assert result(invoke(aws, name)) is None
    aws.update_function_configuration(FunctionName=name, Environment={"Variables": {"COLOUR": "빨강"}})
    aws.get_waiter("function_updated_v2").wait(FunctionName=name)
    assert result(invoke(aws, name)) == "빨강"


def test_a_deleted_function_is_gone(aws, make):
    name = make(handler("1"), runtime="python3.13")
    assert result(invoke(aws, name)) == 1
    aws.delete_function(FunctionName=name)
    with pytest.raises(aws.exceptions.ResourceNotFoundException):
        aws.invoke(FunctionName=name)
    aws.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="app.handler",
        Role="arn:aws:iam::000000000000:role/test",
        Code={"ZipFile": zipped(handler("2"))},
    )
    aws.get_waiter("function_active_v2").wait(FunctionName=name)
    assert result(invoke(aws, name)) == 2


def test_the_function_sees_the_documented_variables_and_nothing_of_the_hosts(aws, make):
    name = make({"app.py": "import os\ndef handler(event, context):\n    return dict(os.environ)"}, runtime="python3.13")
    seen = result(invoke(aws, name))
    wanted = {
        "_HANDLER": "app.handler",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
    }
    assert {key: seen.get(key) for key in wanted} == wanted
    for key in ["AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API"]:
        assert seen.get(key), key
    assert not [key for key in seen if key.startswith(("MARTLET_", "PYTEST_", "SSH_")) or key in ("HOME", "USER", "VIRTUAL_ENV")]


def test_a_layer_is_found(aws, make):
    layer = io.BytesIO()
    with zipfile.ZipFile(layer, "w") as archive:
        archive.writestr("python/shelf.py", "BOOK = '책'\n")
    try:
        version = aws.publish_layer_version(LayerName="e2e-shelf", Content={"ZipFile": layer.getvalue()})
    except aws.exceptions.ClientError as error:
        assert "PublishLayerVersion" in str(error), "an action that is not emulated is named"
        pytest.skip("layers come by the template only: " + str(error))
    name = make({"app.py": "import shelf\ndef handler(event, context):\n    return shelf.BOOK"}, runtime="python3.13", Layers=[version["LayerVersionArn"]])
    assert result(invoke(aws, name)) == "책"
