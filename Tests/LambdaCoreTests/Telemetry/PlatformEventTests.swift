import Billing
import CoreTypes
import LambdaCore
import Testing

/// One of each event, with the values of the samples in the developer guide and of log lines recorded in 2026.
enum Sample {
    static let id = RequestID("8f4d2c1b-0a39-4e58-9f67-0123456789ab")!
    static let time = Timestamp(milliseconds: 1_790_856_000_064)
    static let trace = PlatformEvent.Tracing(
        spanID: "54565fb41ac79632", value: "Root=1-62e900b2-710d76f009d6e7785905449a;Parent=0efbd19962d95b05;Sampled=1")

    static func record(_ outcome: InvocationRecord.Outcome = .success, initDuration: Duration? = nil) -> InvocationRecord {
        InvocationRecord(
            requestID: self.id, functionName: "f", version: "$LATEST", source: .invoke, startedAt: self.time,
            initDuration: initDuration, duration: outcome == .timeout ? .seconds(5) : .microseconds(1_233_960), memoryMB: 256,
            maxMemoryUsedMB: 123, outcome: outcome, requestBytes: 2, responseBytes: 2)
    }

    static func initStart(runtimeVersion: String? = "nodejs:22.mainline.v122") -> PlatformEvent {
        var event = PlatformEvent.InitStart(phase: .`init`, functionName: "f", functionVersion: "$LATEST")
        event.runtimeVersion = runtimeVersion
        event.runtimeVersionARN = runtimeVersion.map { _ in "arn:aws:lambda:us-east-1::runtime:0a" }
        event.instanceID = "2026/10/08/f[$LATEST]00112233445566778899aabbccddeeff"
        event.instanceMaxMemoryBytes = 268_435_456
        return .initStart(event)
    }

    static func runtimeDone(_ status: PlatformEvent.Status = .success, _ errorType: String? = nil) -> PlatformEvent {
        var event = PlatformEvent.RuntimeDone(
            requestID: self.id, status: status, errorType: errorType, duration: .milliseconds(140), producedBytes: 16)
        event.spans = [.init(name: "responseLatency", start: self.time, duration: .microseconds(23_020))]
        event.tracing = self.trace
        return .runtimeDone(event)
    }

    static func start() -> PlatformEvent {
        .start(.init(requestID: self.id, version: "$LATEST", functionARN: "arn:aws:lambda:us-east-1:000000000000:function:f"))
    }

    static let agent = PlatformEvent.extensionState(.init(name: "agent", state: "Ready", events: ["INVOKE", "SHUTDOWN"]))
    static let subscription = PlatformEvent.Subscription(name: "agent", types: ["platform", "function"])
    static let dropped = PlatformEvent.logsDropped(.init(droppedRecords: 123, droppedBytes: 12_345))
}

@Suite("Platform events")
struct PlatformEventTests {
    private func json(_ event: PlatformEvent, _ schema: TelemetrySchema = .telemetry2022December) -> String? {
        event.json(at: Sample.time, schema: schema).map { String(decoding: $0, as: UTF8.self) }
    }

    private func line(_ type: String, _ record: String) -> String {
        #"{"time":"2026-10-01T12:00:00.064Z","type":"platform.\#(type)","record":\#(record)}"#
    }

    @Test(
        "text lines are the service's",
        arguments: [
            (
                Sample.initStart(),
                "INIT_START Runtime Version: nodejs:22.mainline.v122\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:0a\n"
            ),
            (Sample.initStart(runtimeVersion: nil), nil),
            (.initRuntimeDone(.init(phase: .`init`, status: .success)), nil),
            (.initReport(.init(phase: .`init`, duration: .milliseconds(120), status: .success)), nil),
            (
                .initReport(.init(phase: .`init`, duration: .microseconds(10_000_120), status: .timeout)),
                "INIT_REPORT Init Duration: 10000.12 ms\tPhase: init\tStatus: timeout\n"
            ),
            (
                .initReport(
                    .init(phase: .invoke, duration: .microseconds(3_000_450), status: .error, errorType: "Runtime.ExitError")),
                "INIT_REPORT Init Duration: 3000.45 ms\tPhase: invoke\tStatus: error\tError Type: Runtime.ExitError\n"
            ),
            (Sample.start(), "START RequestId: 8f4d2c1b-0a39-4e58-9f67-0123456789ab Version: $LATEST\n"),
            (Sample.runtimeDone(), nil),
            (.end(Sample.id), "END RequestId: 8f4d2c1b-0a39-4e58-9f67-0123456789ab\n"),
            (
                .report(.init(Sample.record())),
                "REPORT RequestId: 8f4d2c1b-0a39-4e58-9f67-0123456789ab\tDuration: 1233.96 ms"
                    + "\tBilled Duration: 1234 ms\tMemory Size: 256 MB\tMax Memory Used: 123 MB\t\n"
            ),
            (Sample.agent, "EXTENSION\tName: agent\tState: Ready\tEvents: [INVOKE, SHUTDOWN]\n"),
            (
                .extensionState(.init(name: "agent", state: "LaunchError", events: [], errorType: "PermissionDenied")),
                "EXTENSION\tName: agent\tState: LaunchError\tEvents: []\tError Type: PermissionDenied\n"
            ),
            (
                .telemetrySubscription(Sample.subscription),
                "TELEMETRY\tName: agent\tState: Subscribed\tTypes: [Platform, Function]\n"
            ),
            (.logsSubscription(Sample.subscription), "LOGS\tName: agent\tState: Subscribed\tTypes: [platform, function]\n"),
            (Sample.dropped, nil), (.fault("RequestId: x Process exited before completing request"), nil),
        ] as [(PlatformEvent, String?)])
    func text(event: PlatformEvent, text: String?) {
        #expect(event.text == text)
    }

