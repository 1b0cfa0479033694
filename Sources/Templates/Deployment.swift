package import APIGateway
package import LambdaCore

/// What a template describes, validated once: the one value that every door of the host works from.
package struct Deployment: Hashable, Sendable {
    /// The function of each logical id, by name, in the order of the template.
    package var functions: [DeployedFunction]
    package var gateway: GatewayConfiguration
    package var gatewayPlaces = GatewayPlaces()
    /// Those that others name as their dead-letter queue first.
    package var queues: [DeployedQueue]
    package var mappings: [DeployedMapping] = []
    /// What the template asks for and the host does not emulate, to be shown at start-up.
    package var notices: [Notice]

    package init(
        functions: [DeployedFunction] = [], gateway: GatewayConfiguration = GatewayConfiguration(),
        queues: [DeployedQueue] = [], notices: [Notice] = []
    ) {
        self.functions = functions
        self.gateway = gateway
        self.queues = queues
        self.notices = notices
    }
}

package struct DeployedFunction: Hashable, Sendable {
    package var logicalID: String
    package var configuration: FunctionConfiguration

    package init(logicalID: String, configuration: FunctionConfiguration) {
        self.logicalID = logicalID
        self.configuration = configuration
    }
}

/// A queue that exists when the host has started.
package struct DeployedQueue: Hashable, Sendable {
    package var logicalID: String
    package var name: String
    /// By their names on the wire, values as text (Amazon SQS API Reference, SetQueueAttributes).
    package var attributes: [String: String]
    package var tags: [String: String]

    package init(logicalID: String, name: String, attributes: [String: String] = [:], tags: [String: String] = [:]) {
        self.logicalID = logicalID
        self.name = name
        self.attributes = attributes
        self.tags = tags
    }
}

/// A property or resource type that is not emulated.
package struct Notice: Hashable, Sendable, CustomStringConvertible {
    /// `Resources/Table (AWS::DynamoDB::Table)`, `Resources/Hello/Properties/VpcConfig`.
    package var path: String
    package var file: String
    package var line: Int
    package var column: Int
    /// What follows for the user, in one sentence.
    package var message: String

    package init(path: String, file: String, line: Int, column: Int, message: String) {
        self.path = path
        self.file = file
        self.line = line
        self.column = column
        self.message = message
    }

    package var description: String { "\(self.file):\(self.line):\(self.column): \(self.path): \(self.message)" }
}
