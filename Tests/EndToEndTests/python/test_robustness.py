"""Clients that mean harm, or are only slow: through raw sockets, to the gateway and the AWS endpoint.

What has to be refused is RFC 9112: sections 2.2 (line ends), 5.1 and 5.2 (no blank before the colon, no folded lines), 6.1 and 6.3
(Transfer-Encoding and Content-Length), 7.1 (chunks). The gateway's own limits are those of its documentation.
"""

import socket
import threading
import time
import urllib.parse

import pytest

import host as hosts
import template
from test_gateway import Wire

if not hosts.BINARY:
    pytest.skip("MARTLET_BINARY names no program", allow_module_level=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    def api(path, method, kind="Api"):
        return {"Type": kind, "Properties": {"Path": path, "Method": method}}

    folder = tmp_path_factory.mktemp("robustness")
    path = template.write(
        folder / "template.json",
        Hello=template.function("Hello", {"Name": api("/hello/{name}", "get")}),
        Echo=template.function("Echo", {"Echo": api("/echo", "ANY", "HttpApi")}),
    )
    with hosts.Host(folder, "--max-environments", "4", template=path) as host:
        yield host


def exchange(server, data, door="gateway", timeout=5):
    """Sends bytes, ends the sending side and gives all that came back until the peer closed."""
    address = urllib.parse.urlsplit(getattr(server, door))
    with socket.create_connection((address.hostname, address.port), timeout=timeout) as client:
        answer = b""
        try:
            client.sendall(data)
            while part := client.recv(65_536):
                answer += part
        except ConnectionError:
            pass  # It hung up, which is an answer, too.
        return answer


def statuses(answer):
    """The status of each answer in a stream of them, by their lengths."""
    found = []
    while answer:
        head, _, rest = answer.partition(b"\r\n\r\n")
        found.append(int(head.split()[1]))
        fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:])
        answer = rest[int(fields.get(b"content-length", 0)) :]
    return found


def is_well(server):
    with Wire(server) as wire:
        assert wire.call("GET", "/Prod/hello/you")[2] == b"Hello, you!\n"


SMUGGLED = b"GET /Prod/hello/smuggled HTTP/1.1\r\nHost: x\r\n\r\n"

