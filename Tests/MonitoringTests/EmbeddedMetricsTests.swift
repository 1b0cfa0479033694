import CoreTypes
import Testing

@testable import Monitoring

/// The first document is that of the specification (Amazon CloudWatch user guide, "Specification: Embedded metric format",
/// "Embedded metric format example and JSON schema"), its time moved to the test's.
@Suite struct EmbeddedMetricsTests {
    /// 2026-11-21T12:00:00Z
    private let now = Timestamp(seconds: 1_795_262_400)

    private func metrics(_ text: String) -> [MetricDatum] { EmbeddedMetrics.metrics(in: Array(text.utf8), at: self.now) }

    @Test func theSpecificationsExampleIsOneMetric() throws {
        let data = self.metrics(
            """
            {"_aws":{"Timestamp":1795262401004,"CloudWatchMetrics":[{"Namespace":"lambda-function-metrics",
            "Dimensions":[["functionVersion"]],"Metrics":[{"Name":"time","Unit":"Milliseconds","StorageResolution":60}]}]},
            "functionVersion":"$LATEST","time":100,"requestId":"989ffbf8-9ace-4817-a57c-e4dd734019ee"}
            """)
        let datum = try #require(data.first)
        #expect(data.count == 1)
        #expect(datum.identity == MetricIdentity("lambda-function-metrics", "time", [Dimension("functionVersion", "$LATEST")]))
        #expect(datum.unit == .milliseconds)
        #expect(datum.time == Timestamp(milliseconds: 1_795_262_401_004))
        #expect(datum.content == .values([(100, 1)]))
    }

    @Test func eachDimensionSetIsAMetricAndArraysAreManyValues() {
        let data = self.metrics(
            """
            {"_aws":{"Timestamp":1795262400000,"CloudWatchMetrics":[{"Namespace":"shop","Dimensions":[["Service"],["Service","Stage"],[]],
            "Metrics":[{"Name":"Latency","Unit":"Milliseconds"},{"Name":"Orders"}]}]},"Service":"주문","Stage":"prod","Latency":[1,2.5,3],
            "Orders":2}
            """)
        #expect(data.count == 6)
        #expect(data[0].content == .values([(1, 1), (2.5, 1), (3, 1)]))
        #expect(data[1].identity.dimensions == [Dimension("Service", "주문"), Dimension("Stage", "prod")])
        #expect(data[2].identity.dimensions.isEmpty)
        #expect(data[3].unit == .none)
    }

    @Test(arguments: [
        // No JSON, or something behind it.
        "_aws", #"{"_aws":"#, #"{"_aws":{"CloudWatchMetrics":[{"Namespace":"n","Metrics":[{"Name":"a"}]}]},"a":1} x"#,
        #"["_aws"]"#, #"{"a":1}"#,
        // No namespace, no metrics, no value, a value that is no number.
        #"{"_aws":{"CloudWatchMetrics":[{"Metrics":[{"Name":"a"}]}]},"a":1}"#,
        #"{"_aws":{"CloudWatchMetrics":[{"Namespace":"n"}]},"a":1}"#,
        #"{"_aws":{"CloudWatchMetrics":[{"Namespace":"n","Metrics":[{"Name":"b"}]}]},"a":1}"#,
        #"{"_aws":{"CloudWatchMetrics":[{"Namespace":"n","Metrics":[{"Name":"a"}]}]},"a":"1"}"#,
        // A dimension that the document has no text for.
        #"{"_aws":{"CloudWatchMetrics":[{"Namespace":"n","Dimensions":[["d"]],"Metrics":[{"Name":"a"}]}]},"a":1}"#,
        // Times that CloudWatch refuses: 1970, and a day ahead.
        #"{"_aws":{"Timestamp":0,"CloudWatchMetrics":[{"Namespace":"n","Metrics":[{"Name":"a"}]}]},"a":1}"#,
        #"{"_aws":{"Timestamp":1795348800000,"CloudWatchMetrics":[{"Namespace":"n","Metrics":[{"Name":"a"}]}]},"a":1}"#,
    ])
    func otherLinesHaveNone(line: String) { #expect(self.metrics(line).isEmpty) }

    @Test func aDocumentWithoutDimensionsAndTimeHasThoseOfTheLine() {
        let data = self.metrics(#"{"_aws":{"CloudWatchMetrics":[{"Namespace":"n","Metrics":[{"Name":"a"}]}]},"a":1}"# + "\n")
        #expect(data == [MetricDatum(MetricIdentity("n", "a"), unit: .none, time: self.now, .values([(1, 1)]))])
    }
}
