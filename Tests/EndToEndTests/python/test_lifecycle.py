"""How the host begins, idles and ends, and the one-shot `martlet invoke`: exit codes, what goes to which stream, what is left over.
"""

import glob
import json
import re
import signal
import socket
import subprocess
import threading
import time

import pytest

import host as hosts
from functions import event
from test_invoke import invoke, result

pytestmark = pytest.mark.skipif(not hosts.BINARY, reason="MARTLET_BINARY names no program")
only_with_proc = pytest.mark.skipif(not hosts.has_proc, reason="looks into /proc")

IDLE_SECONDS = 4
IDLE_MEGABYTES_MAX = 60


@pytest.fixture
def server(tmp_path):
    with hosts.Host(tmp_path) as host:
        yield host


def martlet(*arguments, stdin=b"", **variables):
    return subprocess.run(
        [hosts.BINARY, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        env=hosts.environment(**variables),
        timeout=hosts.DEADLINE_SECONDS,
    )


def one_shot(folder, *arguments, **more):
    return martlet("invoke", *arguments, "--no-build", "--template", hosts.TEMPLATE, "--state-dir", folder / "state", **more)


# The host's end


@only_with_proc
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_no_process_outlives_the_host(server, number):
    aws = server.client()
    for name in ["Hello", "GreetPython", "GreetNode"]:
        result(invoke(aws, name))
    result(invoke(aws, "Misbehave", event(do="sigterm-ignore")))
    runaway = result(invoke(aws, "Misbehave", event(do="fork", seconds=600)))["result"]
    marker = next((server.state / "environments").iterdir()).name[-16:]
    # A process that has just been executed shows no environment for a moment.
    known = hosts.eventually(
        lambda: (found := server.function_processes()) and runaway in found and len(found) >= 5 and found, "all are found while they run"
    )
    server.process.send_signal(number)
    code = server.process.wait(hosts.DEADLINE_SECONDS)
    assert code == (-signal.SIGKILL if number == signal.SIGKILL else 0)
    hosts.eventually(
        lambda: not [pid for pid in known if hosts.is_running(pid)],
        lambda: f"still there: {[(pid, hosts.read_process(pid, 'cmdline')) for pid in known if hosts.is_running(pid)]}",
    )
    # Where the kernel limits memory (cgroup v2) the host had a group, and one for each environment in it.
    groups = f"/sys/fs/cgroup/**/martlet-{marker}"
    hosts.eventually(lambda: not glob.glob(groups, recursive=True), lambda: f"still there: {glob.glob(groups, recursive=True)}")


@only_with_proc
def test_a_running_invocation_is_told_when_the_host_stops(server):
    aws = server.client()
    answers = []

    def run():
        try:
            answers.append(invoke(aws, "Misbehave", event(do="hang")))
        except Exception as error:
            answers.append(error)

    caller = threading.Thread(target=run)
    caller.start()
    hosts.eventually(lambda: "misbehaving do=hang" in server.log(), "the function runs")
    assert server.stop() == 0
    caller.join()
    assert len(answers) == 1


def test_an_idle_connection_does_not_hold_up_the_end(server):
    address = server.aws.removeprefix("http://").split(":")
    with socket.create_connection((address[0], int(address[1]))) as idle:
        idle.sendall(b"GET / HTTP/1.1\r\n")
        assert server.stop() == 0


# Idling


@only_with_proc
def test_an_idle_host_uses_no_cpu_and_little_memory(server):
    aws = server.client()
    for name in ["Hello", "Echo", "GreetPython"]:
        result(invoke(aws, name))
    aws.close()
    # What follows an invocation comes within ten seconds: log lines, and clearing up once the host is at rest. A host that looks for
    # work now and then would never be without any for so long.
    last = [hosts.cpu_ticks(server.pid), time.monotonic()]

    def rests():
        ticks = hosts.cpu_ticks(server.pid)
        if ticks != last[0]:
            last[:] = [ticks, time.monotonic()]
        return time.monotonic() - last[1] >= IDLE_SECONDS

    hosts.eventually(rests, lambda: f"{IDLE_SECONDS} s without work; {last[0]} ticks")
    megabytes = hosts.resident_megabytes(server.pid)
    print(f"resident: {megabytes:.1f} MB")
    assert megabytes < IDLE_MEGABYTES_MAX


@only_with_proc
def test_an_idle_environment_ends_after_its_time(tmp_path):
    with hosts.Host(tmp_path, "--idle-timeout", "1") as host:
        result(invoke(host.client(), "Hello"))
        assert host.function_processes()
        hosts.eventually(lambda: not host.function_processes(), "no environment is kept")
        result(invoke(host.client(), "Hello"))


@only_with_proc
def test_frozen_environments_stand_still_between_invocations(tmp_path):
    with hosts.Host(tmp_path, "--freeze") as host:
        aws = host.client()
        result(invoke(aws, "Hello"))
        frozen = host.function_processes()
        hosts.eventually(lambda: all(hosts.stat(pid)[0] in (b"T", b"t") for pid in frozen), "all are stopped")
        assert result(invoke(aws, "Hello", event(name="again"))) == {"message": "Hello, again!"}
        hosts.eventually(lambda: all(hosts.stat(pid)[0] in (b"T", b"t") for pid in frozen), "stopped again")
        assert host.stop() == 0
        hosts.eventually(lambda: not [pid for pid in frozen if hosts.is_running(pid)], "all are gone")


# Refusing to start


@pytest.mark.parametrize("option", ["--port", "--aws-port"])
def test_a_port_that_is_taken(tmp_path, option):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ports = {"--port": "0", "--aws-port": "0"} | {option: str(port)}
        run = martlet(
            "serve", "--no-build", *[text for pair in ports.items() for text in pair], "--template", hosts.TEMPLATE,
            "--state-dir", tmp_path / "state",
        )
    assert run.returncode == 3, run.stderr.decode()
    assert str(port) in run.stderr.decode() and b"use" in run.stderr


def test_a_template_that_cannot_be_read(tmp_path):
    missing = martlet("serve", "--template", tmp_path / "none.yaml")
    assert missing.returncode == 2 and "none.yaml" in missing.stderr.decode()
    path = tmp_path / "bad.yaml"
    path.write_text("Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Timeout: soon\n")
    bad = martlet("serve", "--template", path)
    assert bad.returncode == 2, bad.stderr.decode()
    assert re.search(r"bad\.yaml:\d+:\d+", bad.stderr.decode()), "file, line and column are named: " + bad.stderr.decode()


def test_an_option_that_is_not_there():
    run = martlet("serve", "--prot", "1")
    assert run.returncode == 2 and b"--prot" in run.stderr


# martlet invoke


def test_one_shot(tmp_path):
    run = one_shot(tmp_path, "Hello", "--event", "-", stdin=event(name="세계"))
    assert (run.returncode, json.loads(run.stdout)) == (0, {"message": "Hello, 세계!"}), run.stderr.decode()
    log = run.stderr.decode()
    assert "REPORT RequestId: " in log and "\tInit Duration: " in log


def test_one_shot_with_an_event_from_a_file(tmp_path):
    path = tmp_path / "사건.json"
    path.write_bytes(event(text="가나다"))
    run = one_shot(tmp_path, "Echo", "--event", path)
    assert (run.returncode, run.stdout) == (0, path.read_bytes() + b"\n"), run.stderr.decode()


def test_one_shot_leaves_nothing_on_stderr_when_quiet(tmp_path):
    run = one_shot(tmp_path, "Echo", "--quiet")
    assert (run.returncode, run.stdout, run.stderr) == (0, b"{}\n", b"")


def test_one_shot_report_for_machines(tmp_path):
    run = one_shot(tmp_path, "Hello", "--quiet", "--report", "json")
    assert run.returncode == 0
    report = json.loads(run.stderr)
    assert report, "an object"


def test_one_shot_output_for_machines(tmp_path):
    run = one_shot(tmp_path, "Hello", "--quiet", "--output", "json", "--report", "none")
    answer = json.loads(run.stdout)
    assert answer["payload"] == {"message": "Hello, world!"}
    assert answer["functionError"] is None
    assert re.fullmatch(r"[0-9a-f-]{36}", answer["requestId"]) and answer["report"]


def test_one_shot_function_error(tmp_path):
    run = one_shot(tmp_path, "Misbehave", "--event", "-", stdin=event(do="exit", code=4))
    assert run.returncode == 1
    told = json.loads(run.stdout)
    assert told["errorType"] == "Runtime.ExitError" and told["errorMessage"].endswith("exit status 4")


@pytest.mark.parametrize(
    "arguments,stdin,told",
    [
        (["Nobody"], b"", "Nobody"),
        (["Hello", "--event", "/nowhere.json"], b"", "/nowhere.json"),
        (["Hello", "--event", "-"], b"{", "the event from standard input is no JSON: 1:2"),
        (["Hello", "--event", '{"name":"x"}'], b"", "It is to be a file, or - for standard input"),
    ],
)
def test_one_shot_usage_errors(tmp_path, arguments, stdin, told):
    run = one_shot(tmp_path, *arguments, stdin=stdin)
    assert run.returncode == 2 and told in run.stderr.decode(), run.stderr.decode()
    assert run.stdout == b""


@only_with_proc
def test_one_shot_leaves_no_process(tmp_path):
    before = set(hosts.process_ids())
    run = one_shot(tmp_path, "Misbehave", "--event", "-", stdin=event(do="fork", seconds=600))
    runaway = json.loads(run.stdout)["result"]
    assert runaway not in before
    hosts.eventually(lambda: not hosts.is_running(runaway), "the child in a session of its own is gone")


def test_through_the_running_host_it_is_warm(server):
    folder = server.folder
    result(invoke(server.client(), "Hello"))
    run = one_shot(folder, "Hello", "--event", "-", stdin=event(name="세계"))
    assert (run.returncode, json.loads(run.stdout)) == (0, {"message": "Hello, 세계!"}), run.stderr.decode()
    assert "REPORT RequestId: " in run.stderr.decode() and "Init Duration" not in run.stderr.decode()
    identifier = re.search(r"REPORT RequestId: (\S+)", run.stderr.decode())[1]
    hosts.eventually(lambda: identifier in server.reports(), "the host ran it")
    cold = one_shot(folder, "Hello", "--cold")
    assert "Init Duration" in cold.stderr.decode()
    error = one_shot(folder, "Misbehave", "--event", "-", stdin=event(do="throw", message="탓"))
    assert (error.returncode, json.loads(error.stdout)["errorMessage"]) == (1, "탓")


def test_a_host_that_is_gone_is_no_obstacle(tmp_path):
    with hosts.Host(tmp_path) as host:
        host.kill()
        run = one_shot(tmp_path, "Hello")
        assert (run.returncode, json.loads(run.stdout)) == (0, {"message": "Hello, world!"}), run.stderr.decode()
