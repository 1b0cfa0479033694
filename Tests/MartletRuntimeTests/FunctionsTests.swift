import Foundation
import Testing

@testable import MartletRuntime

/// The sample functions as processes, against a scripted host. They also show what only a process can: how it ends.
@Suite(.serialized) struct FunctionsTests {
    /// Starts a function, hands it events and returns its answers; the function ends with the host.
    private func answers(of function: String, to events: [String]) throws -> [HostRequest] {
        let host = try ScriptedHost { host in
            let connection = try host.accept()
            return try events.map { event in
                try connection.deliver(Array(event.utf8))
                return try connection.acknowledge()
            }
        }
        let process = try FunctionProcess(function, runtimeAPI: host.address)
        let answers = try host.result()
        #expect(process.end() == .exited(0))
        return answers
    }

    private func json(_ request: HostRequest) throws -> NSDictionary {
        try #require(try JSONSerialization.jsonObject(with: Data(request.body)) as? NSDictionary)
    }

    @Test func helloAnswersInTheShapeOfTheEvent() throws {
        let answers = try self.answers(
            of: "Hello",
            to: [
                #"{"name":"세계"}"#, "{}",
                #"{"version":"2.0","requestContext":{"http":{"method":"GET"}},"pathParameters":{"name":"길동"}}"#,
                #"{"httpMethod":"GET","requestContext":{},"pathParameters":null,"queryStringParameters":{"name":"é"}}"#,
            ])
        #expect(try self.json(answers[0]) == ["message": "Hello, 세계!"])
        #expect(try self.json(answers[1]) == ["message": "Hello, world!"])
        for (answer, body) in zip(answers[2...], ["Hello, 길동!\n", "Hello, é!\n"]) {
            let headers = ["Content-Type": "text/plain; charset=utf-8"]
            #expect(try self.json(answer) == ["statusCode": 200, "headers": headers, "body": body])
        }
    }

    @Test func echoReturnsBytesUnchanged() throws {
        let event = "{ \"b\" : 1.0, \"a\":\"\\u00e9\" }"
        #expect(try self.answers(of: "Echo", to: [event]).map(\.text) == [event])
    }

