/// What the command line says about a template.
package struct TemplateOptions: Hashable, Sendable {
    /// Values of `Parameters` by name, as `ParameterOverrides.parse` reads them.
    package var parameterOverrides: [String: String] = [:]
    package var region = "us-east-1"
    package var accountID = "000000000000"
    package var stackName = "martlet"
    /// `--env-vars`
    package var environmentOverrides: EnvironmentOverrides?
    /// Where queue URLs point: `Ref` of a queue is `<endpoint>/<account>/<name>`.
    package var awsEndpoint = "http://127.0.0.1:3001"

    package init() {}

    /// `aws-cn` and `aws-us-gov` for their regions, else `aws` (AWS General Reference, "Amazon Resource Names").
    package var partition: String {
        if self.region.hasPrefix("cn-") { return "aws-cn" }
        return self.region.hasPrefix("us-gov-") ? "aws-us-gov" : "aws"
    }

    var urlSuffix: String { self.partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com" }
}
