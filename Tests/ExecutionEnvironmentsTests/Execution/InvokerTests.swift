import Billing
import ExecutionEnvironments
import Foundation
import LambdaCore
import NIOCore
import Testing

extension ProcessTests {
    /// Which environment takes an invocation, and what becomes of environments.
    struct Scheduling {
        private func pid(_ outcome: InvokerHarness.Outcome) throws -> Int {
            try #require((JSONSerialization.jsonObject(with: Data(outcome.payload.utf8)) as? [String: Int])?["pid"])
        }

        /// An invocation that runs until ``open(_:in:)``, and its function's process.
        private func beginGated(_ name: String, in harness: InvokerHarness, function: String = "f") async throws
            -> InvokerHarness.Pending
        {
            try await harness.begin(.init(function: function, payload: "\"\(harness.folder)/\(name)\""))
        }

        private func open(_ name: String, in harness: InvokerHarness) throws { try harness.write("", to: name) }

        @Test func anIdleEnvironmentIsUsedAgain() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(Bootstrap.pid)
                let first = try self.pid(try await harness.invoke())
                for _ in 0..<20 { #expect(try self.pid(try await harness.invoke()) == first) }
                #expect(harness.recorder.records.count { $0.isColdStart } == 1)
            }
        }

        @Test func theEnvironmentUsedLastIsUsedFirst() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(Bootstrap.gate)
                let (one, two) = (try await self.beginGated("one", in: harness), try await self.beginGated("two", in: harness))
                try self.open("two", in: harness)
                _ = try await two.outcome()
                try await eventually("the second is idle") { harness.recorder.records.count == 1 }
                try self.open("one", in: harness)
                let last = try self.pid(try await one.outcome())
                try await eventually("the first is idle") { harness.recorder.records.count == 2 }
                #expect(try await harness.environmentCount == 2)
                #expect(try self.pid(try await self.beginGated("one", in: harness).outcome()) == last)
            }
        }

        @Test func reservedConcurrencyThrottlesWithItsReason() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(Bootstrap.gate)
                try await harness.onInvoker { $0.reserve(1, for: "f") }
                let one = try await self.beginGated("one", in: harness)
                #expect(try await harness.invoke().failure == .throttled(.reservedConcurrency))
                try await eventually("it is told") { harness.recorder.throttled == ["f"] }
                try self.open("one", in: harness)
                #expect(try await one.outcome().failure == nil)
                try await eventually("its place is free") { try await harness.onInvoker { $0.invocationsInFlight } == 0 }
                #expect(try await self.beginGated("one", in: harness).outcome().failure == nil)
            }
        }

        @Test func theAccountsConcurrencyThrottlesWithItsReason() async throws {
            try await InvokerHarness.with({ $0.accountConcurrency = 1 }) { harness in
                try harness.deploy(Bootstrap.gate)
                let one = try await self.beginGated("one", in: harness)
                #expect(try await harness.invoke().failure == .throttled(.concurrentInvocations))
                try self.open("one", in: harness)
                _ = try await one.outcome()
            }
        }

        @Test func withAllEnvironmentsAtWorkInvocationsWaitTheirTurn() async throws {
            try await InvokerHarness.with({ $0.maxEnvironments = 1 }) { harness in
                try harness.deploy(Bootstrap.gate)
                try harness.deploy(Bootstrap.gate, name: "g")
                let one = try await self.beginGated("one", in: harness)
                var others: [InvokerHarness.Pending] = []
                for function in ["g", "f", "g"] {
                    others.append(try await self.beginGated("rest", in: harness, function: function))
                }
                #expect(try await harness.environmentCount == 1)
                try self.open("rest", in: harness)
                try self.open("one", in: harness)
                let first = try self.pid(try await one.outcome())
                // A free environment goes on with its own version; then the other gets its room.
                #expect(try self.pid(try await others[1].outcome()) == first)
                #expect(try self.pid(try await others[0].outcome()) == self.pid(try await others[2].outcome()))
                try await eventually("the first has made room") { try await harness.environmentCount == 1 }
            }
        }

        /// The end of the environment that made room comes while others wait: it must not send the first of them to the end of
        /// the line.
        @Test func whoWaitsKeepsItsPlaceInLine() async throws {
            try await InvokerHarness.with({ $0.maxEnvironments = 1 }) { harness in
                try harness.deploy(Bootstrap.pid)
                try harness.deploy(Bootstrap.gate, name: "g")
                let first = try self.pid(try await harness.invoke())
                var others: [InvokerHarness.Pending] = []
                for _ in 0..<4 { others.append(try await self.beginGated("go", in: harness, function: "g")) }
                try await eventually("the first has ended") {
                    try await harness.environmentCount == 1 && Processes.state(first) == nil
                }
                try self.open("go", in: harness)
                for pending in others { #expect(try await pending.outcome().failure == nil) }
                try await eventually("all are recorded") { harness.recorder.records.count == 5 }
                #expect(harness.recorder.records.dropFirst().map(\.requestID) == others.map(\.requestID))
            }
        }

        @Test func anEnvironmentWithoutWorkEndsInTime() async throws {
            try await InvokerHarness.with({ $0.idleTimeout = .milliseconds(200) }) { harness in
                try harness.deploy(Bootstrap.pid)
                let pid = try self.pid(try await harness.invoke())
                try await eventually("it ends") { try await harness.environmentCount == 0 }
                #expect(Processes.state(pid) == nil)
            }
        }

        @Test func newCodeRunsInANewEnvironmentAndTheOldOneEnds() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(Bootstrap.gate)
                try self.open("now", in: harness)
                let busy = try await self.beginGated("later", in: harness)
                let idle = try self.pid(try await self.beginGated("now", in: harness).outcome())
                try await eventually("it is idle") { harness.recorder.records.count == 1 }
                try harness.deploy(Bootstrap.echo) { $0.description = "new" }
                try await harness.retireChanged()
                try await eventually("the idle one ends") { Processes.state(idle) == nil }
                #expect(try await harness.invoke("1").payload == "1")
                // What runs already runs to its end in the old code.
                try self.open("later", in: harness)
                let old = try self.pid(try await busy.outcome())
                try await eventually("the busy one ends after its invocation") { Processes.state(old) == nil }
                // A process that has ended is still to be reaped.
                try await eventually("only the new one is left") { try await harness.environmentCount == 1 }
            }
        }

        @Test func idleProcessesStandStillAndGoOnWithTheNextInvocation() async throws {
            try await InvokerHarness.with({ $0.freezesIdle = true }) { harness in
                try harness.deploy(Bootstrap.pid)
                let pid = try self.pid(try await harness.invoke())
                try await eventually("it is stopped") { Processes.state(pid) == "T" }
                #expect(try self.pid(try await harness.invoke()) == pid)
                try await eventually("it is stopped again") { Processes.state(pid) == "T" }
            }
        }
    }

    struct Stopping {
        @Test func anInvocationUnderWayIsGivenUpAndNoProcessIsLeft() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(
                    Bootstrap.python(
                        #"""
                        def handler(id, headers, body):
                            subprocess.Popen(["sleep", "600"])
                            print("child", flush=True)
                            time.sleep(600)
                        forever(handler)
                        """#))
                let pending = try await harness.begin()
                try await eventually("its child runs") { harness.recorder.text.contains("child") }
                #expect(Processes.marked(harness.marker).count == 2)
                try await harness.stop()
                let outcome = try await pending.outcome()
                #expect(outcome.failure == .function(type: "Sandbox.Failure"))
                #expect(outcome.payload.contains("the host is stopping"))
                try await eventually("no process is left") { Processes.marked(harness.marker).isEmpty }
                #expect(try await harness.invoke().failure == .unavailable("the host is stopping"))
            }
        }

        @Test func invocationsThatWaitAreRefused() async throws {
            try await InvokerHarness.with({ $0.maxEnvironments = 1 }) { harness in
                try harness.deploy(Bootstrap.python("forever(lambda id, headers, body: time.sleep(600))"))
                _ = try await harness.begin()
                let waiting = try await harness.begin()
                try await harness.stop()
                #expect(try await waiting.outcome().failure == .unavailable("the host is stopping"))
            }
        }

        @Test func anInvocationWhoseCodeIsBeingMadeReadyIsRefused() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(Bootstrap.echo)
                let release = harness.holdPreparation()
                let pending = try await harness.begin()
                try await harness.stop()
                release.succeed()
                #expect(try await pending.outcome().failure == .unavailable("the host is stopping"))
                #expect(try await harness.environmentCount == 0)
            }
        }

        @Test func anInvocationBetweenTwoTriesOfInitIsGivenUp() async throws {
            try await InvokerHarness.with { harness in
                // An extension that takes all of its time to end keeps the environment between the two.
                try harness.write(
                    #"""
                    #!/usr/bin/env python3
                    import http.client, json, os, time
                    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
                    connection.request("POST", "/2020-01-01/extension/register", json.dumps({"events": ["SHUTDOWN"]}),
                        {"Lambda-Extension-Name": "slow"})
                    reply = connection.getresponse()
                    reply.read()
                    id = reply.headers["lambda-extension-identifier"]
                    connection.request("GET", "/2020-01-01/extension/event/next", None, {"Lambda-Extension-Identifier": id})
                    os.write(1, connection.getresponse().read())
                    time.sleep(600)

                    """#, to: "layers/extensions/slow")
                try harness.deploy(Bootstrap.python("os._exit(1)"))
                let pending = try await harness.begin()
                try await eventually("the extension is told to end") { harness.recorder.text.contains("SHUTDOWN") }
                try await harness.stop()
                #expect(try await pending.outcome().failure == .function(type: "Sandbox.Failure"))
                #expect(Processes.marked(harness.marker).isEmpty)
            }
        }

        @Test func aColdStartUnderWayIsGivenUp() async throws {
            try await InvokerHarness.with { harness in
                try harness.deploy(Bootstrap.python("time.sleep(600)"))
                let pending = try await harness.begin()
                try await harness.stop()
                #expect(try await pending.outcome().failure == .function(type: "Sandbox.Failure"))
                #expect(Processes.marked(harness.marker).isEmpty)
            }
        }

        @Test func aProcessThatLeftItsGroupEndsWithTheGuardianAtTheLatest() async throws {
            var marker = ""
            try await InvokerHarness.with { harness in
                marker = harness.marker
                try harness.deploy(
                    Bootstrap.python(
                        #"""
                        def handler(id, headers, body):
                            return text({"pid": subprocess.Popen(["sleep", "600"], start_new_session=True).pid})
                        forever(handler)
                        """#))
                _ = try await harness.invoke()
                #expect(Processes.marked(marker).count == 2)
            }
            #expect(Processes.marked(marker).isEmpty)
        }

        @Test func noDescriptorIsLeft() async throws {
            func round() async throws {
                try await InvokerHarness.with { harness in
                    try harness.deploy(
                        Bootstrap.python("forever(lambda id, headers, body: body if body == b'1' else os._exit(1))"))
                    for event in ["1", "{}", "1", "{}"] { _ = try await harness.invoke(event) }
                    try harness.deploy(nil, name: "g")
                    _ = try await harness.invoke(.init(function: "g"))
                }
            }
            // The first round opens what the libraries keep open.
            try await round()
            let before = Processes.descriptors
            for _ in 0..<3 { try await round() }
            try await eventually("as many are open as before") { Processes.descriptors <= before }
        }
    }
}
