/// The functions of the template language (CloudFormation user guide, "Intrinsic function reference"; those of
/// `AWS::LanguageExtensions` among them).
enum IntrinsicNames {
    static let all: [String] = [
        "Fn::And", "Fn::Base64", "Fn::Cidr", "Fn::Equals", "Fn::FindInMap", "Fn::GetAtt", "Fn::GetAZs", "Fn::GetStackOutput",
        "Fn::If", "Fn::ImportValue", "Fn::Join", "Fn::Length", "Fn::Not", "Fn::Or", "Fn::Select", "Fn::Split", "Fn::Sub",
        "Fn::ToJsonString", "Fn::Transform",
    ]
    static let pseudoParameters = [
        "AWS::AccountId", "AWS::NoValue", "AWS::NotificationARNs", "AWS::Partition", "AWS::Region", "AWS::StackId",
        "AWS::StackName", "AWS::URLSuffix",
    ]
}
