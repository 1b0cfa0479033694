import APIGateway

/// What resources of API Gateway and Elastic Load Balancing are called and answer to `Fn::GetAtt` (CloudFormation template
/// reference, "Return values" of each type).
extension Evaluation {
    func gatewayAttribute(_ attribute: String, of resource: Resource, name: String) -> String? {
        switch (resource.type, attribute) {
        case ("AWS::ApiGateway::Resource", "ResourceId"), ("AWS::ApiGateway::Authorizer", "AuthorizerId"),
            ("AWS::ApiGateway::RequestValidator", "RequestValidatorId"), ("AWS::ApiGateway::Deployment", "DeploymentId"),
            ("AWS::ApiGateway::VpcLink", "VpcLinkId"), ("AWS::ApiGatewayV2::Authorizer", "AuthorizerId"),
            ("AWS::ApiGatewayV2::Deployment", "DeploymentId"), ("AWS::ApiGatewayV2::ApiMapping", "ApiMappingId"),
            ("AWS::ApiGatewayV2::VpcLink", "VpcLinkId"):
            return self.gatewayID(of: resource, length: 6)
        case ("AWS::ApiGatewayV2::Integration", "IntegrationId"), ("AWS::ApiGatewayV2::Route", "RouteId"):
            return self.gatewayID(of: resource, length: 7)
        case ("AWS::ApiGateway::UsagePlan", "Id"), ("AWS::ApiGateway::ApiKey", "APIKeyId"),
            ("AWS::ApiGateway::UsagePlanKey", "Id"):
            return self.gatewayID(of: resource, length: UsagePlanReader.idLength)
        case ("AWS::ApiGateway::DomainName", "RegionalDomainName"), ("AWS::ApiGatewayV2::DomainName", "RegionalDomainName"):
            return "d-\(self.gatewayID(of: resource, length: 10)).execute-api.\(self.options.region).\(self.options.urlSuffix)"
        case ("AWS::ApiGateway::DomainName", "DistributionDomainName"):
            return "d\(self.gatewayID(of: resource, length: 10)).cloudfront.net"
        case ("AWS::ApiGateway::DomainName", "DomainNameArn"), ("AWS::ApiGatewayV2::DomainName", "DomainNameArn"):
            return self.arn("apigateway", "/domainnames/\(name)", account: "")
        case ("AWS::ElasticLoadBalancingV2::LoadBalancer", "DNSName"): return self.balancerDNSName(of: resource)
        case ("AWS::ElasticLoadBalancingV2::LoadBalancer", "LoadBalancerName"),
            ("AWS::ElasticLoadBalancingV2::TargetGroup", "TargetGroupName"):
            return name
        case ("AWS::ElasticLoadBalancingV2::LoadBalancer", "LoadBalancerFullName"):
            return self.balancingPath(of: resource).pieces(separatedBy: "loadbalancer/").last
        case ("AWS::ElasticLoadBalancingV2::TargetGroup", "TargetGroupFullName"): return self.balancingPath(of: resource)
        case ("AWS::ElasticLoadBalancingV2::LoadBalancer", "LoadBalancerArn"),
            ("AWS::ElasticLoadBalancingV2::Listener", "ListenerArn"), ("AWS::ElasticLoadBalancingV2::ListenerRule", "RuleArn"),
            ("AWS::ElasticLoadBalancingV2::TargetGroup", "TargetGroupArn"):
            return self.balancingARN(of: resource)
        case ("AWS::WAFv2::WebACL", "LabelNamespace"), ("AWS::WAFv2::RuleGroup", "LabelNamespace"):
            return self.labelNamespace(of: resource)
        case (let type, "Id") where type.hasPrefix("AWS::WAFv2::"): return Self.firewallID(resource)
        default: return nil
        }
    }

    func vpcEndpointID(of resource: Resource) -> String { "vpce-0" + Self.balancingID(resource.logicalID) }

    // MARK: AWS WAF

    /// What `Ref` gives: `Name|0123…-…|REGIONAL`.
    func firewallReference(of resource: Resource) -> String {
        "\(self.physicalName(of: resource))|\(Self.firewallID(resource))|\(self.firewallScope(of: resource))"
    }

    /// `arn:aws:wafv2:us-east-1:000000000000:regional/webacl/Name/0123…-…`
    func firewallARN(of resource: Resource) -> String {
        let kind = resource.type.pieces(separatedBy: "::").last?.lowercased() ?? ""
        let scope = self.firewallScope(of: resource) == "CLOUDFRONT" ? "global" : "regional"
        return self.arn("wafv2", "\(scope)/\(kind)/\(self.physicalName(of: resource))/\(Self.firewallID(resource))")
    }

    /// What labels of a web ACL's or rule group's rules begin with.
    func labelNamespace(of resource: Resource) -> String {
        let kind = resource.type.pieces(separatedBy: "::").last?.lowercased() ?? ""
        return "awswaf:\(self.options.accountID):\(kind):\(self.physicalName(of: resource)):"
    }

    private func firewallScope(of resource: Resource) -> String {
        resource.properties["Scope"].flatMap { self.resolve($0, path: resource.path(of: "Scope")).text } ?? ""
    }

    /// A UUID that stays the same from run to run.
    private static func firewallID(_ resource: Resource) -> String {
        let digits = Array(self.balancingID(resource.logicalID) + self.balancingID(resource.type + resource.logicalID))
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
    }

    // MARK: Load balancing

    func balancingARN(of resource: Resource) -> String { self.arn("elasticloadbalancing", self.balancingPath(of: resource)) }

    func balancerDNSName(of resource: Resource) -> String {
        let name = self.physicalName(of: resource)
        let isNetwork =
            resource.properties["Type"].flatMap { self.resolve($0, path: resource.path(of: "Type")).text } == "network"
        let place = isNetwork ? "elb.\(self.options.region)" : "\(self.options.region).elb"
        return "\(name)-\(Self.balancingID(resource.logicalID)).\(place).\(self.options.urlSuffix)".lowercased()
    }

    /// `loadbalancer/net/name/0123456789abcdef`, `targetgroup/name/…`, `listener/net/name/…/…`.
    private func balancingPath(of resource: Resource) -> String {
        let id = Self.balancingID(resource.logicalID)
        switch resource.type {
        case "AWS::ElasticLoadBalancingV2::LoadBalancer":
            let type = resource.properties["Type"].flatMap { self.resolve($0, path: resource.path(of: "Type")).text }
            let word = type == "network" ? "net" : type == "gateway" ? "gwy" : "app"
            return "loadbalancer/\(word)/\(self.physicalName(of: resource))/\(id)"
        case "AWS::ElasticLoadBalancingV2::TargetGroup": return "targetgroup/\(self.physicalName(of: resource))/\(id)"
        case "AWS::ElasticLoadBalancingV2::Listener": return "listener/\(resource.logicalID)/\(id)"
        default: return "listener-rule/\(resource.logicalID)/\(id)"
        }
    }

    /// Sixteen hexadecimal digits.
    private static func balancingID(_ logicalID: String) -> String {
        let digits = API.id(forLogicalID: logicalID).utf8.map { String($0 & 15, radix: 16) }.joined()
        return String((digits + digits).prefix(16))
    }
}
