import APIGateway

/// Reads the resources of API Gateway, Elastic Load Balancing and AWS WAF of a template, those that SAM generates among them,
/// into one configuration. Types are AWS's; each reader has its page of the CloudFormation template reference.
struct GatewayReader {
    let evaluation: Evaluation

    /// Types that are read here.
    static let types: Set<String> = [
        "AWS::ApiGateway::RestApi", "AWS::ApiGateway::Resource", "AWS::ApiGateway::Method", "AWS::ApiGateway::Authorizer",
        "AWS::ApiGateway::Model", "AWS::ApiGateway::RequestValidator", "AWS::ApiGateway::GatewayResponse",
        "AWS::ApiGateway::Deployment", "AWS::ApiGateway::Stage", "AWS::ApiGateway::UsagePlan",
        "AWS::ApiGateway::UsagePlanKey", "AWS::ApiGateway::ApiKey", "AWS::ApiGateway::DomainName",
        "AWS::ApiGateway::BasePathMapping", "AWS::ApiGateway::VpcLink", "AWS::ApiGatewayV2::Api",
        "AWS::ApiGatewayV2::Route", "AWS::ApiGatewayV2::Integration", "AWS::ApiGatewayV2::Authorizer",
        "AWS::ApiGatewayV2::Stage", "AWS::ApiGatewayV2::Deployment", "AWS::ApiGatewayV2::DomainName",
        "AWS::ApiGatewayV2::ApiMapping", "AWS::ApiGatewayV2::VpcLink", "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancingV2::ListenerRule",
        "AWS::ElasticLoadBalancingV2::TargetGroup", "AWS::EC2::VPCEndpoint", "AWS::WAFv2::WebACL",
        "AWS::WAFv2::WebACLAssociation", "AWS::WAFv2::IPSet", "AWS::WAFv2::RegexPatternSet", "AWS::WAFv2::RuleGroup",
    ]

    /// - Parameter functions: names of the functions that the template has.
    func read(functions: Set<String>) -> GatewayConfiguration {
        var configuration = GatewayConfiguration()
        for resource in self.evaluation.resourceOrder.compactMap({ self.evaluation.resources[$0] }) {
            switch resource.type {
            case "AWS::ApiGateway::RestApi":
                if let api = RestAPIReader(APIResource(self.evaluation, resource)).read() {
                    configuration.apis.append(.rest(api))
                }
            case "AWS::ApiGatewayV2::Api":
                if let api = HTTPAPIReader(APIResource(self.evaluation, resource)).read() {
                    configuration.apis.append(.http(api))
                }
            default: break
            }
        }
        self.tellOfStrays(configuration)
        UsagePlanReader(evaluation: self.evaluation).read(into: &configuration)
        DomainReader(evaluation: self.evaluation).read(into: &configuration)
        LoadBalancerReader(evaluation: self.evaluation).read(into: &configuration)
        WebACLReader(evaluation: self.evaluation).read(into: &configuration)
        configuration.vpcEndpoints = self.vpcEndpoints()
        GatewayQuotas(evaluation: self.evaluation).check(configuration)
        for api in configuration.apis {
            guard let resource = self.evaluation.resources[api.logicalID] else { continue }
            self.check(
                api, functions, links: Set(configuration.vpcLinks.map(\.id)), at: resource.location, path: resource.path)
        }
        return configuration
    }

    /// The resources of these types, in the order of the template.
    static func resources(_ types: String..., in evaluation: Evaluation) -> [Resource] {
        evaluation.resourceOrder.compactMap { evaluation.resources[$0] }.filter { types.contains($0.type) }
    }

    /// Parts of an API that is not in the template.
    private func tellOfStrays(_ configuration: GatewayConfiguration) {
        // An API with errors is not in the list; its errors are told already.
        guard self.evaluation.diagnostics.errors.isEmpty else { return }
        let ids = Set(configuration.apis.map(\.id))
        for resource in self.evaluation.resourceOrder.compactMap({ self.evaluation.resources[$0] }) {
            guard let property = Self.parent[resource.type] else { continue }
            let reader = PropertyReader(self.evaluation, resource)
            guard let id = reader.required(property, hint: "Name the API that this belongs to."), !ids.contains(id) else {
                continue
            }
            reader.notice("\"\(id)\" is no API of this template; this has no effect.", at: property)
        }
    }

