package import CoreTypes

/// A permission as AddPermission takes it.
package struct PermissionRequest: Hashable, Sendable {
    package var statementID: String
    package var action: String
    package var principal: String
    package var sourceARN: String?
    package var sourceAccount: String?
    package var eventSourceToken: String?
    package var principalOrganizationID: String?
    package var functionURLAuthType: String?
    package var isInvokedViaFunctionURL: Bool?

    package init(statementID: String, action: String, principal: String) {
        self.statementID = statementID
        self.action = action
        self.principal = principal
    }

    /// The IAM statement that AWS writes for it.
    func statement(resource: String) -> JSONObject {
        var statement: JSONObject = ["Sid": .string(self.statementID), "Effect": "Allow"]
        statement["Principal"] = self.principalElement
        statement["Action"] = .string(self.action)
        statement["Resource"] = .string(resource)
        var equals = JSONObject()
        equals["AWS:SourceAccount"] = self.sourceAccount.map(JSON.string)
        equals["lambda:EventSourceToken"] = self.eventSourceToken.map(JSON.string)
        equals["lambda:FunctionUrlAuthType"] = self.functionURLAuthType.map(JSON.string)
        equals["aws:PrincipalOrgID"] = self.principalOrganizationID.map(JSON.string)
        var condition = JSONObject()
        if !equals.isEmpty { condition["StringEquals"] = .object(equals) }
        if let isInvokedViaFunctionURL {
            condition["Bool"] = ["lambda:InvokedViaFunctionUrl": .string(isInvokedViaFunctionURL ? "true" : "false")]
        }
        if let sourceARN { condition["ArnLike"] = ["AWS:SourceArn": .string(sourceARN)] }
        if !condition.isEmpty { statement["Condition"] = .object(condition) }
        return statement
    }

    private var principalElement: JSON {
        if self.principal == "*" { return "*" }
        if self.principal.utf8.count == 12, Int(self.principal) != nil {
            return ["AWS": .string("arn:aws:iam::\(self.principal):root")]
        }
        return self.principal.hasPrefix("arn:")
            ? ["AWS": .string(self.principal)] : ["Service": .string(self.principal)]
    }
}

extension FunctionRegistry {
    /// - Returns: the statement that was added.
    @discardableResult
    package mutating func addPermission(
        _ text: String, qualifier: String? = nil, _ request: PermissionRequest, revisionID: String? = nil,
        _ change: inout RegistryChange
    ) throws(LambdaAPIError) -> JSONObject {
        var (record, _, qualifier) = try self.version(text, qualifier: qualifier)
        guard qualifier != FunctionVersion.latest else {
            throw .invalidParameter("We currently do not support adding policies for $LATEST.")
        }
        let key = qualifier ?? ""
        var policy = record.policies[key] ?? ResourcePolicy(revisionID: change.nextID())
        if let revisionID { try Self.require(revisionID, policy.revisionID) }
        guard !policy.statements.contains(where: { $0["Sid"]?.stringValue == request.statementID }) else {
            throw .conflict(
                "The statement id (\(request.statementID)) provided already exists. Please provide a new statement id, or remove "
                    + "the existing statement.")
        }
        let statement = request.statement(resource: self.functionARN(record.name, qualifier))
        policy.statements.append(statement)
        policy.revisionID = change.nextID()
        let size = policy.document.bytes.count
        guard size <= ResourcePolicy.sizeLimit else {
            throw .policyTooLong("The final policy size (\(size)) is bigger than the limit (\(ResourcePolicy.sizeLimit)).")
        }
        record.policies[key] = policy
        self.store(record)
        return statement
    }

    package func policy(_ text: String, qualifier: String? = nil) throws(LambdaAPIError) -> ResourcePolicy {
        let (record, _, qualifier) = try self.version(text, qualifier: qualifier)
        guard let policy = record.policies[qualifier ?? ""] else { throw .resourceDoesNotExist }
        return policy
    }

    package mutating func removePermission(
        _ text: String, qualifier: String? = nil, statementID: String, revisionID: String? = nil, _ change: inout RegistryChange
    ) throws(LambdaAPIError) {
        var (record, _, qualifier) = try self.version(text, qualifier: qualifier)
        let key = qualifier ?? ""
        guard var policy = record.policies[key] else {
            throw .notFound("No policy is found for: \(self.functionARN(record.name, qualifier))")
        }
        guard let place = policy.statements.firstIndex(where: { $0["Sid"]?.stringValue == statementID }) else {
            throw .notFound("Statement \(statementID) is not found in resource policy.")
        }
        try Self.require(revisionID, policy.revisionID)
        policy.statements.remove(at: place)
        policy.revisionID = change.nextID()
        record.policies[key] = policy.statements.isEmpty ? nil : policy
        self.store(record)
    }
}
