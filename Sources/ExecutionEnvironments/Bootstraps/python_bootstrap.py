"""Runs a Python handler against the Lambda Runtime API, as AWS's python3.x runtimes do. Standard library only, Python 3.8 or
later.

The handler is named by _HANDLER (`module.function`, `package/module.function`, `package.module.function`) and looked for under
LAMBDA_TASK_ROOT. Texts, error types, log formats and the shape of the context are those of AWS's Python runtime. One blocking
socket serves all requests: http.client would cost four times as much a request and 10 ms at the start.

Two choices differ from AWS's client on purpose. A log message of several lines ends its lines with \\n, as CloudWatch shows them, not
with the \\r that AWS's client writes to a plain pipe. And a result that cannot be encoded as UTF-8 (a lone surrogate) is sent with
escapes instead of failing.
"""

import decimal
import importlib
import json
import logging
import os
import socket
import sys
import time
import traceback

_TIME = "%Y-%m-%dT%H:%M:%S"
_NO_BREAK_SPACE = "\u00a0"
_MAXIMUM_HEAD = 1 << 16
_JOINED_BODY = 1 << 16
_IS_JSON_LOG = os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"
_OWN_FILE = (lambda: None).__code__.co_filename


class Fault(Exception):
    """A failure that AWS's runtime has a name and a text for."""

    def __init__(self, error_type, message, trace=None):
        super().__init__(message)
        self.error_type = error_type
        self.message = message
        self.trace = trace or []


# --- The wire
# -----------------------------------------------------------------------------------------------------------------------


class HostGone(Exception):
    """The host closed the connection."""


class RuntimeAPI:
    """One keep-alive connection, made anew when the host closes it between two requests."""

    def __init__(self, address):
        authority, slash, path = address.partition("/")
        host, _, port = authority.rpartition(":")
        self.address = (host.strip("[]"), int(port))
        self.prefix = f"{slash}{path}".rstrip("/") + "/2018-06-01/runtime/"
        self.host = authority
        self.socket = None
        self.has_connected = False
        self.buffer = b""

    def next(self):
        """Waits for an event: headers with lower-case names, and the body. None when the host has gone."""
        request = f"GET {self.prefix}invocation/next HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode()
        short_connections = 0
        while short_connections < 10:
            started = time.monotonic()
            try:
                status, headers, body = self._exchange(request)
            except ConnectionRefusedError:
                if not self.has_connected:
                    raise
                return None
            except (HostGone, ConnectionError):
                self._close()
                short_connections = short_connections + 1 if time.monotonic() - started < 1 else 0
                continue
            if status != 200:
                raise RuntimeError(f"/runtime/invocation/next was answered with {status} {body[:1024].decode('utf-8', 'replace')}")
            return headers, body
        return None

    def post(self, path, body, content_type="application/json", error_type=None):
        """Sends a result. A refusal is logged only: the host has told the invoker already."""
        extra = f"Lambda-Runtime-Function-Error-Type: {error_type}\r\n" if error_type else ""
        head = (
            f"POST {self.prefix}{path} HTTP/1.1\r\nHost: {self.host}\r\nContent-Type: {content_type}\r\n{extra}"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode()
        parts = (head + body, b"") if len(body) < _JOINED_BODY else (head, body)
        try:
            status, _, answer = self._exchange(*parts)
        except (HostGone, ConnectionError):
            # The host has closed the connection while the handler ran. If it did read the request, it refuses the second one.
            self._close()
            status, _, answer = self._exchange(*parts)
        if status >= 300:
            sys.stderr.write(f"{path} was answered with {status} {answer[:1024].decode('utf-8', 'replace')}\n")

    def _exchange(self, head, body=b""):
        if self.socket is None:
            self.socket = socket.create_connection(self.address)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.buffer = b""
            self.has_connected = True
        self.socket.sendall(head)
        if body:
            self.socket.sendall(body)
        return self._receive()

    def _receive(self):
        while b"\r\n\r\n" not in self.buffer:
            if len(self.buffer) > _MAXIMUM_HEAD:
                raise RuntimeError("the answer's head has no end")
            self._fill()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode("utf-8", "replace").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        if headers.get("transfer-encoding", "").lower() == "chunked":
            body = self._receive_chunks()
        else:
            body = self._take(int(headers.get("content-length", 0)))
        if headers.get("connection", "").lower() == "close":
            self._close()
        return int(lines[0].split(" ", 2)[1]), headers, body

    def _receive_chunks(self):
        parts = []
        while True:
            size = int(self._line().split(b";")[0], 16)
            if size == 0:
                break
            parts.append(self._take(size))
            self._line()
        while self._line():
            pass
        return b"".join(parts)

    def _line(self):
        while b"\r\n" not in self.buffer:
            self._fill()
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        return line

    def _take(self, length):
        if length <= len(self.buffer):
            taken, self.buffer = self.buffer[:length], self.buffer[length:]
            return taken
        body = bytearray(length)
        have = len(self.buffer)
        body[:have] = self.buffer
        self.buffer = b""
        view = memoryview(body)
        while have < length:
            count = self.socket.recv_into(view[have:])
            if count == 0:
                raise HostGone()
            have += count
        return bytes(body)

    def _fill(self):
        data = self.socket.recv(65536)
        if not data:
            raise HostGone()
        self.buffer += data

    def _close(self):
        if self.socket is not None:
            self.socket.close()
            self.socket = None


# --- JSON
# ---------------------------------------------------------------------------------------------------------------------------


def _default(value):
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() and value.is_finite() else float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def encode(value):
    text = json.dumps(value, ensure_ascii=False, default=_default)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, default=_default).encode("ascii")


