/// How resources of a type are named and referred to (CloudFormation template reference, "Return values" of each type).
struct ResourceKind {
    enum Reference {
        case name
        case arn
        case apiID
        case queueURL
        /// An id of API Gateway's, of so many characters, derived from the logical id.
        case gatewayID(Int)
        /// `vpce-` and 17 hexadecimal digits.
        case vpcEndpointID
        /// The ARN of a load balancer or of a part of one.
        case balancingARN
        /// Name, id and scope of a resource of AWS WAF.
        case firewall
        /// An alias or version of a function.
        case qualifiedFunction
    }

    var nameProperty: String?
    var reference: Reference = .name
    var service: String
    /// What stands before and behind the name in the last part of the ARN.
    var arnPrefix = ""
    var arnSuffix = ""
    /// Without a region in its ARN.
    var isGlobal = false

    static func of(_ type: String) -> ResourceKind? { self.all[type] }

    private static let function = ResourceKind(nameProperty: "FunctionName", service: "lambda", arnPrefix: "function:")
    private static let layer = ResourceKind(
        nameProperty: "LayerName", reference: .arn, service: "lambda", arnPrefix: "layer:", arnSuffix: ":1")
    private static let table = ResourceKind(nameProperty: "TableName", service: "dynamodb", arnPrefix: "table/")
    private static let stateMachine = ResourceKind(
        nameProperty: "StateMachineName", reference: .arn, service: "states", arnPrefix: "stateMachine:")

    private static func gateway(_ length: Int) -> ResourceKind {
        ResourceKind(reference: .gatewayID(length), service: "apigateway")
    }
    private static let balancing = ResourceKind(
        nameProperty: "Name", reference: .balancingARN, service: "elasticloadbalancing")

    private static let firewall = ResourceKind(nameProperty: "Name", reference: .firewall, service: "wafv2")

