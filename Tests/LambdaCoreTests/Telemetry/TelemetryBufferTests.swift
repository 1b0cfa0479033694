import CoreTypes
import LambdaCore
import Testing

@Suite("Telemetry buffer")
struct TelemetryBufferTests {
    static let time = Sample.time

    private func subscription(
        _ destination: TelemetrySubscription.Destination = .tcp(port: 5_000), types: [TelemetryType] = [.platform, .function],
        maxItems: Int = 1_000, maxBytes: Int = 262_144
    ) -> TelemetrySubscription {
        var buffering = TelemetrySubscription.Buffering()
        buffering.maxItems = maxItems
        buffering.maxBytes = maxBytes
        buffering.timeoutMilliseconds = 100
        return TelemetrySubscription(schema: .telemetry2022December, types: types, buffering: buffering, destination: destination)
    }

    private func line(_ text: String) -> TelemetryEvent { .function(line: Array(text.utf8)) }

    private func record(_ text: String) -> String {
        #"{"time":"2026-10-01T12:00:00.064Z","type":"function","record":"\#(text)"}"#
    }

    private func batch(_ action: TelemetryBuffer.Action) throws -> (text: String, count: Int) {
        guard case .deliver(let batch) = action else {
            Issue.record("expected a batch, not \(action)")
            return ("", 0)
        }
        return (String(decoding: batch.body, as: UTF8.self), batch.recordCount)
    }

    @Test("sends a batch when its time has passed, as an array over HTTP")
    func http() throws {
        var buffer = TelemetryBuffer(self.subscription(.http(port: 1, path: "/", method: "POST")), format: .text)
        let actions = [buffer.append(self.line("a"), at: Self.time), buffer.append(self.line("b\"세"), at: Self.time)]
        #expect(actions == [.armTimer(1, after: .milliseconds(100)), .none])
        let (text, count) = try self.batch(buffer.timerFired(1, at: Self.time))
        #expect(text == "[\(self.record("a")),\(self.record("b\\\"세"))]")
        #expect(count == 2)
        let after = buffer.delivered(at: Self.time)
        #expect(after == .none)
        #expect(buffer.isIdle)
    }

    @Test("sends a record a line over TCP")
    func tcp() throws {
        var buffer = TelemetryBuffer(self.subscription(), format: .text)
        _ = buffer.append(self.line("a"), at: Self.time)
        _ = buffer.append(.platform(.fault("not in this schema")), at: Self.time)
        _ = buffer.append(.extension(line: Array("not asked for".utf8)), at: Self.time)
        _ = buffer.append(self.line("b"), at: Self.time)
        let (text, count) = try self.batch(buffer.flush(at: Self.time))
        #expect(text == "\(self.record("a"))\n\(self.record("b"))\n")
        #expect(count == 2)
    }

