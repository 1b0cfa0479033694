import CoreTypes
import Testing

@testable import Monitoring

/// The format is Prometheus's ("Exposition formats", "Text format details", version 0.0.4); the page is written by hand.
@Suite struct PrometheusPageTests {
    private let now = Timestamp(seconds: 1_795_262_400)

    @Test func knownMetricsHaveNamesAndUnitsOfPrometheus() {
        var store = MetricStore()
        func record(_ name: String, _ unit: MetricUnit, _ dimensions: [Dimension], _ values: [Double]) {
            let place = store.place(of: MetricIdentity("AWS/Lambda", name, dimensions), unit: unit)
            for value in values { store.record(value, in: place, at: self.now) }
        }
        let hello = Dimension("FunctionName", "Hello")
        record("Invocations", .count, [hello], [1, 1, 1])
        record("Invocations", .count, [], [1, 1, 1])
        record("Invocations", .count, [hello, Dimension("Resource", "Hello")], [1, 1, 1])
        record("Duration", .milliseconds, [hello], [10, 20, 30])
        #expect(
            PrometheusPage(store, at: self.now).text == """
                # HELP martlet_lambda_invocations_total Invocations that ran.
                # TYPE martlet_lambda_invocations_total counter
                martlet_lambda_invocations_total{function="Hello"} 3
                # HELP martlet_lambda_duration_seconds Time of invocations without init.
                # TYPE martlet_lambda_duration_seconds summary
                martlet_lambda_duration_seconds{function="Hello",quantile="0.5"} 0.02
                martlet_lambda_duration_seconds{function="Hello",quantile="0.9"} 0.03
                martlet_lambda_duration_seconds{function="Hello",quantile="0.99"} 0.03
                martlet_lambda_duration_seconds_sum{function="Hello"} 0.06
                martlet_lambda_duration_seconds_count{function="Hello"} 3

                """)
    }

    @Test func samplesOfAFamilyStandTogetherAndLabelsAreEscaped() {
        var store = MetricStore()
        for queue in ["a\"b\\c\nd", "e"] {
            let place = store.place(
                of: MetricIdentity("AWS/SQS", "ApproximateNumberOfMessagesVisible", [Dimension("QueueName", queue)]), unit: .count
            )
            store.record(5, in: place, at: self.now)
            store.record(2, in: place, at: self.now)
        }
        #expect(
            PrometheusPage(store, at: self.now).text == #"""
                # HELP martlet_sqs_messages_visible Messages that can be received.
                # TYPE martlet_sqs_messages_visible gauge
                martlet_sqs_messages_visible{queue="a\"b\\c\nd"} 2
                martlet_sqs_messages_visible{queue="e"} 2

                """#)
    }

    @Test func metricsOfFunctionsOwnAreOneFamily() {
        var store = MetricStore()
        store.record(
            MetricDatum(
                MetricIdentity("shop", "Latency", [Dimension("Service", "주문")]), unit: .milliseconds, time: self.now,
                .values([(4, 1)])))
        let text = PrometheusPage(store, at: self.now).text
        #expect(
            text.contains(#"martlet_custom{namespace="shop",name="Latency",dimensions="Service=주문",quantile="0.5"} 4"#))
    }

    @Test func oldValuesHaveNoQuantiles() {
        var store = MetricStore()
        let place = store.place(
            of: MetricIdentity("AWS/Lambda", "Duration", [Dimension("FunctionName", "Hello")]), unit: .milliseconds)
        store.record(7, in: place, at: Timestamp(seconds: self.now.seconds - 600))
        let text = PrometheusPage(store, at: self.now).text
        #expect(text.contains(#"{function="Hello",quantile="0.5"} NaN"#))
        #expect(text.contains(#"_count{function="Hello"} 1"#))
    }
}
