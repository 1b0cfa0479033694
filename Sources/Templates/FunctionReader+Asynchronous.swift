import CoreTypes
import LambdaCore

/// What happens to asynchronous invocations, and the function URL: SAM writes them at the function, CloudFormation as resources
/// of their own.
extension FunctionReader {
    func readAsynchronous(into configuration: inout FunctionConfiguration) {
        if let queue = self.properties.map(self.isServerless ? "DeadLetterQueue" : "DeadLetterConfig") {
            queue.check(.deadLetterQueue)
            configuration.deadLetterTargetARN = queue.text("TargetArn")
            if queue.members["TargetArn"] == nil {
                queue.error("Property 'TargetArn' is required. Give the ARN of a queue or topic.", at: "TargetArn")
            }
        }
        guard self.isServerless else { return }
        if let reader = self.properties.map("EventInvokeConfig") { configuration.eventInvoke = Self.eventInvoke(reader) }
        if let reader = self.properties.map("FunctionUrlConfig") { configuration.functionURL = Self.functionURL(reader) }
    }

    /// `EventInvokeConfig` of SAM, and the properties of `AWS::Lambda::EventInvokeConfig`.
    static func eventInvoke(_ reader: PropertyReader) -> EventInvokeConfiguration {
        reader.check(.eventInvoke)
        var configuration = EventInvokeConfiguration()
        configuration.maximumRetryAttempts = reader.integer("MaximumRetryAttempts", in: 0...2)
        configuration.maximumEventAgeSeconds = reader.integer("MaximumEventAgeInSeconds", in: 60...21_600)
        if let destinations = reader.map("DestinationConfig") {
            destinations.check(.destinations)
            configuration.onSuccess = Self.destination("OnSuccess", in: destinations)
            configuration.onFailure = Self.destination("OnFailure", in: destinations)
        }
        return configuration
    }

    private static func destination(_ name: String, in destinations: PropertyReader) -> String? {
        guard let reader = destinations.map(name) else { return nil }
        reader.check(.destination)
        if reader.members["Destination"] == nil {
            reader.notice(
                "SAM would make a queue or topic for this; none is made here. Name one with Destination.", at: "Destination")
        }
        return reader.text("Destination")
    }

    /// `FunctionUrlConfig` of SAM, and the properties of `AWS::Lambda::Url`.
    static func functionURL(_ reader: PropertyReader) -> FunctionURLConfiguration {
        reader.check(.functionURL)
        var configuration = FunctionURLConfiguration()
        if reader.members["AuthType"] == nil {
            reader.error("Property 'AuthType' is required. Set it to NONE or AWS_IAM.", at: "AuthType")
        }
        if let type = reader.choice("AuthType", of: [FunctionURLConfiguration.AuthType.none, .iam]) {
            configuration.authType = type
        }
        if let mode = reader.choice("InvokeMode", of: [FunctionURLConfiguration.InvokeMode.buffered, .responseStream]) {
            configuration.invokeMode = mode
        }
        configuration.cors = reader.value("Cors")?.json
        return configuration
    }
}
