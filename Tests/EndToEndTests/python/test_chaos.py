"""Many invocations at once of functions that crash, hang, hoard and overflow at random.

Each is answered once with the right error and billed once; afterwards no process and no descriptor is left over.
MARTLET_CHAOS sets their number, MARTLET_CHAOS_SEED repeats a run whose seed a failure has shown.
"""

import collections
import json
import os
import random
import re
import threading

import pytest

import host as hosts
from conftest import maker
from functions import event, swift
from test_invoke import invoke, request_id, result

COUNT = int(os.environ.get("MARTLET_CHAOS", "600"))
SEED = int(os.environ.get("MARTLET_CHAOS_SEED", random.SystemRandom().randrange(1 << 32)))
CALLERS = 16

pytestmark = pytest.mark.skipif(not hosts.has_proc, reason="looks for left-over processes in /proc")

EXITED = "Runtime.ExitError"

# Weight, order, the error's type or None, a pattern of its message or of the answer. {id} is the request's id.
DEEDS = [
    (40, dict(), None, r'\{"result":"well behaved"\}'),
    (8, dict(do="crash"), EXITED, r"RequestId: {id} Error: Runtime exited with error: signal: (illegal instruction|trace/breakpoint trap).*"),
    (8, dict(do="abort"), EXITED, r"RequestId: {id} Error: Runtime exited with error: signal: aborted.*"),
    (8, dict(do="exit", code=3), EXITED, r"RequestId: {id} Error: Runtime exited with error: exit status 3"),
    (6, dict(do="exit-zero"), EXITED, r"RequestId: {id} Error: Runtime exited without providing a reason"),
    (3, dict(do="hang"), "Sandbox.Timedout", r"RequestId: {id} Error: Task timed out after 5\.00 seconds"),
    (4, dict(do="memory", megabytes=400), "Runtime.OutOfMemory", r"RequestId: {id} Error: Runtime exited with error: signal: killed"),
    (4, dict(do="huge"), "Function.ResponseSizeTooLarge", r"Response payload size exceeded .* \(6291556 bytes\)\."),
    (8, dict(do="throw", message="던짐"), "Misdeed", "던짐"),
    (4, dict(do="spam", count=500), None, r'\{"result":"written"\}'),
    (3, dict(do="fds", count=200), None, r'\{"result":200\}'),
    (2, dict(do="fork", seconds=600), None, r'\{"result":\d+\}'),
    (2, dict(do="sigterm-ignore"), None, r'\{"result":"deaf"\}'),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    if not hosts.BINARY:
        pytest.skip("MARTLET_BINARY names no program")
    with hosts.Host(tmp_path_factory.mktemp("chaos")) as host:
        yield host


def wrong(answer, order, error, pattern):
    """What is not as it should be, or None."""
    body = answer["Bytes"].decode()
    text = body
    if error:
        if answer.get("FunctionError") != "Unhandled":
            return f"{order}: no error but {body[:200]}"
        told = json.loads(body)
        if told["errorType"] != error:
            return f"{order}: {body[:300]}"
        text = told["errorMessage"]
    elif "FunctionError" in answer:
        return f"{order}: {body[:300]}"
    if not re.fullmatch(pattern.replace("{id}", request_id(answer)), text, re.DOTALL):
        return f"{order}: {body[:300]}"
    return None


def test_every_invocation_is_answered_once_and_billed_once(server):
    print(f"MARTLET_CHAOS_SEED={SEED}")
    client = server.client()
    makes = maker(client)
    name = next(makes)(swift("Misbehave"), Timeout=5, MemorySize=160)
    invoke(client, name)
    hosts.eventually(lambda: len(server.reports()) == 1, "the first REPORT")
    before = hosts.descriptors(server.pid)

    generator = random.Random(SEED)
    deeds = generator.choices(DEEDS, weights=[deed[0] for deed in DEEDS], k=COUNT)
    work = collections.deque(deeds)
    identifiers, faults, forked = [], [], []

    def run():
        own = server.client()
        while True:
            try:
                _, order, error, pattern = work.popleft()
            except IndexError:
                return
            try:
                answer = invoke(own, name, event(**order))
            except Exception as problem:
                faults.append(f"{order}: {problem!r}")
                continue
            identifiers.append(request_id(answer))
            if fault := wrong(answer, order, error, pattern):
                faults.append(fault)
            elif order.get("do") == "fork":
                forked.append(json.loads(answer["Bytes"])["result"])

    threads = [threading.Thread(target=run) for _ in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not faults, f"{len(faults)} of {COUNT}, seed {SEED}:\n" + "\n".join(faults[:20])
    assert len(identifiers) == len(set(identifiers)) == COUNT

    # Billed: one REPORT each, none without a call.
    hosts.eventually(lambda: len(server.reports()) >= COUNT + 1, lambda: f"{len(server.reports())} of {COUNT + 1} REPORT lines")
    billed = collections.Counter(server.reports())
    assert {identifier: billed[identifier] for identifier in identifiers if billed[identifier] != 1} == {}
    assert sum(billed.values()) == COUNT + 1

    # Gone with the function: its environments, their children in sessions of their own, their descriptors.
    next(makes, None)
    hosts.eventually(lambda: not server.function_processes(), lambda: f"still there: {server.function_processes()}")
    assert [pid for pid in forked if b"sleep\0600" in hosts.read_process(pid, "cmdline")] == []
    hosts.eventually(lambda: not hosts.zombies(server.pid), "the dead are reaped")

    def left_over():
        now = hosts.descriptors(server.pid)
        return {number: target for number, target in now.items() if number not in before}

    # Sockets may be more than before: the callers' connections until they are collected, and the listeners of ended environments,
    # which are kept for the next ones, one for each that ran at once.
    hosts.eventually(
        lambda: len(left_over()) <= 2 * (CALLERS + 2) and all(target.startswith("socket:") for target in left_over().values()),
        lambda: f"descriptors, seed {SEED}: {left_over()}",
    )
    assert result(invoke(client, "Hello")) == {"message": "Hello, world!"}
