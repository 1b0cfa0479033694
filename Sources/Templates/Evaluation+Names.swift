import APIGateway
import CoreTypes

extension Evaluation {
    /// What `Ref` and `${Name}` stand for; `nil` when nothing has that name.
    func value(named name: String, at location: SourceLocation, path: String) -> TemplateNode? {
        if name.hasPrefix("AWS::") { return self.pseudoParameter(name).map { TemplateNode($0, at: location) } }
        if let parameter = self.parameters[name] {
            switch parameter {
            case .text(let text): return TemplateNode(.string(text), at: location)
            case .list(let elements):
                return TemplateNode(.list(elements.map { TemplateNode(.string($0), at: location) }), at: location)
            case .failed: return TemplateNode(.unknown, at: location)
            }
        }
        if let resource = self.resources[self.generatedAliases[name] ?? name] {
            return self.reference(to: resource, at: location, path: path)
        }
        if let generated = self.generatedReference(name, at: location, path: path) {
            return TemplateNode(.string(generated), at: location)
        }
        if let condition = self.missingResources[name] { return self.missing(name, condition, at: location, path: path) }
        return nil
    }

    /// What `Fn::GetAtt` and `${Name.Attribute}` stand for; `nil` when there is no such resource.
    func attribute(_ attribute: String, of name: String, at location: SourceLocation, path: String) -> TemplateNode? {
        if let resource = self.resources[name] { return self.attribute(attribute, of: resource, at: location, path: path) }
        if let text = self.generatedAttribute(attribute, of: name, at: location, path: path) {
            return TemplateNode(.string(text), at: location)
        }
        if let condition = self.missingResources[name] { return self.missing(name, condition, at: location, path: path) }
        return nil
    }

    private func pseudoParameter(_ name: String) -> TemplateNode.Value? {
        switch name {
        case "AWS::Region": .string(self.options.region)
        case "AWS::AccountId": .string(self.options.accountID)
        case "AWS::Partition": .string(self.options.partition)
        case "AWS::StackName": .string(self.options.stackName)
        case "AWS::StackId":
            .string(self.arn("cloudformation", "stack/\(self.options.stackName)/00000000-0000-0000-0000-000000000000"))
        case "AWS::URLSuffix": .string(self.options.urlSuffix)
        case "AWS::NotificationARNs": .list([])
        case "AWS::NoValue": .absent
        default: nil
        }
    }

    func arn(_ service: String, _ resource: String, region: String? = nil, account: String? = nil) -> String {
        ARN(
            partition: self.options.partition, service: service, region: region ?? self.options.region,
            account: account ?? self.options.accountID, resource: resource
        ).description
    }

    func functionARN(_ name: String) -> String { self.arn("lambda", "function:\(name)") }

    // MARK: Resources

    /// The name of a resource: its own property for it, else the logical id (AWS would add the stack and random letters).
    func physicalName(of resource: Resource) -> String {
        if let known = self.physicalNames[resource.logicalID] { return known }
        var name = resource.logicalID
        if let property = ResourceKind.of(resource.type)?.nameProperty, let node = resource.properties[property] {
            let path = resource.path(of: property)
            guard self.namesInProgress.insert(resource.logicalID).inserted else {
                self.error(
                    "The name of \(resource.logicalID) depends on itself. Break the circle.", at: node.location, path: path)
                return name
            }
            defer { self.namesInProgress.remove(resource.logicalID) }
            let value = self.resolve(node, path: path)
            if let text = value.text {
                name = text
            } else if !value.isUnknown, !value.isAbsent {
                self.error("\(property) is a text; this is \(value.kind).", at: node.location, path: path)
            }
        } else if resource.type == "AWS::SQS::Queue", let fifo = resource.properties["FifoQueue"],
            self.resolve(fifo, path: resource.path(of: "FifoQueue")).text == "true"
        {
            name += ".fifo"
        }
        self.physicalNames[resource.logicalID] = name
        return name
    }

