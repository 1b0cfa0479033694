import CoreTypes

/// All functions of one account and region, with their versions, aliases, permissions and settings: what the Lambda control
/// plane changes and every invocation looks up. A plain value; time and ids come in as a ``RegistryChange``.
///
/// Functions are found in O(1). Every state of every version has an id of its own (``FunctionVersionID``).
package struct FunctionRegistry: Sendable {
    package let region: String
    package let account: String
    /// Concurrent executions that all functions share.
    package let concurrencyLimit: Int
    /// Whether reservations must leave ``FunctionLimits/minimumUnreservedConcurrency`` to the rest, as on AWS.
    package let isStrict: Bool

    package internal(set) var records: [String: FunctionRecord] = [:]
    package var layers: LayerRegistry
    /// By the URL's id.
    package internal(set) var urls: [String: FunctionURL] = [:]
    /// What an unqualified name stands for: one look-up for an invocation. Follows `records`.
    private var unqualified: [String: ResolvedFunction] = [:]
    private var lastGeneration: UInt64 = 0

    package init(
        region: String, account: String, concurrencyLimit: Int = FunctionLimits.accountConcurrency, isStrict: Bool = true
    ) {
        self.region = region
        self.account = account
        self.concurrencyLimit = concurrencyLimit
        self.isStrict = isStrict
        self.layers = LayerRegistry(region: region, account: account)
    }

    /// The hot path: `nil` unless `name` is the plain name of a function.
    package func resolveUnqualified(_ name: String) -> ResolvedFunction? { self.unqualified[name] }

    package func functionARN(_ name: String, _ qualifier: String? = nil) -> String {
        let arn = "arn:aws:lambda:\(self.region):\(self.account):function:\(name)"
        return qualifier.map { "\(arn):\($0)" } ?? arn
    }

    /// In the order of ListFunctions.
    package var sortedRecords: [FunctionRecord] { self.records.values.sorted { $0.name < $1.name } }

    // MARK: Create, update, delete

    /// - Throws: 409 "Function already exist: name" (sic, as the service says).
    @discardableResult
    package mutating func create(
        _ contents: FunctionContents, tags: [String: String] = [:], _ change: inout RegistryChange
    ) throws(LambdaAPIError) -> FunctionVersion {
        let name = contents.configuration.name
        guard self.records[name] == nil else { throw .conflict("Function already exist: \(name)") }
        let version = self.makeVersion(name, FunctionVersion.latest, contents, &change)
        var record = FunctionRecord(name: name, latest: version)
        record.tags = tags
        self.store(record)
        return version
    }

    /// Gives `$LATEST` new contents, and with them a new revision and identity.
    @discardableResult
    package mutating func update(
        _ name: String, contents: FunctionContents, _ change: inout RegistryChange
    ) throws(LambdaAPIError) -> FunctionVersion {
        var record = try self.record(name)
        record.latest = self.makeVersion(name, FunctionVersion.latest, contents, &change)
        self.store(record)
        return record.latest
    }

    /// The files of a function changed where they lie: its environments must go, though no setting differs.
    package mutating func codeChanged(_ name: String, _ change: inout RegistryChange) throws(LambdaAPIError) {
        let contents = try self.record(name).latest.contents
        try self.update(name, contents: contents, &change)
    }

    /// Removes the function with all that hangs on it, or one version.
    package mutating func delete(_ text: String, qualifier: String? = nil) throws(LambdaAPIError) {
        var (record, qualifier) = try self.locate(text, qualifier: qualifier)
        guard let qualifier else {
            for url in record.urls.values { self.urls[url.id] = nil }
            self.records[record.name] = nil
            self.unqualified[record.name] = nil
            return
        }
        guard qualifier != FunctionVersion.latest else {
            throw .invalidParameter("$LATEST version cannot be deleted without deleting the function.")
        }
        guard let number = Int(qualifier) else {
            throw .invalidParameter("Deletion of aliases is not currently supported.")
        }
        let users = record.sortedAliases.filter { $0.functionVersion == qualifier || $0.additional?.version == qualifier }
        guard users.isEmpty else {
            throw .conflict(
                "Version \(qualifier) cannot be deleted while aliases point to it: [\(users.map(\.name).joined(separator: ", "))]"
            )
        }
        // A version that does not exist is no error: the service answers 204 for it too.
        record.versions[number] = nil
        record.provisioned[qualifier] = nil
        record.eventInvoke[qualifier] = nil
        record.policies[qualifier] = nil
        record.runtimeManagement[qualifier] = nil
        if record.published?.number == number { record.published = nil }
        self.store(record)
    }

    // MARK: Shared by the other verbs

    func record(_ name: String) throws(LambdaAPIError) -> FunctionRecord {
        guard let record = self.records[name] else { throw .functionNotFound(self.functionARN(name)) }
        return record
    }

    mutating func makeVersion(
        _ name: String, _ version: String, _ contents: FunctionContents, _ change: inout RegistryChange
    ) -> FunctionVersion {
        self.lastGeneration += 1
        return FunctionVersion(
            id: FunctionVersionID(name: name, version: version, generation: self.lastGeneration), contents: contents,
            revisionID: change.nextID(), lastModified: change.time)
    }

    /// Puts a record back; the only place that writes one, so that the look-up of plain names follows.
    mutating func store(_ record: FunctionRecord) {
        self.records[record.name] = record
        self.unqualified[record.name] = ResolvedFunction(
            version: record.latest, invokedARN: self.functionARN(record.name), aliasName: nil,
            reservedConcurrency: record.reservedConcurrency)
    }

    static func require(_ revisionID: String?, _ current: RequestID) throws(LambdaAPIError) {
        guard let revisionID, revisionID != current.description else { return }
        throw .revisionMismatch
    }
}
