import CoreTypes
import Testing

@testable import Monitoring

/// Time is virtual; expected values are counted by hand.
@Suite struct MetricStoreTests {
    private let identity = MetricIdentity("AWS/Lambda", "Duration", [Dimension("FunctionName", "Hello")])
    /// 2026-11-21T12:00:00Z
    private let noon: Int64 = 1_795_262_400

    private func time(_ seconds: Int64) -> Timestamp { Timestamp(seconds: self.noon + seconds) }

    private func store(_ values: [(second: Int64, value: Double)]) -> MetricStore {
        var store = MetricStore()
        let place = store.place(of: self.identity, unit: .milliseconds)
        for (second, value) in values { store.record(value, in: place, at: self.time(second)) }
        return store
    }

    private func points(_ store: MetricStore, from: Int64, to: Int64, period: Int64) -> [(second: Int64, sum: Double)] {
        let series = store[self.identity]?.datapoints(from: self.time(from), to: self.time(to), periodSeconds: period) ?? []
        return series.map { ($0.time.seconds - self.noon, $0.values.sum) }
    }

    @Test func valuesOfAMinuteAreOnePoint() {
        let store = self.store([(0, 1), (59, 2), (60, 4), (180, 8)])
        let points = self.points(store, from: 0, to: 240, period: 60)
        #expect(points.map(\.second) == [0, 60, 180])
        #expect(points.map(\.sum) == [3, 4, 8])
    }

    @Test func longerPeriodsGatherMinutes() {
        let store = self.store([(0, 1), (60, 2), (240, 4), (300, 8)])
        #expect(self.points(store, from: 0, to: 600, period: 300).map(\.sum) == [7, 8])
        // Periods lie as the clock's do, wherever the question begins.
        #expect(self.points(store, from: 60, to: 600, period: 300).map(\.second) == [0, 300])
    }

    @Test func theStartIsRoundedDownAndTheEndIsNotIncluded() {
        let store = self.store([(0, 1), (60, 2), (120, 4)])
        #expect(self.points(store, from: 30, to: 120, period: 60).map(\.sum) == [1, 2])
        #expect(self.points(store, from: 60, to: 121, period: 60).map(\.sum) == [2, 4])
    }

    @Test func pointsExpireAfterThreeHoursAndTotalsDoNot() {
        var store = MetricStore()
        let place = store.place(of: self.identity, unit: .milliseconds)
        for minute in 0..<400 { store.record(1, in: place, at: self.time(Int64(minute) * 60)) }
        let points = self.points(store, from: 0, to: 24_000, period: 60)
        #expect(points.count == 180)
        #expect(points.first?.second == Int64(220 * 60))
        #expect(store[self.identity]?.total.count == 400)
    }

    @Test func valuesThatComeLateFindTheirMinute() {
        let store = self.store([(0, 1), (120, 2), (60, 4), (10, 8), (121, 16)])
        #expect(self.points(store, from: 0, to: 180, period: 60).map(\.sum) == [9, 4, 18])
    }

    @Test func valuesOfTimesLongGoneCountForTheTotalAlone() {
        let store = self.store([(20_000, 1), (0, 2)])
        #expect(self.points(store, from: 0, to: 30_000, period: 60).map(\.sum) == [1])
        #expect(store[self.identity]?.total.sum == 3)
    }

    @Test func aSumIsThatOfItsParts() throws {
        var store = MetricStore()
        let sum = MetricIdentity("AWS/Lambda", "Duration")
        let parts = ["Hello", "Echo"].map { name in
            store.place(of: MetricIdentity("AWS/Lambda", "Duration", [Dimension("FunctionName", name)]), unit: .milliseconds)
        }
        for part in parts { store.add(part, to: sum, unit: .milliseconds) }
        let values: [(part: Int, second: Int64, value: Double)] = [
            (0, 0, 1), (1, 30, 2), (0, 60, 4), (0, 61, 8), (1, 5, 16), (0, 120, 32),
        ]
        for (part, second, value) in values { store.record(value, in: parts[part], at: self.time(second)) }
        let series = try #require(store[sum])
        #expect(series.unit == .milliseconds)
        #expect(series.total.sum == 63)
        #expect(series.total.count == 6)
        let points = series.datapoints(from: self.time(0), to: self.time(180), periodSeconds: 60)
        #expect(points.map(\.values.sum) == [19, 12, 32])
        #expect(store.find(name: "Duration").count == 3)
        // Nothing can be recorded in a sum itself.
        store.record(1, in: store.place(of: sum, unit: .milliseconds), at: self.time(0))
        #expect(store[sum]?.total.sum == 63)
    }

    @Test func theOrderOfDimensionsMeansNothing() {
        let one = MetricIdentity("Own", "Latency", [Dimension("A", "1"), Dimension("B", "2")])
        let other = MetricIdentity("Own", "Latency", [Dimension("B", "2"), Dimension("A", "1")])
        #expect(one == other)
        #expect(one != MetricIdentity("Own", "Latency", [Dimension("A", "1")]))
    }

    @Test func metricsAreFoundByAnyOfTheirParts() {
        var store = MetricStore()
        for function in ["Hello", "Echo"] {
            for name in ["Invocations", "Errors"] {
                _ = store.place(
                    of: MetricIdentity("AWS/Lambda", name, [Dimension("FunctionName", function)]), unit: .count)
            }
        }
        _ = store.place(of: MetricIdentity("AWS/SQS", "NumberOfMessagesSent", [Dimension("QueueName", "orders")]), unit: .count)
        #expect(store.find().count == 5)
        #expect(store.find(namespace: "AWS/Lambda").count == 4)
        #expect(store.find(name: "Errors").count == 2)
        #expect(store.find(dimensions: [("FunctionName", "Echo")]).count == 2)
        #expect(store.find(dimensions: [("QueueName", nil)]).count == 1)
        #expect(store.find(namespace: "AWS/SQS", dimensions: [("FunctionName", nil)]).isEmpty)
    }

    @Test func theNumberOfSeriesIsBounded() {
        var store = MetricStore()
        for number in 0...MetricStore.seriesMax {
            let place = store.place(of: MetricIdentity("Own", "M\(number)"), unit: .none)
            store.record(1, in: place, at: self.time(0))
        }
        #expect(store.count == MetricStore.seriesMax)
        #expect(store.refusedSeries == 1)
    }
}
