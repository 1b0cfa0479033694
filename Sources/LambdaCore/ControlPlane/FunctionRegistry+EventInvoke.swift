import CoreTypes

extension FunctionRegistry {
    /// Retries and destinations of asynchronous invocations that were resolved to `function`: those of the alias or version that
    /// was named, or of `$LATEST`.
    package func eventInvokeConfiguration(for function: ResolvedFunction) -> EventInvokeConfiguration {
        let key = function.aliasName ?? function.executedVersion
        return self.records[function.id.name]?.eventInvoke[key]?.configuration ?? EventInvokeConfiguration()
    }

    /// - Returns: what is stored, and the ARN it stands under (always qualified).
    package func storedEventInvoke(
        _ text: String, qualifier: String? = nil
    ) throws(LambdaAPIError) -> (arn: String, stored: StoredEventInvokeConfiguration) {
        let (record, key) = try self.eventInvokeTarget(text, qualifier)
        let arn = self.functionARN(record.name, key)
        guard let stored = record.eventInvoke[key] else {
            throw .notFound("The function \(arn) doesn't have an EventInvokeConfig")
        }
        return (arn, stored)
    }

    @discardableResult
    package mutating func setEventInvoke(
        _ text: String, qualifier: String? = nil, _ configuration: EventInvokeConfiguration, _ change: inout RegistryChange
    ) throws(LambdaAPIError) -> (arn: String, stored: StoredEventInvokeConfiguration) {
        var (record, key) = try self.eventInvokeTarget(text, qualifier)
        for destination in [configuration.onSuccess, configuration.onFailure].compactMap({ $0 }) {
            try self.check(destination: destination, of: record.name)
        }
        let stored = StoredEventInvokeConfiguration(configuration: configuration, lastModified: change.time)
        record.eventInvoke[key] = stored
        self.store(record)
        return (self.functionARN(record.name, key), stored)
    }

    package mutating func deleteEventInvoke(_ text: String, qualifier: String? = nil) throws(LambdaAPIError) {
        _ = try self.storedEventInvoke(text, qualifier: qualifier)
        var (record, key) = try self.eventInvokeTarget(text, qualifier)
        record.eventInvoke[key] = nil
        self.store(record)
    }

    private func eventInvokeTarget(
        _ text: String, _ qualifier: String?
    ) throws(LambdaAPIError) -> (record: FunctionRecord, key: String) {
        do {
            let (record, _, qualifier) = try self.version(text, qualifier: qualifier)
            return (record, qualifier ?? FunctionVersion.latest)
        } catch  where error.code == "ResourceNotFoundException" && error.message.hasPrefix("Function not found") {
            throw .notFound("The function doesn't exist.")
        }
    }

    /// By its form alone: the queue, topic or bus need not be here.
    private func check(destination: String, of name: String) throws(LambdaAPIError) {
        let services: Set = ["sqs", "sns", "lambda", "events", "s3"]
        guard let arn = ARN(destination), services.contains(arn.service) else {
            throw .invalidParameter("The destination ARN \(destination) is invalid.")
        }
        guard arn.service == "lambda" else { return }
        let own = self.functionARN(name)
        guard destination != own, !destination.hasPrefix(own + ":") else {
            throw .invalidParameter("You can't specify the function as a destination for itself.")
        }
    }
}
