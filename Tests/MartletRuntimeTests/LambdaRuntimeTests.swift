import Foundation
import Synchronization
import Testing

@testable import MartletRuntime

private struct Guest: Codable, Equatable {
    let name: String
}

private struct Broken: Error, CustomStringConvertible {
    let description = "kaputt \"세계\""
}

/// The run loop against a host that plays a script. Requests and headers are those of the Runtime API's documentation.
@Suite(.serialized) struct LambdaRuntimeTests {
    /// Runs a runtime until the script's end and returns what the script returned.
    private func play<Handler, Outcome>(
        _ runtime: LambdaRuntime<Handler>, _ script: @escaping @Sendable (HostListener) throws -> Outcome
    ) async throws -> Outcome {
        let host = try ScriptedHost(script)
        try await runtime.run(address: host.address)
        return try host.result()
    }

    private static let echo = { @Sendable (event: ByteBuffer, _: LambdaContext) in event }

    @Test func eventsAreDecodedAndOutputsEncoded() async throws {
        let runtime = LambdaRuntime { (guest: Guest, context: LambdaContext) in Guest(name: guest.name + context.requestID) }
        let response = try await self.play(runtime) { host in
            let connection = try host.accept()
            try connection.deliver(Array(#"{"name":"세계"}"#.utf8), id: "abc")
            return try connection.acknowledge()
        }
        #expect(response.line == "POST /2018-06-01/runtime/invocation/abc/response HTTP/1.1")
        #expect(response.text == #"{"name":"세계abc"}"#)
        #expect(response.headers["content-type"] == "application/json")
    }

    @Test func aHandlerWithoutOutputAnswersWithNothing() async throws {
        let runtime = LambdaRuntime { (_: Guest, _: LambdaContext) in }
        let response = try await self.play(runtime) { host in
            let connection = try host.accept()
            try connection.deliver(Array(#"{"name":"a"}"#.utf8))
            return try connection.acknowledge()
        }
        #expect(response.headers["content-length"] == "0")
    }

    @Test func manyInvocationsUseOneConnection() async throws {
        let bodies = try await self.play(LambdaRuntime(body: Self.echo)) { host in
            let connection = try host.accept()
            return try (1...100).map { number in
                try connection.deliver(Array("\(number)".utf8), id: "id-\(number)")
                return try connection.acknowledge().text
            }
        }
        #expect(bodies == (1...100).map(String.init))
    }

    @Test(arguments: [1, 2, 3, 7]) func answersMayComeInAnyPieces(pieceSize: Int) async throws {
        let response = try await self.play(LambdaRuntime(body: Self.echo)) { host in
            let connection = try host.accept()
            try connection.deliver(Array("조각".utf8), pieceSize: pieceSize)
            return try connection.acknowledge()
        }
        #expect(response.text == "조각")
    }

    @Test func chunkedEventsAreJoined() async throws {
        let response = try await self.play(LambdaRuntime(body: Self.echo)) { host in
            let connection = try host.accept()
            _ = try connection.readRequest()
            let head = """
                HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nlambda-runtime-aws-request-id: id\r\n\
                lambda-runtime-deadline-ms: 1\r\nlambda-runtime-invoked-function-arn: arn\r\n\r\n
                """
            connection.send(Array((head + "5\r\nhello\r\nA;x=y\r\n, world!!!\r\n0\r\n\r\n").utf8), pieceSize: 9)
            return try connection.acknowledge()
        }
        #expect(response.text == "hello, world!!!")
    }

    @Test func sixMegabytesPassBothWays() async throws {
        let event = (0..<6_291_456).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let response = try await self.play(LambdaRuntime(body: Self.echo)) { host in
            let connection = try host.accept()
            try connection.deliver(event)
            return try connection.acknowledge()
        }
        #expect(response.body == event)
    }

    @Test func theContextCarriesWhatTheHeadersSay() async throws {
        let runtime = LambdaRuntime { (_: ByteBuffer, context: LambdaContext) in
            let parts: [String] = [
                context.requestID, context.traceID, context.invokedFunctionARN, context.cognitoIdentity ?? "-",
                context.clientContext?.custom?["k"] ?? "-", context.clientContext?.client?.appTitle ?? "-",
                "\(context.deadline.millisecondsSinceEpoch())", context.tenantID ?? "-", Lambda.env("_X_AMZN_TRACE_ID") ?? "-",
            ]
            return ByteBuffer(string: parts.joined(separator: "|"))
        }
        let response = try await self.play(runtime) { host in
            let connection = try host.accept()
            let headers = """
                Lambda-Runtime-Trace-Id: Root=1-a;Sampled=0\r\nLAMBDA-RUNTIME-COGNITO-IDENTITY: {"cognitoIdentityId":"c"}\r\n\
                lambda-runtime-client-context:{"custom":{"k":"값"},"client":{"app_title":"t"}}\r\n
                """
            try connection.deliver([], headers: headers)
            return try connection.acknowledge()
        }
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:f"
        let expected = [
            "id-1", "Root=1-a;Sampled=0", arn, #"{"cognitoIdentityId":"c"}"#, "값", "t", "1767225600000", "-",
            "Root=1-a;Sampled=0",
        ]
        #expect(response.text == expected.joined(separator: "|"))
    }

    @Test func aThrownErrorIsReportedByTypeAndDescription() async throws {
        let runtime = LambdaRuntime { (_: ByteBuffer, _: LambdaContext) -> ByteBuffer in throw Broken() }
        let (report, next) = try await self.play(runtime) { host in
            let connection = try host.accept()
            try connection.deliver([])
            return (try connection.acknowledge(), try connection.readRequest())
        }
        #expect(report.line == "POST /2018-06-01/runtime/invocation/id-1/error HTTP/1.1")
        #expect(report.text == #"{"errorType":"Broken","errorMessage":"kaputt \"세계\""}"#)
        #expect(report.headers["lambda-runtime-function-error-type"] == "Function.Broken")
        #expect(next.line.hasPrefix("GET "))
    }

    @Test func anEventThatDoesNotDecodeIsReported() async throws {
        let runtime = LambdaRuntime { (guest: Guest, _: LambdaContext) in guest }
        let report = try await self.play(runtime) { host in
            let connection = try host.accept()
            try connection.deliver(Array(#"{"nam":1}"#.utf8))
            return try connection.acknowledge()
        }
        #expect(report.line.hasSuffix("/error HTTP/1.1"))
        #expect(report.text.hasPrefix(#"{"errorType":"DecodingError","errorMessage":"#))
    }

    @Test func aHandlerThatAnswersNothingIsReported() async throws {
        let runtime = LambdaRuntime { (_: ByteBuffer, _: any LambdaResponseStreamWriter, _: LambdaContext) in }
        let report = try await self.play(runtime) { host in
            let connection = try host.accept()
            try connection.deliver([])
            return try connection.acknowledge()
        }
        #expect(report.text == #"{"errorType":"LambdaRuntimeError","errorMessage":"handlerReturnedWithoutResponse"}"#)
    }

    @Test func streamsGoOutInChunksAfterThePrelude() async throws {
        let runtime = LambdaRuntime { (_: ByteBuffer, writer: any LambdaResponseStreamWriter, _: LambdaContext) in
            try await writer.writeStatusAndHeaders(StreamingLambdaStatusAndHeadersResponse(statusCode: 201))
            try await writer.write(ByteBuffer(string: "하나"))
            try await writer.write(ByteBuffer())
            try await writer.writeAndFinish(ByteBuffer(string: "둘"))
        }
        let response = try await self.play(runtime) { host in
            let connection = try host.accept()
            try connection.deliver([])
            return try connection.acknowledge()
        }
        #expect(response.text == "{\"statusCode\":201}" + String(repeating: "\0", count: 8) + "하나둘")
        #expect(response.chunks == 3)
        #expect(response.headers["lambda-runtime-function-response-mode"] == "streaming")
        #expect(response.headers["content-type"] == "application/vnd.awslambda.http-integration-response")
        #expect(response.trailers.isEmpty)
    }

    /// `{"errorType":"Broken","errorMessage":"kaputt \"세계\""}` in base64, by `base64 -w0`.
    @Test func anErrorInAStreamIsToldInTrailers() async throws {
        let runtime = LambdaRuntime { (_: ByteBuffer, writer: any LambdaResponseStreamWriter, _: LambdaContext) in
            try await writer.write(ByteBuffer(string: "a"))
            throw Broken()
        }
        let (response, next) = try await self.play(runtime) { host in
            let connection = try host.accept()
            try connection.deliver([])
            return (try connection.acknowledge(), try connection.readRequest())
        }
        #expect(response.text == "a")
        #expect(response.trailers["lambda-runtime-function-error-type"] == "Function.Broken")
        let body = try #require(response.trailers["lambda-runtime-function-error-body"].flatMap { Data(base64Encoded: $0) })
        #expect(String(decoding: body, as: UTF8.self) == #"{"errorType":"Broken","errorMessage":"kaputt \"세계\""}"#)
        #expect(next.line.hasPrefix("GET "))
    }

    @Test func backgroundWorkRunsAfterTheResponseAndBeforeTheNextEvent() async throws {
        struct Handler: LambdaWithBackgroundProcessingHandler {
            typealias Event = Guest
            typealias Output = Guest
            let responded: DispatchSemaphore
            func handle(_ event: Guest, outputWriter: some LambdaResponseWriter<Guest>, context: LambdaContext) async throws {
                try await outputWriter.write(event)
                self.responded.wait()  // The host lets go only when it has the response.
                await #expect(throws: LambdaRuntimeError(code: .writeAfterFinishHasBeenSent)) {
                    try await outputWriter.write(event)
                }
            }
        }
        let responded = DispatchSemaphore(value: 0)
        let runtime = LambdaRuntime(handler: LambdaCodableAdapter(handler: Handler(responded: responded)))
        let next = try await self.play(runtime) { host in
            let connection = try host.accept()
            try connection.deliver(Array(#"{"name":"a"}"#.utf8))
            let response = try connection.acknowledge()
            responded.signal()
            return (response.text, try connection.readRequest().line)
        }
        #expect(next.0 == #"{"name":"a"}"#)
        #expect(next.1 == "GET /2018-06-01/runtime/invocation/next HTTP/1.1")
    }

    @Test func aWriterKeptTooLongCannotAnswerForTheNextInvocation() async throws {
        var kept: (any LambdaResponseStreamWriter)?
        let runtime = LambdaRuntime { (event: ByteBuffer, writer: any LambdaResponseStreamWriter, _: LambdaContext) in
            if let kept {
                await #expect(throws: LambdaRuntimeError(code: .writeAfterFinishHasBeenSent)) { try await kept.write(event) }
            }
            kept = writer
            try await writer.writeAndFinish(event)
        }
        let second = try await self.play(runtime) { host in
            let connection = try host.accept()
            try connection.deliver([49], id: "a")
            _ = try connection.acknowledge()
            try connection.deliver([50], id: "b")
            return try connection.acknowledge()
        }
        #expect(second.text == "2")
    }

    @Test func aNewConnectionIsMadeWhenTheHostClosesTheOldOneAfterAnAnswer() async throws {
        let bodies = try await self.play(LambdaRuntime(body: Self.echo)) { host in
            var bodies: [String] = []
            for number in 1...3 {
                let connection = try host.accept()
                try connection.deliver(Array("\(number)".utf8))
                bodies.append(try connection.acknowledge().text)
                connection.close()
            }
            return bodies
        }
        #expect(bodies == ["1", "2", "3"])
    }

    @Test func theAnswerGoesOverANewConnectionWhenTheHostClosesTheOldOneDuringTheInvocation() async throws {
        let closed = DispatchSemaphore(value: 0)
        let runtime = LambdaRuntime { (event: ByteBuffer, _: LambdaContext) in
            closed.wait()
            return event
        }
        let response = try await self.play(runtime) { host in
            let first = try host.accept()
            try first.deliver([55])
            first.close()
            closed.signal()
            return try host.accept().acknowledge()
        }
        #expect(response.text == "7")
    }

    @Test func theRequestForTheNextEventLeavesWithTheAnswer() async throws {
        let lines = try await self.play(LambdaRuntime(body: Self.echo)) { host in
            let connection = try host.accept()
            try connection.deliver(Array("1".utf8), id: "a")
            // Neither is acknowledged before both have been read.
            let lines = [try connection.readRequest().line, try connection.readRequest().line]
            connection.send(Array("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n".utf8))
            return lines
        }
        #expect(
            lines == [
                "POST /2018-06-01/runtime/invocation/a/response HTTP/1.1", "GET /2018-06-01/runtime/invocation/next HTTP/1.1",
            ])
    }

    @Test func aHandlerThatWorksOnAfterItsAnswerAsksForTheNextEventWhenItHasReturned() async throws {
        let answered = DispatchSemaphore(value: 0)
        let order = Mutex<[String]>([])
        let runtime = LambdaRuntime { (_: ByteBuffer, writer: any LambdaResponseStreamWriter, _: LambdaContext) in
            try await writer.writeAndFinish(ByteBuffer(string: "1"))
            answered.wait()
            order.withLock { $0.append("worked on") }
        }
        _ = try await self.play(runtime) { host in
            let connection = try host.accept()
            try connection.deliver([])
            _ = try connection.acknowledge()
            answered.signal()
            _ = try connection.readRequest()
            order.withLock { $0.append("asked") }
        }
        #expect(order.withLock { $0 } == ["worked on", "asked"])
    }

    @Test func aRefusedResponseIsFollowedByTheNextEvent() async throws {
        let line = try await self.play(LambdaRuntime(body: Self.echo)) { host in
            let connection = try host.accept()
            try connection.deliver([])
            _ = try connection.readRequest()
            connection.send(Array("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n{}".utf8))
            return try connection.readRequest().line
        }
        #expect(line.hasPrefix("GET "))
    }

    @Test func aHostThatGoesBeforeTheAnswerIsAnError() async throws {
        let gone = DispatchSemaphore(value: 0)
        let runtime = LambdaRuntime { (event: ByteBuffer, _: LambdaContext) in
            gone.wait()
            return event
        }
        let host = try ScriptedHost { host in
            let connection = try host.accept()
            try connection.deliver([])
            host.close()
            gone.signal()
        }
        let error = await #expect(throws: LambdaRuntimeError.self) { try await runtime.run(address: host.address) }
        #expect(error?.code == .connectionToControlPlaneLost)
    }

    @Test func anEventWithoutARequestIDIsAnError() async throws {
        let host = try ScriptedHost { host in
            let connection = try host.accept()
            _ = try connection.readRequest()
            connection.send(Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8))
        }
        await #expect(throws: LambdaRuntimeError(code: .nextInvocationMissingHeaderRequestID)) {
            try await LambdaRuntime(body: Self.echo).run(address: host.address)
        }
    }

    @Test func aRuntimeRunsOnce() async throws {
        let runtime = LambdaRuntime(body: Self.echo)
        _ = try await self.play(runtime) { host in
            let connection = try host.accept()
            try connection.deliver([])
            return try connection.acknowledge()
        }
        await #expect(throws: LambdaRuntimeError(code: .runtimeCanOnlyBeStartedOnce)) {
            try await runtime.run(address: "127.0.0.1:1")
        }
    }
}
