/// Who may call which stages how often (API Gateway API reference, "UsagePlan").
package struct UsagePlan: Hashable, Sendable {
    /// A stage that the plan opens to its keys.
    package struct Stage: Hashable, Sendable {
        package var apiID: String
        package var stage: String
        /// By `/path/VERB`; they count instead of the plan's for these methods.
        package var throttles: [String: ThrottleSettings]

        package init(apiID: String, stage: String, throttles: [String: ThrottleSettings] = [:]) {
            self.apiID = apiID
            self.stage = stage
            self.throttles = throttles
        }
    }

    package struct Quota: Hashable, Sendable {
        package enum Period: String, Hashable, Sendable, CaseIterable {
            case day = "DAY"
            case week = "WEEK"
            case month = "MONTH"
        }

        /// Requests in a period.
        package var limit: Int
        package var period: Period
        /// Taken off the limit of the first period.
        package var offset: Int

        package init(limit: Int, period: Period, offset: Int = 0) {
            self.limit = limit
            self.period = period
            self.offset = offset
        }
    }

    package var id: String
    package var logicalID: String
    package var name: String
    package var description = ""
    package var stages: [Stage] = []
    package var throttle = ThrottleSettings()
    package var quota: Quota?
    /// Ids of the keys that belong to it.
    package var keyIDs: [String] = []

    package init(id: String, logicalID: String, name: String) {
        self.id = id
        self.logicalID = logicalID
        self.name = name
    }
}

/// API Gateway API reference, "ApiKey".
package struct APIKey: Hashable, Sendable {
    package var id: String
    package var logicalID: String
    package var name: String
    /// 20 to 128 characters, unique.
    package var value: String
    /// A key is disabled unless `Enabled` says otherwise.
    package var isEnabled: Bool
    package var description = ""
    package var customerID: String?

    package init(id: String, logicalID: String, name: String, value: String, isEnabled: Bool) {
        self.id = id
        self.logicalID = logicalID
        self.name = name
        self.value = value
        self.isEnabled = isEnabled
    }

    /// The value of a key that the template gives none: 40 characters, derived from the logical id, so that it stays the same.
    package static func value(forLogicalID logicalID: String) -> String {
        (0..<4).map { API.id(forLogicalID: "\(logicalID)/\($0)") }.joined()
    }
}