# Each would make two servers in a row see different requests. The answer is one refusal, and the connection ends.
AMBIGUOUS = {
    "length and chunks": b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and length": b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
    "two lengths": b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 48\r\n\r\n",
    "two lengths in one": b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0, 48\r\n\r\n",
    "a signed length": b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: +0\r\n\r\n",
    "a hexadecimal length": b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0x0\r\n\r\n",
    "a length too long for a number": b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n",
    "another coding after chunked": b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "an unknown coding": b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a coding with a quote": b'POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n',
    "a coding twice": b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "a blank before the colon": b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length : 48\r\n\r\n",
    "a tab before the colon": b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n",
    "a folded line": b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "a folded first line": b"POST /echo HTTP/1.1\r\n Host: x\r\nContent-Length: 0\r\n\r\n",
    "bare line feeds": b"POST /echo HTTP/1.1\nHost: x\nContent-Length: 0\n\n",
    "a bare carriage return": b"POST /echo HTTP/1.1\r\nHost: x\rContent-Length: 0\r\n\r\n",
    "a NUL in a value": b"POST /echo HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\nContent-Length: 0\r\n\r\n",
    "a line without a colon": b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding chunked\r\n\r\n0\r\n\r\n",
    "a chunk size with a sign": b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n+1\r\na\r\n0\r\n\r\n",
    "a chunk size with 0x": b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n",
    "a chunk size too large": b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\na\r\n0\r\n\r\n",
    "a chunk longer than it says": b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
    "a chunk ended by a line feed": b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n",
    "a line feed in an extension": b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;a\nb\r\na\r\n0\r\n\r\n",
    "chunks in HTTP/1.0": b"POST /echo HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "another protocol": b"POST /echo HTTP/3.7\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
    "a blank in the target": b"GET /ec ho HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.mark.parametrize("door", ["gateway", "aws"])
@pytest.mark.parametrize("pattern", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
def test_what_could_be_read_in_two_ways_is_refused(server, pattern, door):
    answer = exchange(server, pattern + SMUGGLED, door)
    assert b"smuggled" not in answer
    # Where the head was already good the answer to it may never have been begun.
    assert statuses(answer) in ([400], []), answer
    is_well(server)


HARMLESS = {
    "chunk extensions": b'Transfer-Encoding: chunked\r\n\r\n3;name=value;flag;q="a b"\r\nabc\r\n0\r\n\r\n',
    "trailers": b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n",
    "leading zeros": b"Transfer-Encoding: chunked\r\n\r\n0003\r\nabc\r\n000\r\n\r\n",
    "a coding in capitals": b"Transfer-Encoding: CHUNKED\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "blanks around a value": b"Content-Length:   3  \r\n\r\nabc",
}


@pytest.mark.parametrize("pattern", HARMLESS.values(), ids=HARMLESS.keys())
def test_what_can_be_read_in_one_way_is_served(server, pattern):
    follows = b"GET /Prod/hello/next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = exchange(server, b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n" + pattern + follows)
    assert statuses(answer) == [200, 200], answer
    assert b'"body":"abc"' in answer and b"Hello, next!" in answer


def test_a_body_that_looks_like_a_request_is_a_body(server):
    body = SMUGGLED
    post = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    close = b"GET /Prod/hello/last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert statuses(exchange(server, post + close)) == [200, 200]


@pytest.mark.parametrize(
    "lines,status",
    [
        (["X-Long: " + "a" * 10_240], 431),
        (["X-Long: " + "a" * 60_000], 431),
        (["X-Long: " + "a" * 70_000], 431),
        ([f"X-{number}: " + "a" * 100 for number in range(200)], 431),
        ([f"X-{number}: a" for number in range(1_000)], 431),
    ],
    ids=["ten thousand", "sixty thousand", "seventy thousand", "many", "a thousand names"],
)
def test_headers_too_large(server, lines, status):
    text = "GET /Prod/hello/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + "".join(f"{line}\r\n" for line in lines) + "\r\n"
    assert statuses(exchange(server, text.encode())) == [status]
    is_well(server)


def test_a_head_without_end_is_not_kept(server):
    before = hosts.resident_megabytes(server.pid)
    answers = []

    def pour():
        lines = b"".join(b"X-%d: " % number + b"a" * 1_000 + b"\r\n" for number in range(4_000))
        answers.append(exchange(server, b"GET / HTTP/1.1\r\nHost: x\r\n" + lines))

    threads = [threading.Thread(target=pour) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(statuses(answer) in ([431], []) for answer in answers)
    assert hosts.resident_megabytes(server.pid) - before < 64
    is_well(server)


def test_pipelined_requests_wait_for_their_turn(server):
    """As many as fit: answered in order, while the client's own buffer holds the rest."""
    count = 2_000
    address = urllib.parse.urlsplit(server.gateway)
    with socket.create_connection((address.hostname, address.port), timeout=hosts.DEADLINE_SECONDS) as client:

        def send():
            for number in range(count):
                client.sendall(b"GET /Prod/hello/%d HTTP/1.1\r\nHost: x\r\n\r\n" % number)

        sender = threading.Thread(target=send)
        sender.start()
        with client.makefile("rb") as reader:
            for number in range(count):
                assert reader.readline() == b"HTTP/1.1 200 OK\r\n"
                length = 0
                while (line := reader.readline()) != b"\r\n":
                    name, _, value = line.lower().partition(b":")
                    length = int(value) if name == b"content-length" else length
                assert reader.read(length) == b"Hello, %d!\n" % number
        sender.join()


def test_slow_clients_cost_little_and_hold_nobody_up(server):
    """64 of each kind stand about: silent, half a head, half a body, an answer nobody reads."""
    address = urllib.parse.urlsplit(server.gateway)
    before = hosts.resident_megabytes(server.pid)
    starts = [
        b"",
        b"GET /Prod/hello/slow HTT",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10485760\r\n\r\n" + b"a" * 1_000,
        b"GET /Prod/hello/unread HTTP/1.1\r\nHost: x\r\n\r\n" * 20,
    ]
    clients = []
    try:
        for start in starts:
            for _ in range(64):
                client = socket.create_connection((address.hostname, address.port), timeout=hosts.DEADLINE_SECONDS)
                clients.append(client)
                client.sendall(start)
        began = time.monotonic()
        for number in range(50):
            is_well(server)
        # Not a measure of speed: whoever was held up by one of them would wait for minutes.
        assert time.monotonic() - began < hosts.DEADLINE_SECONDS
        # Announced bodies take memory as they come, not as they are announced.
        assert hosts.resident_megabytes(server.pid) - before < 128
        # Half a request is a request once its other half comes.
        slow = clients[64]
        slow.sendall(b"P/1.1\r\nHost: x\r\n\r\n")
        assert slow.recv(15) == b"HTTP/1.1 200 OK"
    finally:
        for client in clients:
            client.close()
    is_well(server)


def test_clients_that_go_in_the_middle_leave_nothing(server):
    address = urllib.parse.urlsplit(server.gateway)
    before = len(hosts.descriptors(server.pid))
    for start in [b"GET /Prod", b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf", b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nha"]:
        for _ in range(64):
            with socket.create_connection((address.hostname, address.port), timeout=hosts.DEADLINE_SECONDS) as client:
                client.sendall(start)
    is_well(server)
    hosts.eventually(lambda: len(hosts.descriptors(server.pid)) <= before + 4, lambda: hosts.descriptors(server.pid))


def test_large_bodies_at_once_are_bounded(server):
    """Together they are more than the host gathers: some are served, the rest are told to come again, and it stays well."""
    results = []

    def send():
        body = b"a" * 9_000_000
        head = b"POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
        results.append(statuses(exchange(server, head + body, timeout=60)[:200]))

    threads = [threading.Thread(target=send) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Over 6 MB as an event: refused in the gateway's own words.
    assert results == [[413]] * 16, results
    is_well(server)
