/// `AccessLogSetting` (REST), `AccessLogSettings` (HTTP).
package struct AccessLogSettings: Hashable, Sendable {
    /// The ARN of a log group or delivery stream; `nil` where only a format is given.
    package var destinationARN: String?
    /// `$context.requestId $context.status …`
    package var format: String

    package init(destinationARN: String? = nil, format: String) {
        self.destinationARN = destinationARN
        self.format = format
    }
}

/// A rate with the bucket that smooths it. A part that is `nil` sets no limit.
package struct ThrottleSettings: Hashable, Sendable {
    /// Tokens that a bucket holds.
    package var burstLimit: Int?
    /// Tokens a second.
    package var rateLimit: Double?

    package init(rateLimit: Double? = nil, burstLimit: Int? = nil) {
        self.rateLimit = rateLimit
        self.burstLimit = burstLimit
    }

    package var isEmpty: Bool { self.burstLimit == nil && self.rateLimit == nil }
}

extension RestAPI {
    package struct Stage: Hashable, Sendable {
        /// The segment of the path: `Prod`.
        package var name: String
        package var description = ""
        /// Ten characters; what `$context.deploymentId` says.
        package var deploymentID = ""
        package var variables: [String: String]
        package var methodSettings: [MethodSettings] = []
        package var canary: CanarySettings?
        package var accessLog: AccessLogSettings?
        package var tracingEnabled = false
        /// The stage has a cache, `CacheClusterEnabled`; which answers it keeps is the methods' own.
        package var cachesResponses = false
        /// What requests have to pass first; `nil` for nothing.
        package var webACL: WebACL?

        package init(name: String, variables: [String: String] = [:]) {
            self.name = name
            self.variables = variables
        }

        /// The settings that count for a method: its own, else those of all verbs of the resource, else those of `/*`.
        package func settings(resourcePath: String, method: String) -> MethodSettings? {
            let candidates = [(resourcePath, method), (resourcePath, "*"), ("/*", method), ("/*", "*")]
            for (path, verb) in candidates {
                if let found = self.methodSettings.last(where: { $0.resourcePath == path && $0.httpMethod == verb }) {
                    return found
                }
            }
            return nil
        }
    }

    /// Settings of the methods of a stage (API Gateway API reference, "MethodSetting").
    package struct MethodSettings: Hashable, Sendable {
        package enum LogLevel: String, Hashable, Sendable, CaseIterable {
            case off = "OFF"
            case error = "ERROR"
            case info = "INFO"
        }

        /// `/orders/{id}`, or `/*` for all resources.
        package var resourcePath: String
        /// A verb in capitals, or `*` for all.
        package var httpMethod: String
        package var throttle = ThrottleSettings()
        package var logLevel = LogLevel.off
        package var caches = false
        /// 0 to 3,600; `nil` for the 300 that API Gateway takes.
        package var cacheTTLSeconds: Int?
        /// Bodies and headers in the execution log.
        package var tracesData = false

        package init(resourcePath: String, httpMethod: String) {
            self.resourcePath = resourcePath
            self.httpMethod = httpMethod
        }
    }

    /// A share of the stage's requests that another deployment serves.
    package struct CanarySettings: Hashable, Sendable {
        package var deploymentID: String
        /// 0 to 100.
        package var percentTraffic: Double
        /// Merged over the variables of the stage.
        package var variableOverrides: [String: String]
        package var usesStageCache: Bool

        package init(
            deploymentID: String, percentTraffic: Double, variableOverrides: [String: String] = [:], usesStageCache: Bool = false
        ) {
            self.deploymentID = deploymentID
            self.percentTraffic = percentTraffic
            self.variableOverrides = variableOverrides
            self.usesStageCache = usesStageCache
        }
    }
}

extension HTTPAPI {
    package struct Stage: Hashable, Sendable {
        /// The segment of the path; `$default` for the stage without one.
        package var name: String
        package var description = ""
        package var deploymentID = ""
        package var autoDeploy = true
        package var variables: [String: String]
        package var accessLog: AccessLogSettings?
        package var defaultThrottle = ThrottleSettings()
        /// Own limits of routes, by route key.
        package var routeThrottles: [String: ThrottleSettings] = [:]

        package init(name: String, variables: [String: String] = [:]) {
            self.name = name
            self.variables = variables
        }

        /// What limits a route: its own settings where it has some, else the stage's.
        package func throttle(routeKey: String) -> ThrottleSettings { self.routeThrottles[routeKey] ?? self.defaultThrottle }
    }
}