    @Test func ordersAreCreatedReadAndRefused() throws {
        func request(_ method: String, body: String? = nil, id: String? = nil) throws -> String {
            var event: [String: Any] = ["httpMethod": method]
            event["body"] = body
            event["pathParameters"] = id.map { ["id": $0] }
            return String(decoding: try JSONSerialization.data(withJSONObject: event), as: UTF8.self)
        }
        let cases: [(event: String, status: Int, body: String)] = [
            (
                try request("POST", body: #"{"item":"김치","quantity":2}"#), 201,
                #"{"id":"o-1","item":"김치","quantity":2,"status":"accepted"}"#
            ), (try request("GET", id: "o-1"), 200, #"{"id":"o-1","item":"김치","quantity":2,"status":"accepted"}"#),
            (try request("GET", id: "o-2"), 404, #"{"message":"There is no order o-2."}"#),
            (try request("POST"), 400, #"{"message":"The request has no body."}"#),
            (try request("POST", body: "{"), 400, #"{"message":"The body is not JSON."}"#),
            (try request("POST", body: #"{"item":"a"}"#), 400, #"{"message":"quantity is missing."}"#),
            (try request("POST", body: #"{"item":"a","quantity":"b"}"#), 400, #"{"message":"quantity has the wrong type."}"#),
            (
                try request("POST", body: #"{"item":"a","quantity":0}"#), 400,
                #"{"message":"quantity is not between 1 and 1000."}"#
            ),
            (try request("PATCH"), 405, #"{"message":"PATCH is not possible here."}"#),
        ]
        let answers = try self.answers(of: "Orders", to: cases.map(\.event))
        for (answer, expected) in zip(answers, cases) {
            let response = try self.json(answer)
            #expect(response["statusCode"] as? Int == expected.status)
            #expect(response["body"] as? String == expected.body)
        }
    }

    @Test func misbehaviorThatAnswersDoesWhatItSays() throws {
        let answers = try self.answers(
            of: "Misbehave",
            to: [
                "{}", #"{"do":"huge","bytes":1000}"#, #"{"do":"throw","message":"아"}"#,
                #"{"do":"stream","count":2,"milliseconds":1}"#,
                #"{"do":"stream-error"}"#, #"{"do":"memory","megabytes":3}"#, #"{"do":"fds","count":5}"#,
                #"{"do":"slow","milliseconds":1}"#,
                #"{"do":"background","milliseconds":1}"#, #"{"do":"dance"}"#,
            ])
        #expect(answers[0].text == #"{"result":"well behaved"}"#)
        #expect(answers[1].body.count == 1000)
        #expect(answers[2].text == #"{"errorType":"Misdeed","errorMessage":"아"}"#)
        #expect(answers[3].text.hasSuffix("\0\0piece 1\npiece 2\n"))
        #expect(answers[4].trailers["lambda-runtime-function-error-type"] == "Function.Misdeed")
        #expect(
            answers[5...8].map(\.text) == [3, 5].map { #"{"result":\#($0)}"# } + [
                #"{"result":"late"}"#, #"{"result":"answered"}"#,
            ])
        #expect(answers[9].line.hasSuffix("/error HTTP/1.1"))
    }

    @Test(arguments: [
        (#"{"do":"exit","code":7}"#, FunctionProcess.End.exited(7)), (#"{"do":"exit-zero"}"#, .exited(0)),
        (#"{"do":"abort"}"#, .killed(SIGABRT)),
    ])
    func misbehaviorThatEndsTheProcess(event: String, end: FunctionProcess.End) throws {
        let host = try ScriptedHost { host in
            let connection = try host.accept()
            try connection.deliver(Array(event.utf8))
            #expect(throws: ScriptError.self) { try connection.readRequest() }
        }
        let process = try FunctionProcess("Misbehave", runtimeAPI: host.address)
        try host.result()
        #expect(process.end() == end)
    }

    @Test func withoutAHostItSaysHowToRunIt() throws {
        let process = try FunctionProcess("Echo", runtimeAPI: nil)
        #expect(process.end() == .exited(1))
        #expect(process.standardError.contains("martlet invoke Echo --event event.json"))
    }

    @Test func whereNobodyListensItFails() throws {
        let unused = try HostListener()
        unused.close()
        let process = try FunctionProcess("Echo", runtimeAPI: "127.0.0.1:\(unused.port)")
        #expect(process.end() == .exited(1))
        #expect(process.standardError.contains("cannotConnectToControlPlane"))
    }

    @Test func onSIGTERMItEndsWithStatusZero() throws {
        let waiting = DispatchSemaphore(value: 0)
        let host = try ScriptedHost { host in
            let connection = try host.accept()
            _ = try connection.readRequest()
            waiting.signal()
            #expect(throws: ScriptError.self) { try connection.readRequest() }
        }
        let process = try FunctionProcess("Echo", runtimeAPI: host.address)
        waiting.wait()
        process.terminate()
        try host.result()
        #expect(process.end() == .exited(0))
    }
}

/// A sample function that was built beside the tests.
final class FunctionProcess {
    enum End: Equatable, Sendable {
        case exited(Int32)
        case killed(Int32)
    }

    private let process = Process()
    private let errors = Pipe()
    private(set) var standardError = ""

    init(_ name: String, runtimeAPI: String?) throws {
        self.process.executableURL = try Self.folder().appending(path: name)
        self.process.environment = runtimeAPI.map { ["AWS_LAMBDA_RUNTIME_API": $0] } ?? [:]
        self.process.standardError = self.errors
        try self.process.run()
    }

    func terminate() { self.process.terminate() }

    func end() -> End {
        self.standardError = String(decoding: self.errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        self.process.waitUntilExit()
        let status = self.process.terminationStatus
        return self.process.terminationReason == .exit ? .exited(status) : .killed(status)
    }

    /// Where the products are: the tests' own folder, on macOS the one around the test bundle.
    private static func folder() throws -> URL {
        var folder = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL ?? Bundle.main.bundleURL
        for _ in 0..<5 {
            if FileManager.default.isExecutableFile(atPath: folder.appending(path: "Echo").path) { return folder }
            folder.deleteLastPathComponent()
        }
        throw ScriptError(message: "the sample functions are not built")
    }
}