    @Test("records of the current schema")
    func current() {
        #expect(
            self.json(Sample.initStart())
                == self.line(
                    "initStart",
                    #"{"initializationType":"on-demand","phase":"init","runtimeVersion":"nodejs:22.mainline.v122","#
                        + #""runtimeVersionArn":"arn:aws:lambda:us-east-1::runtime:0a","functionName":"f","#
                        + #""functionVersion":"$LATEST","#
                        + #""instanceId":"2026/10/08/f[$LATEST]00112233445566778899aabbccddeeff","#
                        + #""instanceMaxMemory":268435456}"#
                ))
        #expect(
            self.json(Sample.start())
                == self.line(
                    "start",
                    #"{"requestId":"8f4d2c1b-0a39-4e58-9f67-0123456789ab","#
                        + #""functionArn":"arn:aws:lambda:us-east-1:000000000000:function:f","version":"$LATEST"}"#
                ))
        #expect(
            self.json(.initReport(.init(phase: .invoke, duration: .milliseconds(3_000), status: .timeout)))
                == self.line(
                    "initReport",
                    #"{"initializationType":"on-demand","phase":"invoke","metrics":{"durationMs":3000.0},"status":"timeout"}"#))
        #expect(
            self.json(.initRuntimeDone(.init(phase: .`init`, status: .error, errorType: "Runtime.ExitError")))
                == self.line(
                    "initRuntimeDone",
                    #"{"initializationType":"on-demand","phase":"init","status":"error","errorType":"Runtime.ExitError"}"#))
        #expect(
            self.json(Sample.agent) == self.line("extension", #"{"name":"agent","state":"Ready","events":["INVOKE","SHUTDOWN"]}"#)
        )
        #expect(
            self.json(.telemetrySubscription(Sample.subscription))
                == self.line("telemetrySubscription", #"{"name":"agent","state":"Subscribed","types":["platform","function"]}"#))
        #expect(
            self.json(Sample.dropped)
                == self.line(
                    "logsDropped",
                    #"{"reason":"Consumer seems to have fallen behind as it has not acknowledged receipt of logs.","#
                        + #""droppedRecords":123,"droppedBytes":12345}"#
                ))
    }

    /// Report records of the service, 2026; numbers to hundredths.
    @Test("reports carry the same figures as the REPORT line")
    func report() {
        #expect(
            self.json(.report(.init(Sample.record(initDuration: .microseconds(463_512)))))
                == self.line(
                    "report",
                    #"{"requestId":"8f4d2c1b-0a39-4e58-9f67-0123456789ab","metrics":{"durationMs":1233.96,"#
                        + #""billedDurationMs":1698,"memorySizeMB":256,"maxMemoryUsedMB":123,"initDurationMs":463.51},"#
                        + #""status":"success"}"#
                ))
        #expect(
            self.json(.report(.init(Sample.record(.timeout))))
                == self.line(
                    "report",
                    #"{"requestId":"8f4d2c1b-0a39-4e58-9f67-0123456789ab","metrics":{"durationMs":5000.0,"#
                        + #""billedDurationMs":5000,"memorySizeMB":256,"maxMemoryUsedMB":123},"status":"timeout"}"#
                ))
        #expect(
            self.json(.report(.init(Sample.record(.error(type: "Runtime.OutOfMemory")))))?.hasSuffix(
                #""status":"error","errorType":"Runtime.OutOfMemory"}}"#) == true)
        #expect(
            self.json(.report(.init(Sample.record(.error(type: "Sandbox.Failure")))))?.contains(#""status":"failure""#) == true)
    }

    @Test("the end of the runtime's part, with spans and trace")
    func runtimeDone() {
        #expect(
            self.json(Sample.runtimeDone())
                == self.line(
                    "runtimeDone",
                    #"{"requestId":"8f4d2c1b-0a39-4e58-9f67-0123456789ab","status":"success","#
                        + #""metrics":{"durationMs":140.0,"producedBytes":16},"spans":[{"name":"responseLatency","#
                        + #""start":"2026-10-01T12:00:00.064Z","durationMs":23.02}],"tracing":{"spanId":"54565fb41ac79632","#
                        + #""type":"X-Amzn-Trace-Id","#
                        + #""value":"Root=1-62e900b2-710d76f009d6e7785905449a;Parent=0efbd19962d95b05;Sampled=1"}}"#
                ))
    }

    /// The page as it was for 2022-07-01 has neither names nor error types.
    @Test("the first schema leaves out what came later")
    func first() {
        #expect(self.json(Sample.initStart(), .telemetry2022July)?.contains("functionName") == false)
        #expect(self.json(Sample.start(), .telemetry2022July)?.contains("functionArn") == false)
        #expect(self.json(Sample.runtimeDone(.error, "Runtime.ExitError"), .telemetry2022July)?.contains("errorType") == false)
        #expect(
            self.json(Sample.runtimeDone(.error, "Runtime.ExitError"), .telemetry2025)
                == self.json(Sample.runtimeDone(.error, "Runtime.ExitError")))
    }

    /// Examples of the page "Lambda Logs API".
    @Test(
        "the Logs API has its own records",
        arguments: [
            (.end(Sample.id), "end", #"{"requestId":"8f4d2c1b-0a39-4e58-9f67-0123456789ab"}"#),
            (
                .fault("RequestId: d783 Process exited before completing request"), "fault",
                #""RequestId: d783 Process exited before completing request""#
            ),
            (Sample.start(), "start", #"{"requestId":"8f4d2c1b-0a39-4e58-9f67-0123456789ab","version":"$LATEST"}"#),
            (
                .logsSubscription(Sample.subscription), "logsSubscription",
                #"{"name":"agent","state":"Subscribed","types":["platform","function"]}"#
            ),
            (
                .report(.init(Sample.record())), "report",
                #"{"requestId":"8f4d2c1b-0a39-4e58-9f67-0123456789ab","metrics":{"durationMs":1233.96,"#
                    + #""billedDurationMs":1234,"memorySizeMB":256,"maxMemoryUsedMB":123}}"#
            ),
            (Sample.runtimeDone(), "runtimeDone", #"{"requestId":"8f4d2c1b-0a39-4e58-9f67-0123456789ab","status":"success"}"#),
            (
                Sample.runtimeDone(.error), "runtimeDone",
                #"{"requestId":"8f4d2c1b-0a39-4e58-9f67-0123456789ab","status":"failure"}"#
            ),
            (
                Sample.runtimeDone(.timeout), "runtimeDone",
                #"{"requestId":"8f4d2c1b-0a39-4e58-9f67-0123456789ab","status":"timeout"}"#
            ),
        ] as [(PlatformEvent, String, String)])
    func logsAPI(event: PlatformEvent, type: String, record: String) {
        #expect(self.json(event, .logs2021) == self.line(type, record))
    }

    @Test("an event exists only in the schemas that know it")
    func existence() {
        let all: [PlatformEvent] = [
            Sample.initStart(), .initRuntimeDone(.init(phase: .`init`, status: .success)),
            .initReport(.init(phase: .`init`, duration: .zero, status: .success)), Sample.start(), Sample.runtimeDone(),
            .end(Sample.id), .report(.init(Sample.record())), Sample.agent, .telemetrySubscription(Sample.subscription),
            .logsSubscription(Sample.subscription), Sample.dropped, .fault("x"),
        ]
        func types(_ schema: TelemetrySchema) -> [String] {
            all.filter { $0.json(at: Sample.time, schema: schema) != nil }.map { String($0.typeName.dropFirst(9)) }
        }
        #expect(types(.logs2020) == ["start", "end", "report", "extension", "logsSubscription", "logsDropped", "fault"])
        #expect(
            types(.logs2021) == [
                "start", "runtimeDone", "end", "report", "extension", "logsSubscription", "logsDropped", "fault",
            ])
        for schema in [TelemetrySchema.telemetry2022July, .telemetry2022December, .telemetry2025] {
            #expect(
                types(schema) == [
                    "initStart", "initRuntimeDone", "initReport", "start", "runtimeDone", "report", "extension",
                    "telemetrySubscription", "logsDropped",
                ])
        }
    }

    /// Developer guide, "System log level event mapping".
    @Test(
        "has its system log level",
        arguments: [
            (Sample.initStart(), .info), (Sample.initStart(runtimeVersion: nil), .debug),
            (.initRuntimeDone(.init(phase: .`init`, status: .success)), .debug),
            (.initRuntimeDone(.init(phase: .`init`, status: .timeout)), .warn),
            (.initReport(.init(phase: .`init`, duration: .zero, status: .success)), .debug),
            (.initReport(.init(phase: .`init`, duration: .zero, status: .error)), .warn), (Sample.start(), .info),
            (Sample.runtimeDone(), .debug), (Sample.runtimeDone(.failure), .warn), (.report(.init(Sample.record())), .info),
            (.report(.init(Sample.record(.timeout))), .warn), (Sample.agent, .info),
            (.telemetrySubscription(Sample.subscription), .info),
            (.logsSubscription(Sample.subscription), .info), (Sample.dropped, .warn),
        ] as [(PlatformEvent, LoggingConfiguration.SystemLevel)])
    func level(event: PlatformEvent, level: LoggingConfiguration.SystemLevel) {
        #expect(event.systemLevel == level)
    }
}
