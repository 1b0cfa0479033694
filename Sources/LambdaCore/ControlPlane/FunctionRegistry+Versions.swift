import CoreTypes

extension FunctionRegistry {
    /// Freezes `$LATEST` under the next number; when nothing changed since the last version, answers that one again.
    /// - Returns: the version and whether it is new.
    @discardableResult
    package mutating func publishVersion(
        _ text: String, codeSHA256: String? = nil, revisionID: String? = nil, description: String? = nil,
        _ change: inout RegistryChange
    ) throws(LambdaAPIError) -> (version: FunctionVersion, isNew: Bool) {
        var record = try self.locateFunction(text)
        try Self.require(revisionID, record.latest.revisionID)
        let contents = record.latest.contents
        if let codeSHA256, codeSHA256 != contents.code.sha256 {
            throw .invalidParameter(
                "CodeSHA256 (\(codeSHA256)) is different from current CodeSHA256 in $LATEST (\(contents.code.sha256)). "
                    + "Please try again with the CodeSHA256 in $LATEST.")
        }
        if let published = record.published, published.contents == contents, let version = record.versions[published.number] {
            return (version, false)
        }
        record.lastVersionNumber += 1
        var frozen = contents
        if let description { frozen.configuration.description = description }
        let version = self.makeVersion(record.name, String(record.lastVersionNumber), frozen, &change)
        record.versions[record.lastVersionNumber] = version
        record.published = (contents, record.lastVersionNumber)
        self.store(record)
        return (version, true)
    }

    // MARK: Aliases

    @discardableResult
    package mutating func createAlias(
        _ text: String, name: String, functionVersion: String, description: String = "",
        additional: FunctionAlias.AdditionalVersion? = nil, _ change: inout RegistryChange
    ) throws(LambdaAPIError) -> FunctionAlias {
        var record = try self.locate(text).record
        guard record.aliases[name] == nil else {
            throw .conflict("Alias already exists: \(self.functionARN(record.name, name))")
        }
        let alias = FunctionAlias(
            name: name, functionVersion: functionVersion, description: description, additional: additional,
            revisionID: change.nextID())
        try self.check(alias, of: record)
        record.aliases[name] = alias
        self.store(record)
        return alias
    }

    package func alias(_ text: String, name: String) throws(LambdaAPIError) -> (record: FunctionRecord, alias: FunctionAlias) {
        let record = try self.locate(text).record
        guard let alias = record.aliases[name] else { throw .aliasNotFound(self.functionARN(record.name, name)) }
        return (record, alias)
    }

    /// - Parameter additional: `nil` leaves the share as it is; `.some(nil)` takes it away.
    @discardableResult
    package mutating func updateAlias(
        _ text: String, name: String, functionVersion: String? = nil, description: String? = nil,
        additional: FunctionAlias.AdditionalVersion?? = nil, revisionID: String? = nil, _ change: inout RegistryChange
    ) throws(LambdaAPIError) -> FunctionAlias {
        var (record, alias) = try self.alias(text, name: name)
        try Self.require(revisionID, alias.revisionID)
        if let functionVersion { alias.functionVersion = functionVersion }
        if let description { alias.description = description }
        if let additional { alias.additional = additional }
        alias.revisionID = change.nextID()
        try self.check(alias, of: record)
        record.aliases[name] = alias
        self.store(record)
        return alias
    }

    /// An alias that does not exist is no error.
    package mutating func deleteAlias(_ text: String, name: String) throws(LambdaAPIError) {
        var record = try self.locate(text).record
        record.aliases[name] = nil
        record.policies[name] = nil
        record.provisioned[name] = nil
        record.eventInvoke[name] = nil
        if let url = record.urls.removeValue(forKey: name) { self.urls[url.id] = nil }
        self.store(record)
    }

    private func check(_ alias: FunctionAlias, of record: FunctionRecord) throws(LambdaAPIError) {
        guard record.version(alias.functionVersion) != nil else {
            throw .functionNotFound(self.functionARN(record.name, alias.functionVersion))
        }
        guard let additional = alias.additional else { return }
        guard alias.functionVersion != FunctionVersion.latest, additional.version != FunctionVersion.latest else {
            throw .invalidParameter("$LATEST is not supported for an alias pointing to more than 1 version")
        }
        guard additional.version != alias.functionVersion else {
            throw .invalidParameter(
                "Invalid function version \(additional.version). Function version \(additional.version) is already included in "
                    + "routing configuration.")
        }
        guard record.version(additional.version) != nil else {
            throw .functionNotFound(self.functionARN(record.name, additional.version))
        }
    }
}
