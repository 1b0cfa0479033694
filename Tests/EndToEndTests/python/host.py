"""A martlet host of a test's own, and what the tests look at from outside: its processes, descriptors, log and addresses.

MARTLET_BINARY names the program; the sample functions are taken from the folder it lies in.
"""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
TEMPLATE = PROJECT / "template.yaml"
BINARY = os.environ.get("MARTLET_BINARY")
REGION = "us-east-1"

# What a slow machine under load may take for a thing that happens in milliseconds. Only failures ever wait so long.
DEADLINE_SECONDS = 30


def products():
    """The folder of the built programs."""
    return Path(BINARY).parent


def eventually(check, what, seconds=DEADLINE_SECONDS):
    """Waits until check() is true and gives its value."""
    end = time.monotonic() + seconds
    while True:
        value = check()
        if value:
            return value
        assert time.monotonic() < end, f"after {seconds} s still not: {what() if callable(what) else what}"
        time.sleep(0.01)


def environment(**more):
    """The environment for a command of martlet's: the sample functions are those beside the binary."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MARTLET_", "AWS_"))}
    for name in ["MARTLET_PYTHON", "MARTLET_NODE"]:
        if name in os.environ:
            kept[name] = os.environ[name]
    kept["MARTLET_SWIFT_CONFIGURATION"] = products().resolve().name
    kept.update(more)
    return kept


class Host:
    """A `martlet serve` on free ports with a state folder of its own."""

    def __init__(self, folder, *options, template=TEMPLATE, **variables):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.state = self.folder / "state"
        self.log_path = self.folder / "host.log"
        self.template = template
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        command = [BINARY, "serve", "--no-build", "--port", "0", "--aws-port", "0", "--ready-file", str(ready)]
        command += ["--state-dir", str(self.state), "--template", str(template), *options]
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment(**variables), start_new_session=True
            )
        try:
            eventually(lambda: ready.exists() or self.process.poll() is not None, "ready")
            assert self.process.poll() is None, f"the host ended at once:\n{self.log()}"
        except BaseException:
            self.kill()
            raise
        addresses = json.loads(ready.read_text())
        self.aws, self.gateway, self.runtime = addresses["aws"], addresses["gateway"], addresses["runtime"]
        self.tls = addresses.get("gatewayTLS")
        self.pid = addresses["pid"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Asks it to end; gives the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self):
        self.process.kill()
        self.process.wait()

    def log(self):
        return self.log_path.read_text(errors="replace")

    def reports(self):
        """The request ids of all REPORT lines so far, in order."""
        return re.findall(r"^(?:.*\s)?REPORT RequestId: ([0-9a-f-]{36})\t", self.log(), re.MULTILINE)

    def has_gateway_clients(self):
        """Whether a connection to the gateway is still open, or not yet read to its end, as far as the system tells."""
        if not has_proc:
            return False
        port = f":{urllib.parse.urlsplit(self.gateway).port:04X} "
        listening, closed = "0A", "06"
        lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
        return any(port in line.split(":", 1)[1][:16] and line.split()[3] not in (listening, closed) for line in lines)

    def client(self, service="lambda", **config):
        return client(service, self.aws, **config)

    def function_processes(self):
        """The processes of this host's environments, and whatever they started: their TMPDIR lies in its state folder."""
        mark = f"{self.state}/".encode()
        return sorted(pid for pid in process_ids() if mark in read_process(pid, "environ"))


def client(service, endpoint, **config):
    """AWS's own client without retries: one call is one request."""
    import boto3
    from botocore.config import Config

    settings = {"retries": {"total_max_attempts": 1}, "read_timeout": 60, "max_pool_connections": 32}
    settings.update(config)
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(**settings),
    )


# Processes, by /proc


def process_ids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def read_process(pid, name):
    """What /proc says, or nothing when the process is gone."""
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return b""


def stat(pid):
    """The fields of /proc/PID/stat from the state on (proc(5) counts it as the third)."""
    return read_process(pid, "stat").rpartition(b")")[2].split()


def is_running(pid):
    """Whether the process exists and is no zombie."""
    fields = stat(pid)
    return bool(fields) and fields[0] not in (b"Z", b"X")


def zombies(parent):
    return [pid for pid in process_ids() if (fields := stat(pid)) and fields[0] == b"Z" and int(fields[1]) == parent]


def cpu_ticks(pid):
    fields = stat(pid)
    return int(fields[11]) + int(fields[12])


def resident_megabytes(pid):
    pages = int(read_process(pid, "statm").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def descriptors(pid):
    found = {}
    for number in os.listdir(f"/proc/{pid}/fd"):
        # One that is closed meanwhile isn't open.
        with contextlib.suppress(FileNotFoundError):
            found[number] = os.readlink(f"/proc/{pid}/fd/{number}")
    return found


has_proc = sys.platform == "linux"
