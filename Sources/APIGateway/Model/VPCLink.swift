/// The way into a private network (API Gateway API reference, "VpcLink"; V2 API reference, "VpcLink").
package struct VPCLink: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// REST: the ARN of the network load balancer behind it.
        case loadBalancers(arns: [String])
        /// V2: the integration names the listener or service.
        case subnets(ids: [String], securityGroupIDs: [String])
    }

    package var id: String
    package var logicalID: String
    package var name: String
    package var kind: Kind

    package init(id: String, logicalID: String, name: String, kind: Kind) {
        self.id = id
        self.logicalID = logicalID
        self.name = name
        self.kind = kind
    }
}

/// Elastic Load Balancing API reference, "LoadBalancer", "Listener", "Rule".
package struct LoadBalancer: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case application
        case network
        case gateway
    }

    package var arn: String
    package var logicalID: String
    package var name: String
    package var kind: Kind
    package var dnsName: String
    package var listeners: [Listener] = []

    package init(arn: String, logicalID: String, name: String, kind: Kind, dnsName: String) {
        self.arn = arn
        self.logicalID = logicalID
        self.name = name
        self.kind = kind
        self.dnsName = dnsName
    }

    package struct Listener: Hashable, Sendable {
        package var arn: String
        package var logicalID: String
        package var port: Int
        /// `TCP`, `TLS`, `UDP`, `TCP_UDP`, `HTTP`, `HTTPS`.
        package var protocolName: String
        package var defaultActions: [Action]
        /// By priority, the lowest first.
        package var rules: [Rule] = []

        package init(arn: String, logicalID: String, port: Int, protocolName: String, defaultActions: [Action]) {
            self.arn = arn
            self.logicalID = logicalID
            self.port = port
            self.protocolName = protocolName
            self.defaultActions = defaultActions
        }
    }

    package struct Rule: Hashable, Sendable {
        package var arn: String
        package var priority: Int
        /// All have to hold.
        package var conditions: [Condition]
        package var actions: [Action]

        package init(arn: String, priority: Int, conditions: [Condition], actions: [Action]) {
            self.arn = arn
            self.priority = priority
            self.conditions = conditions
            self.actions = actions
        }
    }

    /// One of the values has to fit; `*` and `?` are wildcards.
    package enum Condition: Hashable, Sendable {
        case pathPattern([String])
        case hostHeader([String])
        case httpHeader(name: String, values: [String])
        case httpRequestMethod([String])
        /// A pair without a key fits the value of any.
        case queryString([QueryPair])
        case sourceIP([String])
    }

    package struct QueryPair: Hashable, Sendable {
        package var key: String?
        package var value: String

        package init(key: String?, value: String) {
            self.key = key
            self.value = value
        }
    }

    package enum Action: Hashable, Sendable {
        case forward([WeightedTargetGroup])
        case redirect(Redirect)
        case fixedResponse(statusCode: String, contentType: String?, body: String?)
    }

    package struct WeightedTargetGroup: Hashable, Sendable {
        package var arn: String
        package var weight: Int

        package init(arn: String, weight: Int = 1) {
            self.arn = arn
            self.weight = weight
        }
    }

    /// Parts may hold `#{protocol}`, `#{host}`, `#{port}`, `#{path}`, `#{query}`.
    package struct Redirect: Hashable, Sendable {
        /// `HTTP_301` or `HTTP_302`
        package var statusCode: String
        package var protocolName = "#{protocol}"
        package var host = "#{host}"
        package var port = "#{port}"
        package var path = "/#{path}"
        package var query = "#{query}"

        package init(statusCode: String) { self.statusCode = statusCode }
    }
}

/// Elastic Load Balancing API reference, "TargetGroup".
package struct TargetGroup: Hashable, Sendable {
    package enum TargetType: String, Hashable, Sendable, CaseIterable {
        case instance
        case ip
        case lambda
        case alb
    }

    package struct Target: Hashable, Sendable {
        /// An instance id, an address, the ARN of a function or load balancer; a host name as well here.
        package var id: String
        /// `nil`: the group's.
        package var port: Int?

        package init(id: String, port: Int? = nil) {
            self.id = id
            self.port = port
        }
    }

    package struct HealthCheck: Hashable, Sendable {
        package var isEnabled = true
        /// `TCP`, `HTTP`, `HTTPS`.
        package var protocolName: String
        /// `nil` for `traffic-port`: that of each target.
        package var port: Int?
        /// HTTP and HTTPS.
        package var path = "/"
        package var intervalSeconds = 30
        package var timeoutSeconds: Int
        package var healthyThreshold: Int
        package var unhealthyThreshold: Int
        /// HTTP and HTTPS: `200`, `200,202`, `200-399`.
        package var matcher: String

        package init(protocolName: String, timeoutSeconds: Int, healthyThreshold: Int, unhealthyThreshold: Int, matcher: String) {
            self.protocolName = protocolName
            self.timeoutSeconds = timeoutSeconds
            self.healthyThreshold = healthyThreshold
            self.unhealthyThreshold = unhealthyThreshold
            self.matcher = matcher
        }
    }

    package var arn: String
    package var logicalID: String
    package var name: String
    /// `TCP`, `HTTP`, …; `nil` for a function.
    package var protocolName: String?
    package var port: Int?
    package var targetType: TargetType
    package var healthCheck: HealthCheck
    package var targets: [Target] = []
    /// How long a target that leaves keeps its connections.
    package var deregistrationDelaySeconds = 300

    package init(
        arn: String, logicalID: String, name: String, protocolName: String?, port: Int?, targetType: TargetType,
        healthCheck: HealthCheck
    ) {
        self.arn = arn
        self.logicalID = logicalID
        self.name = name
        self.protocolName = protocolName
        self.port = port
        self.targetType = targetType
        self.healthCheck = healthCheck
    }
}
