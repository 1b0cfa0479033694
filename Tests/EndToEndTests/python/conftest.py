"""One host for each run of pytest, unless MARTLET_AWS_ENDPOINT names one that runs already."""

import os
import shutil
import tempfile
import uuid

import pytest

import host as hosts
from functions import zipped

shared = {}


def pytest_configure(config):
    if os.environ.get("MARTLET_AWS_ENDPOINT") or not hosts.BINARY:
        return
    shared["folder"] = tempfile.mkdtemp(prefix="martlet-e2e-")
    host = shared["host"] = hosts.Host(shared["folder"])
    # Modules read these when they are imported, which is after this.
    os.environ["MARTLET_AWS_ENDPOINT"] = host.aws
    os.environ["MARTLET_GATEWAY"] = host.gateway


def pytest_unconfigure(config):
    if "host" in shared:
        shared["host"].stop()
        shutil.rmtree(shared["folder"], ignore_errors=True)


def pytest_runtest_setup(item):
    if "host" in shared:
        shared["log starts"] = shared["host"].log_path.stat().st_size


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Puts the end of what the host logged during the test beside a failure."""
    report = (yield).get_result()
    if report.failed and "host" in shared:
        log = shared["host"].log_path.read_bytes()[shared["log starts"] :]
        report.sections.append(("host log", log[-3000:].decode(errors="replace")))


@pytest.fixture(scope="session")
def host():
    if not hosts.BINARY:
        pytest.skip("MARTLET_BINARY names no program")
    if "host" not in shared:
        pytest.skip("looks into a host of its own making; MARTLET_AWS_ENDPOINT names another")
    return shared["host"]


@pytest.fixture(scope="session")
def aws():
    """A Lambda client of the host."""
    endpoint = os.environ.get("MARTLET_AWS_ENDPOINT")
    if not endpoint:
        pytest.skip("neither MARTLET_BINARY nor MARTLET_AWS_ENDPOINT is set")
    return hosts.client("lambda", endpoint)


@pytest.fixture(scope="module")
def make(aws):
    """Makes functions from files, waits until they are active and deletes them in the end; gives the name."""
    yield from maker(aws)


def maker(client):
    names = []

    def make(files, runtime="provided.al2023", handler="app.handler", **more):
        name = "e2e-" + uuid.uuid4().hex[:12]
        client.create_function(
            FunctionName=name,
            Runtime=runtime,
            Handler=handler,
            Role="arn:aws:iam::000000000000:role/test",
            Code={"ZipFile": zipped(files)},
            **more,
        )
        names.append(name)
        client.get_waiter("function_active_v2").wait(FunctionName=name)
        return name

    yield make
    for name in names:
        client.delete_function(FunctionName=name)