    private static let parent: [String: String] = [
        "AWS::ApiGateway::Resource": "RestApiId", "AWS::ApiGateway::Method": "RestApiId",
        "AWS::ApiGateway::Authorizer": "RestApiId", "AWS::ApiGateway::Model": "RestApiId",
        "AWS::ApiGateway::RequestValidator": "RestApiId", "AWS::ApiGateway::GatewayResponse": "RestApiId",
        "AWS::ApiGateway::Deployment": "RestApiId", "AWS::ApiGateway::Stage": "RestApiId",
        "AWS::ApiGatewayV2::Route": "ApiId", "AWS::ApiGatewayV2::Integration": "ApiId",
        "AWS::ApiGatewayV2::Authorizer": "ApiId", "AWS::ApiGatewayV2::Stage": "ApiId",
        "AWS::ApiGatewayV2::Deployment": "ApiId",
    ]

    /// The VPC of each interface endpoint of API Gateway: what `aws:SourceVpc` says of requests through it.
    private func vpcEndpoints() -> [String: String] {
        var networks: [String: String] = [:]
        for resource in Self.resources("AWS::EC2::VPCEndpoint", in: self.evaluation) {
            let reader = PropertyReader(self.evaluation, resource)
            guard let service = reader.required("ServiceName") else { continue }
            guard service.hasSuffix(".execute-api") else {
                reader.notice("Endpoints of other services than execute-api are not emulated.", at: "ServiceName")
                continue
            }
            reader.check(
                PropertyTable(
                    emulated: ["ServiceName", "VpcId"],
                    ignorable: [
                        "VpcEndpointType", "PrivateDnsEnabled", "SubnetIds", "SecurityGroupIds", "RouteTableIds", "DnsOptions",
                        "IpAddressType", "ServiceRegion", "Tags",
                    ], unemulated: ["PolicyDocument"]))
            if let network = reader.required("VpcId") { networks[self.evaluation.vpcEndpointID(of: resource)] = network }
        }
        return networks
    }

    // MARK: What an API names

    /// Tells of an API that nobody can reach, and of functions and links that aren't there.
    /// - Parameter path: of the API; places in it follow behind a slash.
    func check(_ api: API, _ functions: Set<String>, links: Set<String>, at location: SourceLocation, path: String) {
        guard self.evaluation.diagnostics.errors.isEmpty else { return }
        func notice(_ message: String, _ place: String) {
            self.evaluation.notice(message, at: location, path: path.isEmpty ? place : "\(path)/\(place)")
        }
        if api.stageNames.isEmpty { notice("The API has no stage; nothing of it is served.", "Stages") }
        for operation in api.operations {
            let place = "\(operation.method ?? "") \(operation.path)"
            if case .success(.function(let function, streams: _)) = operation.integration.target,
                !function.name.contains("${"), !functions.contains(function.name)
            {
                notice("The function \(function.name) is not in this template; its requests fail.", place)
            }
            if case .vpcLink(let id) = operation.integration.connection, !id.contains("${"), !links.contains(id) {
                notice("The VPC link \"\(id)\" is not in this template; its requests fail.", place)
            }
        }
        for authorizer in api.authorizers {
            guard let uri = authorizer.functionURI,
                case .success(.function(let function, streams: _)) =
                    IntegrationTarget.parse(uri, type: .awsProxy), !function.name.contains("${"),
                !functions.contains(function.name)
            else { continue }
            notice(
                "The function \(function.name) is not in this template; the authorizer lets nobody in.",
                "Authorizers/\(authorizer.name)")
        }
    }
}

extension Evaluation {
    /// The id that AWS would give a resource: derived from its logical id.
    func gatewayID(of resource: Resource, length: Int) -> String {
        String(API.id(forLogicalID: resource.logicalID).prefix(length))
    }
}