# --- The context
# --------------------------------------------------------------------------------------------------------------------


class _Record:
    """An object with fixed attributes, filled from a dictionary."""

    __slots__ = ()

    def __init__(self, values):
        for name in self.__slots__:
            setattr(self, name, values.get(name))

    def __repr__(self):
        values = ",".join(f"{name}={getattr(self, name)}" for name in self.__slots__)
        return f"{type(self).__name__}([{values}])"


class CognitoIdentity(_Record):
    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")


class Client(_Record):
    __slots__ = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")


class ClientContext(_Record):
    __slots__ = ("custom", "env", "client")


class LambdaContext:
    """What AWS hands to a handler as its second argument."""

    def __init__(self, headers):
        environment = os.environ.get
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.log_group_name = environment("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = environment("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = environment("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = environment("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = environment("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn")
        self.tenant_id = headers.get("lambda-runtime-aws-tenant-id")
        self.client_context = None
        client = _parse(headers, "lambda-runtime-client-context", "Client Context")
        if client is not None:
            self.client_context = ClientContext(client)
            if self.client_context.client is not None:
                self.client_context.client = Client(self.client_context.client)
        identity = _parse(headers, "lambda-runtime-cognito-identity", "Cognito Identity") or {}
        self.identity = CognitoIdentity(
            {
                "cognito_identity_id": identity.get("cognitoIdentityId"),
                "cognito_identity_pool_id": identity.get("cognitoIdentityPoolId"),
            }
        )
        self._deadline = int(headers.get("lambda-runtime-deadline-ms", 0))

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline - int(time.time() * 1000))

    def log(self, message):
        sys.stdout.write(str(message))

    def __repr__(self):
        values = ",".join(f"{name}={value}" for name, value in vars(self).items() if not name.startswith("_"))
        return f"LambdaContext([{values}])"


def _parse(headers, name, title):
    if not headers.get(name):
        return None
    try:
        return json.loads(headers[name])
    except ValueError as error:
        raise Fault("Runtime.LambdaContextUnmarshalError", f"Unable to parse {title} JSON: {error}")


# --- Logs
# ---------------------------------------------------------------------------------------------------------------------------


class RequestFilter(logging.Filter):
    """Gives every record the id of the present invocation."""

    request_id = ""
    tenant_id = None

    def filter(self, record):
        record.aws_request_id = RequestFilter.request_id
        record.tenant_id = RequestFilter.tenant_id
        return True


class StandardOutputHandler(logging.Handler):
    def emit(self, record):
        try:
            sys.stdout.write(self.format(record))
            sys.stdout.flush()
        except Exception:
            self.handleError(record)


class JSONFormatter(logging.Formatter):
    own = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "aws_request_id", "tenant_id"}

    def format(self, record):
        info = record.exc_info if record.exc_info and record.exc_info[0] else None
        fields = {
            "timestamp": f"{time.strftime(_TIME, time.gmtime(record.created))}.{int(record.msecs):03d}Z",
            "level": logging.getLevelName(min(50, max(0, record.levelno)) // 10 * 10),
            "message": record.getMessage(),
            "logger": record.name,
            "stackTrace": traceback.format_tb(info[2]) if info else None,
            "errorType": info[0].__name__ if info else None,
            "errorMessage": str(info[1]) if info else None,
            "requestId": record.aws_request_id,
            "location": f"{record.pathname}:{record.funcName}:{record.lineno}" if info else None,
            "tenantId": record.tenant_id,
        }
        fields.update((key, value) for key, value in vars(record).items() if key not in self.own and key not in fields)
        return json.dumps({k: v for k, v in fields.items() if v is not None}, ensure_ascii=False, default=str) + "\n"


def set_up_logging():
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    logging.Formatter.converter = time.gmtime
    handler = StandardOutputHandler()
    if _IS_JSON_LOG:
        handler.setFormatter(JSONFormatter())
    else:
        text = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
        handler.setFormatter(logging.Formatter(text, _TIME))
    handler.addFilter(RequestFilter())
    root = logging.getLogger()
    root.addHandler(handler)
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper()
    level = {"TRACE": "DEBUG", "FATAL": "CRITICAL"}.get(level, level)
    if level in ("DEBUG", "INFO", "WARN", "WARNING", "ERROR", "CRITICAL"):
        root.setLevel(level)


def log_error(error):
    if _IS_JSON_LOG:
        now = time.strftime(_TIME + "Z", time.gmtime())
        sys.stdout.write(json.dumps({"timestamp": now, "level": "ERROR", **error}, ensure_ascii=False) + "\n")
        return
    message = f": {error['errorMessage']}" if error["errorMessage"] else ""
    lines = [f"[ERROR] {error['errorType']}{message}"]
    lines.append("Traceback (most recent call last):")
    for entry in error["stackTrace"]:
        for line in entry.splitlines():
            stripped = line.lstrip(" ")
            lines.append(_NO_BREAK_SPACE * (len(line) - len(stripped)) + stripped)
    sys.stdout.write("\n".join(lines) + "\n")


# --- Running
# ------------------------------------------------------------------------------------------------------------------------


def make_error(error, request_id=""):
    """The JSON that the invoker sees, members in AWS's order."""
    if isinstance(error, Fault):
        return {"errorMessage": error.message, "errorType": error.error_type, "requestId": request_id, "stackTrace": error.trace}
    frames = traceback.extract_tb(error.__traceback__)
    while frames and frames[0].filename == _OWN_FILE:
        del frames[0]
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "requestId": request_id,
        "stackTrace": traceback.format_list(frames),
    }


