extension FunctionRegistry {
    /// What an invocation of `text` runs.
    /// - Parameters:
    ///   - text: name, partial ARN or ARN, with a qualifier or without.
    ///   - qualifier: the parameter `Qualifier` of the call.
    ///   - random: for the draw of a weighted alias.
    /// - Complexity: O(1); a plain name without qualifier costs one dictionary look-up.
    package func resolve(_ text: String, qualifier: String? = nil, random: UInt64) throws(LambdaAPIError) -> ResolvedFunction {
        if qualifier == nil, let resolved = self.resolveUnqualified(text) { return resolved }
        let (record, qualifier) = try self.locate(text, qualifier: qualifier)
        guard let qualifier else {
            return ResolvedFunction(
                version: record.latest, invokedARN: self.functionARN(record.name), aliasName: nil,
                reservedConcurrency: record.reservedConcurrency)
        }
        let alias = record.aliases[qualifier]
        let number = alias?.drawnVersion(random: random) ?? qualifier
        let arn = self.functionARN(record.name, qualifier)
        guard let version = record.version(number) else { throw .functionNotFound(arn) }
        return ResolvedFunction(
            version: version, invokedARN: arn, aliasName: alias?.name, reservedConcurrency: record.reservedConcurrency)
    }

    /// The version that GetFunction and its like show: for a weighted alias the one it mainly points to.
    package func version(
        _ text: String, qualifier: String? = nil
    ) throws(LambdaAPIError) -> (record: FunctionRecord, version: FunctionVersion, qualifier: String?) {
        let (record, qualifier) = try self.locate(text, qualifier: qualifier)
        guard let qualifier else { return (record, record.latest, nil) }
        guard let version = record.version(record.aliases[qualifier]?.functionVersion ?? qualifier) else {
            throw .functionNotFound(self.functionARN(record.name, qualifier))
        }
        return (record, version, qualifier)
    }

    /// The function that `text` names, and the qualifier from either place. Whether the qualifier exists is left to the caller.
    /// - Throws: 400 when both places name a different qualifier, 404 for another region and for unknown functions.
    package func locate(
        _ text: String, qualifier: String? = nil
    ) throws(LambdaAPIError) -> (record: FunctionRecord, qualifier: String?) {
        if let record = self.records[text] { return (record, qualifier) }
        let reference = try FunctionReference(text)
        if let derived = reference.qualifier, let qualifier, derived != qualifier { throw .qualifierMismatch }
        let effective = reference.qualifier ?? qualifier
        if let region = reference.region, region != self.region {
            throw .otherRegion(region, here: self.region)
        }
        guard let record = self.records[reference.name], reference.account == nil || reference.account == self.account else {
            // A name in another account is told by that account, so that a mistaken account id shows.
            let account = reference.account ?? self.account
            let arn = "arn:aws:lambda:\(self.region):\(account):function:\(reference.name)"
            throw .functionNotFound(effective.map { "\(arn):\($0)" } ?? arn)
        }
        return (record, effective)
    }

    /// For verbs that know functions only: `text` may not name a version or alias.
    package func locateFunction(_ text: String) throws(LambdaAPIError) -> FunctionRecord {
        let (record, qualifier) = try self.locate(text)
        guard qualifier == nil || qualifier == FunctionVersion.latest else {
            throw .invalidParameter(
                "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please "
                    + "specify either a function name or an unqualified function ARN.")
        }
        return record
    }
}
