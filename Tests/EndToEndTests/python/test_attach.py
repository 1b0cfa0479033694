"""Runtimes that a person starts by hand, at the port that `--runtime-port` names."""

import os
import signal
import socket
import subprocess
import sys
import threading

import pytest

import functions
import host as hosts
from functions import event
from test_invoke import invoke, result

pytestmark = pytest.mark.skipif(not hosts.BINARY, reason="MARTLET_BINARY names no program")

# As somebody writes it who wants to look at one event: no library, an address with or without a path.
BY_HAND = """
import http.client, json, os, sys
host, slash, name = os.environ["AWS_LAMBDA_RUNTIME_API"].partition("/")
api = slash + name + "/2018-06-01/runtime/invocation/"
connection = http.client.HTTPConnection(host)
while True:
    connection.request("GET", api + "next")
    reply = connection.getresponse()
    event = json.loads(reply.read())
    if reply.status != 200:
        sys.exit(f"{reply.status} {event}")
    identifier = reply.headers["Lambda-Runtime-Aws-Request-Id"]
    if event.get("do") == "leave":
        connection.close()
        sys.exit(0)
    body = json.dumps({"by": "hand", "pid": os.getpid(), "event": event})
    connection.request("POST", api + identifier + "/response", body)
    connection.getresponse().read()
    if event.get("do") == "answer and leave":
        sys.exit(0)
"""


@pytest.fixture
def start():
    """Starts a runtime by hand, and ends what is left of them."""
    processes = []

    def run(address, program=None):
        command = program or [sys.executable, "-c", BY_HAND]
        environment = {**os.environ, "AWS_LAMBDA_RUNTIME_API": address}
        processes.append(subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, start_new_session=True))
        return processes[-1]

    yield run
    for process in processes:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with hosts.Host(tmp_path_factory.mktemp("attach")) as host:
        yield host


def by_hand(aws, name):
    """Invokes until the answer comes from a runtime that was started by hand."""
    return hosts.eventually(lambda: (answer := result(invoke(aws, name, {"name": "x"}))).get("by") == "hand" and answer, "it is attached")


def test_a_runtime_by_hand_stands_in_for_the_hosts_own_while_it_is_there(server, start):
    aws = server.client()
    assert result(invoke(aws, "GreetPython", {})) == {"message": "Hello, world!"}
    runtime = start(f"{server.runtime}/GreetPython")
    assert by_hand(aws, "GreetPython")["pid"] == runtime.pid
    for number in range(20):
        assert result(invoke(aws, "GreetPython", {"number": number}))["event"] == {"number": number}
    # Another function's invocations are not its.
    assert result(invoke(aws, "Hello", {})) == {"message": "Hello, world!"}
    runtime.kill()
    # The first may have been given to it while it was ending, and fails as with any runtime that ends.
    greeting = b'{"message": "Hello, world!"}'
    hosts.eventually(lambda: invoke(aws, "GreetPython", {})["Bytes"] == greeting, "the host's own are back")


def test_it_is_billed_and_logged_as_any_other(server, start):
    aws = server.client()
    start(f"{server.runtime}/Echo")
    by_hand(aws, "Echo")
    answer = invoke(aws, "Echo", {}, LogType="Tail")
    identifier = answer["ResponseMetadata"]["RequestId"]
    hosts.eventually(lambda: server.reports().count(identifier) == 1, "the REPORT line")


def test_one_that_leaves_after_its_answer_holds_nobody_up(server, start):
    aws = server.client()
    start(f"{server.runtime}/GreetNode")
    by_hand(aws, "GreetNode")
    assert result(invoke(aws, "GreetNode", event(do="answer and leave")))["by"] == "hand"
    assert result(invoke(aws, "GreetNode", {})) == {"message": "Hello, world!"}


def test_one_that_is_started_again_ends_the_invocation_of_the_first(server, start):
    aws = server.client()
    first = start(f"{server.runtime}/Orders")
    by_hand(aws, "Orders")
    answers = []
    caller = threading.Thread(target=lambda: answers.append(invoke(aws, "Orders", event(do="leave"))))
    caller.start()
    # It leaves with the event; the next one asks in its place.
    assert first.wait(hosts.DEADLINE_SECONDS) == 0
    again = start(f"{server.runtime}/Orders")
    caller.join(hosts.DEADLINE_SECONDS)
    assert answers and answers[0].get("FunctionError") == "Unhandled", answers
    assert by_hand(aws, "Orders")["pid"] == again.pid


def test_a_name_that_no_function_has_is_refused(server, start):
    runtime = start(f"{server.runtime}/Nobody")
    assert runtime.wait(hosts.DEADLINE_SECONDS) == 1
    assert start(server.runtime).wait(hosts.DEADLINE_SECONDS) == 1


@pytest.mark.skipif(functions.shell_misses() is not None, reason=str(functions.shell_misses()))
def test_a_shell_bootstrap_at_the_bare_address_of_the_one_that_is_attached(tmp_path, start):
    bootstrap = tmp_path / "bootstrap"
    bootstrap.write_text(functions.SHELL_BOOTSTRAP)
    with hosts.Host(tmp_path, "--attach", "Echo") as server:
        aws = server.client()
        answers = []
        caller = threading.Thread(target=lambda: answers.append(invoke(aws, "Echo", event(name="세계"))))
        caller.start()
        # Nothing of the host's own starts: the invocation waits, and the log says for what.
        hosts.eventually(lambda: f"AWS_LAMBDA_RUNTIME_API={server.runtime}/Echo" in server.log(), "the log tells what to start")
        assert answers == []
        start(server.runtime, ["sh", str(bootstrap)])
        caller.join(hosts.DEADLINE_SECONDS)
        assert result(answers[0]) == {"name": "세계"}
        assert result(invoke(aws, "Echo", event(number=2))) == {"number": 2}


def test_the_port_can_be_chosen_and_is_in_the_ready_file(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with hosts.Host(tmp_path, MARTLET_RUNTIME_PORT=str(port)) as server:
        assert server.runtime == f"127.0.0.1:{port}"
