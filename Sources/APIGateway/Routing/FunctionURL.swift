/// A function's own HTTPS endpoint (Lambda developer guide, "Creating and managing Lambda function URLs").
package struct FunctionURL: Hashable, Sendable {
    /// The first label of its host.
    package var id: String
    package var functionName: String
    /// An alias; `nil` for `$LATEST`.
    package var qualifier: String?
    /// `AuthType: AWS_IAM`: unsigned requests are refused, signed ones verified by the listener.
    package var requiresSignature: Bool
    /// `Cors`; without it an `OPTIONS` request goes to the function.
    package var cors: FunctionURLCORS?

    package init(
        id: String, functionName: String, qualifier: String? = nil, requiresSignature: Bool = false, cors: FunctionURLCORS? = nil
    ) {
        self.id = id
        self.functionName = functionName
        self.qualifier = qualifier
        self.requiresSignature = requiresSignature
        self.cors = cors
    }

    /// `abc123.lambda-url.eu-west-1.localhost:3000` gives `abc123`.
    static func id(ofHost host: String) -> String? {
        HostLabels.first(of: host, before: "lambda-url")
    }
}
