"""Drives the Python and Node.js bootstraps against a small Runtime API of its own. Run by BootstrapTests.swift: `bootstraps_test.py CASE`.

Expected texts are those of AWS's runtimes: awslambdaric `bootstrap.py`, aws-lambda-nodejs-runtime-interface-client `Errors.js`,
`UserFunction.js`, `LogPatch.js`, and the Runtime API's documentation.
"""

import base64
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import unittest

BOOTSTRAPS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../Sources/ExecutionEnvironments/Bootstraps")
LIMIT = 20


class Request:
    def __init__(self, method, path, headers, body, trailers):
        self.method, self.path, self.headers, self.body, self.trailers = method, path, headers, body, trailers

    @property
    def json(self):
        return json.loads(self.body)


class RuntimeAPI:
    """Hands out events in order, records what comes back, and goes away when there are no more."""

    def __init__(self, events, chunked=False, byte_by_byte=False, close_each=False):
        self.events, self.requests = list(events), []
        self.chunked, self.byte_by_byte, self.close_each = chunked, byte_by_byte, close_each
        self.delivered = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(LIMIT)
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.connections = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            reader = connection.makefile("rb")
            while True:
                request = self.read(reader)
                if request is None:
                    return
                if request.path.endswith("/next"):
                    if not self.events:
                        return self.close()
                    self.send(connection, 200, *self.event(self.events.pop(0)))
                else:
                    self.requests.append(request)
                    self.send(connection, 202, {"Content-Type": "application/json"}, b'{"status":"OK"}\n')
                if self.close_each:
                    connection.shutdown(socket.SHUT_RDWR)
                    return
        except OSError:
            return

    def close(self):
        # shutdown() wakes a thread that is in accept() or read(), which close() does not.
        for endpoint in [self.listener, *self.connections]:
            try:
                endpoint.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            endpoint.close()

    def event(self, event):
        self.delivered += 1
        extra = {}
        if isinstance(event, tuple):
            event, extra = event
        body = event if isinstance(event, bytes) else json.dumps(event, ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": f"id-{self.delivered}",
            "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000) + 3000),
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:000000000000:function:f",
            "Lambda-Runtime-Trace-Id": f"Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled={self.delivered}",
        }
        headers.update(extra)
        return headers, body

    def send(self, connection, status, headers, body):
        if self.chunked:
            headers = {**headers, "Transfer-Encoding": "chunked"}
            half = len(body) // 2 or 1
            parts = [part for part in (body[:half], body[half:]) if part]
            body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
        else:
            headers = {**headers, "Content-Length": str(len(body))}
        head = f"HTTP/1.1 {status} Some\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
        data = head.encode() + body
        for part in [data[i : i + 1] for i in range(len(data))] if self.byte_by_byte else [data]:
            connection.sendall(part)

    def read(self, reader):
        line = reader.readline()
        if not line:
            return None
        method, path, _ = line.decode().split(" ")
        headers = self.fields(reader)
        if headers.get("transfer-encoding") == "chunked":
            body = b""
            while True:
                size = int(reader.readline(), 16)
                if size == 0:
                    break
                body += reader.read(size)
                reader.readline()
            return Request(method, path, headers, body, self.fields(reader))
        return Request(method, path, headers, reader.read(int(headers.get("content-length", 0))), {})

    @staticmethod
    def fields(reader):
        fields = {}
        while True:
            line = reader.readline().decode().rstrip("\r\n")
            if not line:
                return fields
            name, _, value = line.partition(":")
            fields[name.lower()] = value.strip()


class Outcome:
    def __init__(self, api, process):
        self.requests, self.status = api.requests, process.returncode
        self.stdout, self.stderr = process.stdout.decode(), process.stderr.decode()


