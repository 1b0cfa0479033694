"""SQS by hand: requests as bytes on a socket, for what AWS's own clients would not send."""

import http.client
import json
import re
import socket
import urllib.parse
import xml.etree.ElementTree as ElementTree

ACCOUNT = "000000000000"
NAMESPACE = "{http://queue.amazonaws.com/doc/2012-11-05/}"


def authorization(key="test", region="us-east-1", service="sqs"):
    return (
        f"AWS4-HMAC-SHA256 Credential={key}/20260101/{region}/{service}/aws4_request, "
        "SignedHeaders=host;x-amz-date, Signature=0000"
    )


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body) if self.body else {}

    @property
    def xml(self):
        return ElementTree.fromstring(self.body)

    def text(self, name):
        """The text of the first element of that name, whatever its namespace."""
        found = [node for node in self.xml.iter() if node.tag.split("}")[-1] == name]
        return found[0].text if found else None

    def texts(self, name):
        return [node.text for node in self.xml.iter() if node.tag.split("}")[-1] == name]


class _Answers:
    """Lets http.client read one answer after the other from the same file."""

    def __init__(self, file):
        self.file = file

    def makefile(self, _):
        return _Unclosed(self.file)


class _Unclosed:
    def __init__(self, file):
        self.read, self.readinto, self.readline, self.flush = file.read, file.readinto, file.readline, file.flush

    def close(self):
        pass


class Wire:
    """One connection to an endpoint."""

    def __init__(self, endpoint, **identity):
        address = urllib.parse.urlparse(endpoint)
        self.address = address.netloc
        self.connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        self.authorization = authorization(**identity)

    def send(self, method, path, body=b"", **headers):
        fields = {"Authorization": self.authorization, "X-Amz-Date": "20260101T000000Z"}
        fields.update({name.replace("_", "-"): value for name, value in headers.items() if value is not None})
        fields = {name: value for name, value in fields.items() if value is not None}
        self.connection.request(method, path, body=body, headers=fields)
        return Answer(self.connection.getresponse())

    def json(self, action, body, path="/", **headers):
        """A call of the JSON protocol; the body is an object, or bytes to be sent as they are."""
        payload = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        target = f"AmazonSQS.{action}"
        return self.send("POST", path, payload, Content_Type="application/x-amz-json-1.0", X_Amz_Target=target, **headers)

    def pipeline(self, action, body, count):
        """The same call of the JSON protocol many times over one connection, without waiting in between; all must succeed."""
        host, _, port = self.address.partition(":")
        payload = json.dumps(body).encode()
        head = (
            f"POST / HTTP/1.1\r\nHost: {self.address}\r\nAuthorization: {self.authorization}\r\nX-Amz-Target: AmazonSQS.{action}\r\n"
            f"Content-Type: application/x-amz-json-1.0\r\nContent-Length: {len(payload)}\r\n\r\n"
        )
        request = head.encode() + payload
        at_once = 50
        with socket.create_connection((host, int(port)), 60) as connection:
            answers = connection.makefile("rb")
            for start in range(0, count, at_once):
                some = min(at_once, count - start)
                connection.sendall(request * some)
                for _ in range(some):
                    response = http.client.HTTPResponse(_Answers(answers))
                    response.begin()
                    assert response.status == 200, response.read()
                    response.read()

    def query(self, path="/", accept=None, method="POST", **parameters):
        """A call of the Query protocol; dots in names are written as two underscores."""
        form = urllib.parse.urlencode({name.replace("__", "."): value for name, value in parameters.items()})
        if method == "GET":
            return self.send("GET", f"{path}?{form}", Accept=accept)
        return self.send("POST", path, form.encode(), Content_Type="application/x-www-form-urlencoded", Accept=accept)


def error_of(answer):
    """Shape, query code and message of an error of the JSON protocol."""
    body = answer.json
    namespace, _, shape = body["__type"].partition("#")
    return namespace, shape, answer.headers["x-amzn-query-error"].split(";")[0], body["message"]


def is_uuid(text):
    return re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", text) is not None
