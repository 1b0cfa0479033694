"""Processes that are started for a measurement, and nothing of them left behind."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
TERM_SECONDS = 5.0
READY_SECONDS = 30.0
LINUX = sys.platform.startswith("linux")
LIBC = ctypes.CDLL(None, use_errno=True) if LINUX else None

_running = set()


class Failure(Exception):
    """What keeps one contestant from being measured, as a sentence for the report."""


def adopt_orphans():
    """A host's children that survive it become ours, so that `stop` finds them. Linux only."""
    if LIBC:
        LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def _die_with_parent():
    if LIBC:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def start(command, log, environment=None, folder=None):
    process = subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
        env={**os.environ, **(environment or {})}, cwd=folder, start_new_session=True, preexec_fn=_die_with_parent)
    _running.add(process.pid)
    return process


def stop(process):
    """Asks, waits, kills the group; then whatever the process left to us."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(TERM_SECONDS)
    _running.discard(process.pid)
    for _ in range(100):
        orphans = [child for child in children(os.getpid()) if child not in _running]
        if not orphans:
            return
        for child in orphans:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)


def children(process):
    """Direct children; none where the system doesn't tell."""
    found = []
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{process}/task"):
            with open(f"/proc/{process}/task/{task}/children", encoding="ascii") as file:
                found += [int(text) for text in file.read().split()]
    return found


def descendants(process):
    found = children(process)
    for child in found:
        found += children(child)
    return found


def wait_until(condition, process, what):
    """Polls, as foreign hosts have no other way to say that they are ready."""
    end = time.monotonic() + READY_SECONDS
    while not condition():
        if process.poll() is not None:
            raise Failure(f"{what} ended with status {process.returncode} before it was ready")
        if time.monotonic() > end:
            raise Failure(f"{what} was not ready after {READY_SECONDS:.0f} s")
        time.sleep(0.01)