class BootstrapCase(unittest.TestCase):
    command = []

    def run_function(self, files, handler, events, environment=None, **options):
        with tempfile.TemporaryDirectory() as root:
            for name, text in files.items():
                path = os.path.join(root, name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w", encoding="utf-8") as file:
                    file.write(textwrap.dedent(text))
            api = RuntimeAPI(events, **options)
            env = {
                "PATH": os.environ["PATH"],
                "AWS_LAMBDA_RUNTIME_API": api.address,
                "_HANDLER": handler,
                "LAMBDA_TASK_ROOT": root,
                "AWS_LAMBDA_FUNCTION_NAME": "f",
                "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
                **(environment or {}),
            }
            process = subprocess.run(self.command, env=env, cwd=root, capture_output=True, timeout=LIMIT)
            api.close()
            return Outcome(api, process)


class PythonTests(BootstrapCase):
    command = [os.environ.get("MARTLET_PYTHON") or sys.executable, os.path.join(BOOTSTRAPS, "python_bootstrap.py")]

    def test_answers_events_one_after_the_other_and_ends_with_the_host(self):
        files = {"app.py": "def handler(event, context):\n    return {'인사': event['name'], 'id': context.aws_request_id}\n"}
        outcome = self.run_function(files, "app.handler", [{"name": "세계"}, {"name": "🌍"}])
        self.assertEqual([r.body.decode() for r in outcome.requests], ['{"인사": "세계", "id": "id-1"}', '{"인사": "🌍", "id": "id-2"}'])
        self.assertEqual(outcome.requests[0].path, "/2018-06-01/runtime/invocation/id-1/response")
        self.assertEqual(outcome.status, 0, outcome.stderr)

    def test_survives_bytes_that_come_one_by_one_chunks_and_closed_connections(self):
        files = {"app.py": "def handler(event, context):\n    return event\n"}
        for options in ({"byte_by_byte": True}, {"chunked": True}, {"close_each": True}):
            outcome = self.run_function(files, "app.handler", [{"n": 1}, {"n": "둘"}], **options)
            self.assertEqual([r.json for r in outcome.requests], [{"n": 1}, {"n": "둘"}], options)

    def test_passes_six_megabytes_both_ways(self):
        files = {"app.py": "def handler(event, context):\n    return event\n"}
        event = "x" * (6 * 1024 * 1024 - 2)
        self.assertEqual(self.run_function(files, "app.handler", [event]).requests[0].json, event)

    def test_context_has_the_members_of_aws(self):
        files = {
            "app.py": """
            import os
            def handler(event, context):
                return [context.function_name, context.function_version, context.memory_limit_in_mb, context.invoked_function_arn,
                        context.log_group_name, context.client_context.client.app_title, context.client_context.custom,
                        context.identity.cognito_identity_id, 0 < context.get_remaining_time_in_millis() <= 3000,
                        os.environ["_X_AMZN_TRACE_ID"][-9:], os.environ.get("LAMBDA_TASK_ROOT") == os.getcwd()]
            """
        }
        headers = {
            "Lambda-Runtime-Client-Context": '{"client":{"app_title":"제목"},"custom":{"k":"v"}}',
            "Lambda-Runtime-Cognito-Identity": '{"cognitoIdentityId":"c","cognitoIdentityPoolId":"p"}',
        }
        expected = ["f", "$LATEST", "128", "arn:aws:lambda:us-east-1:000000000000:function:f", "/aws/lambda/f", "제목", {"k": "v"}, "c"]
        outcome = self.run_function(files, "app.handler", [({}, headers)], {"AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/f"})
        self.assertEqual(outcome.requests[0].json, expected + [True, "Sampled=1", True])

    def test_error_has_the_members_of_aws_in_their_order_and_a_log_line(self):
        files = {"pkg/app.py": "def handler(event, context):\n    raise ValueError('없는 값')\n"}
        outcome = self.run_function(files, "pkg/app.handler", [{}])
        body = outcome.requests[0].json
        self.assertEqual(outcome.requests[0].path, "/2018-06-01/runtime/invocation/id-1/error")
        self.assertEqual(list(body), ["errorMessage", "errorType", "requestId", "stackTrace"])
        self.assertEqual((body["errorMessage"], body["errorType"], body["requestId"]), ("없는 값", "ValueError", "id-1"))
        self.assertEqual(len(body["stackTrace"]), 1)
        self.assertRegex(body["stackTrace"][0], r'  File ".*/pkg/app.py", line 2, in handler\n    raise ValueError\(.없는 값.\)\n')
        self.assertIn("[ERROR] ValueError: 없는 값\nTraceback (most recent call last):\n\u00a0\u00a0File", outcome.stdout)

    def test_a_result_that_is_not_json_is_a_marshal_error(self):
        files = {"app.py": "def handler(event, context):\n    return {1, 2}\n"}
        body = self.run_function(files, "app.handler", [{}]).requests[0].json
        expected = ("Runtime.MarshalError", "Unable to marshal response: Object of type set is not JSON serializable")
        self.assertEqual((body["errorType"], body["errorMessage"]), expected)

    def test_init_errors_are_reported_once_with_the_texts_of_aws(self):
        cases = [
            ("app", {}, "Runtime.MalformedHandlerName", "Bad handler 'app': not enough values to unpack (expected 2, got 1)"),
            ("app.handler", {}, "Runtime.ImportModuleError", "Unable to import module 'app': No module named 'app'"),
            ("app.handler", {"app.py": "x = 1\n"}, "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'app'"),
            ("app.handler", {"app.py": "def (\n"}, "Runtime.UserCodeSyntaxError", "Syntax error in module 'app': invalid syntax (app.py, line 1)"),
            ("sys.handler", {}, "Runtime.BuiltInModuleConflict", "Cannot use built-in module sys as a handler module"),
            ("app.handler", {"app.py": "1 / 0\n"}, "ZeroDivisionError", "division by zero"),
        ]
        for handler, files, error_type, message in cases:
            outcome = self.run_function(files, handler, [{}])
            self.assertEqual([r.path for r in outcome.requests], ["/2018-06-01/runtime/init/error"], handler)
            body = outcome.requests[0].json
            self.assertEqual((body["errorType"], body["requestId"], outcome.status), (error_type, "", 1))
            self.assertTrue(body["errorMessage"].startswith(message[:40]), body)
            self.assertEqual(outcome.requests[0].headers["lambda-runtime-function-error-type"], error_type)

    def test_logging_has_aws_format_in_text_and_json(self):
        files = {
            "app.py": """
            import logging
            def handler(event, context):
                logging.getLogger().setLevel("INFO")
                logging.info("안녕 %s", "a")
                print("인쇄")
            """
        }
        text = self.run_function(files, "app.handler", [{}])
        self.assertRegex(text.stdout, r"\[INFO\]\t\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\tid-1\t안녕 a\n")
        self.assertIn("인쇄\n", text.stdout)
        lines = self.run_function(files, "app.handler", [{}], {"AWS_LAMBDA_LOG_FORMAT": "JSON"}).stdout.splitlines()
        line = json.loads(lines[0])
        self.assertEqual((line["level"], line["message"], line["logger"], line["requestId"]), ("INFO", "안녕 a", "root", "id-1"))
        self.assertRegex(line["timestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")

    def test_exit_in_a_handler_ends_the_process_without_an_answer(self):
        outcome = self.run_function({"app.py": "import sys\ndef handler(e, c):\n    sys.exit(3)\n"}, "app.handler", [{}])
        self.assertEqual((outcome.requests, outcome.status), ([], 3))


class NodeTests(BootstrapCase):
    command = ["node", os.path.join(BOOTSTRAPS, "nodejs_bootstrap.mjs")]

    def bodies(self, text, events, handler="index.handler", name="index.mjs", **options):
        return [r.json for r in self.run_function({name: text}, handler, events, **options).requests]

    def test_answers_events_one_after_the_other_and_ends_with_the_host(self):
        text = "export const handler = async (event, context) => ({ 인사: event.name, id: context.awsRequestId });"
        outcome = self.run_function({"index.mjs": text}, "index.handler", [{"name": "세계"}, {"name": "🌍"}])
        self.assertEqual([r.body.decode() for r in outcome.requests], ['{"인사":"세계","id":"id-1"}', '{"인사":"🌍","id":"id-2"}'])
        self.assertEqual(outcome.status, 0, outcome.stderr)

    def test_survives_bytes_that_come_one_by_one_chunks_and_closed_connections(self):
        for options in ({"byte_by_byte": True}, {"chunked": True}, {"close_each": True}):
            bodies = self.bodies("export const handler = async (event) => event;", [{"n": 1}, {"n": "둘"}], **options)
            self.assertEqual(bodies, [{"n": 1}, {"n": "둘"}], options)

    def test_passes_six_megabytes_both_ways(self):
        event = "x" * (6 * 1024 * 1024 - 2)
        self.assertEqual(self.bodies("export const handler = async (event) => event;", [event]), [event])

    def test_takes_commonjs_nested_exports_and_module_packages(self):
        self.assertEqual(self.bodies("exports.a = { b: (e, c, cb) => cb(null, 1) };", [{}], "lib/index.a.b", "lib/index.js"), [1])
        files = {"package.json": '{"type":"module"}', "index.js": "export const handler = async () => 2;"}
        self.assertEqual(self.run_function(files, "index.handler", [{}]).requests[0].json, 2)

    def test_waits_for_an_empty_event_loop_with_callbacks_only(self):
        waiting = "exports.handler = (e, c, cb) => { setTimeout(() => { e.late = true; }, 50); cb(null, e); };"
        self.assertEqual(self.bodies(waiting, [{}], name="index.js"), [{"late": True}])
        hasty = waiting.replace("=> { set", "=> { c.callbackWaitsForEmptyEventLoop = false; set", 1)
        self.assertEqual(self.bodies(hasty, [{}], name="index.js"), [{}])
        self.assertEqual(self.bodies("exports.handler = () => {};", [{}, {}], name="index.js"), [None, None])

    def test_a_promise_that_is_never_settled_is_an_error(self):
        outcome = self.run_function({"index.mjs": "export const handler = async () => new Promise(() => {});"}, "index.handler", [{}, {}])
        self.assertEqual([r.json["errorType"] for r in outcome.requests], ["Runtime.NodeJsExit"] * 2)

    def test_context_has_the_members_of_aws(self):
        text = """export const handler = async (event, c) => [c.functionName, c.functionVersion, c.memoryLimitInMB, c.invokedFunctionArn,
            c.clientContext.custom, c.identity.cognitoIdentityId, c.getRemainingTimeInMillis() > 0, process.env._X_AMZN_TRACE_ID.slice(-9)];"""
        headers = {
            "Lambda-Runtime-Client-Context": '{"custom":{"k":"v"}}',
            "Lambda-Runtime-Cognito-Identity": '{"cognitoIdentityId":"c","cognitoIdentityPoolId":"p"}',
        }
        arn = "arn:aws:lambda:us-east-1:000000000000:function:f"
        self.assertEqual(self.bodies(text, [({}, headers)]), [["f", "$LATEST", "128", arn, {"k": "v"}, "c", True, "Sampled=1"]])

    def test_error_has_the_members_of_aws_and_a_log_line(self):
        outcome = self.run_function({"index.mjs": "export const handler = async () => { throw new TypeError('없음'); };"}, "index.handler", [{}])
        body = outcome.requests[0].json
        self.assertEqual(list(body), ["errorType", "errorMessage", "trace"])
        self.assertEqual((body["errorType"], body["errorMessage"], body["trace"][0]), ("TypeError", "없음", "TypeError: 없음"))
        self.assertRegex(outcome.stdout, r'\d{3}Z\tid-1\tERROR\tInvoke Error \t\{"errorType":"TypeError","errorMessage":"없음","stack":')

    def test_init_errors_are_reported_once_with_the_texts_of_aws(self):
        cases = [
            ("index", {}, "Runtime.MalformedHandlerName", "Bad handler"),
            ("../index.handler", {}, "Runtime.MalformedHandlerName", "'../index.handler' is not a valid handler name."),
            ("index.handler", {}, "Runtime.ImportModuleError", "Error: Cannot find module 'index'"),
            ("index.handler", {"index.js": "exports.x = 1;"}, "Runtime.HandlerNotFound", "index.handler is undefined or not exported"),
            ("index.x", {"index.js": "exports.x = 1;"}, "Runtime.HandlerNotFound", "index.x is not a function"),
            ("index.handler", {"index.js": "const = ;"}, "Runtime.UserCodeSyntaxError", "SyntaxError: Unexpected token '='"),
            ("index.handler", {"index.js": "throw new RangeError('r');"}, "RangeError", "r"),
        ]
        for handler, files, error_type, message in cases:
            outcome = self.run_function(files, handler, [{}])
            self.assertEqual([r.path for r in outcome.requests], ["/2018-06-01/runtime/init/error"], handler)
            body = outcome.requests[0].json
            self.assertEqual((body["errorType"], outcome.status), (error_type, 129))
            self.assertTrue(body["errorMessage"].startswith(message), body)
            self.assertEqual(outcome.requests[0].headers["lambda-runtime-function-error-type"], error_type)

    def test_what_nobody_catches_ends_the_process_with_the_status_of_aws(self):
        hanging = "export const handler = () => { %s; return new Promise(() => { setTimeout(() => {}, 5000); }); };"
        outcome = self.run_function({"index.mjs": hanging % "Promise.reject(new Error('boom'))"}, "index.handler", [{}])
        body = outcome.requests[0].json
        self.assertEqual((body["errorType"], body["errorMessage"], outcome.status), ("Runtime.UnhandledPromiseRejection", "Error: boom", 128))
        outcome = self.run_function({"index.mjs": hanging % "setTimeout(() => { throw new Error('boom'); })"}, "index.handler", [{}])
        self.assertEqual((outcome.requests[0].json["errorType"], outcome.status), ("Error", 129))

    def test_console_has_aws_format_in_text_and_json(self):
        files = {"index.mjs": "export const handler = async () => { console.log('안녕 %s', 'a'); console.debug('d'); };"}
        text = self.run_function(files, "index.handler", [{}], {"AWS_LAMBDA_LOG_LEVEL": "INFO"})
        self.assertRegex(text.stdout, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\tid-1\tINFO\t안녕 a\n$")
        line = json.loads(self.run_function(files, "index.handler", [{}], {"AWS_LAMBDA_LOG_FORMAT": "JSON"}).stdout.splitlines()[0])
        self.assertEqual((line["level"], line["requestId"], line["message"]), ("INFO", "id-1", "안녕 a"))

    def test_streams_with_a_prelude(self):
        text = """export const handler = awslambda.streamifyResponse(async (event, stream) => {
            stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201 });
            stream.write('하나'); stream.write('둘'); stream.end(); await new Promise((r) => stream.once('finish', r)); });"""
        outcome = self.run_function({"index.mjs": text}, "index.handler", [{}, {}])
        self.assertEqual([r.body for r in outcome.requests], [b'{"statusCode":201}' + bytes(8) + "하나둘".encode()] * 2)
        headers = outcome.requests[0].headers
        self.assertEqual(headers["lambda-runtime-function-response-mode"], "streaming")
        self.assertEqual(headers["content-type"], "application/vnd.awslambda.http-integration-response")
        self.assertEqual(headers["trailer"], "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body")

    def test_an_error_in_a_stream_is_told_in_trailers(self):
        cases = [("throw new TypeError('끊김')", "TypeError", "끊김"), ("return", "string", "Response stream is not finished.")]
        for statement, error_type, message in cases:
            text = f"export const handler = awslambda.streamifyResponse(async (e, stream) => {{ stream.write('a'); {statement}; }});"
            outcome = self.run_function({"index.mjs": text}, "index.handler", [{}, {}])
            self.assertEqual(len(outcome.requests), 2, outcome.stdout + outcome.stderr)
            request = outcome.requests[0]
            error = json.loads(base64.b64decode(request.trailers["lambda-runtime-function-error-body"]))
            self.assertEqual(request.body, b"a")
            self.assertEqual(request.trailers["lambda-runtime-function-error-type"], error_type)
            self.assertEqual((error["errorType"], error["errorMessage"]), (error_type, message))


if __name__ == "__main__":
    unittest.main()
