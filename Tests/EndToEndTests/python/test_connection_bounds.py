"""What all clients together may make a host hold: connections and bodies under way, through sockets.

The bounds are the host's own (docs/architecture.md, "Bounds"): 10,000 connections of a listener, 512 MB of bodies. Those who come
when they are reached are sent away at once (503, or a closed connection), and served when there is room again.
"""

import contextlib
import os
import resource
import socket
import threading
import urllib.parse

import pytest

import host as hosts
import template
from test_gateway import Wire

if not hosts.BINARY:
    pytest.skip("MARTLET_BINARY names no program", allow_module_level=True)

CONNECTIONS_MAX = 10_000
BODIES_MAX = 512 * 1024 * 1024
MEGABYTE = 1 << 20


@contextlib.contextmanager
def open_files(count):
    """Lets this process, and a host that it starts, have so many files open at once."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[1] != resource.RLIM_INFINITY and before[1] < count:
        pytest.skip(f"this machine allows {before[1]} open files, and the test needs {count}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(before[0], count), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.fixture
def server(tmp_path):
    def api(path, method):
        return {"Type": "Api", "Properties": {"Path": path, "Method": method}}

    functions = {"Hello": template.function("Hello", {"Name": api("/hello/{name}", "get"), "Post": api("/post", "post")})}
    with open_files(CONNECTIONS_MAX + 2_000), hosts.Host(tmp_path, template=template.write(tmp_path / "t.json", **functions)) as host:
        yield host


def open_descriptors(host):
    """Only their number: they come and go by the thousand."""
    return len(os.listdir(f"/proc/{host.pid}/fd"))


def connect(address):
    client = socket.create_connection((address.hostname, address.port), timeout=hosts.DEADLINE_SECONDS)
    # A port that was just given back must not stay taken by thousands of ended connections.
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    return client


def is_served(address):
    """Whether a new client gets an answer; one that is sent away sees the end of its connection."""
    with connect(address) as client:
        try:
            client.sendall(b"GET /Prod/hello/you HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            answer = client.recv(64)
        except ConnectionError:
            return False
    assert answer == b"" or answer.startswith(b"HTTP/1.1 200 OK"), answer
    return answer != b""


@pytest.mark.skipif(not hosts.has_proc, reason="counts in /proc")
def test_more_connections_than_a_listener_takes(server):
    address = urllib.parse.urlsplit(server.gateway)
    assert is_served(address)
    hosts.eventually(lambda: not server.has_gateway_clients(), "the first connection is still open")
    memory, descriptors = hosts.resident_megabytes(server.pid), open_descriptors(server)
    with Wire(server) as early, contextlib.ExitStack() as clients:
        assert early.call("GET", "/Prod/hello/you")[0] == 200
        held = [clients.enter_context(connect(address)) for _ in range(CONNECTIONS_MAX - 1)]
        hosts.eventually(lambda: open_descriptors(server) >= descriptors + CONNECTIONS_MAX, "all accepted")
        # Some say nothing, some half of a request.
        for client in held[:64]:
            client.sendall(b"POST /Prod/post HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nha")
        for _ in range(64):
            assert not is_served(address)
        assert hosts.resident_megabytes(server.pid) - memory < 512
        # Who is in is served as ever, and other listeners have room of their own.
        assert early.call("GET", "/Prod/hello/you")[2] == b"Hello, you!\n"
        assert server.client().list_functions()["Functions"]
        held[0].sendall(b"lf!")
        assert held[0].recv(12) == b"HTTP/1.1 200"
        for client in held[:100]:
            client.close()
        hosts.eventually(lambda: is_served(address), "room again")
    hosts.eventually(lambda: open_descriptors(server) <= descriptors + 8, lambda: open_descriptors(server))


@pytest.mark.skipif(not hosts.has_proc, reason="counts in /proc")
def test_more_of_bodies_than_a_listener_gathers(server):
    """64 clients send nearly all of the largest body and then wait."""
    address = urllib.parse.urlsplit(server.gateway)
    assert is_served(address)
    memory = hosts.resident_megabytes(server.pid)
    length = 10 * MEGABYTE
    head = b"POST /Prod/post HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % length
    part = bytes(9 * MEGABYTE)
    answers, lock = {}, threading.Lock()
    clients = [connect(address) for _ in range(64)]

    def send(number):
        try:
            clients[number].sendall(head + part)
        except ConnectionError:
            pass  # Sent away in the middle of it.

    def listen(number):
        try:
            answer = clients[number].recv(64)
        except OSError:
            return  # This test is over.
        with lock:
            answers[number] = answer

    try:
        senders = [threading.Thread(target=send, args=[number]) for number in range(64)]
        listeners = [threading.Thread(target=listen, args=[number]) for number in range(64)]
        for thread in senders + listeners:
            thread.start()
        for thread in senders:
            thread.join()
        refused = 64 - BODIES_MAX // len(part)
        hosts.eventually(lambda: len(answers) >= refused, lambda: answers)
        with lock:
            assert all(answer.startswith(b"HTTP/1.1 503 Service Unavailable\r\n") for answer in answers.values()), answers
        assert hosts.resident_megabytes(server.pid) - memory < 3 * BODIES_MAX // MEGABYTE // 2
        # A request without a body is served all the while; those that were not refused end well.
        assert is_served(address)
        waiting = next(number for number in range(64) if number not in answers)
        clients[waiting].sendall(bytes(length - len(part)))
        hosts.eventually(lambda: waiting in answers, lambda: answers)
        # 10 MB are taken, and are too much for a function.
        assert answers[waiting].startswith(b"HTTP/1.1 413 "), answers[waiting]
    finally:
        for client in clients:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
        for thread in listeners:
            thread.join()
        for client in clients:
            client.close()
    hosts.eventually(lambda: is_served(address), "well")
