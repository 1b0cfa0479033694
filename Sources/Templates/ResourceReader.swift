import APIGateway
import LambdaCore

/// Turns the resources of an evaluation into functions, APIs and queues, and tells of those that are not emulated.
struct ResourceReader {
    /// Nothing a local host would do for them: permissions, logs, alarms, keys. Passed over in silence.
    static let silent: Set<String> = [
        "AWS::ApiGateway::Account", "AWS::ApiGateway::DocumentationPart", "AWS::ApiGateway::DocumentationVersion",
        "AWS::CDK::Metadata", "AWS::CloudFormation::WaitConditionHandle", "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::CompositeAlarm", "AWS::CloudWatch::Dashboard", "AWS::IAM::Group", "AWS::IAM::InstanceProfile",
        "AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::IAM::Role", "AWS::IAM::RolePolicy", "AWS::IAM::ServiceLinkedRole",
        "AWS::IAM::User", "AWS::IAM::UserPolicy", "AWS::KMS::Alias", "AWS::KMS::Key", "AWS::Lambda::CodeSigningConfig",
        "AWS::ElasticLoadBalancingV2::ListenerCertificate", "AWS::Lambda::LayerVersionPermission", "AWS::Lambda::Permission",
        "AWS::Logs::LogGroup", "AWS::SNS::TopicPolicy", "AWS::Serverless::Connector",
    ]
    static let functionTypes: Set<String> = ["AWS::Serverless::Function", "AWS::Lambda::Function"]
    static let attached: Set<String> = ["AWS::Lambda::Alias", "AWS::Lambda::EventInvokeConfig", "AWS::Lambda::Url"]
    static let types =
        Array(functionTypes) + Array(attached) + Array(LayerReader.types) + Array(silent) + Array(GatewayReader.types)
        + [
            "AWS::Serverless::Api", "AWS::Serverless::HttpApi", MappingReader.resourceType, "AWS::SQS::Queue",
            "AWS::SQS::QueuePolicy", "AWS::DynamoDB::Table", "AWS::S3::Bucket",
            "AWS::SNS::Topic",
        ]

    let evaluation: Evaluation

    func read() -> Deployment {
        ServerlessExpansion(evaluation: self.evaluation).run()
        var functions: [DeployedFunction] = []
        var places: [String: String] = [:]
        let resources = self.evaluation.resourceOrder.compactMap { self.evaluation.resources[$0] }
        for resource in resources where Self.functionTypes.contains(resource.type) {
            guard let configuration = FunctionReader(self.evaluation, resource).read() else { continue }
            if let other = places[configuration.name] {
                self.evaluation.error(
                    "The function name \(configuration.name) is taken by \(other) already. Give another FunctionName.",
                    at: resource.location, path: resource.path)
            }
            places[configuration.name] = resource.logicalID
            functions.append(DeployedFunction(logicalID: resource.logicalID, configuration: configuration))
        }
        for resource in resources { self.tell(of: resource) }
        for resource in resources where Self.attached.contains(resource.type) {
            AttachedResourceReader(evaluation: self.evaluation, resource: resource).apply(to: &functions)
        }
        let gateway = GatewayReader(evaluation: self.evaluation).read(
            functions: Set(functions.map(\.configuration.name)))
        let queues = QueueReader(evaluation: self.evaluation).read()
        let mappings = MappingReader(evaluation: self.evaluation).read(functions)
        self.tellOfUnusedOverrides()
        var deployment = Deployment(
            functions: functions, gateway: gateway, queues: queues, notices: self.evaluation.diagnostics.notices)
        deployment.mappings = mappings
        return deployment
    }

    private func tell(of resource: Resource) {
        let type = resource.type
        if Self.functionTypes.contains(type) || Self.attached.contains(type) || Self.silent.contains(type) { return }
        if GatewayReader.types.contains(type) { return }
        if type == QueueReader.queueType || QueueReader.policyTypes.contains(type) || type == MappingReader.resourceType {
            return
        }
        if LayerReader.types.contains(type) {
            PropertyReader(self.evaluation, resource).check(.layerVersion)
            return
        }
        let suggestion =
            ["AWS::Serverless::", "AWS::Lambda::", "AWS::ApiGateway", "AWS::ElasticLoadBalancingV2::", "AWS::WAFv2::"].contains {
                type.hasPrefix($0)
            }
            ? Suggestion.nearest(to: type, among: Self.types.sorted()) : nil
        let known = ResourceKind.of(type) != nil || suggestion == nil || Self.otherTypes.contains(type)
        guard known else {
            self.evaluation.error(
                "There is no resource type \(type). Did you mean \(suggestion ?? "")?", at: resource.location, path: resource.path
            )
            return
        }
        self.evaluation.notice("Not emulated; \(Self.consequence(of: type)).", at: resource.location, path: resource.pathWithType)
    }

    /// Types that look much like others and do exist.
    private static let otherTypes: Set<String> = [
        "AWS::ApiGateway::BasePathMappingV2", "AWS::ApiGateway::ClientCertificate", "AWS::ApiGateway::DomainNameV2",
        "AWS::ApiGateway::DomainNameAccessAssociation", "AWS::ApiGatewayV2::ApiGatewayManagedOverrides",
        "AWS::ApiGatewayV2::IntegrationResponse", "AWS::ApiGatewayV2::Model", "AWS::ApiGatewayV2::RouteResponse",
        "AWS::ApiGatewayV2::RoutingRule", "AWS::ElasticLoadBalancingV2::TrustStore",
        "AWS::ElasticLoadBalancingV2::TrustStoreRevocation", "AWS::Lambda::CapacityProvider", "AWS::Lambda::Version",
        "AWS::Serverless::Application",
        "AWS::Serverless::CapacityProvider", "AWS::Serverless::GraphQLApi", "AWS::Serverless::SimpleTable",
        "AWS::Serverless::StateMachine",
        "AWS::Serverless::WebSocketApi", "AWS::WAFv2::LoggingConfiguration",
    ]

    private static func consequence(of type: String) -> String {
        switch type {
        case "AWS::Lambda::Version": "aliases follow $LATEST"
        case "AWS::WAFRegional::WebACL", "AWS::WAFRegional::WebACLAssociation": "no request is filtered"
        case "AWS::WAFv2::LoggingConfiguration": "the host's own log says what a web ACL does, with --trace"
        case "AWS::CloudFormation::Stack", "AWS::Serverless::Application": "the nested template is not read"
        default:
            "functions get its name, and calls to it go where their AWS client sends them"
        }
    }

    private func tellOfUnusedOverrides() {
        guard let overrides = self.evaluation.options.environmentOverrides else { return }
        let functions = self.evaluation.resources.values.filter { Self.functionTypes.contains($0.type) }
        let names = Set(functions.flatMap { [$0.logicalID, self.evaluation.physicalName(of: $0)] })
        for (name, location) in overrides.places.sorted(by: { $0.key < $1.key }) where !names.contains(name) {
            self.evaluation.notice(
                "The template has no function \(name)." + Suggestion.sentence(for: name, among: names.sorted()), at: location,
                path: name)
        }
    }
}
