/// What a metric is called on the page for Prometheus.
struct PrometheusName {
    let name: String
    let kind: PrometheusPage.Kind
    let help: String
    /// What a value is multiplied by.
    let scale: Double
    var labels: [(name: String, value: String)] = []

    private init(_ name: String, _ kind: PrometheusPage.Kind, _ help: String, scale: Double = 1) {
        self.name = name
        self.kind = kind
        self.help = help
        self.scale = scale
    }

    /// `nil` for metrics that are not shown: those of more or fewer dimensions than one would say the same again.
    static func known(_ identity: MetricIdentity) -> PrometheusName? {
        guard identity.dimensions.count == 1, let dimension = identity.dimensions.first,
            var known = self.table[identity.namespace]?[identity.name],
            let label = ["FunctionName": "function", "ApiName": "api", "ApiId": "api", "QueueName": "queue"][dimension.name]
        else { return nil }
        known.labels = [(label, dimension.value)]
        return known
    }

    /// A metric of a function's or a client's own. Its name is a label, as any text may be one.
    static func custom(_ identity: MetricIdentity) -> PrometheusName {
        var name = PrometheusName(
            "martlet_custom", .summary, "Metrics of functions (embedded metric format) and of PutMetricData, in their own units.")
        name.labels = [
            ("namespace", identity.namespace), ("name", identity.name),
            ("dimensions", identity.dimensions.map { "\($0.name)=\($0.value)" }.joined(separator: ",")),
        ]
        return name
    }

    private static let table: [String: [String: PrometheusName]] = [
        "AWS/Lambda": [
            "Invocations": .init("martlet_lambda_invocations_total", .counter, "Invocations that ran."),
            "Errors": .init("martlet_lambda_errors_total", .counter, "Invocations that ended with an error or a timeout."),
            "Throttles": .init("martlet_lambda_throttles_total", .counter, "Invocations refused for want of concurrency."),
            "Duration": .init("martlet_lambda_duration_seconds", .summary, "Time of invocations without init.", scale: 0.001),
            "AsyncEventsReceived": .init("martlet_lambda_async_events_received_total", .counter, "Asynchronous events accepted."),
            "AsyncEventsDropped": .init(
                "martlet_lambda_async_events_dropped_total", .counter, "Asynchronous events given up without telling anybody."),
            "DestinationDeliveryFailures": .init(
                "martlet_lambda_destination_delivery_failures_total", .counter, "Records that a destination didn't get."),
            "DeadLetterErrors": .init(
                "martlet_lambda_dead_letter_errors_total", .counter, "Events that a dead-letter queue didn't get."),
        ],
        "AWS/ApiGateway": [
            "Count": .init("martlet_apigateway_requests_total", .counter, "Requests to an API."),
            "4XXError": Self.clientErrors, "4xx": Self.clientErrors, "5XXError": Self.serverErrors, "5xx": Self.serverErrors,
            "Latency": .init(
                "martlet_apigateway_latency_seconds", .summary, "From a request's arrival to its answer.", scale: 0.001),
            "IntegrationLatency": .init(
                "martlet_apigateway_integration_latency_seconds", .summary, "Of that, what the backend took.", scale: 0.001),
            "DataProcessed": .init(
                "martlet_apigateway_processed_bytes_total", .counter, "Bodies of requests and answers of HTTP APIs."),
        ],
        "AWS/SQS": [
            "NumberOfMessagesSent": .init("martlet_sqs_messages_sent_total", .counter, "Messages sent to a queue."),
            "NumberOfMessagesReceived": .init("martlet_sqs_messages_received_total", .counter, "Messages handed out."),
            "NumberOfMessagesDeleted": .init("martlet_sqs_messages_deleted_total", .counter, "Messages deleted."),
            "NumberOfEmptyReceives": .init("martlet_sqs_empty_receives_total", .counter, "Receives that found nothing."),
            "SentMessageSize": .init("martlet_sqs_sent_message_size_bytes", .summary, "Sizes of messages sent."),
            "ApproximateNumberOfMessagesVisible": .init(
                "martlet_sqs_messages_visible", .gauge, "Messages that can be received."),
            "ApproximateNumberOfMessagesNotVisible": .init(
                "martlet_sqs_messages_in_flight", .gauge, "Messages that a receiver holds."),
            "ApproximateNumberOfMessagesDelayed": .init(
                "martlet_sqs_messages_delayed", .gauge, "Messages that wait for their delay."),
            "ApproximateAgeOfOldestMessage": .init(
                "martlet_sqs_oldest_message_age_seconds", .gauge, "Age of the oldest message of a queue."),
        ],
    ]

    private static let clientErrors = Self("martlet_apigateway_client_errors_total", .counter, "Answers with a status of 4xx.")
    private static let serverErrors = Self("martlet_apigateway_server_errors_total", .counter, "Answers with a status of 5xx.")
}
