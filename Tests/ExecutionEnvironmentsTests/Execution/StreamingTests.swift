import Billing
import ExecutionEnvironments
import LambdaCore
import Testing

extension ProcessTests {
    /// Responses that are written piece by piece (Lambda developer guide, "Response streaming for Lambda functions").
    struct Streaming {
        /// Sends head and chunks by hand: what libraries make of trailers differs.
        private static let raw = #"""
            def stream(id, chunks, trailers=b"", mode="streaming", end=True, type="text/plain"):
                host, port = api.split(":")
                raw = socket.create_connection((host, int(port)))
                raw.sendall(("POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nhost: x\r\ncontent-type: %s\r\n"
                    "lambda-runtime-function-response-mode: %s\r\ntransfer-encoding: chunked\r\n"
                    "trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\r\n" % (id, type, mode)).encode())
                for chunk in chunks: raw.sendall(b"%x\r\n%s\r\n" % (len(chunk), chunk))
                if not end:
                    raw.close()
                    # The end of one connection and a request on another meet in any order; this one comes first.
                    for _ in range(3): call("GET", "ping")
                    return None
                raw.sendall(b"0\r\n" + trailers + b"\r\n")
                reply = raw.recv(4096)
                raw.close()
                return reply

            """#

        private func script(_ handler: String) -> String {
            Bootstrap.python(Self.raw + "while True:\n    id, headers, body = invocation()\n    " + handler)
        }

        @Test func aClientThatStreamsGetsThePiecesAndTheType() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(self.script(#"stream(id, ["하나".encode(), b"two"])"#))
                let outcome = try await harness.invoke(.init(streams: true))
                #expect(outcome.pieces.joined() == "하나two")
                #expect(outcome.streamContentType == "text/plain")
                #expect(outcome.failure == nil)
                #expect(outcome.payload == "")
                try await eventually("it is recorded") { harness.recorder.records.first?.isStreamed == true }
                #expect(harness.recorder.records.first?.responseBytes == 9)
            }
        }

        @Test func aClientThatDoesNotStreamGetsTheWhole() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(self.script(#"stream(id, [b"one", b"two"])"#))
                let outcome = try await harness.invoke()
                #expect(outcome.payload == "onetwo")
                #expect(outcome.pieces.isEmpty)
                #expect(outcome.contentType == "text/plain")
            }
        }

        @Test func anErrorInTheTrailersFollowsThePieces() async throws {
            try await InvokerHarness.with { harness in
                // base64 of {"errorMessage":"m","errorType":"T"}
                try harness.deploy(
                    self.script(
                        #"stream(id, [b"part"], b"Lambda-Runtime-Function-Error-Type: T\r\n"#
                            + #"Lambda-Runtime-Function-Error-Body: eyJlcnJvck1lc3NhZ2UiOiJtIiwiZXJyb3JUeXBlIjoiVCJ9\r\n")"#))
                let outcome = try await harness.invoke(.init(streams: true))
                #expect(outcome.pieces == ["part"])
                #expect(outcome.failure == .function(type: "T"))
                #expect(outcome.payload == #"{"errorMessage":"m","errorType":"T"}"#)
            }
        }

        @Test func anErrorBodyThatIsNoBase64IsTakenAsText() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(
                    self.script(
                        #"stream(id, [b"part"], b"Lambda-Runtime-Function-Error-Type: T\r\nLambda-Runtime-Function-Error-Body: Requires base64\r\n")"#
                    ))
                #expect(try await harness.invoke(.init(streams: true)).payload == "Requires base64")
            }
        }

        @Test func aStreamThatBreaksOffIsTruncated() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(self.script(#"stream(id, [b"part"], end=False)"#))
                let outcome = try await harness.invoke(.init(streams: true))
                #expect(outcome.pieces == ["part"])
                #expect(outcome.failure == .function(type: "Runtime.TruncatedResponse"))
                #expect(
                    outcome.payload.hasPrefix(
                        #"{"errorType":"Runtime.TruncatedResponse","errorMessage":"RequestId: \#(outcome.requestID) Error: "#))
            }
        }

        @Test func aSlowClientHoldsTheFunctionUp() async throws {
            try await InvokerHarness.with({ $0.capsStreamingBandwidth = false }) { harness in
                try harness.deploy(self.script(#"stream(id, [b"x" * 65536] * 512)"#))
                let outcome = try await harness.invoke(.init(takesSlowly: true))
                #expect(outcome.failure == nil)
                try await eventually("it is recorded") { harness.recorder.records.first?.responseBytes == 32 << 20 }
                // A megabyte may wait, and what one turn of the loop reads, four times 256 KB: far more would come in the client's
                // time, were the function not held up.
                #expect(outcome.pendingBytesMost > 1 << 20)
                #expect(outcome.pendingBytesMost <= 9 << 18)
            }
        }

        @Test func whatGoesOverSixMegabytesTakesTwoMegabytesASecond() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(self.script(#"stream(id, [b"x" * 65536] * 128)"#))
                let outcome = try await harness.invoke(.init(streams: true))
                #expect(outcome.failure == nil)
                // 8 MB: two of them after the six, of which the last read may bring one at once. None can be too quick by accident.
                #expect(try #require(harness.recorder.records.first).duration >= .milliseconds(500))
            }
        }

        @Test func anUnknownModeIsRefusedAndTold() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(
                    self.script(#"print(stream(id, [b"part"], mode="slow").split(b"\r\n")[0].decode(), flush=True)"#))
                let outcome = try await harness.invoke()
                #expect(outcome.failure == .function(type: "Runtime.InvalidResponseModeHeader"))
                try await eventually("the runtime is told") { harness.recorder.text.contains("HTTP/1.1 400 Bad Request\n") }
            }
        }

        @Test func aWholeThatIsCollectedHasTheLimitOfAResponse() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(
                    self.script(#"print(stream(id, [b"x" * 6291556, b"x"]).split(b"\r\n")[0].decode(), flush=True)"#))
                let outcome = try await harness.invoke()
                #expect(outcome.failure == .function(type: "Function.ResponseSizeTooLarge"))
                try await eventually("the runtime is told") { harness.recorder.text.contains("HTTP/1.1 413 ") }
            }
        }
    }
}
