"""The contestants. Each is started on free ports of 127.0.0.1, yields an Endpoint, and is gone afterwards."""

import contextlib
import dataclasses
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import urllib.parse

import programs
from processes import Failure, start, stop, wait_until

LOG_TAIL_BYTES = 2000


@dataclasses.dataclass
class Endpoint:
    """Where a host takes invocations. `functions` names the function that stands for Bench, where it isn't the only one."""

    port: int
    process: subprocess.Popen
    gateway_port: int = 0
    function: str = "Bench"

    def path(self, function=None):
        return f"/2015-03-31/functions/{function or self.function}/invocations"


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def accepts(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@contextlib.contextmanager
def hosted(command, what, environment=None, folder=None):
    with tempfile.TemporaryFile() as log:
        process = start(command, log, environment, folder)
        try:
            yield process
        except Failure:
            log.seek(max(0, log.seek(0, 2) - LOG_TAIL_BYTES))
            print(f"bench: {what} wrote last:\n{log.read().decode(errors='replace').strip()}", file=sys.stderr)
            raise
        finally:
            stop(process)


@contextlib.contextmanager
def _broker(program, what, count, runtime=programs.BOOTSTRAP):
    port, runtime_port = free_ports(2)
    command = [program, port, runtime_port, count, runtime]
    with hosted(command, what) as process:
        wait_until(lambda: accepts(port), process, what)
        yield Endpoint(port, process)


def floor(count):
    if not programs.BROKER.exists():
        raise Failure("the C broker uses epoll, which Linux alone has")
    return _broker(programs.BROKER, "the C broker", count)


def prototype(count):
    return _broker(programs.PROTOTYPE, "the prototype", count)


def cold_prototype(program):
    """Starts a process of the program for each invocation and kills it after its answer."""
    return _broker(programs.PROTOTYPE, "the prototype", 0, program)


@contextlib.contextmanager
def runtime_interface_emulator(program=programs.BOOTSTRAP):
    port, runtime_port = free_ports(2)
    command = [
        programs.runtime_interface_emulator(), "--runtime-interface-emulator-address", f"127.0.0.1:{port}",
        "--runtime-api-address", f"127.0.0.1:{runtime_port}", program]
    with hosted(command, "the Runtime Interface Emulator") as process:
        wait_until(lambda: accepts(port), process, "the Runtime Interface Emulator")
        yield Endpoint(port, process, function="function")


@contextlib.contextmanager
def cargo_lambda(count):
    """Its own processes would be Rust ones, so ours are started by hand, with the path that it expects in the address."""
    program, project = programs.cargo_lambda()
    (port,) = free_ports(1)
    command = [
        program, "lambda", "watch", "--only-lambda-apis", "--offline", "--invoke-address", "127.0.0.1", "--invoke-port", port]
    with hosted(command, "cargo-lambda", folder=project) as process, contextlib.ExitStack() as runtimes:
        wait_until(lambda: accepts(port), process, "cargo-lambda")
        for _ in range(count):
            environment = {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}/.rt/Bench"}
            runtimes.callback(stop, start([programs.BOOTSTRAP], subprocess.DEVNULL, environment))
        yield Endpoint(port, process)


# What martlet answers to SendMessage: id and digest of a message without attributes.
SEND_ANSWER_BYTES = 103


@contextlib.contextmanager
def bare(answer_bytes=SEND_ANSWER_BYTES):
    """A server that reads a request and answers so many bytes."""
    (port,) = free_ports(1)
    with hosted([programs.PROTOTYPE, "--bare", port, answer_bytes], "the bare server") as process:
        wait_until(lambda: accepts(port), process, "the bare server")
        yield Endpoint(port, process, gateway_port=port)


@contextlib.contextmanager
def moto():
    (port,) = free_ports(1)
    with hosted([programs.peer("moto_server"), "-H", "127.0.0.1", "-p", port], "moto server") as process:
        wait_until(lambda: accepts(port), process, "moto server")
        yield Endpoint(port, process)


@contextlib.contextmanager
def ministack():
    (port,) = free_ports(1)
    environment = {"GATEWAY_PORT": str(port), "EDGE_PORT": str(port), "MINISTACK_HOST": "127.0.0.1"}
    with hosted([programs.peer("ministack")], "MiniStack", environment) as process:
        wait_until(lambda: accepts(port), process, "MiniStack")
        yield Endpoint(port, process)


@contextlib.contextmanager
def martlet(*options, template=programs.HERE / "template.yaml"):
    """All features on: time-outs, log capture, billing records; the host's output goes to a file."""
    if not programs.MARTLET.exists():
        raise Failure(f"{programs.MARTLET.name} has not been built for release: make build")
    with tempfile.TemporaryDirectory(prefix="martlet-bench-") as folder:
        ready = pathlib.Path(folder, "ready.json")
        command = [
            programs.MARTLET, "serve", "--template", template, "--port", 0, "--aws-port", 0,
            "--ready-file", ready, "--state-dir", pathlib.Path(folder, "state"), *options]
        with hosted(command, "martlet serve") as process:
            wait_until(ready.exists, process, "martlet serve")
            addresses = json.loads(ready.read_text())
            ports = {name: urllib.parse.urlsplit(addresses[name]).port for name in ("aws", "gateway")}
            yield Endpoint(ports["aws"], process, gateway_port=ports["gateway"])