    private static let all: [String: ResourceKind] = [
        "AWS::Serverless::Function": function,
        "AWS::Lambda::Function": function,
        "AWS::Serverless::LayerVersion": layer,
        "AWS::Lambda::LayerVersion": layer,
        "AWS::Lambda::Alias": ResourceKind(
            nameProperty: "Name", reference: .qualifiedFunction, service: "lambda", arnPrefix: "function:"),
        "AWS::Lambda::Version": ResourceKind(reference: .qualifiedFunction, service: "lambda", arnPrefix: "function:"),
        "AWS::Serverless::Api": ResourceKind(reference: .apiID, service: "apigateway", arnPrefix: "/restapis/"),
        "AWS::ApiGateway::RestApi": ResourceKind(reference: .apiID, service: "apigateway", arnPrefix: "/restapis/"),
        "AWS::Serverless::HttpApi": ResourceKind(reference: .apiID, service: "apigateway", arnPrefix: "/apis/"),
        "AWS::ApiGatewayV2::Api": ResourceKind(reference: .apiID, service: "apigateway", arnPrefix: "/apis/"),
        "AWS::SQS::Queue": ResourceKind(nameProperty: "QueueName", reference: .queueURL, service: "sqs"),
        "AWS::SNS::Topic": ResourceKind(nameProperty: "TopicName", reference: .arn, service: "sns"),
        "AWS::IAM::Role": ResourceKind(nameProperty: "RoleName", service: "iam", arnPrefix: "role/", isGlobal: true),
        "AWS::IAM::ManagedPolicy": ResourceKind(
            nameProperty: "ManagedPolicyName", reference: .arn, service: "iam", arnPrefix: "policy/", isGlobal: true),
        "AWS::IAM::User": ResourceKind(nameProperty: "UserName", service: "iam", arnPrefix: "user/", isGlobal: true),
        "AWS::S3::Bucket": ResourceKind(nameProperty: "BucketName", service: "s3", isGlobal: true),
        "AWS::DynamoDB::Table": table,
        "AWS::DynamoDB::GlobalTable": table,
        "AWS::Serverless::SimpleTable": table,
        "AWS::Kinesis::Stream": ResourceKind(nameProperty: "Name", service: "kinesis", arnPrefix: "stream/"),
        "AWS::Events::EventBus": ResourceKind(nameProperty: "Name", service: "events", arnPrefix: "event-bus/"),
        "AWS::Events::Rule": ResourceKind(nameProperty: "Name", service: "events", arnPrefix: "rule/"),
        "AWS::Logs::LogGroup": ResourceKind(
            nameProperty: "LogGroupName", service: "logs", arnPrefix: "log-group:", arnSuffix: ":*"),
        "AWS::StepFunctions::StateMachine": stateMachine,
        "AWS::Serverless::StateMachine": stateMachine,
        "AWS::SecretsManager::Secret": ResourceKind(
            nameProperty: "Name", reference: .arn, service: "secretsmanager", arnPrefix: "secret:"),
        "AWS::SSM::Parameter": ResourceKind(nameProperty: "Name", service: "ssm", arnPrefix: "parameter/"),
        "AWS::KMS::Key": ResourceKind(service: "kms", arnPrefix: "key/"),
        "AWS::ApiGateway::Resource": gateway(6),
        "AWS::ApiGateway::Method": gateway(10),
        "AWS::ApiGateway::Authorizer": gateway(6),
        "AWS::ApiGateway::Model": ResourceKind(nameProperty: "Name", service: "apigateway"),
        "AWS::ApiGateway::RequestValidator": gateway(6),
        "AWS::ApiGateway::GatewayResponse": gateway(10),
        "AWS::ApiGateway::Deployment": gateway(6),
        "AWS::ApiGateway::Stage": ResourceKind(nameProperty: "StageName", service: "apigateway"),
        "AWS::ApiGateway::UsagePlan": gateway(UsagePlanReader.idLength),
        "AWS::ApiGateway::UsagePlanKey": gateway(UsagePlanReader.idLength),
        "AWS::ApiGateway::ApiKey": gateway(UsagePlanReader.idLength),
        "AWS::ApiGateway::DomainName": ResourceKind(
            nameProperty: "DomainName", service: "apigateway", arnPrefix: "/domainnames/"),
        "AWS::ApiGateway::BasePathMapping": gateway(10),
        "AWS::ApiGateway::VpcLink": gateway(6),
        "AWS::ApiGatewayV2::Route": gateway(7),
        "AWS::ApiGatewayV2::Integration": gateway(7),
        "AWS::ApiGatewayV2::Authorizer": gateway(6),
        "AWS::ApiGatewayV2::Deployment": gateway(6),
        "AWS::ApiGatewayV2::Stage": ResourceKind(nameProperty: "StageName", service: "apigateway"),
        "AWS::ApiGatewayV2::DomainName": ResourceKind(
            nameProperty: "DomainName", service: "apigateway", arnPrefix: "/domainnames/"),
        "AWS::ApiGatewayV2::ApiMapping": gateway(6),
        "AWS::ApiGatewayV2::VpcLink": gateway(6),
        "AWS::ElasticLoadBalancingV2::LoadBalancer": balancing,
        "AWS::ElasticLoadBalancingV2::Listener": balancing,
        "AWS::ElasticLoadBalancingV2::ListenerRule": balancing,
        "AWS::ElasticLoadBalancingV2::TargetGroup": balancing,
        "AWS::EC2::VPCEndpoint": ResourceKind(reference: .vpcEndpointID, service: "ec2", arnPrefix: "vpc-endpoint/"),
        "AWS::WAFv2::WebACL": firewall,
        "AWS::WAFv2::RuleGroup": firewall,
        "AWS::WAFv2::IPSet": firewall,
        "AWS::WAFv2::RegexPatternSet": firewall,
        "AWS::Cognito::UserPool": ResourceKind(service: "cognito-idp", arnPrefix: "userpool/"),
    ]
}
