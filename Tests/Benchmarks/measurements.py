"""How each figure is taken. What can be checked is checked, and what fails raises, so that no figure stands for errors."""

import base64
import dataclasses
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time

import programs
from processes import Failure, descendants

EVENT = b'{"name":"\xec\x84\xb8\xea\xb3\x84"}'
GREETING = "Hello, 세계!"
WARM_UP_SECONDS = 0.5
IDLE_SECONDS = 5
ANSWER_SECONDS = 20
WRK_SECONDS_MAX = 60
ONE_SHOT_SECONDS = 60
UPDATE_SECONDS = 10
# After an update the host takes down the environments of the former version; that work is not part of the next cold start.
SETTLE_SECONDS = 0.2
# wrk drops its last calls unanswered; they end before the next begins, or the RIE has two at once, which it doesn't survive.
IN_FLIGHT_SECONDS = 0.2
UNITS = {"us": 1, "ms": 1e3, "s": 1e6}


@dataclasses.dataclass(frozen=True)
class Load:
    """What one run of wrk asks for."""

    callers: int
    function: str = None  # the endpoint's own unless given
    body_bytes: int = 0  # 0: the JSON string "world"
    event: bytes = None  # the body in place of the JSON string; the answer is then anything
    route: str = None  # a path on the gateway, with GET, in place of an invocation
    api: str = None  # the Host of the route's API, where the gateway has several

    @property
    def body(self):
        if self.event:
            return self.event
        return b'"' + b"x" * (self.body_bytes - 2) + b'"' if self.body_bytes else b'"world"'


@dataclasses.dataclass(frozen=True)
class Sample:
    rate: float  # answers a second
    p50: float  # microseconds
    p99: float


@dataclasses.dataclass(frozen=True)
class ProcessorTime:
    """What one call takes."""

    microseconds: float

    @property
    def rate(self):
        return 1e6 / self.microseconds


def rate(endpoint, load, seconds):
    """Checks one answer, warms up, measures, checks again."""
    _check(endpoint, load)
    _wrk(endpoint, load, WARM_UP_SECONDS)
    sample = _wrk(endpoint, load, seconds)
    _check(endpoint, load)
    return sample


def _address(endpoint, load):
    return (endpoint.gateway_port, load.route) if load.route else (endpoint.port, endpoint.path(load.function))


def _wrk(endpoint, load, seconds, attempts=3):
    port, path = _address(endpoint, load)
    script = ["-H", f"Host: {load.api}"] if load.api else [] if load.route else ["-s", str(programs.HERE / "invoke.lua")]
    url = f"http://127.0.0.1:{port}{path}"
    command = ["wrk", "-t1", f"-c{load.callers}", f"-d{WRK_SECONDS_MAX}s", "--latency", *script, url]
    environment = {**os.environ, "BODY_BYTES": str(load.body_bytes)} if load.body_bytes else None
    if load.event:
        environment = {**os.environ, "BODY": load.event.decode()}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        report, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        # wrk counts whole seconds only, so a run is ended by an interrupt, upon which it reports as usual.
        process.send_signal(signal.SIGINT)
        report, _ = process.communicate(timeout=ANSWER_SECONDS)
        time.sleep(IN_FLIGHT_SECONDS)
    finally:
        process.kill()
    if process.returncode == -signal.SIGINT and attempts > 1:
        # The machine had not begun wrk's program when it was to end.
        return _wrk(endpoint, load, seconds, attempts - 1)
    return parse(report)


def parse(report):
    """The figures of a wrk report."""
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)", report)
    if bad:
        raise Failure(f"failed answers under load: {bad[0]}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", report)
    if not found or float(found[1]) == 0:
        raise Failure(f"no answer under load; wrk says: {' '.join(report.split())}")
    percentiles = {name: float(value) * UNITS[unit] for name, value, unit in re.findall(r"(\d+)%\s+([\d.]+)(us|ms|s)\b", report)}
    return Sample(float(found[1]), percentiles["50"], percentiles["99"])


def _check(endpoint, load):
    port, path = _address(endpoint, load)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        headers = {"Host": load.api} if load.api else {}
        connection.request("GET" if load.route else "POST", path, None if load.route else load.body, headers)
        response = connection.getresponse()
        answer = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise Failure(f"no answer to {path}: {error}") from error
    finally:
        connection.close()
    if response.status != 200 or response.headers.get("X-Amz-Function-Error"):
        raise Failure(f"{path} answered {response.status}: {answer[:200]!r}")
    if not load.route and not load.event and answer != load.body:
        raise Failure(f"{path} did not answer with its event: {answer[:200]!r}")


def bare_cold_starts(program, count):
    """Microseconds from the start of the program to its response, by coldstart.c."""
    command = [programs.COLDSTART, str(count), EVENT.decode(), program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60 + count, check=False)
    if done.returncode != 0:
        raise Failure(f"coldstart failed: {done.stderr.strip()}")
    return [float(line) for line in done.stdout.split()]


