import Billing
import CoreTypes
import ExecutionEnvironments
import Foundation
import LambdaCore
import Testing

/// Tests with processes of their own run one after the other: they count processes, descriptors and time.
@Suite(.serialized, .timeLimit(.minutes(2))) struct ProcessTests {}

extension ProcessTests {
    /// The Runtime API as a runtime meets it. Expected values: Lambda developer guide, "Using the Lambda runtime API for custom
    /// runtimes", and the bodies of AWS's own emulator.
    struct RuntimeAPI {
        @Test func anEventAndItsAnswerPassUnharmed() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(Bootstrap.echo)
                let event = #"{"인사":"안녕하세요 🐦","n":1.0,"nul":"\u0000"}"# + "\n"
                let outcome = try await harness.invoke(event)
                #expect(outcome.payload == event)
                #expect(outcome.failure == nil)
                #expect(outcome.executedVersion == "$LATEST")
            }
        }

        @Test func anEventOfSixMegabytesPasses() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(Bootstrap.echo)
                let event = "\"" + String(repeating: "x", count: FunctionLimits.requestBytes - 2) + "\""
                #expect(try await harness.invoke(event).payload == event)
            }
        }

        @Test func theHeadersOfAnEvent() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(
                    Bootstrap.python("forever(lambda id, headers, body: text(dict(headers, now=int(time.time() * 1000))))")
                ) {
                    $0.timeoutSeconds = 20
                }
                let outcome = try await harness.invoke(
                    .init(clientContext: #"{"custom":{"k":"v"}}"#, cognitoIdentity: #"{"cognitoIdentityId":"i"}"#))
                let headers = try #require(JSONSerialization.jsonObject(with: Data(outcome.payload.utf8)) as? [String: Any])
                #expect(headers["content-type"] as? String == "application/json")
                #expect(headers["content-length"] as? String == "2")
                #expect(headers["lambda-runtime-aws-request-id"] as? String == outcome.requestID.description)
                #expect(
                    headers["lambda-runtime-invoked-function-arn"] as? String
                        == "arn:aws:lambda:eu-central-1:000000000000:function:f")
                #expect(
                    headers["lambda-runtime-trace-id"] as? String
                        == "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0")
                #expect(headers["lambda-runtime-client-context"] as? String == #"{"custom":{"k":"v"}}"#)
                #expect(headers["lambda-runtime-cognito-identity"] as? String == #"{"cognitoIdentityId":"i"}"#)
                let deadline = try #require((headers["lambda-runtime-deadline-ms"] as? String).flatMap { Int($0) })
                let now = try #require(headers["now"] as? Int)
                #expect((1...20_000).contains(deadline - now))
            }
        }

        @Test func aContextThatWasNotSentHasNoHeader() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(Bootstrap.python("forever(lambda id, headers, body: text(sorted(headers)))"))
                let names = try await harness.invoke().payload
                #expect(!names.contains("client-context"))
                #expect(!names.contains("cognito"))
            }
        }

        @Test func anErrorGoesToTheInvokerAsItIs() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(
                    Bootstrap.python(
                        #"""
                        while True:
                            id, headers, body = invocation()
                            call("POST", "invocation/" + id + "/error", body, {"Lambda-Runtime-Function-Error-Type": "Function.Own"})
                        """#))
                let error = #"{ "errorMessage" : "오류" , "errorType":"Mine","stackTrace":[] , "extra":1 }"#
                let outcome = try await harness.invoke(error)
                #expect(outcome.payload == error)
                #expect(outcome.failure == .function(type: "Function.Own"))
                // An error that the function tells itself costs no new environment.
                _ = try await harness.invoke(error)
                #expect(harness.recorder.records.map(\.isColdStart) == [true, false])
            }
        }

        @Test func anotherRequestIDIsRefused() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(
                    Bootstrap.python(
                        #"""
                        def handler(id, headers, body):
                            status, _, reply = answer("8476a536-e9f4-11e8-9739-2dfe598c3fcd", b"1")
                            return text([status, json.loads(reply)])
                        forever(handler)
                        """#))
                #expect(
                    try await harness.invoke().payload
                        == #"[400, {"errorMessage": "Invalid request ID", "errorType": "InvalidRequestID"}]"#)
            }
        }

        @Test func requestsOutOfTurnAreRefused() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(
                    Bootstrap.python(
                        #"""
                        notes = [call("POST", "invocation/x/response", b"1")[0::2]]
                        id, headers, body = invocation()
                        notes.append(call("POST", "init/error", b"{}")[0::2])
                        answer(id, b"{}")
                        notes.append(answer(id, b"{}")[0::2])
                        id, headers, body = invocation()
                        answer(id, text([[status, json.loads(reply)["errorMessage"]] for status, reply in notes]))
                        invocation()
                        """#))
                _ = try await harness.invoke()
                let text = " failed for runtime. Error: State transition is not allowed\"]"
                #expect(
                    try await harness.invoke().payload
                        == "[[403, \"State transition from Started to InvocationResponse" + text
                        + ", [403, \"State transition from Running to InitError" + text
                        + ", [403, \"State transition from ResponseSent to InvocationResponse" + text + "]")
            }
        }

        @Test func anUnknownPathIsNotFoundAndPingAnswers() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(
                    Bootstrap.python(
                        #"""
                        def handler(id, headers, body):
                            return text([call("GET", "restore/next")[0], call("GET", "ping")[2].decode()])
                        forever(handler)
                        """#))
                #expect(try await harness.invoke().payload == #"[404, "pong"]"#)
            }
        }

        @Test func aResponseOfTheLimitPassesAndOneByteMoreDoesNot() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(
                    Bootstrap.python(
                        #"""
                        while True:
                            id, headers, body = invocation()
                            status, _, reply = answer(id, b"x" * json.loads(body))
                            print("told", status, reply.decode(), flush=True)
                        """#))
                #expect(try await harness.invoke("6291556").payload.utf8.count == 6_291_556)
                let outcome = try await harness.invoke("6291557")
                #expect(
                    outcome.payload
                        == #"{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).","#
                        + #""errorType":"Function.ResponseSizeTooLarge"}"#)
                #expect(outcome.failure == .function(type: "Function.ResponseSizeTooLarge"))
                // The runtime hears of it, and goes on.
                #expect(try await harness.invoke("2").payload == "xx")
                #expect(
                    harness.recorder.text.contains(
                        #"told 413 {"errorMessage":"Exceeded maximum allowed payload size (6291556 bytes).","errorType":"RequestEntityTooLarge"}"#
                    ))
                #expect(harness.recorder.records.map(\.isColdStart) == [true, false, false])
            }
        }

        @Test func askingForTheNextEventGivesUpTheOneUnderWay() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(
                    Bootstrap.python(
                        #"""
                        invocation()
                        forever(lambda id, headers, body: body)
                        """#))
                let outcome = try await harness.invoke()
                #expect(outcome.failure == .function(type: "Runtime.Unknown"))
                #expect(try await harness.invoke("1").payload == "1")
                #expect(harness.recorder.records.map(\.isColdStart) == [true, false])
            }
        }

        @Test func aRuntimeMayReconnectWhileItWaits() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(
                    Bootstrap.python(
                        #"""
                        id, headers, body = invocation()
                        answer(id, b"1")
                        # A first long poll is left; the second gets the event.
                        left = socket.create_connection(api.split(":"))
                        left.sendall(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nhost: x\r\n\r\n")
                        while call("GET", "ping", to=http.client.HTTPConnection(api))[0] != 200: pass
                        left.close()
                        # What is answered after the end of a connection was sent after it was seen.
                        while call("GET", "ping", to=http.client.HTTPConnection(api))[0] != 200: pass
                        print("left", flush=True)
                        forever(lambda id, headers, body: body)
                        """#))
                _ = try await harness.invoke()
                try await eventually("the first long poll is left") { harness.recorder.text.contains("left") }
                #expect(try await harness.invoke("2").payload == "2")
            }
        }

        @Test func eachPortSpeaksForOneEnvironment() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(Bootstrap.python("forever(lambda id, headers, body: text(api))"))
                try harness.deploy(Bootstrap.python("forever(lambda id, headers, body: text(api))"), name: "g")
                let (f, g) = (try await harness.invoke().payload, try await harness.invoke(.init(function: "g")).payload)
                #expect(f != g)
            }
        }
    }
}