    private func reference(to resource: Resource, at location: SourceLocation, path: String) -> TemplateNode {
        let name = self.physicalName(of: resource)
        let text =
            switch ResourceKind.of(resource.type)?.reference ?? .name {
            case .name: name
            case .arn: self.arn(of: resource, name: name)
            case .apiID: API.id(forLogicalID: resource.logicalID)
            case .gatewayID(let length): self.gatewayID(of: resource, length: length)
            case .balancingARN: self.balancingARN(of: resource)
            case .vpcEndpointID: self.vpcEndpointID(of: resource)
            case .firewall: self.firewallReference(of: resource)
            case .queueURL: "\(self.options.awsEndpoint)/\(self.options.accountID)/\(name)"
            case .qualifiedFunction: self.qualifiedARN(of: resource, path: path)
            }
        return TemplateNode(.string(text), at: location)
    }

    private func arn(of resource: Resource, name: String) -> String {
        guard let kind = ResourceKind.of(resource.type) else {
            let service = resource.type.split(separator: ":").dropFirst().first.map { $0.lowercased() } ?? "unknown"
            return self.arn(service, name)
        }
        let bare = kind.isGlobal
        return self.arn(
            kind.service, kind.arnPrefix + name + kind.arnSuffix, region: bare ? "" : nil,
            account: kind.service == "s3" ? "" : nil)
    }

    /// An alias or version: the ARN of its function and its own name; `1` for a version.
    private func qualifiedARN(of resource: Resource, path: String) -> String {
        let function = resource.properties["FunctionName"].flatMap { self.resolve($0, path: path).text } ?? "unknown"
        let base = function.hasPrefix("arn:") ? function : self.functionARN(function)
        guard resource.type == "AWS::Lambda::Alias" else { return base + ":1" }
        return base + ":" + self.physicalName(of: resource)
    }

    private func attribute(_ attribute: String, of resource: Resource, at location: SourceLocation, path: String) -> TemplateNode
    {
        let name = self.physicalName(of: resource)
        let text: String? =
            switch (resource.type, attribute) {
            case ("AWS::SQS::Queue", "QueueName"): name
            case ("AWS::SQS::Queue", "QueueUrl"): "\(self.options.awsEndpoint)/\(self.options.accountID)/\(name)"
            case ("AWS::SNS::Topic", "TopicName"), ("AWS::Serverless::StateMachine", "Name"): name
            case ("AWS::SNS::Topic", "TopicArn"): self.arn(of: resource, name: name)
            case ("AWS::ApiGateway::RestApi", "RestApiId"), ("AWS::Serverless::Api", "RestApiId"),
                ("AWS::ApiGatewayV2::Api", "ApiId"), ("AWS::Serverless::HttpApi", "ApiId"):
                API.id(forLogicalID: resource.logicalID)
            case ("AWS::ApiGatewayV2::Api", "ApiEndpoint"), ("AWS::Serverless::HttpApi", "ApiEndpoint"):
                "https://\(API.id(forLogicalID: resource.logicalID)).execute-api.\(self.options.region).\(self.options.urlSuffix)"
            case ("AWS::ApiGateway::RestApi", "RootResourceId"), ("AWS::Serverless::Api", "RootResourceId"):
                RestAPI.resourceID(apiID: API.id(forLogicalID: resource.logicalID), path: "/")
            case ("AWS::Lambda::Version", "Version"): "1"
            case ("AWS::Lambda::Version", "FunctionArn"), ("AWS::Lambda::Alias", "AliasArn"):
                self.qualifiedARN(of: resource, path: path)
            case (let type, "Arn") where type.hasPrefix("AWS::WAFv2::"): self.firewallARN(of: resource)
            case (_, "Arn"): self.arn(of: resource, name: name)
            default: self.gatewayAttribute(attribute, of: resource, name: name)
            }
        if let text { return TemplateNode(.string(text), at: location) }
        let standIn = "\(resource.logicalID).\(attribute)"
        self.notice("\(standIn) is known only on AWS; the text \"\(standIn)\" stands for it.", at: location, path: path)
        return TemplateNode(.string(standIn), at: location)
    }

    private func missing(_ name: String, _ condition: String, at location: SourceLocation, path: String) -> TemplateNode {
        self.failure(
            "\(name) isn't there, as its condition \(condition) doesn't hold. Use Fn::If with the same condition.", at: location,
            path: path)
    }
}
