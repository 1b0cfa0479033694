import CoreTypes

extension EventSourceMappingChange {
    /// Ranges of the API model (Lambda API reference, "CreateEventSourceMapping"), for any source.
    package static let batchSizeRange = 1...10_000
    package static let windowSecondsRange = 0...300
    package static let maximumConcurrencyRange = 2...1_000
    /// A FIFO queue's batch is what one receive brings.
    package static let fifoBatchSizeLimit = 10

    /// Values outside the model's ranges, in the words of a validation error: `Value '0' at 'batchSize' failed to …`.
    package var failures: [String] {
        var failures: [String] = []
        func check(_ value: Int?, in range: ClosedRange<Int>, at path: String) {
            guard let value, !range.contains(value) else { return }
            let bound =
                value < range.lowerBound
                ? "greater than or equal to \(range.lowerBound)" : "less than or equal to \(range.upperBound)"
            failures.append("Value '\(value)' at '\(path)' failed to satisfy constraint: Member must have value \(bound)")
        }
        func check(_ values: [String]?, among known: [String], upTo count: Int, at path: String) {
            guard let values else { return }
            let shown = "Value '[\(values.joined(separator: ", "))]' at '\(path)' failed to satisfy constraint: "
            if values.count > count { failures.append(shown + "Member must have length less than or equal to \(count)") }
            if !values.allSatisfy(known.contains) {
                failures.append(
                    shown
                        + "Member must satisfy constraint: [Member must satisfy enum value set: [\(known.joined(separator: ", "))]]"
                )
            }
        }
        check(self.batchSize, in: Self.batchSizeRange, at: "batchSize")
        check(self.maximumBatchingWindowSeconds, in: Self.windowSecondsRange, at: "maximumBatchingWindowInSeconds")
        check(
            self.functionResponseTypes, among: [EventSourceMappingSettings.reportBatchItemFailures], upTo: 1,
            at: "functionResponseTypes")
        check(self.metrics, among: ["EventCount", "ErrorCount", "KafkaMetrics"], upTo: 3, at: "metricsConfig.metrics")
        if case .set(let value) = self.maximumConcurrency {
            check(value, in: Self.maximumConcurrencyRange, at: "scalingConfig.maximumConcurrency")
        }
        if case .set(let pollers) = self.provisionedPollers {
            check(pollers.minimum, in: ProvisionedPollers.minimumRange, at: "provisionedPollerConfig.minimumPollers")
            check(pollers.maximum, in: ProvisionedPollers.maximumRange, at: "provisionedPollerConfig.maximumPollers")
        }
        return failures
    }

    /// `settings` with this change, held against the rules of a queue.
    package func applied(
        to settings: EventSourceMappingSettings, queue: QueueSource
    ) throws(LambdaAPIError) -> EventSourceMappingSettings {
        let failures = self.failures
        guard failures.isEmpty else { throw .validation(failures) }
        var settings = settings
        if let isEnabled { settings.isEnabled = isEnabled }
        if let batchSize { settings.batchSize = batchSize }
        if let maximumBatchingWindowSeconds { settings.maximumBatchingWindowSeconds = maximumBatchingWindowSeconds }
        if let functionResponseTypes { settings.reportsBatchItemFailures = !functionResponseTypes.isEmpty }
        if let filterPatterns { settings.filters = try FilterCriteria(patterns: filterPatterns) }
        if let metrics { settings.metrics = metrics }
        if let kmsKeyARN { settings.kmsKeyARN = kmsKeyARN.isEmpty ? nil : kmsKeyARN }
        if let polling { settings.polling = polling }
        switch self.maximumConcurrency {
        case .keep: break
        case .remove: settings.maximumConcurrency = nil
        case .set(let value): settings.maximumConcurrency = value
        }
        switch self.provisionedPollers {
        case .keep: break
        case .remove: settings.provisionedPollers = nil
        case .set(let value): settings.provisionedPollers = value
        }
        try Self.check(settings, queue)
        return settings
    }

    /// The first text is recorded from the service; for the others none is published.
    private static func check(_ settings: EventSourceMappingSettings, _ queue: QueueSource) throws(LambdaAPIError) {
        if queue.isFIFO {
            guard settings.maximumBatchingWindowSeconds == 0 else {
                throw .invalidParameter("Batching window is not supported for FIFO queues.")
            }
            guard settings.batchSize <= Self.fifoBatchSizeLimit else {
                throw .invalidParameter("Batch size must be at most \(Self.fifoBatchSizeLimit) for FIFO queues.")
            }
        }
        if settings.batchSize > 10, settings.maximumBatchingWindowSeconds == 0 {
            throw .invalidParameter(
                "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10")
        }
        if let pollers = settings.provisionedPollers {
            guard settings.maximumConcurrency == nil else {
                throw .invalidParameter("MaximumConcurrency and ProvisionedPollerConfig can't be used together.")
            }
            guard pollers.minimum <= pollers.maximum else {
                throw .invalidParameter("MinimumPollers must be less than or equal to MaximumPollers.")
            }
        }
        if let fault = settings.polling.fault { throw .invalidParameter("\(fault).") }
    }
}

extension EventSourceMappingSettings {
    /// What such a mapping will suffer from, though it is allowed; one sentence each. AWS's own advice for queues: a visibility
    /// timeout of six times the function's timeout plus the window, and at least five receives before a message is given up.
    package func warnings(
        visibilityTimeoutSeconds: Int, functionTimeoutSeconds: Int, maximumReceiveCount: Int?
    ) -> [String] {
        var warnings: [String] = []
        let advised = 6 * functionTimeoutSeconds + self.maximumBatchingWindowSeconds
        if visibilityTimeoutSeconds < advised {
            warnings.append(
                "the queue's visibility timeout of \(visibilityTimeoutSeconds) s is less than the advised \(advised) s (six times the "
                    + "function's timeout of \(functionTimeoutSeconds) s, plus the batching window)")
        }
        if let maximumReceiveCount, maximumReceiveCount < 5 {
            warnings.append(
                "maxReceiveCount \(maximumReceiveCount) is less than the advised 5: throttled invocations alone can move messages "
                    + "to the dead-letter queue")
        }
        return warnings
    }
}
