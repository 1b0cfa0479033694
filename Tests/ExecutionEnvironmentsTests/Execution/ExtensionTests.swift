import Billing
import CoreTypes
import ExecutionEnvironments
import Foundation
import LambdaCore
import Testing

extension ProcessTests {
    /// External extensions as processes (Lambda developer guide, "Using the Lambda Extensions API to create extensions").
    struct Extensions {
        private static let beginning = #"""
            #!/usr/bin/env python3
            import http.client, http.server, json, os, sys, threading, time
            connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
            def call(method, path, body=None, headers={}):
                connection.request(method, path, body, headers)
                reply = connection.getresponse()
                return reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read()
            def register(events):
                status, headers, body = call("POST", "/2020-01-01/extension/register", json.dumps({"events": events}),
                    {"Lambda-Extension-Name": os.path.basename(__file__)})
                return headers["lambda-extension-identifier"], body
            def event(id):
                return json.loads(call("GET", "/2020-01-01/extension/event/next", None, {"Lambda-Extension-Identifier": id})[2])
            def write(value):
                os.write(1, (json.dumps(value, sort_keys=True) + "\n").encode())

            """#

        private func install(_ script: String, as name: String = "agent", in harness: InvokerHarness) throws {
            try harness.write(Self.beginning + script + "\n", to: "layers/extensions/\(name)")
        }

        private static let writingEvents = #"""
            id, answer = register(["INVOKE", "SHUTDOWN"])
            write(json.loads(answer))
            while True:
                it = event(id)
                write(it)
                if it["eventType"] == "SHUTDOWN": sys.exit(0)
            """#

        @Test func anExtensionHearsOfInvocationsAndOfTheEnd() async throws {
            try await InvokerHarness.with { harness in
                try self.install(Self.writingEvents, in: harness)
                try harness.deploy(Bootstrap.echo)
                let outcome = try await harness.invoke("1")
                #expect(outcome.payload == "1")
                try await harness.stop()
                let lines = harness.recorder.text.split(separator: "\n").map(String.init)
                try #require(lines.count == 3)
                #expect(lines[0] == #"{"functionName": "f", "functionVersion": "$LATEST", "handler": "index.handler"}"#)
                let invoke = lines[1].replacing(/"deadlineMs": [0-9]{13}/, with: #""deadlineMs": 0"#)
                #expect(
                    invoke
                        == #"{"deadlineMs": 0, "eventType": "INVOKE", "invokedFunctionArn": "arn:aws:lambda:eu-central-1:000000000000:function:f", "#
                        + #""requestId": "\#(outcome.requestID)", "tracing": {"type": "X-Amzn-Trace-Id", "#
                        + #""value": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0"}}"#)
                let shutdown = lines[2].replacing(/"deadlineMs": [0-9]{13}/, with: #""deadlineMs": 0"#)
                #expect(shutdown == #"{"deadlineMs": 0, "eventType": "SHUTDOWN", "shutdownReason": "spindown"}"#)
                #expect(Processes.marked(harness.marker).isEmpty)
            }
        }

        @Test func theRuntimeStartsWhenEachExtensionHasRegistered() async throws {
            try await InvokerHarness.with { harness in
                try self.install(
                    #"""
                    while not os.path.exists(os.path.dirname(__file__) + "/../go"): time.sleep(0.005)
                    id, _ = register(["INVOKE"])
                    while True: event(id)
                    """#, in: harness)
                try harness.deploy(Bootstrap.echo)
                let pending = try await harness.begin(.init(payload: "1"))
                try await eventually("the extension runs") { Processes.marked(harness.marker).count == 1 }
                try harness.write("", to: "layers/go")
                #expect(try await pending.outcome().payload == "1")
                #expect(Processes.marked(harness.marker).count == 2)
            }
        }

        @Test func anInvocationLastsUntilTheExtensionIsDone() async throws {
            try await InvokerHarness.with { harness in
                try self.install(
                    #"""
                    id, _ = register(["INVOKE"])
                    while True:
                        event(id)
                        while not os.path.exists(os.path.dirname(__file__) + "/../go"): time.sleep(0.005)
                    """#, in: harness)
                // The runtime asks for its next event twice, on two connections: the one under way isn't delivered again.
                try harness.deploy(
                    Bootstrap.python(
                        #"""
                        id, headers, body = invocation()
                        answer(id, body)
                        def ask():
                            host, port = api.split(":")
                            asking = socket.create_connection((host, int(port)))
                            asking.sendall(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nhost: x\r\n\r\n")
                            # What is asked on one connection after another is heard in that order.
                            for _ in range(3): call("GET", "ping")
                            return asking
                        first, second = ask(), ask()
                        print("again", flush=True)
                        head, _, body = second.recv(65536).decode().partition("\r\n\r\n")
                        id = head.split("lambda-runtime-aws-request-id: ")[1].split("\r\n")[0]
                        print("got", body, flush=True)
                        answer(id, body.encode())
                        invocation()
                        """#))
                // The answer doesn't wait for the extension.
                #expect(try await harness.begin(.init(payload: "1")).outcome().payload == "1")
                try await eventually("the runtime waits") { harness.recorder.text.contains("again") }
                #expect(harness.recorder.records.isEmpty)
                try harness.write("", to: "layers/go")
                try await eventually("the invocation is over") { harness.recorder.records.count == 1 }
                #expect(try await harness.invoke("2").payload == "2")
                #expect(!harness.recorder.text.contains("got 1"))
            }
        }

        @Test func anExtensionThatCrashesFailsTheInvocation() async throws {
            try await InvokerHarness.with { harness in
                try self.install("id, _ = register(['INVOKE'])\nevent(id)\nos._exit(3)", in: harness)
                try harness.deploy(Bootstrap.python("forever(lambda id, headers, body: time.sleep(600))"))
                let outcome = try await harness.invoke()
                #expect(outcome.failure == .function(type: "Extension.Crash"))
                #expect(
                    outcome.payload
                        == #"{"errorType":"Extension.Crash","errorMessage":"RequestId: \#(outcome.requestID) Error: exit status 3"}"#
                )
            }
        }

        @Test func anExtensionThatEndsBeforeItRegistersFailsTheInit() async throws {
            try await InvokerHarness.with { harness in
                try self.install("os._exit(0)", in: harness)
                try harness.deploy(Bootstrap.echo)
                let outcome = try await harness.invoke()
                #expect(outcome.failure == .function(type: "Extension.Crash"))
            }
        }

        @Test func anExtensionThatCannotBeExecutedFailsTheInitAndLeavesNoOther() async throws {
            try await InvokerHarness.with { harness in
                try self.install("id, _ = register(['INVOKE'])\nwhile True: event(id)", as: "a", in: harness)
                try harness.write("no program", to: "layers/extensions/b")
                try self.install("id, _ = register(['INVOKE'])\nwhile True: event(id)", as: "c", in: harness)
                try harness.deploy(Bootstrap.echo)
                let outcome = try await harness.invoke()
                #expect(outcome.failure == .function(type: "Extension.LaunchError"))
                try await eventually("no process is left") { Processes.marked(harness.marker).isEmpty }
                try FileManager.default.removeItem(atPath: "\(harness.folder)/layers/extensions/b")
                #expect(try await harness.invoke("1").payload == "1")
                #expect(Processes.marked(harness.marker).count == 3)
            }
        }

        @Test func moreExtensionsThanLambdaStartsFailTheInit() async throws {
            try await InvokerHarness.with { harness in
                for number in 0...10 { try self.install("time.sleep(600)", as: "e\(number)", in: harness) }
                try harness.deploy(Bootstrap.echo)
                let outcome = try await harness.invoke()
                #expect(outcome.failure == .function(type: "Extension.LaunchError"))
                #expect(Processes.marked(harness.marker).isEmpty)
            }
        }

        @Test func aTimeoutIsToldToTheExtensionAndTheNextInvocationStartsBothAnew() async throws {
            try await InvokerHarness.with { harness in
                try self.install(Self.writingEvents, in: harness)
                try harness.deploy(
                    Bootstrap.python("forever(lambda id, headers, body: body if body == b'1' else time.sleep(600))")
                ) {
                    $0.timeoutSeconds = 1
                }
                #expect(try await harness.invoke().failure == .timeout)
                #expect(try await harness.invoke("1").payload == "1")
                #expect(harness.recorder.text.contains(#""eventType": "SHUTDOWN", "shutdownReason": "timeout""#))
            }
        }

        @Test func anExtensionDoesNotSeeWhatIsTheRuntimesAlone() async throws {
            try await InvokerHarness.with { harness in
                try self.install(
                    #"""
                    names = [entry.split("=")[0] for entry in open("/proc/self/environ").read().split("\0")[:-1]]
                    write(names)
                    id, _ = register(["INVOKE"])
                    while True: event(id)
                    """#, in: harness)
                try harness.deploy(Bootstrap.echo) { $0.environment = ["OWN": "1"] }
                _ = try await harness.invoke()
                let line = try #require(harness.recorder.text.split(separator: "\n").first)
                let names = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String])
                for hidden in [
                    "_HANDLER", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "LAMBDA_TASK_ROOT",
                    "LAMBDA_RUNTIME_DIR",
                ] {
                    #expect(!names.contains(hidden))
                }
                for shown in ["OWN", "AWS_LAMBDA_RUNTIME_API", "AWS_LAMBDA_FUNCTION_NAME", "AWS_SECRET_ACCESS_KEY"] {
                    #expect(names.contains(shown))
                }
            }
        }

        @Test func telemetryReachesTheServerOfTheExtension() async throws {
            try await InvokerHarness.with { harness in
                try self.install(
                    #"""
                    log = open(os.path.dirname(__file__) + "/../telemetry", "a")
                    class Receiver(http.server.BaseHTTPRequestHandler):
                        def do_POST(self):
                            for record in json.loads(self.rfile.read(int(self.headers["content-length"]))):
                                log.write(json.dumps(record) + "\n")
                            log.flush()
                            self.send_response(200)
                            self.end_headers()
                        def log_message(self, *rest): pass
                    server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
                    threading.Thread(target=server.serve_forever, daemon=True).start()
                    id, _ = register(["INVOKE"])
                    status, _, reply = call("PUT", "/2022-07-01/telemetry", json.dumps({"schemaVersion": "2022-12-13",
                        "types": ["platform", "function", "extension"], "buffering": {"timeoutMs": 25, "maxItems": 1000, "maxBytes": 262144},
                        "destination": {"protocol": "HTTP", "URI": "http://sandbox.localdomain:%d/in" % server.server_port}}),
                        {"Lambda-Extension-Identifier": id})
                    while True:
                        event(id)
                        os.write(1, "확장\n".encode())
                    """#, in: harness)
                try harness.deploy(
                    Bootstrap.python("forever(lambda id, headers, body: print('줄', body.decode(), flush=True) or body)"))
                let outcome = try await harness.invoke("1")
                let path = "\(harness.folder)/layers/telemetry"
                try await eventually("the report has come") {
                    ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").contains("platform.report")
                }
                let records = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { line in
                    try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
                }
                let types = records.compactMap { $0["type"] as? String }
                for type in [
                    "platform.telemetrySubscription", "platform.initRuntimeDone", "platform.initReport", "platform.extension",
                    "platform.start",
                    "platform.runtimeDone", "platform.report", "function", "extension",
                ] { #expect(types.contains(type), "\(type) of \(types)") }
                let line = try #require(records.first { $0["type"] as? String == "function" })
                #expect((line["record"] as? String)?.trimmingCharacters(in: .newlines) == "줄 1")
                // Each of the two writes through a pipe of its own: neither's lines are taken for the other's.
                #expect(records.filter { $0["type"] as? String == "function" }.count == 1)
                #expect(records.first { $0["type"] as? String == "extension" }?["record"] as? String == "확장")
                #expect(harness.recorder.extensionLines == ["확장"])
                #expect(harness.recorder.text(of: outcome.requestID).contains("확장\n"))
                let report = try #require(
                    records.first { $0["type"] as? String == "platform.report" }?["record"] as? [String: Any])
                #expect(report["requestId"] as? String == outcome.requestID.description)
                #expect(report["status"] as? String == "success")
            }
        }
    }
}
