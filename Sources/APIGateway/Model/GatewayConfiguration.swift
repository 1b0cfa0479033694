/// Everything of API Gateway, and of the load balancers behind it, that one deployment has in its account and region.
package struct GatewayConfiguration: Hashable, Sendable {
    /// In the order of the template.
    package var apis: [API] = []
    package var usagePlans: [UsagePlan] = []
    package var apiKeys: [APIKey] = []
    package var domains: [CustomDomain] = []
    package var vpcLinks: [VPCLink] = []
    package var loadBalancers: [LoadBalancer] = []
    package var targetGroups: [TargetGroup] = []
    /// The VPC of each interface endpoint, `vpce-…`, through which private APIs are reached.
    package var vpcEndpoints: [String: String] = [:]

    package init(apis: [API] = []) { self.apis = apis }
}
