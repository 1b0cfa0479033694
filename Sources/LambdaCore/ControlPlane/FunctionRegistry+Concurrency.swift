import CoreTypes

extension FunctionRegistry {
    package var reservedConcurrencySum: Int { self.records.values.reduce(0) { $0 + ($1.reservedConcurrency ?? 0) } }

    /// `UnreservedConcurrentExecutions` of GetAccountSettings.
    package var unreservedConcurrency: Int { max(0, self.concurrencyLimit - self.reservedConcurrencySum) }

    /// - Parameter reserved: 0 stops the function; `nil` returns it to the account's pool.
    package mutating func setReservedConcurrency(_ text: String, _ reserved: Int?) throws(LambdaAPIError) {
        var record = try self.locateFunction(text)
        if let reserved {
            try self.checkUnreserved(taking: reserved, instead: record.reservedConcurrency ?? 0)
            let provisioned = record.provisioned.values.reduce(0) { $0 + $1.requested }
            guard reserved >= provisioned else {
                // The two spaces are the service's.
                throw .invalidParameter(
                    " ReservedConcurrentExecutions  \(reserved) should not be lower than function's total provisioned concurrency "
                        + "[\(provisioned)].")
            }
        }
        record.reservedConcurrency = reserved
        self.store(record)
    }

    private func checkUnreserved(taking reserved: Int, instead former: Int) throws(LambdaAPIError) {
        let minimum = FunctionLimits.minimumUnreservedConcurrency
        guard self.isStrict, self.concurrencyLimit - (self.reservedConcurrencySum - former) - reserved < minimum, reserved > 0
        else { return }
        throw .invalidParameter(
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its "
                + "minimum value of [\(minimum)].")
    }

    // MARK: Provisioned concurrency

    @discardableResult
    package mutating func setProvisionedConcurrency(
        _ text: String, qualifier: String, _ requested: Int, _ change: inout RegistryChange
    ) throws(LambdaAPIError) -> ProvisionedConcurrency {
        var record = try self.provisionable(text, qualifier)
        let others = record.provisioned.filter { $0.key != qualifier }
        if let alias = record.aliases[qualifier], others[alias.functionVersion] != nil {
            throw .conflict("Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version")
        }
        if others.keys.contains(where: { record.aliases[$0]?.functionVersion == qualifier }) {
            throw .conflict("Version is pointed by a Provisioned Concurrency alias")
        }
        let sum = others.values.reduce(requested) { $0 + $1.requested }
        if let reserved = record.reservedConcurrency, sum > reserved {
            throw .invalidParameter(
                "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function")
        }
        let minimum = FunctionLimits.minimumUnreservedConcurrency
        if self.isStrict, record.reservedConcurrency == nil, self.unreservedConcurrency - sum < minimum {
            throw .invalidParameter(
                "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum "
                    + "value of [\(minimum)].")
        }
        let provisioned = ProvisionedConcurrency(requested: requested, lastModified: change.time)
        record.provisioned[qualifier] = provisioned
        self.store(record)
        return provisioned
    }

    package func provisionedConcurrency(_ text: String, qualifier: String) throws(LambdaAPIError) -> ProvisionedConcurrency {
        guard let provisioned = try self.provisionable(text, qualifier).provisioned[qualifier] else {
            throw .provisionedConcurrencyNotFound
        }
        return provisioned
    }

    package mutating func deleteProvisionedConcurrency(_ text: String, qualifier: String) throws(LambdaAPIError) {
        var record = try self.provisionable(text, qualifier)
        record.provisioned[qualifier] = nil
        self.store(record)
    }

    private func provisionable(_ text: String, _ qualifier: String) throws(LambdaAPIError) -> FunctionRecord {
        guard qualifier != FunctionVersion.latest else {
            throw .invalidParameter("Provisioned Concurrency Configs cannot be applied to unpublished function versions.")
        }
        let record = try self.locate(text, qualifier: qualifier).record
        guard record.aliases[qualifier] != nil || record.version(qualifier) != nil else {
            let arn = self.functionARN(record.name, qualifier)
            throw Int(qualifier) == nil ? .aliasNotFound(arn) : .functionNotFound(arn)
        }
        return record
    }
}