class Caller:
    """A keep-alive connection with as little Python as possible between the clock's two readings."""

    def __init__(self, port):
        self._socket = socket.create_connection(("127.0.0.1", port), ANSWER_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def call(self, method, path, body=b"", header=""):
        """The status, the headers' text, the body, and the microseconds."""
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{header}"
        request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        begin = time.perf_counter()
        self._socket.sendall(request)
        received, end, wanted = b"", -1, 0
        while end < 0 or len(received) < wanted:
            part = self._socket.recv(65536)
            if not part:
                raise Failure(f"{path}: the connection was closed")
            received += part
            if end < 0 and (end := received.find(b"\r\n\r\n")) >= 0:
                length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", received[:end])
                wanted = end + 4 + (int(length[1]) if length else 0)
        elapsed = (time.perf_counter() - begin) * 1e6
        return int(received[9:12]), received[:end].decode(), received[end + 4:], elapsed


def cold_prototype_starts(endpoint, count):
    """Microseconds from an invocation to its answer where each invocation starts a process; apart as those of martlet are."""
    found = []
    with Caller(endpoint.port) as caller:
        for _ in range(count):
            time.sleep(SETTLE_SECONDS)
            status, _, answer, elapsed = caller.call("POST", endpoint.path(), EVENT)
            if status != 200:
                raise Failure(f"the prototype answered {status}: {answer[:200]!r}")
            found.append(elapsed)
    return found


def cold_starts(endpoint, function, count):
    """Microseconds from an invocation to its answer on a host that has no environment for the function: each one follows an
    update of the configuration, and counts only if its log says that it was a cold start."""
    found = []
    configuration = f"/2015-03-31/functions/{function}/configuration"
    with Caller(endpoint.port) as caller:
        for index in range(count):
            change = json.dumps({"Description": f"cold start {index}"}).encode()
            status, _, answer, _ = caller.call("PUT", configuration, change)
            if status != 200:
                raise Failure(f"UpdateFunctionConfiguration answered {status}: {answer[:200]!r}")
            end = time.monotonic() + UPDATE_SECONDS
            while json.loads(caller.call("GET", configuration)[2]).get("LastUpdateStatus") != "Successful":
                if time.monotonic() > end:
                    raise Failure(f"{function} was not updated after {UPDATE_SECONDS} s")
                time.sleep(0.01)
            time.sleep(SETTLE_SECONDS)
            status, head, answer, elapsed = caller.call("POST", endpoint.path(function), EVENT, "X-Amz-Log-Type: Tail\r\n")
            if status != 200 or "x-amz-function-error" in head.lower():
                raise Failure(f"{function} answered {status}: {answer[:200]!r}")
            tail = re.search(r"(?i)\r\nx-amz-log-result: *(\S+)", head)
            if not tail or b"Init Duration" not in base64.b64decode(tail[1]):
                raise Failure(f"{function} was not started cold after an update")
            found.append(elapsed)
    return found


def first_answer(endpoint):
    """Microseconds of the first invocation of a host that has just been started."""
    with Caller(endpoint.port) as caller:
        status, _, answer, elapsed = caller.call("POST", endpoint.path(), EVENT)
    if status != 200:
        raise Failure(f"the first invocation answered {status}: {answer[:200]!r}")
    return elapsed


@dataclasses.dataclass(frozen=True)
class Idle:
    ticks: int  # of processor time, of the host and its environments, over IDLE_SECONDS
    resident_mb: float  # of the host


def idle(endpoint):
    host = endpoint.process.pid
    if not os.path.exists(f"/proc/{host}/stat"):
        raise Failure("processor time and memory of an idle host are read from /proc, which Linux alone has")
    time.sleep(2)
    processes = [host, *descendants(host)]
    before = sum(map(_ticks, processes))
    time.sleep(IDLE_SECONDS)
    ticks = sum(map(_ticks, processes)) - before
    with open(f"/proc/{host}/status", encoding="ascii", errors="replace") as file:
        resident = re.search(r"VmRSS:\s+(\d+) kB", file.read())
    return Idle(ticks, int(resident[1]) / 1024)


def _ticks(process):
    with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as file:
        fields = file.read().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])  # utime, stime: proc(5) fields 14 and 15


def one_shot():
    """Milliseconds of `martlet invoke Hello` on the sample template, with a state folder of its own, from start to exit."""
    with tempfile.TemporaryDirectory(prefix="martlet-bench-") as state:
        command = [programs.MARTLET, "invoke", "Hello", "-e", "-", "--template", programs.ROOT / "template.yaml",
                   "--state-dir", state]
        begin = time.perf_counter()
        done = subprocess.run(command, input=EVENT, capture_output=True, timeout=ONE_SHOT_SECONDS, check=False)
        elapsed = (time.perf_counter() - begin) * 1e3
    if done.returncode != 0 or GREETING not in done.stdout.decode(errors="replace"):
        raise Failure(f"martlet invoke Hello exited with {done.returncode}: {done.stderr.decode(errors='replace')[-500:]}")
    return elapsed
