import CoreTypes
import LambdaCore

extension LambdaControlPlane {
    mutating func addPermission(_ call: LambdaCall, _ change: inout RegistryChange) throws(LambdaAPIError) -> AWSResponse {
        var reader = MemberReader()
        let body = call.body
        var request = PermissionRequest(
            statementID: try reader.string(
                "StatementId", in: body, length: 1...100, pattern: .statementID, isRequired: true) ?? "",
            action: try reader.string("Action", in: body, pattern: .action, isRequired: true) ?? "",
            principal: try reader.string("Principal", in: body, pattern: .principal, isRequired: true) ?? "")
        request.sourceARN = try reader.string("SourceArn", in: body)
        request.sourceAccount = try reader.string("SourceAccount", in: body, length: 0...12)
        request.eventSourceToken = try reader.string("EventSourceToken", in: body, length: 0...256)
        request.principalOrganizationID = try reader.string("PrincipalOrgID", in: body, length: 12...34)
        request.functionURLAuthType = try reader.string("FunctionUrlAuthType", in: body, values: ["NONE", "AWS_IAM"])
        request.isInvokedViaFunctionURL = try reader.bool("InvokedViaFunctionUrl", in: body)
        let revisionID = try reader.string("RevisionId", in: body)
        try reader.check()
        let statement = try self.registry.addPermission(
            call.functionName, qualifier: try call.qualifier(), request, revisionID: revisionID, &change)
        return AWSResponse(status: 201, json: ["Statement": .string(JSON.object(statement).description)])
    }

    func getPolicy(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        let policy = try self.registry.policy(call.functionName, qualifier: try call.qualifier())
        return AWSResponse(
            status: 200,
            json: [
                "Policy": .string(policy.document.description), "RevisionId": .string(policy.revisionID.description),
            ])
    }

    mutating func removePermission(_ call: LambdaCall, _ change: inout RegistryChange) throws(LambdaAPIError) -> AWSResponse {
        try self.registry.removePermission(
            call.functionName, qualifier: try call.qualifier(), statementID: call.label("StatementId"),
            revisionID: call.parameter("RevisionId"), &change)
        return AWSResponse(status: 204)
    }

    // MARK: Tags

    func listTags(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        let mapping = try self.taggedMapping(call)
        let tags = if let mapping { mapping.tags } else { try self.registry.tags(ofARN: call.label("Resource")) }
        return AWSResponse(status: 200, json: ["Tags": .object(JSONObject(sorted: tags))])
    }

    mutating func tagResource(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        var reader = MemberReader()
        let tags = try reader.map("Tags", in: call.body, isRequired: true) ?? [:]
        try reader.check()
        if let mapping = try self.taggedMapping(call) {
            try self.mappings.setTags(mapping.tags.merging(tags) { _, new in new }, of: mapping.id.description)
        } else {
            try self.registry.tag(arn: call.label("Resource"), adding: tags)
        }
        return AWSResponse(status: 204)
    }

    mutating func untagResource(_ call: LambdaCall) throws(LambdaAPIError) -> AWSResponse {
        let keys = call.parameters("tagKeys")
        guard !keys.isEmpty else {
            throw .validation(["Value null at 'tagKeys' failed to satisfy constraint: Member must not be null"])
        }
        if let mapping = try self.taggedMapping(call) {
            try self.mappings.setTags(mapping.tags.filter { !keys.contains($0.key) }, of: mapping.id.description)
        } else {
            try self.registry.untag(arn: call.label("Resource"), keys: keys)
        }
        return AWSResponse(status: 204)
    }

    /// The event source mapping that a call about tags names, if it names one.
    private func taggedMapping(_ call: LambdaCall) throws(LambdaAPIError) -> EventSourceMapping? {
        let prefix = "event-source-mapping:"
        guard let arn = ARN(call.label("Resource")), arn.resource.hasPrefix(prefix) else { return nil }
        return try self.mappings.mapping(String(arn.resource.dropFirst(prefix.count)))
    }
}