def load_handler(name):
    module_name, dot, function_name = name.rpartition(".")
    if not dot:
        # The tail is Python's own message for a failed two-part unpacking, which AWS's runtime passes on.
        problem = "not enough values to unpack (expected 2, got 1)"
        raise Fault("Runtime.MalformedHandlerName", f"Bad handler '{name}': {problem}")
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise Fault("Runtime.BuiltInModuleConflict", f"Cannot use built-in module {module_name} as a handler module")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise Fault("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}")
    except SyntaxError as error:
        trace = [f'  File "{error.filename}" Line {error.lineno}\n    {error.text}']
        raise Fault("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}", trace)
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise Fault("Runtime.HandlerNotFound", f"Handler '{function_name}' missing on module '{module_name}'")


def handle(function, headers, body):
    """Calls the handler; the result's bytes and content type."""
    context = LambdaContext(headers)
    event = body
    if headers.get("content-type", "application/json").split(";")[0].strip() == "application/json":
        try:
            event = json.loads(body)
        except ValueError as error:
            raise Fault("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}")
    result = function(event, context)
    if isinstance(result, bytes):
        return result, "application/unknown"
    try:
        return encode(result), "application/json"
    except Exception as error:
        raise Fault("Runtime.MarshalError", f"Unable to marshal response: {error}")


def set_trace_variable(value):
    if value:
        os.environ["_X_AMZN_TRACE_ID"] = value
    else:
        os.environ.pop("_X_AMZN_TRACE_ID", None)


def main():
    set_up_logging()
    address = os.environ.get("AWS_LAMBDA_RUNTIME_API")
    if not address:
        sys.exit("AWS_LAMBDA_RUNTIME_API is not set: a Lambda host has to start this program.")
    api = RuntimeAPI(address)
    # In the place of this file's own folder, whose modules are no part of the function.
    sys.path[0] = os.environ.get("LAMBDA_TASK_ROOT") or os.getcwd()
    try:
        function = load_handler(os.environ.get("_HANDLER", ""))
    except Exception as error:
        report = make_error(error)
        log_error(report)
        api.post("init/error", encode(report), error_type=report["errorType"])
        sys.exit(1)
    while True:
        invocation = api.next()
        if invocation is None:
            return
        headers, body = invocation
        request_id = headers["lambda-runtime-aws-request-id"]
        RequestFilter.request_id = request_id
        RequestFilter.tenant_id = headers.get("lambda-runtime-aws-tenant-id")
        set_trace_variable(headers.get("lambda-runtime-trace-id"))
        try:
            path, content_type = f"invocation/{request_id}/response", "application/json"
            result, content_type = handle(function, headers, body)
        except Exception as error:
            report = make_error(error, request_id)
            log_error(report)
            path, result = f"invocation/{request_id}/error", encode(report)
        sys.stdout.flush()
        sys.stderr.flush()
        try:
            api.post(path, result, content_type)
        except (HostGone, ConnectionError) as error:
            sys.exit(f"the response of {request_id} could not be sent: {error}")


if __name__ == "__main__":
    main()