    @Test("JSON lines are objects with JSON logging, and strings without")
    func jsonLines() throws {
        let event = self.line(#"{"level":"INFO"}"#)
        for (format, record) in [(LoggingConfiguration.Format.json, #"{"level":"INFO"}"#), (.text, #""{\"level\":\"INFO\"}""#)] {
            let json = try #require(event.json(at: Self.time, schema: .telemetry2022December, format: format))
            #expect(String(decoding: json, as: UTF8.self).hasSuffix(#","type":"function","record":\#(record)}"#))
        }
        let plain = try #require(self.line("{plain").json(at: Self.time, schema: .logs2020, format: .json))
        #expect(String(decoding: plain, as: UTF8.self) == self.record("{plain"))
    }

    @Test("sends at once when the number of items is reached")
    func maxItems() throws {
        var buffer = TelemetryBuffer(self.subscription(maxItems: 3), format: .text)
        let actions = (0..<3).map { buffer.append(self.line("\($0)"), at: Self.time) }
        #expect(actions[0] == .armTimer(1, after: .milliseconds(100)))
        #expect(actions[1] == .none)
        #expect(try self.batch(actions[2]).count == 3)
        let late = buffer.timerFired(1, at: Self.time)
        #expect(late == .none, "the timer of a batch that has left means nothing")
    }

    @Test("sends what there is before a record that does not fit")
    func maxBytes() throws {
        var buffer = TelemetryBuffer(self.subscription(maxBytes: 200), format: .text)
        _ = buffer.append(self.line(String(repeating: "a", count: 50)), at: Self.time)
        let action = buffer.append(self.line(String(repeating: "b", count: 50)), at: Self.time)
        #expect(try self.batch(action).count == 1)
        let rest = buffer.delivered(at: Self.time)
        #expect(rest == .armTimer(2, after: .milliseconds(100)))
        #expect(try self.batch(buffer.timerFired(2, at: Self.time)).text.contains("bbbb"))
    }

    @Test("a record larger than the buffer goes alone")
    func large() throws {
        var buffer = TelemetryBuffer(self.subscription(maxBytes: 200), format: .text)
        #expect(try self.batch(buffer.append(self.line(String(repeating: "a", count: 500)), at: Self.time)).count == 1)
    }

    /// By hand: with a batch out, 2 × 3 records wait and the other four are dropped; each is 73 bytes of JSON.
    @Test("drops what finds no room while a batch is out, and tells how much")
    func dropped() throws {
        var buffer = TelemetryBuffer(self.subscription(maxItems: 3), format: .text)
        let first = (0..<3).map { buffer.append(self.line("\($0)"), at: Self.time) }
        #expect(try self.batch(first[2]).count == 3)
        for number in 0..<10 {
            let action = buffer.append(self.line("\(number)"), at: Self.time)
            #expect(action == .none)
        }
        let (text, count) = try self.batch(buffer.delivered(at: Self.time))
        #expect(count == 7)
        let bytes = 4 * self.record("0").utf8.count
        #expect(text.contains(#""type":"platform.logsDropped""#))
        #expect(text.contains(#""droppedRecords":4,"droppedBytes":\#(bytes)}"#))
        #expect(text.contains(self.record("5")))
        #expect(!text.contains(self.record("6")))
    }

    @Test("tries a batch again with growing pauses, then counts it as dropped")
    func retries() throws {
        var buffer = TelemetryBuffer(self.subscription(), format: .text)
        _ = buffer.append(self.line("a"), at: Self.time)
        let sent = buffer.flush(at: Self.time)
        var pauses: [TelemetryBuffer.Action] = []
        for _ in 1..<TelemetryBuffer.attempts {
            pauses.append(buffer.deliveryFailed(at: Self.time))
            #expect(buffer.retryTimerFired() == sent)
        }
        #expect(pauses == [50, 100, 200, 400].map { .retry(after: .milliseconds($0)) })
        let last = buffer.deliveryFailed(at: Self.time)
        #expect(last == .armTimer(2, after: .milliseconds(100)))
        #expect(try self.batch(buffer.timerFired(2, at: Self.time)).text.contains(#""droppedRecords":1"#))
    }

    @Test("a flush or a timer while a batch is out takes effect when it is back")
    func flushWhileSending() throws {
        var buffer = TelemetryBuffer(self.subscription(), format: .text)
        _ = buffer.append(self.line("a"), at: Self.time)
        _ = buffer.flush(at: Self.time)
        _ = buffer.append(self.line("b"), at: Self.time)
        let flushed = buffer.flush(at: Self.time)
        #expect(flushed == .none)
        #expect(try self.batch(buffer.delivered(at: Self.time)).text == self.record("b") + "\n")
        _ = buffer.delivered(at: Self.time)
        let nothing = buffer.flush(at: Self.time)
        #expect(nothing == .none)
    }

    /// A model of the one rule that counts: each record leaves once, in order, or is told as dropped.
    @Test("loses nothing silently under any order of events", arguments: 0..<50 as Range<UInt64>)
    func model(seed: UInt64) throws {
        var random = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func draw(_ bound: UInt64) -> UInt64 {
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            return random % bound
        }
        var buffer = TelemetryBuffer(self.subscription(types: [.function], maxItems: 3, maxBytes: 400), format: .text)
        var (written, told, delivered, isOut, timer) = (0, 0, 0, false, 0)
        var out = ""
        func see(_ action: TelemetryBuffer.Action) throws {
            switch action {
            case .armTimer(let number, _): timer = number
            case .deliver:
                #expect(!isOut, "one batch at a time")
                isOut = true
                out = try self.batch(action).text
            case .retry, .none: break
            }
        }
        func count(_ text: String) throws {
            for line in text.split(separator: "\n") {
                let json = try JSON(parsing: String(line))
                if let dropped = json["record"]?["droppedRecords"]?.intValue { told += dropped } else { delivered += 1 }
            }
        }
        for _ in 0..<400 {
            switch draw(4) {
            case 0, 1:
                written += 1
                try see(buffer.append(self.line("\(written)"), at: Self.time))
            case 2: try see(buffer.timerFired(timer, at: Self.time))
            default:
                guard isOut else { continue }
                isOut = false
                try count(out)
                try see(buffer.delivered(at: Self.time))
            }
        }
        while isOut || !buffer.isIdle {
            if isOut {
                isOut = false
                try count(out)
                try see(buffer.delivered(at: Self.time))
            } else {
                try see(buffer.flush(at: Self.time))
            }
        }
        #expect(delivered + told == written, "seed \(seed)")
    }
}
