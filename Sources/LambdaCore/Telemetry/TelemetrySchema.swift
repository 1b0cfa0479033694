/// A version of the records, as a subscription names it. Each belongs to one of the two APIs.
package enum TelemetrySchema: String, Hashable, Sendable, CaseIterable {
    case logs2020 = "2020-08-15"
    /// Adds `platform.runtimeDone`.
    case logs2021 = "2021-03-18"
    case telemetry2022July = "2022-07-01"
    /// Adds the function's name and version, the instance, `functionArn` and error types.
    case telemetry2022December = "2022-12-13"
    /// The schema of Managed Instances; on ordinary functions its records are those of 2022-12-13.
    case telemetry2025 = "2025-01-29"

    package enum API: Hashable, Sendable {
        /// `PUT /2020-08-15/logs`
        case logs
        /// `PUT /2022-07-01/telemetry`
        case telemetry
    }

    package var api: API {
        switch self {
        case .logs2020, .logs2021: .logs
        case .telemetry2022July, .telemetry2022December, .telemetry2025: .telemetry
        }
    }
}

/// What a subscription can ask for.
package enum TelemetryType: String, Hashable, Sendable, CaseIterable {
    case platform
    case function
    case `extension`
}
